//! One schedule's page, from everything that belongs to it.

mod form;
mod parts;
pub(super) mod steps;
mod wall_clock;

use ::console::schedule::{DAYS, DEFAULT_DAYS, Entered, FormProblem, OverrideKind, SchedulePage};
use app::schedules::{DaysAsked, ScheduleView};
use axum::extract::RawQuery;
use axum::response::Response;
use chrono::{Datelike as _, NaiveDate};
use domain::id::ScheduleId;

use self::parts::Parts;
use super::answer::{self, Stop};
use super::on_call;
use super::visitor::{Named, Visitor};

/// The years that may be looked at: beyond them no zone's rules are known.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2200;

/// The page.
pub(super) async fn show(
    visitor: Visitor,
    Named(id): Named,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let id: ScheduleId = visitor.named("schedule", &id)?;
    let Query { days, entered } = Query::parse(query.as_deref().unwrap_or_default());
    let view = load(&visitor, &id, days).await?;
    Ok(page(&visitor, &view, days, (entered, Vec::new())))
}

async fn load(visitor: &Visitor, id: &ScheduleId, days: DaysAsked) -> Result<ScheduleView, Stop> {
    let view = app::schedules::view(visitor.app(), &visitor.ctx, id, days).await;
    view.map_err(|error| visitor.stop(error))
}

/// What the query asks for. What it doesn't say, or says in words of its own, is the default.
#[derive(Debug)]
struct Query {
    days: DaysAsked,
    entered: Entered,
}

impl Query {
    fn parse(query: &str) -> Self {
        let mut days = DaysAsked { from: None, count: DEFAULT_DAYS };
        let mut entered = Entered::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "from" => days.from = date(&value),
                "days" => {
                    let asked = value.parse().ok().filter(|count| DAYS.contains(count));
                    days.count = asked.unwrap_or(days.count);
                }
                "kind" => entered.kind = OverrideKind::named(&value),
                "off" => entered.off = value.into_owned(),
                "start" => entered.starts = value.into_owned(),
                "end" => entered.ends = value.into_owned(),
                _ => {}
            }
        }
        Self { days, entered }
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| YEARS.contains(&date.year()))
}

/// The page, with its form as it was filled in and what is wrong with that.
fn page(
    visitor: &Visitor,
    view: &ScheduleView,
    days: DaysAsked,
    (entered, problems): (Entered, Vec<FormProblem>),
) -> Response {
    let parts = Parts { visitor, view };
    let page = SchedulePage {
        layout: visitor.layout(),
        now: parts.local(visitor.ctx.now),
        from: view.from,
        days: days.count,
        day_starts: view.days.iter().map(|start| parts.local(*start)).collect(),
        ends: parts.local(view.window.ends),
        layers: view.layers.iter().map(|layer| parts.layer(layer)).collect(),
        overrides: view.overrides.iter().map(|shown| parts.override_row(shown)).collect(),
        shifts: view.shifts.iter().map(|shift| parts.shift(shift)).collect(),
        gaps: view.gaps.iter().map(|gap| parts.gap(*gap)).collect(),
        form: form::offered(visitor, view, entered, problems),
        schedule: on_call::shown(visitor, view.now.clone(), |at| parts.local(at)),
    };
    answer::page(page.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_which_days_and_what_to_fill_in() {
        let Query { days, entered } =
            Query::parse("from=2026-11-23&days=28&kind=add&start=2026-11-24T09%3A00&end=x");
        assert_eq!(days, DaysAsked { from: NaiveDate::from_ymd_opt(2026, 11, 23), count: 28 });
        assert_eq!(entered.kind, Some(OverrideKind::Add));
        assert_eq!((entered.starts.as_str(), entered.ends.as_str()), ("2026-11-24T09:00", "x"));
    }

    #[test]
    fn what_makes_no_sense_is_the_default() {
        for query in ["", "from=tomorrow&days=9", "from=9999-01-01&days=-7", "from=2026-02-30&days=400"] {
            let Query { days, entered } = Query::parse(query);
            assert_eq!(days, DaysAsked { from: None, count: DEFAULT_DAYS }, "{query}");
            assert_eq!(entered.kind, None);
        }
    }
}
