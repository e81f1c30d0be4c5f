//! `/api/coverage-gaps`: what is wrong with who is on call in the next days, and filling it.

use std::sync::Arc;

use app::Error;
use app::coverage_gaps::{Fill, Filled};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use domain::finding::{CoverageReport, Finding, Matter};
use domain::id::{FindingId, IdError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, SignedIn};
use crate::problem::Problem;

/// What the last scan found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CoverageGaps {
    /// `null` when there was no scan yet.
    scanned_at: Option<DateTime<Utc>>,
    /// How far it looked.
    until: Option<DateTime<Utc>>,
    /// By start; what is over is left out.
    findings: Vec<FindingBody>,
    /// How many more there are, later ones.
    left_out: usize,
}

/// Something wrong with who is on call.
#[derive(Debug, Serialize, ToSchema)]
struct FindingBody {
    /// Such as `fnd_01J…`; stays the same from scan to scan.
    id: String,
    /// `gap` (a schedule that should have somebody on call has nobody), `unreachable` (somebody is on call whom nothing
    /// reaches), `time_off` (somebody is on call during their own time off) or `empty_step` (a step of an escalation policy
    /// would reach nobody).
    kind: &'static str,
    /// What is wrong, in one sentence.
    summary: String,
    /// What a person should do about it.
    what_to_do: &'static str,
    schedule_id: Option<String>,
    schedule_name: Option<String>,
    policy_id: Option<String>,
    policy_name: Option<String>,
    /// From 1.
    step: Option<u32>,
    user_id: Option<String>,
    /// The id where the user is gone.
    user_name: Option<String>,
    /// When it begins; of one that runs, when it began as far as scans have seen it.
    starts_at: DateTime<Utc>,
    /// When it ends, or `until`.
    ends_at: DateTime<Utc>,
    first_seen_at: DateTime<Utc>,
    /// Whether `fill` can mend it.
    can_be_filled: bool,
}

/// Who fills a gap.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FillGap {
    /// Who is on call there: besides whoever is in a gap, instead of whoever can't be reached or is off.
    user_id: String,
    /// Why, in your words.
    reason: Option<String>,
}

/// A gap that was filled.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GapFilled {
    /// What fills it.
    override_id: String,
    #[serde(flatten)]
    left: CoverageGaps,
}

impl From<CoverageReport> for CoverageGaps {
    fn from(report: CoverageReport) -> Self {
        Self {
            scanned_at: report.scanned_at,
            until: report.until,
            findings: report.findings.into_iter().map(FindingBody::from).collect(),
            left_out: report.left_out,
        }
    }
}

impl From<Finding> for FindingBody {
    fn from(finding: Finding) -> Self {
        let matter = &finding.matter;
        let (mut schedule, mut policy, mut user) = (None, None, None);
        match matter {
            Matter::Gap { schedule_id, schedule: name } => schedule = Some((schedule_id, name)),
            Matter::Unreachable { schedule_id, schedule: name, user_id, user: person, .. }
            | Matter::TimeOff { schedule_id, schedule: name, user_id, user: person } => {
                schedule = Some((schedule_id, name));
                user = Some((user_id, person));
            }
            Matter::EmptyStep { policy_id, policy: name, step } => policy = Some((policy_id, name, *step)),
        }
        Self {
            kind: matter.kind(),
            summary: matter.summary(),
            what_to_do: matter.remedy(),
            schedule_id: schedule.map(|(id, _)| id.to_string()),
            schedule_name: schedule.map(|(_, name)| name.clone()),
            policy_id: policy.map(|(id, _, _)| id.to_string()),
            policy_name: policy.map(|(_, name, _)| name.clone()),
            step: policy.map(|(_, _, step)| step),
            user_id: user.map(|(id, _)| id.to_string()),
            user_name: user.map(|(_, name)| name.clone()),
            can_be_filled: matter.can_be_filled(),
            id: finding.id.to_string(),
            starts_at: finding.starts,
            ends_at: finding.ends,
            first_seen_at: finding.first_seen,
        }
    }
}

/// What the last scan found: gaps, people who can't be reached, shifts in time off, steps that reach nobody.
#[utoipa::path(
    get, path = "/api/coverage-gaps", operation_id = "coverage_gaps", tag = "on call", security(("bearer" = [])),
    responses((status = 200, body = CoverageGaps), (status = 401, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<CoverageGaps>, Problem> {
    Ok(Json(app::coverage_gaps::report(&edge.app, &ctx).await?.into()))
}

/// Scans now. What is new is mailed, as from the daily scan.
#[utoipa::path(
    post, path = "/api/coverage-gaps/scan", operation_id = "scan_coverage_gaps", tag = "on call",
    security(("bearer" = [])),
    responses((status = 200, body = CoverageGaps), (status = 401, body = Problem), (status = 403, body = Problem))
)]
pub(super) async fn scan(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<CoverageGaps>, Problem> {
    Ok(Json(app::coverage_gaps::scan_now(&edge.app, &ctx).await?.into()))
}

/// Puts somebody on call where nobody is who can be, by an override over the finding's time, and scans again.
#[utoipa::path(
    post, path = "/api/coverage-gaps/{id}/fill", operation_id = "fill_coverage_gap", tag = "on call",
    security(("bearer" = [])), params(("id" = String, Path)), request_body = FillGap,
    responses((status = 201, body = GapFilled), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "No override can mend it, or one stands against it"))
)]
pub(super) async fn fill(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<FindingId>,
    JsonBody(body): JsonBody<FillGap>,
) -> Result<(StatusCode, Json<GapFilled>), Problem> {
    let user_id =
        body.user_id.parse().map_err(|error: IdError| Error::invalid("user_id", error.to_string()))?;
    let fill = Fill { user_id, reason: body.reason };
    let Filled { by, report } = app::coverage_gaps::fill(&edge.app, &ctx, &id, fill).await?;
    Ok((StatusCode::CREATED, Json(GapFilled { override_id: by.id.to_string(), left: report.into() })))
}
