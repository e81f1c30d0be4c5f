//! A week of the nights at that MSP: two people in turns, one override of each kind, and a gap.

use chrono::{DateTime, FixedOffset};
use console::coverage_gaps::{CoverageGapsPage, FindingKind, FindingRow};
use console::schedule::{
    Change, Entered, Gap, LayerAlone, OverrideForm, OverrideKind, OverrideRow, Person, SchedulePage, Shift,
    Standing, Turn,
};
use console::{Candidate, Candidates};

use super::{at, layout, schedule};

/// A time of a day of November 2026 in Vienna.
pub(crate) fn on(day: u32, clock: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("2026-11-{day}T{clock}:00+01:00")).unwrap()
}

pub(crate) fn ann() -> Person {
    Person { id: "usr_1".into(), name: "Ann Lee".into() }
}

pub(crate) fn bo() -> Person {
    Person { id: "usr_2".into(), name: "Bo Chen".into() }
}

pub(crate) fn shift(person: Person, starts: DateTime<FixedOffset>, ends: DateTime<FixedOffset>) -> Shift {
    let is_viewer = person == ann();
    Shift { person, is_viewer, starts, ends, why: "turn 3 of the layer Weekly".into() }
}

/// One that counts, to come, with nothing to do about it.
pub(crate) fn change(change: Change) -> OverrideRow {
    OverrideRow {
        id: "ovr_1".into(),
        change,
        starts: on(24, "18:00"),
        ends: on(25, "08:00"),
        standing: Standing::Approved,
        reason: Some("school play".into()),
        made_by: "Olivia Owner".into(),
        may_accept: false,
        may_approve: false,
        may_reject: false,
        may_withdraw: false,
    }
}

/// A request, with every button.
pub(crate) fn request() -> OverrideRow {
    OverrideRow {
        id: "ovr_9".into(),
        standing: Standing::Pending,
        may_accept: true,
        may_approve: true,
        may_reject: true,
        may_withdraw: true,
        ..change(Change::Cover { original: bo() })
    }
}

pub(crate) fn form() -> OverrideForm {
    let choice = |person: Person| Candidate { id: person.id, name: person.name };
    let olivia = Candidate { id: "usr_3".into(), name: "Olivia Owner".into() };
    let everybody = Candidates { on_schedule: vec![choice(ann()), choice(bo())], others: vec![olivia] };
    OverrideForm {
        kinds: OverrideKind::ALL.to_vec(),
        can_be_on: everybody.clone(),
        can_be_off: everybody,
        entered: Entered::default(),
        problems: Vec::new(),
    }
}

/// From Saturday the 21st on: Bo until Monday, then nobody for a night, then Ann. It is Saturday, 02:14.
pub(crate) fn page() -> SchedulePage {
    SchedulePage {
        layout: layout(),
        schedule: schedule(Vec::new()),
        now: at("02:14:00"),
        from: on(21, "00:00").date_naive(),
        days: 7,
        day_starts: (21..28).map(|day| on(day, "00:00")).collect(),
        ends: on(28, "00:00"),
        layers: vec![LayerAlone {
            name: "Weekly".into(),
            shifts: vec![
                shift(bo(), on(21, "00:00"), on(23, "09:00")),
                shift(ann(), on(23, "21:00"), on(28, "00:00")),
            ],
            turns: vec![
                Turn {
                    number: 3,
                    name: Some("Bo Chen".into()),
                    starts: at("02:14:00"),
                    ends: on(23, "09:00"),
                },
                Turn { number: 4, name: None, starts: on(23, "09:00"), ends: on(23, "21:00") },
            ],
        }],
        overrides: vec![
            change(Change::Replace { original: ann(), by: bo() }),
            change(Change::Add { user: bo() }),
            change(Change::Remove { user: ann() }),
            request(),
        ],
        shifts: vec![
            shift(bo(), on(21, "00:00"), on(23, "09:00")),
            shift(ann(), on(23, "21:00"), on(28, "00:00")),
        ],
        gaps: vec![Gap { starts: on(23, "09:00"), ends: on(23, "21:00") }],
        form: Some(form()),
    }
}

pub(crate) fn finding(id: &str, kind: FindingKind) -> FindingRow {
    FindingRow {
        id: id.into(),
        kind,
        summary: "Nights has nobody on call".into(),
        what_to_do: "Put somebody on call with an override.".into(),
        time_zone: "Europe/Vienna".into(),
        starts: on(23, "09:00"),
        ends: on(23, "21:00"),
        first_seen: at("02:02:00"),
        schedule_id: Some("sch_1".into()),
        fill: Some(form().can_be_on),
    }
}

pub(crate) fn gaps(findings: Vec<FindingRow>) -> CoverageGapsPage {
    CoverageGapsPage {
        layout: layout(),
        scanned_at: Some(at("02:02:00")),
        until: Some(on(28, "02:02")),
        findings,
        left_out: 0,
        can_scan: true,
    }
}
