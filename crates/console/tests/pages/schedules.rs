//! Every schedule.

use console::on_call_now::OnCallPerson;
use console::schedules::{ScheduleRow, SchedulesPage};

use crate::sample::{self, at};

fn page(schedules: Vec<ScheduleRow>) -> String {
    SchedulesPage { layout: sample::layout(), schedules }.render().unwrap()
}

fn with_bo() -> ScheduleRow {
    let until = Some(at("07:00:00"));
    let bo = OnCallPerson { name: "Bo Chen".into(), until, reason: None, is_viewer: false };
    ScheduleRow { now: sample::schedule(vec![bo]), gaps: Vec::new() }
}

#[test]
fn each_says_its_zone_who_has_it_until_when_and_who_is_next() {
    let html = page(vec![with_bo()]);
    for words in [
        "<a href=\"/app/schedules/sch_1\">Nights</a>",
        "Europe/Vienna",
        "<strong>Bo Chen</strong>",
        "07:00</time>",
        "Next:",
        "No gap in the next 14 days",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert!(html.contains("<a href=\"/app/schedules\" aria-current=\"page\">Schedules</a>"));
}

#[test]
fn gaps_are_counted_and_the_first_is_told() {
    let mut row = with_bo();
    row.gaps = vec![at("05:00:00")];
    let html = page(vec![row.clone()]);
    assert!(html.contains("class=\"gaps\"") && html.contains("<strong>1 gap</strong> in the next 14 days"));
    assert!(html.contains("05:00</time>") && !html.contains("the first from"), "{html}");
    row.gaps.push(at("06:00:00"));
    let html = page(vec![row]);
    assert!(html.contains("<strong>2 gaps</strong>") && html.contains("the first from"), "{html}");
}

#[test]
fn nobody_now_is_marked() {
    let row = ScheduleRow { now: sample::schedule(Vec::new()), gaps: vec![at("02:14:00")] };
    let html = page(vec![row]);
    assert!(html.contains("class=\"schedule gap\"") && html.contains("Nobody is on call"));
}

#[test]
fn without_schedules_the_page_says_what_that_means() {
    assert!(page(Vec::new()).contains("No schedule yet"));
}
