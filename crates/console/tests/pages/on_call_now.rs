//! Who is on call now.

use console::on_call_now::{OnCallNowPage, OnCallPerson, ScheduleNow};

use crate::sample::{self, at};

fn page(schedules: Vec<ScheduleNow>) -> String {
    OnCallNowPage { layout: sample::layout(), schedules }.render().unwrap()
}

fn ann() -> OnCallPerson {
    OnCallPerson {
        name: "Ann Lee".into(),
        until: Some(at("07:00:00")),
        reason: Some("Covers for Bo Chen".into()),
        is_viewer: true,
    }
}

#[test]
fn it_says_who_until_when_why_and_who_is_next() {
    let html = page(vec![sample::schedule(vec![ann()])]);
    for words in [
        "<a href=\"/app/schedules/sch_1\">Nights</a>",
        "Europe/Vienna",
        "Ann Lee",
        ">you<",
        "07:00</time>",
        "(in 4 h 46 min)",
        "Covers for Bo Chen",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert!(html.contains("<strong>Bo Chen</strong> from"));
    assert!(!html.contains("Nobody is on call"));
}

#[test]
fn everyone_on_call_is_named() {
    let bo = OnCallPerson { name: "Bo Chen".into(), until: None, reason: None, is_viewer: false };
    let html = page(vec![sample::schedule(vec![ann(), bo])]);
    assert!(html.contains("<strong>Ann Lee</strong>") && html.contains("<strong>Bo Chen</strong>"));
    assert!(html.contains("until further notice"));
    assert_eq!(html.matches(">you<").count(), 1);
}

#[test]
fn a_schedule_with_nobody_is_marked_loudly_on_top_and_in_place() {
    let html = page(vec![sample::schedule(vec![ann()]), sample::schedule(Vec::new())]);
    assert!(html.contains("1 schedule has nobody on call right now"));
    assert_eq!(html.matches("<strong>Nobody is on call</strong>").count(), 1);
    assert_eq!(html.matches("class=\"schedule gap\"").count(), 1);
}

#[test]
fn nobody_outside_required_hours_is_no_alarm() {
    let mut schedule = sample::schedule(Vec::new());
    schedule.coverage_required = false;
    let html = page(vec![schedule]);
    assert!(!html.contains("Nobody is on call") && !html.contains("class=\"schedule gap\""));
    assert!(html.contains("nobody has to be at this hour"));
}

#[test]
fn without_schedules_the_page_says_what_that_means() {
    assert!(page(Vec::new()).contains("No schedule yet"));
}

#[test]
fn a_next_change_to_nobody_or_to_nothing_is_said() {
    let mut schedule = sample::schedule(vec![ann()]);
    schedule.next.as_mut().unwrap().names.clear();
    assert!(page(vec![schedule.clone()]).contains("<strong>nobody</strong> from"));
    schedule.next = None;
    assert!(page(vec![schedule]).contains("no change in sight"));
}
