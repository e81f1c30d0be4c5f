//! What stays the same from scan to scan, and what is told.

use super::*;

/// Scans on a tenant, one after the other.
struct Scans {
    tenant: Tenant,
    report: CoverageReport,
}

impl Scans {
    fn of(tenant: Tenant) -> Self {
        Self { tenant, report: CoverageReport::begin(minute(0)) }
    }

    /// Scans the ten days from an hour on; answers what is told: from which hour, and whether because it is near.
    fn scan(&mut self, hour: i64) -> Vec<(i64, bool)> {
        let window = hours(hour, hour + 240);
        let found = find(&Question { window, ..self.tenant.question() });
        let (report, news) = update(&self.report, found, window.starts, window.ends);
        self.report = report;
        news.iter().map(|news| ((news.finding.starts - minute(0)).num_hours(), news.soon)).collect()
    }

    /// From which hour to which each finding is.
    fn kept(&self) -> Vec<(i64, i64)> {
        let hour = |at: DateTime<Utc>| (at - minute(0)).num_hours();
        self.report.findings.iter().map(|finding| (hour(finding.starts), hour(finding.ends))).collect()
    }

    fn ids(&self) -> Vec<FindingId> {
        self.report.findings.iter().map(|finding| finding.id.clone()).collect()
    }
}

fn with_gap(from: i64, to: i64) -> Scans {
    let mut tenant = Tenant::sound();
    tenant.nobody_in(hours(from, to));
    Scans::of(tenant)
}

#[test]
fn a_gap_is_told_when_it_is_new_and_when_it_is_near_and_never_again() {
    let mut scans = with_gap(100, 110);
    assert_eq!(scans.scan(0), [(100, false)]);
    let id = scans.ids();
    assert_eq!(scans.scan(24), []);
    assert_eq!(scans.scan(51), []);
    assert_eq!(scans.scan(52), [(100, true)]);
    for hour in [53, 76, 100, 105] {
        assert_eq!(scans.scan(hour), []);
        assert_eq!((scans.kept(), scans.ids()), (vec![(100, 110)], id.clone()), "at {hour}");
    }
    assert_eq!(scans.scan(110), []);
    assert_eq!(scans.kept(), [], "over");
}

#[test]
fn what_is_new_and_near_is_told_once() {
    let mut scans = with_gap(20, 30);
    assert_eq!(scans.scan(0), [(20, true)]);
    assert_eq!(scans.scan(1), []);
    assert_eq!(scans.scan(25), []);
}

#[test]
fn what_is_mended_vanishes_and_is_news_when_it_comes_back() {
    let mut scans = with_gap(100, 110);
    scans.scan(0);
    let (id, broken) = (scans.ids(), std::mem::replace(&mut scans.tenant, Tenant::sound()));
    assert_eq!(scans.scan(1), []);
    assert_eq!(scans.kept(), []);
    scans.tenant = broken;
    assert_eq!(scans.scan(2), [(100, false)]);
    assert_ne!(scans.ids(), id);
}

#[test]
fn what_runs_keeps_its_start_and_what_runs_out_of_the_window_its_identity() {
    let mut scans = with_gap(-50, 1000);
    assert_eq!(scans.scan(0), [(0, true)]);
    let id = scans.ids();
    for day in 1..20 {
        assert_eq!(scans.scan(24 * day), []);
        assert_eq!((scans.kept(), scans.ids()), (vec![(0, 24 * day + 240)], id.clone()));
    }
}

#[test]
fn the_rest_of_a_gap_that_was_filled_in_part_is_no_news_until_it_is_near() {
    let mut scans = with_gap(20, 220);
    assert_eq!(scans.scan(0), [(20, true)]);
    let id = scans.ids();
    scans.tenant.change(OverrideKind::Add { user: person("Olivia").id }, hours(60, 120));
    assert_eq!(scans.scan(1), []);
    assert_eq!(scans.kept(), [(20, 60), (120, 220)]);
    assert_eq!(scans.ids()[..1], id);
    assert_ne!(scans.ids()[1], id[0]);
    scans.tenant.change(OverrideKind::Add { user: person("Olivia").id }, hours(10, 60));
    assert_eq!(scans.scan(2), []);
    assert_eq!(scans.kept(), [(120, 220)]);
    assert_eq!(scans.scan(72), [(120, true)], "near is what it is only now");
    assert_eq!(scans.scan(96), []);
}

#[test]
fn a_finding_is_still_seen_while_a_part_of_it_is() {
    let mut scans = with_gap(20, 40);
    scans.scan(0);
    let gap = scans.report.findings[0].clone();
    scans.tenant.change(OverrideKind::Add { user: person("Olivia").id }, hours(20, 30));
    assert!(gap.is_among(&find(&scans.tenant.question())));
    scans.tenant.change(OverrideKind::Add { user: person("Olivia").id }, hours(30, 40));
    scans.tenant.nobody_in(hours(40, 50));
    assert!(!gap.is_among(&find(&scans.tenant.question())), "what begins where it ends is another one");
}

#[test]
fn two_gaps_that_grow_together_are_the_first_of_them() {
    let mut scans = with_gap(60, 70);
    scans.tenant.nobody_in(hours(80, 90));
    assert_eq!(scans.scan(0), [(60, false), (80, false)]);
    let ids = scans.ids();
    scans.tenant.nobody_in(hours(70, 80));
    assert_eq!(scans.scan(1), []);
    assert_eq!((scans.kept(), scans.ids()[0].clone()), (vec![(60, 90)], ids[0].clone()));
}

#[test]
fn a_new_gap_of_the_same_schedule_is_news_beside_one_that_was_told() {
    let mut scans = with_gap(60, 70);
    scans.scan(0);
    scans.tenant.nobody_in(hours(80, 90));
    assert_eq!(scans.scan(1), [(80, false)]);
}

#[test]
fn a_finding_that_moved_to_where_another_began_gets_no_double() {
    let mut scans = with_gap(60, 90);
    scans.scan(0);
    scans.tenant = with_gap(80, 90).tenant;
    scans.scan(1);
    scans.tenant.nobody_in(hours(60, 70));
    assert_eq!(scans.scan(2), [(60, false)]);
    let ids = scans.ids();
    assert_eq!((ids.len(), ids[0] == ids[1]), (2, false));
}

#[test]
fn names_may_change_without_making_news() {
    let mut scans = with_gap(60, 70);
    scans.scan(0);
    scans.tenant.rotas[0].schedule.name = "Nights".to_owned();
    assert_eq!(scans.scan(1), []);
    assert_eq!(scans.report.findings[0].matter.summary(), "Nights has nobody on call");
}

#[test]
fn only_the_nearest_are_kept_and_the_rest_is_counted() {
    let mut tenant = Tenant::sound();
    for hour in 0..240 {
        for third in 0..3 {
            let starts = minute(60 * hour + 20 * third);
            tenant.nobody_in(Span { starts, ends: starts + TimeDelta::minutes(10) });
        }
    }
    let mut scans = Scans::of(tenant);
    assert_eq!(scans.scan(0).len(), 500);
    assert_eq!((scans.report.findings.len(), scans.report.left_out), (500, 220));
}

#[test]
fn a_scan_between_two_daily_ones_leaves_the_next_one_where_it_is() {
    let mut scans = with_gap(60, 70);
    assert!(scans.report.is_due(minute(0)));
    scans.scan(0);
    assert_eq!(scans.report.due_at, minute(20 * 60));
    scans.scan(10);
    assert_eq!(scans.report.due_at, minute(20 * 60));
    scans.scan(24);
    assert_eq!(scans.report.due_at, minute(44 * 60));
}
