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
