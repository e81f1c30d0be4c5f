//! `GET /api/on-call/explain`.

use std::sync::Arc;

use app::Error;
use app::explain::Explained;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::explain::{End, Notification, Occasion, Planned, Rule, Told, Why};
use domain::id::{IdError, ServiceId};
use domain::roster::Cause;
use domain::severity::{Severity, UnknownSeverity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reason::OnCallReason;
use crate::edge::Edge;
use crate::extract::{QueryOf, SignedIn};
use crate::problem::Problem;

/// What is asked, as it comes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Asked {
    service_id: String,
    at: Option<String>,
    severity: Option<String>,
}

/// What would happen while nobody answers.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct ExplainBody {
    service_id: String,
    service_name: String,
    policy_id: String,
    policy_name: String,
    severity: String,
    /// When the incident would be opened.
    at: DateTime<Utc>,
    /// By time.
    notifications: Vec<NotificationBody>,
    end: EndBody,
}

/// One moment in which people are told, or would be if there were any.
#[derive(Debug, Serialize, ToSchema)]
struct NotificationBody {
    at: DateTime<Utc>,
    /// `step`, `nobody_reached` (the last resort and the admins are told) or `exhausted` (the admins are told).
    kind: &'static str,
    /// Counted from 1; of a step only.
    step: Option<u32>,
    /// Counted from 1; of a step only.
    round: Option<u32>,
    /// Empty when it reaches nobody, and what follows is told at once.
    people: Vec<ToldBody>,
    /// Targets that name nobody, and people who can't be told, each with why.
    nobody: Vec<String>,
}

/// A person who is told.
#[derive(Debug, Serialize, ToSchema)]
struct ToldBody {
    user_id: String,
    name: String,
    /// Why, in words.
    because: String,
    reason: ToldReason,
    /// Soonest first.
    pages: Vec<PlannedBody>,
}

/// Why somebody is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ToldReason {
    /// The step names them.
    Named,
    /// They are in a team that the step names.
    Team { team_id: String, team_name: String },
    /// They are on call in a schedule that the step names.
    OnCall { schedule_id: String, schedule_name: String, by: OnCallReason },
    /// They are the tenant's last resort.
    LastResort,
    /// They are an admin or the owner.
    Admin,
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedBody {
    /// The rule's delay included.
    at: DateTime<Utc>,
    channel: &'static str,
    address: String,
    /// `after` (a rule of theirs), `no_rule` (none can be used: everything at once) or `regardless` (rules don't count
    /// on this occasion: everything at once).
    rule: &'static str,
    /// The rule's delay; of `after` only.
    after_minutes: Option<i64>,
    /// The rule in words.
    because: String,
}

/// How it ends while nobody answers.
#[derive(Debug, Serialize, ToSchema)]
struct EndBody {
    /// `exhausted`, `nobody_reached`, `unheard` (nobody at all can be told) or `goes_on` (further than is told here).
    kind: &'static str,
    /// When; of the last two, when it goes on.
    at: DateTime<Utc>,
    /// The same in words.
    text: &'static str,
}

impl Asked {
    fn read(&self, now: DateTime<Utc>) -> Result<(ServiceId, Severity, DateTime<Utc>), Error> {
        let service_id = self.service_id.parse();
        let severity = self.severity.as_deref().map_or(Ok(Severity::Critical), str::parse);
        let at = self.at.as_deref().map_or(Ok(now), |text| {
            DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).map_err(|_| {
                let problem = "is not a time with its offset, such as 2026-11-22T02:00:00-06:00 or 2026-11-22T08:00:00Z \
                               (a '+' is written %2B here)";
                Error::invalid("at", problem)
            })
        })?;
        Ok((
            service_id.map_err(|error: IdError| Error::invalid("service_id", error.to_string()))?,
            severity.map_err(|error: UnknownSeverity| Error::invalid("severity", error.to_string()))?,
            at,
        ))
    }
}

impl From<Explained> for ExplainBody {
    fn from(explained: Explained) -> Self {
        Self {
            service_id: explained.service.id.to_string(),
            service_name: explained.service.name,
            policy_id: explained.policy_id.to_string(),
            policy_name: explained.policy,
            severity: explained.severity.to_string(),
            at: explained.at,
            notifications: explained
                .explanation
                .notifications
                .into_iter()
                .map(NotificationBody::from)
                .collect(),
            end: explained.explanation.end.into(),
        }
    }
}

impl From<Notification> for NotificationBody {
    fn from(told: Notification) -> Self {
        let (kind, step, round) = match told.occasion {
            Occasion::Step { step, round } => ("step", Some(step), Some(round)),
            Occasion::NobodyReached => ("nobody_reached", None, None),
            Occasion::Exhausted => ("exhausted", None, None),
        };
        let people = told.people.into_iter().map(ToldBody::from).collect();
        Self { at: told.at, kind, step, round, people, nobody: told.nobody }
    }
}

impl From<Told> for ToldBody {
    fn from(told: Told) -> Self {
        Self {
            user_id: told.user_id.to_string(),
            name: told.name,
            because: told.because,
            reason: told.why.into(),
            pages: told.pages.into_iter().map(PlannedBody::from).collect(),
        }
    }
}

impl From<Why> for ToldReason {
    fn from(why: Why) -> Self {
        match why {
            Why::Step(Cause::Named) => Self::Named,
            Why::Step(Cause::Member { team_id, team }) => {
                Self::Team { team_id: team_id.to_string(), team_name: team }
            }
            Why::Step(Cause::OnCall { schedule_id, schedule, by }) => {
                Self::OnCall { schedule_id: schedule_id.to_string(), schedule_name: schedule, by: by.into() }
            }
            Why::LastResort => Self::LastResort,
            Why::Admin => Self::Admin,
        }
    }
}

impl From<Planned> for PlannedBody {
    fn from(page: Planned) -> Self {
        let (rule, after_minutes) = match page.rule {
            Rule::After(minutes) => ("after", Some(minutes)),
            Rule::NoRule => ("no_rule", None),
            Rule::Regardless => ("regardless", None),
        };
        Self {
            at: page.at,
            channel: page.channel.as_str(),
            address: page.address,
            rule,
            after_minutes,
            because: page.rule.in_words(),
        }
    }
}

impl From<End> for EndBody {
    fn from(end: End) -> Self {
        let (kind, at) = match end {
            End::Exhausted(at) => ("exhausted", at),
            End::NobodyReached(at) => ("nobody_reached", at),
            End::Unheard(at) => ("unheard", at),
            End::GoesOn(at) => ("goes_on", at),
        };
        Self { kind, at, text: end.in_words() }
    }
}

/// Who would be paged, when, on what and why, if the service had an incident and nobody answered.
#[utoipa::path(
    get, path = "/api/on-call/explain", operation_id = "explain_on_call", tag = "on call",
    security(("bearer" = [])),
    params(
        ("service_id" = String, Query, description = "what the incident would be about"),
        ("at" = Option<DateTime<Utc>>, Query, description = "when it would be opened, with an offset; now unless given"),
        ("severity" = Option<String>, Query, description = "critical (the default), high, medium, low or info"),
    ),
    responses((status = 200, body = ExplainBody), (status = 400, body = Problem), (status = 401, body = Problem))
)]
pub(in crate::http::api) async fn explain(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Json<ExplainBody>, Problem> {
    let (service_id, severity, at) = asked.read(ctx.now)?;
    let explained = app::explain::explain(&edge.app, &ctx, &service_id, (severity, at)).await?;
    Ok(Json(explained.into()))
}
