//! Every schedule.

use ::console::schedules::{ScheduleRow, SchedulesPage};
use app::schedules::ScheduleGlance;
use axum::response::Response;

use super::answer::{self, Stop};
use super::on_call;
use super::visitor::Visitor;

/// The list.
pub(super) async fn list(visitor: Visitor) -> Result<Response, Stop> {
    let found = app::schedules::overview(visitor.app(), &visitor.ctx).await;
    let found = found.map_err(|error| visitor.stop(error))?;
    let row = |glance: ScheduleGlance| ScheduleRow {
        now: on_call::shown(&visitor, glance.now, |at| visitor.local(at)),
        gaps: glance.gaps.into_iter().map(|gap| visitor.local(gap.starts)).collect(),
    };
    let schedules = found.into_iter().map(row).collect();
    Ok(answer::page(SchedulesPage { layout: visitor.layout(), schedules }.render()))
}
