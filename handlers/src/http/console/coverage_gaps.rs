//! The report of the last scan: looking at it, scanning again, and filling what an override can fill.

use ::console::coverage_gaps::{CoverageGapsPage, FindingKind, FindingRow};
use ::console::{Notice, Tone, routes};
use app::Error;
use app::coverage_gaps::Fill;
use app::schedules::CoverageView;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::finding::{Finding, Matter};
use domain::id::{FindingId, ScheduleId};

use super::answer::{self, Stop};
use super::form::OurForm;
use super::notice::{self, OnCall, Said};
use super::shown;
use super::visitor::{Named, Visitor};

const LONGEST_REASON: usize = 1_000;

/// The page.
pub(super) async fn show(visitor: Visitor) -> Result<Response, Stop> {
    page(&visitor, None).await
}

async fn page(visitor: &Visitor, trouble: Option<String>) -> Result<Response, Stop> {
    let view = app::schedules::coverage(visitor.app(), &visitor.ctx).await;
    let view = view.map_err(|error| visitor.stop(error))?;
    let mut layout = visitor.layout();
    layout.notices.extend(trouble.map(|text| Notice { tone: Tone::Problem, text }));
    let report = &view.report;
    let page = CoverageGapsPage {
        layout,
        scanned_at: report.scanned_at.map(|at| visitor.local(at)),
        until: report.until.map(|at| visitor.local(at)),
        findings: report.findings.iter().map(|finding| row(visitor, &view, finding)).collect(),
        left_out: report.left_out,
        can_scan: visitor.ctx.role.can_manage(),
    };
    Ok(answer::page(page.render()))
}

fn row(visitor: &Visitor, view: &CoverageView, finding: &Finding) -> FindingRow {
    let local = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&finding.zone).fixed_offset();
    let matter = &finding.matter;
    let can_fill = visitor.ctx.role.can_manage() && matter.can_be_filled();
    let schedule = schedule(matter);
    FindingRow {
        id: finding.id.to_string(),
        kind: kind(matter),
        summary: matter.summary(),
        what_to_do: matter.remedy().to_owned(),
        time_zone: finding.zone.name().to_owned(),
        starts: local(finding.starts),
        ends: local(finding.ends),
        first_seen: local(finding.first_seen),
        schedule_id: schedule.map(ToString::to_string),
        fill: can_fill.then(|| {
            let takes_part = schedule.and_then(|id| view.takes_part.get(id));
            shown::candidates(&view.people, |user| takes_part.is_some_and(|people| people.contains(&user.id)))
        }),
    }
}

fn kind(matter: &Matter) -> FindingKind {
    match matter {
        Matter::Gap { .. } => FindingKind::Gap,
        Matter::Unreachable { .. } => FindingKind::Unreachable,
        Matter::TimeOff { .. } => FindingKind::TimeOff,
        Matter::EmptyStep { .. } => FindingKind::EmptyStep,
    }
}

fn schedule(matter: &Matter) -> Option<&ScheduleId> {
    match matter {
        Matter::Gap { schedule_id, .. }
        | Matter::Unreachable { schedule_id, .. }
        | Matter::TimeOff { schedule_id, .. } => Some(schedule_id),
        Matter::EmptyStep { .. } => None,
    }
}

/// Scans now.
pub(super) async fn scan(form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let scanned = app::coverage_gaps::scan_now(visitor.app(), &visitor.ctx).await;
    scanned.map_err(|error| visitor.stop(error))?;
    Ok(notice::go_on(routes::COVERAGE_GAPS, Said::OnCall(OnCall::Scanned)))
}

/// Puts somebody on call where a finding says that somebody is missing. Why that can't be is said on the page.
pub(super) async fn fill(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let id: FindingId = visitor.named("finding", &id)?;
    let filled = match read(&form) {
        Ok(fill) => app::coverage_gaps::fill(visitor.app(), &visitor.ctx, &id, fill).await.map(|_| ()),
        Err(error) => Err(error),
    };
    let (status, trouble) = match filled {
        Ok(()) => return Ok(notice::go_on(routes::COVERAGE_GAPS, Said::OnCall(OnCall::Filled))),
        // It was there when the page was made.
        Err(Error::NotFound { .. }) => {
            return Ok(notice::go_on(routes::COVERAGE_GAPS, Said::OnCall(OnCall::NotFoundAnyMore)));
        }
        Err(Error::Invalid(fields)) => {
            let told: Vec<String> = fields.into_iter().map(|wrong| in_words(&wrong)).collect();
            (StatusCode::BAD_REQUEST, told.join("; "))
        }
        Err(Error::Conflict { detail, .. }) => (StatusCode::CONFLICT, detail),
        Err(error) => return Err(visitor.stop(error)),
    };
    let trouble = format!("not filled: {}.", trouble.trim_end_matches('.'));
    Ok((status, page(visitor, Some(trouble)).await?).into_response())
}

fn read(form: &OurForm) -> Result<Fill, Error> {
    let who = form.fields.get("user_id").unwrap_or_default();
    let user_id = who.parse().map_err(|_| Error::invalid("user_id", "choose who takes it"))?;
    Ok(Fill { user_id, reason: form.fields.text("reason", LONGEST_REASON)? })
}

/// The use-case names the fields of the API; only one of them needs its name here.
fn in_words(wrong: &app::FieldError) -> String {
    match wrong.field.as_str() {
        "reason" => format!("the reason {}", wrong.problem),
        _ => wrong.problem.clone(),
    }
}
