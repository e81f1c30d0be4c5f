//! Who is on call now.

use ::console::on_call_now::{NextShift, OnCallNowPage, OnCallPerson, ScheduleNow};
use axum::response::Response;
use chrono::{DateTime, FixedOffset, Utc};

use super::answer::{self, Stop};
use super::visitor::Visitor;

/// The page.
pub(super) async fn now(visitor: Visitor) -> Result<Response, Stop> {
    let found = app::on_call_now(visitor.app(), &visitor.ctx).await;
    let schedules = found.map_err(|error| visitor.stop(error))?;
    let schedules =
        schedules.into_iter().map(|schedule| shown(&visitor, schedule, |at| visitor.local(at))).collect();
    Ok(answer::page(OnCallNowPage { layout: visitor.layout(), schedules }.render()))
}

/// A schedule at this moment, with its instants as `local` shows them.
pub(super) fn shown(
    visitor: &Visitor,
    schedule: app::on_call::ScheduleNow,
    local: impl Fn(DateTime<Utc>) -> DateTime<FixedOffset>,
) -> ScheduleNow {
    let from = schedule.next.iter().filter_map(|person| person.at).min();
    let next = from.map(|from| NextShift {
        names: schedule
            .next
            .into_iter()
            .filter(|person| person.at == Some(from))
            .map(|person| person.name)
            .collect(),
        from: local(from),
    });
    let on_call = schedule.on_call.into_iter().map(|person| OnCallPerson {
        is_viewer: person.user_id == visitor.ctx.user_id,
        name: person.name,
        until: person.at.map(&local),
        reason: Some(person.why),
    });
    ScheduleNow {
        id: schedule.id.to_string(),
        on_call: on_call.collect(),
        name: schedule.name,
        time_zone: schedule.zone.name().to_owned(),
        next,
        coverage_required: schedule.coverage_required,
    }
}
