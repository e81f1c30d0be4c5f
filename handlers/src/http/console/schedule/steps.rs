//! What can be done to a schedule's overrides: each is one form, one use-case, and the page that it stood on again.

use ::console::routes;
use app::Error;
use app::overrides::Decision;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::id::{OverrideId, ScheduleId};
use domain::schedule::{Override, OverrideState};

use super::super::answer::Stop;
use super::super::form::OurForm;
use super::super::notice::{self, OnCall, Said};
use super::super::visitor::Named;
use super::{Query, form, load, page};

/// Makes an override. What is wrong is said on the page, with what was typed.
pub(in super::super) async fn make(Named(id): Named, posted: OurForm) -> Result<Response, Stop> {
    let visitor = &posted.visitor;
    let id: ScheduleId = visitor.named("schedule", &id)?;
    let own = routes::schedule(id.as_str());
    let next = posted.fields.next().unwrap_or(&own);
    let days = Query::parse(next.split_once('?').map_or("", |(_, query)| query)).days;
    let view = load(visitor, &id, days).await?;
    let entered = form::entered(&posted.fields);
    let (status, problems) = match form::read(&entered, &view, &visitor.ctx) {
        Err(problems) => (StatusCode::BAD_REQUEST, problems),
        Ok(new) => match app::overrides::create(visitor.app(), &visitor.ctx, new).await {
            Ok(made) => return Ok(notice::go_on(next, said_of_new(&made))),
            Err(error) => {
                let status = match &error {
                    Error::Conflict { .. } => StatusCode::CONFLICT,
                    _ => StatusCode::BAD_REQUEST,
                };
                let told = form::refused(error, entered.kind);
                (status, told.map_err(|error| visitor.stop(error))?)
            }
        },
    };
    Ok((status, page(visitor, &view, days, (entered, problems))).into_response())
}

fn said_of_new(made: &Override) -> Said {
    if made.state == OverrideState::Pending {
        Said::OnCall(OnCall::AskedFor)
    } else {
        Said::OnCall(OnCall::Made)
    }
}

/// Takes the shift of whoever asks to be covered.
pub(in super::super) async fn accept(id: Named, form: OurForm) -> Result<Response, Stop> {
    decide(id, form, (Decision::Accept, Said::OnCall(OnCall::Accepted))).await
}

/// Agrees to what was asked for.
pub(in super::super) async fn approve(id: Named, form: OurForm) -> Result<Response, Stop> {
    decide(id, form, (Decision::Approve, Said::OnCall(OnCall::Approved))).await
}

/// Refuses it.
pub(in super::super) async fn reject(id: Named, form: OurForm) -> Result<Response, Stop> {
    decide(id, form, (Decision::Reject, Said::OnCall(OnCall::Rejected))).await
}

async fn decide(
    Named(id): Named,
    form: OurForm,
    (decision, said): (Decision, Said),
) -> Result<Response, Stop> {
    let id: OverrideId = form.visitor.named("override", &id)?;
    let result = app::overrides::decide(form.visitor.app(), &form.visitor.ctx, &id, decision).await;
    go_on(&form, result, said)
}

/// Takes it back, or ends it.
pub(in super::super) async fn withdraw(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let id: OverrideId = form.visitor.named("override", &id)?;
    let result = app::overrides::withdraw(form.visitor.app(), &form.visitor.ctx, &id).await;
    go_on(&form, result, Said::OnCall(OnCall::Withdrawn))
}

/// Back to where the form stood. A conflict is told there too: that page shows how the override stands now.
fn go_on(form: &OurForm, result: Result<Override, Error>, said: Said) -> Result<Response, Stop> {
    let said = match result {
        Ok(_) => said,
        Err(Error::Conflict { code, detail }) => {
            let conflict = || Error::Conflict { code, detail };
            Said::of_conflict(code).ok_or_else(|| form.visitor.stop(conflict()))?
        }
        Err(error) => return Err(form.visitor.stop(error)),
    };
    Ok(notice::go_on(form.fields.next().unwrap_or(routes::SCHEDULES), said))
}
