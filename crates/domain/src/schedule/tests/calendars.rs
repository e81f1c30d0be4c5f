//! Layers that a calendar says the duty of.

use super::*;

fn calendar(shifts: &[(&str, &str, &str)]) -> Layer {
    let shifts = shifts
        .iter()
        .map(|(name, starts, ends)| CalendarShift {
            user: user(name),
            starts: at(&format!("2026-06-{starts}:00Z")),
            ends: at(&format!("2026-06-{ends}:00Z")),
        })
        .collect();
    let duty = Duty::Calendar(Calendar {
        url: None,
        read_at: at("2026-06-01T00:00:00Z"),
        shifts,
        unknown: Vec::new(),
        problem: None,
    });
    Layer { duty, ..layer("calendar", (1, RotationUnit::Days), "2026-06-01T00:00:00", &[]) }
}

const MONTH: (&str, &str) = ("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z");

#[test]
fn shifts_stand_as_the_calendar_has_them_several_at_a_time() {
    let rota = schedule(
        Tz::UTC,
        vec![calendar(&[
            ("ann", "01T08:00", "03T08:00"),
            ("bob", "02T08:00", "02T20:00"),
            ("cid", "02T20:00", "04T08:00"),
            ("dee", "05T08:00", "05T08:00"),
        ])],
    );
    assert_eq!(
        shifts(&rota, &[], MONTH.0, MONTH.1),
        ["ann 06-01 08:00 UTC 48h", "bob 06-02 08:00 UTC 12h", "cid 06-02 20:00 UTC 36h"]
    );
    assert_eq!(names(&rota, &[], "2026-06-03T07:59:59Z"), ["ann", "cid"]);
    assert_eq!(names(&rota, &[], "2026-06-03T08:00:00Z"), ["cid"]);
    assert!(names(&rota, &[], "2026-06-05T08:00:00Z").is_empty(), "a shift of no length is none");
    let reason = &rota.on_call_at(&[], at("2026-06-01T09:00:00Z"))[0].reason;
    assert_eq!(*reason, Reason::Calendar { layer_id: rota.layers[0].id.clone() });
}

#[test]
fn somebody_with_shifts_that_overlap_or_touch_has_one() {
    let rota = schedule(
        Tz::UTC,
        vec![calendar(&[
            ("ann", "01T08:00", "02T08:00"),
            ("ann", "01T20:00", "01T22:00"),
            ("ann", "02T00:00", "02T12:00"),
            ("ann", "02T12:00", "02T18:00"),
        ])],
    );
    assert_eq!(shifts(&rota, &[], MONTH.0, MONTH.1), ["ann 06-01 08:00 UTC 34h"]);
    assert_eq!(rota.on_call_at(&[], at("2026-06-01T21:00:00Z"))[0].until, Some(at("2026-06-02T18:00:00Z")));
}

#[test]
fn a_long_shift_is_found_behind_many_short_ones() {
    let mut all = vec![("ann", "01T00:00", "20T00:00")];
    let days: Vec<_> = (2..19).map(|day| (format!("{day:02}T06:00"), format!("{day:02}T07:00"))).collect();
    all.extend(days.iter().map(|(starts, ends)| ("bob", starts.as_str(), ends.as_str())));
    let rota = schedule(Tz::UTC, vec![calendar(&all)]);
    assert_eq!(names(&rota, &[], "2026-06-19T12:00:00Z"), ["ann"]);
    assert_eq!(names(&rota, &[], "2026-06-18T06:30:00Z"), ["ann", "bob"]);
}

#[test]
fn a_calendar_layer_starts_ends_and_is_restricted_as_any() {
    let mut layer = calendar(&[("ann", "01T00:00", "08T00:00")]);
    layer.starts = Some(at("2026-06-02T12:00:00Z"));
    layer.ends = Some(at("2026-06-04T10:00:00Z"));
    layer.restrictions = vec![window(&[], "09:00", "17:00")];
    let rota = schedule(Tz::UTC, vec![layer]);
    assert_eq!(
        shifts(&rota, &[], MONTH.0, MONTH.1),
        ["ann 06-02 12:00 UTC 5h", "ann 06-03 09:00 UTC 8h", "ann 06-04 09:00 UTC 1h"]
    );
    assert!(rota.next_turns(&rota.layers[0], at(MONTH.0), 10).is_empty(), "a calendar has no turns");
}

#[test]
fn a_calendar_covers_the_layer_below_while_it_names_somebody() {
    let turns = layer("turns", (1, RotationUnit::Weeks), "2026-06-01T00:00:00", &["bob"]);
    let mut rota = schedule(Tz::UTC, vec![turns, calendar(&[("ann", "02T00:00", "03T00:00")])]);
    rota.mode = LayerMode::TopLayerWins;
    assert_eq!(
        shifts(&rota, &[], "2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z"),
        ["bob 06-01 00:00 UTC 24h", "ann 06-02 00:00 UTC 24h", "bob 06-03 00:00 UTC 120h"]
    );
}
