//! When windows are open, and for whom.

use chrono::{NaiveTime, TimeDelta, Weekday};

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn once(from: &str, to: &str) -> MaintenanceWindow {
    MaintenanceWindow {
        id: MaintenanceId::derived(&["once"]),
        name: "Patching".into(),
        starts: at(from),
        ends: Some(at(to)),
        weekly: None,
        services: Vec::new(),
        clients: Vec::new(),
        due_at: None,
    }
}

/// Saturday nights, 22:00 to 02:00 in Chicago.
fn saturdays() -> MaintenanceWindow {
    let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let hours = vec![Window { days: vec![Weekday::Sat], from: clock(22), to: clock(2) }];
    let weekly = Some(Weekly { hours, zone: Tz::America__Chicago });
    MaintenanceWindow { ends: None, weekly, ..once("2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z") }
}

#[test]
fn a_window_is_open_from_its_start_until_just_before_its_end() {
    let window = once("2026-11-20T22:00:00Z", "2026-11-20T23:00:00Z");
    let end = at("2026-11-20T23:00:00Z");
    assert_eq!(window.open_until(at("2026-11-20T21:59:59Z")), None);
    assert_eq!(window.open_until(at("2026-11-20T22:00:00Z")), Some(end));
    assert_eq!(window.open_until(end - TimeDelta::seconds(1)), Some(end));
    assert_eq!(window.open_until(end), None);
    assert_eq!(window.next_turn(at("2026-11-20T21:00:00Z")), Some(window.starts));
    assert_eq!(window.next_turn(window.starts), Some(end));
    assert_eq!(window.next_turn(end), None);
}

#[test]
fn one_that_comes_back_keeps_to_the_wall_clock_and_turns_at_each_edge() {
    let window = saturdays();
    let (opens, closes) = (at("2026-11-22T04:00:00Z"), at("2026-11-22T08:00:00Z"));
    assert_eq!(window.open_until(opens), Some(closes));
    assert_eq!(window.open_until(closes), None);
    assert_eq!(window.next_turn(at("2026-11-20T12:00:00Z")), Some(opens));
    assert_eq!(window.next_turn(opens), Some(closes));
    assert_eq!(window.next_turn(closes), Some(opens + TimeDelta::weeks(1)));
    let summer = at("2026-06-07T03:00:00Z");
    let window = MaintenanceWindow { starts: at("2026-06-01T00:00:00Z"), ..window };
    assert_eq!(window.open_until(summer), Some(summer + TimeDelta::hours(4)), "an hour earlier in summer");
}

/// Every night, 01:00 to 04:00 in Chicago, where the clocks are set at 02:00.
fn nights(from: &str) -> MaintenanceWindow {
    let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let hours = vec![Window { days: Vec::new(), from: clock(1), to: clock(4) }];
    let weekly = Some(Weekly { hours, zone: Tz::America__Chicago });
    MaintenanceWindow { ends: None, weekly, ..once(from, "2027-01-01T00:00:00Z") }
}

/// When it opens and closes after an instant, found turn by turn as the tick does.
fn next_stretch(window: &MaintenanceWindow, after: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let opens = window.next_turn(after).unwrap();
    let closes = window.next_turn(opens).unwrap();
    assert_eq!(window.open_until(opens), Some(closes));
    assert_eq!(window.open_until(opens - TimeDelta::seconds(1)), None);
    assert_eq!(window.open_until(closes - TimeDelta::seconds(1)), Some(closes));
    assert_eq!(window.open_until(closes), None);
    (opens, closes)
}

#[test]
fn the_night_that_skips_an_hour_is_an_hour_shorter() {
    let window = nights("2026-03-01T00:00:00Z");
    let (opens, closes) = next_stretch(&window, at("2026-03-07T12:00:00Z"));
    assert_eq!((opens, closes), (at("2026-03-08T07:00:00Z"), at("2026-03-08T09:00:00Z")));
    let next = (at("2026-03-09T06:00:00Z"), at("2026-03-09T09:00:00Z"));
    assert_eq!(next_stretch(&window, closes), next);
}

#[test]
fn the_night_that_repeats_an_hour_is_an_hour_longer_and_one_stretch() {
    let window = nights("2026-10-01T00:00:00Z");
    let (opens, closes) = next_stretch(&window, at("2026-10-31T12:00:00Z"));
    assert_eq!((opens, closes), (at("2026-11-01T06:00:00Z"), at("2026-11-01T10:00:00Z")));
    let next = (at("2026-11-02T07:00:00Z"), at("2026-11-02T10:00:00Z"));
    assert_eq!(next_stretch(&window, closes), next);
}

#[test]
fn one_that_lies_in_the_skipped_hour_is_not_open_that_night_and_still_turns() {
    let clock = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    let hours = vec![Window { days: Vec::new(), from: clock(2, 0), to: clock(2, 30) }];
    let weekly = Some(Weekly { hours, zone: Tz::America__Chicago });
    let window = MaintenanceWindow { weekly, ..nights("2026-03-01T00:00:00Z") };
    let mut turn = at("2026-03-07T12:00:00Z");
    let mut opened = Vec::new();
    while turn < at("2026-03-09T06:00:00Z") {
        let next = window.next_turn(turn).unwrap();
        assert!(next > turn, "it would be due for ever");
        opened.extend(window.open_until(next).is_some().then_some(next));
        turn = next;
    }
    assert_eq!(opened, [at("2026-03-09T07:00:00Z")]);
}

#[test]
fn an_ended_window_is_open_no_more_and_due_once() {
    for starts in ["2026-11-20T20:00:00Z", "2026-11-20T23:00:00Z"] {
        let mut window = once(starts, "2026-11-21T05:00:00Z");
        let now = at("2026-11-20T22:00:00Z");
        window.end(now);
        assert_eq!((window.ends, window.due_at), (Some(now), Some(now)));
        assert!(window.starts <= now);
        assert_eq!((window.open_until(now), window.next_turn(now)), (None, None), "{starts}");
    }
}

#[test]
fn a_window_has_never_begun_when_it_was_looked_at_since_its_last_change() {
    let mut window = once("2026-11-20T22:00:00Z", "2026-11-20T23:00:00Z");
    let now = at("2026-11-20T21:00:00Z");
    window.due_at = window.next_turn(now);
    assert!(window.has_never_begun(now));
    assert!(!window.has_never_begun(window.starts));
    window.due_at = Some(now);
    assert!(!window.has_never_begun(now), "it may hold something from before it was changed");
}

#[test]
fn a_window_is_about_its_services_or_clients_or_everything() {
    let (files, mail) = (ServiceId::derived(&["files"]), ServiceId::derived(&["mail"]));
    let mut window = once("2026-11-20T22:00:00Z", "2026-11-20T23:00:00Z");
    assert!(window.concerns(&mail, None), "everything");
    window.services.push(files.clone());
    assert!(window.concerns(&files, None) && !window.concerns(&mail, Some("Contoso")));
    window.clients.push("contoso".into());
    assert!(window.concerns(&mail, Some("Contoso")));
}

#[test]
fn every_mistake_is_named() {
    let mut window = once("2026-11-20T22:00:00Z", "2026-11-20T22:00:00Z");
    window.name = " ".into();
    window.services.push(ServiceId::derived(&["gone"]));
    let fields: Vec<_> = window.problems(|_| false).into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(fields, ["name", "ends", "service_ids[0]"]);
    window.ends = None;
    assert!(window.problems(|_| true).iter().any(|wrong| wrong.problem.contains("is missing")));
}
