//! Shifts of a day each from noon to noon UTC, Ann and Ben in turns; hour 12 is the first handoff, to Ben.

use super::*;
use crate::actor::Actor;
use crate::id::{LayerId, OverrideId, UserId};
use crate::notice::Telling;
use crate::roster::Rota;
use crate::sample::{minute, person};
use crate::schedule::{
    Counting, Coverage, Duty, Layer, LayerMode, Override, OverrideKind, OverrideState, Rotation,
    RotationUnit, Schedule, Turns,
};
use crate::user::{ShiftNotices, User};
use chrono::TimeDelta;

const ALL: ShiftNotices = ShiftNotices { before_minutes: Some(60), at_start: true, at_end: true };

fn hour(hour: i64) -> DateTime<Utc> {
    minute(60 * hour)
}

fn rota() -> Rota {
    let turns = Turns {
        rotation: Rotation { every: 1, unit: RotationUnit::Days },
        anchor: hour(-12).naive_utc(),
        participants: ["Ann", "Ben"].map(|name| Some(person(name).id)).to_vec(),
        changes: Vec::new(),
        counting: Counting::Clock,
    };
    let layer = Layer {
        id: LayerId::derived(&["daily"]),
        name: "Daily".to_owned(),
        duty: Duty::Turns(turns),
        starts: None,
        ends: None,
        restrictions: Vec::new(),
    };
    let schedule = Schedule {
        id: ScheduleId::derived(&["primary"]),
        name: "Primary".to_owned(),
        zone: chrono_tz::UTC,
        mode: LayerMode::Union,
        layers: vec![layer],
        coverage: Coverage::Always,
        owner: None,
        former: Vec::new(),
    };
    Rota { schedule, overrides: Vec::new() }
}

fn with(mut rota: Rota, kind: OverrideKind, from: i64, to: i64) -> Rota {
    rota.overrides.push(Override {
        id: OverrideId::derived(&[&format!("{kind:?} {from}")]),
        schedule_id: rota.schedule.id.clone(),
        kind,
        starts: hour(from),
        ends: hour(to),
        state: OverrideState::Approved,
        reason: None,
        made_by: Actor::System,
        made_at: hour(0),
        decided_by: None,
    });
    rota
}

fn id(name: &str) -> UserId {
    person(name).id
}

/// Ann and Ben want this, Olivia nothing.
fn users(wanted: ShiftNotices) -> Vec<User> {
    let ann_and_ben = ["Ann", "Ben"].map(|name| User { shift_notices: wanted, ..person(name) });
    ann_and_ben.into_iter().chain([person("Olivia")]).collect()
}

fn told(
    rota: &Rota,
    wanted: ShiftNotices,
    from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (Vec<Telling>, DateTime<Utc>) {
    let watch = HandoffWatch::begin(rota.schedule.id.clone(), from);
    let users = users(wanted);
    let looked = look(&watch, rota, &users, now);
    (looked.tellings.into_iter().map(|(_, telling)| telling).collect(), looked.wake)
}

fn subjects(rota: &Rota, wanted: ShiftNotices, from: DateTime<Utc>, now: DateTime<Utc>) -> Vec<String> {
    told(rota, wanted, from, now).0.into_iter().map(|telling| telling.subject).collect()
}

#[test]
fn a_handoff_is_told_to_whoever_comes_and_to_whoever_goes() {
    let (told, _) = told(&rota(), ALL, hour(11), hour(12) + TimeDelta::seconds(10));
    let texts: Vec<_> =
        told.iter().map(|telling| (telling.subject.as_str(), telling.text.as_str())).collect();
    let mut expected = [
        (
            "You are on call in Primary now",
            "You are on call in Primary since Fri 4 Oct 2024 12:00 UTC, until Sat 5 Oct 2024 12:00 UTC.\n\nBefore you: Ann.",
        ),
        (
            "Your shift in Primary is over",
            "Your shift in Primary ended Fri 4 Oct 2024 12:00 UTC.\n\nOn call now: Ben.",
        ),
    ];
    if id("Ann") < id("Ben") {
        expected.reverse();
    }
    assert_eq!(texts, expected);
}

#[test]
fn a_shift_is_announced_as_long_before_as_somebody_wants() {
    let rota = rota();
    assert_eq!(subjects(&rota, ALL, hour(10), hour(11) - TimeDelta::seconds(1)), [""; 0]);
    let (told, wake) = told(&rota, ALL, hour(10), hour(11));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].subject, "Your shift in Primary starts Fri 4 Oct 2024 12:00 UTC");
    assert_eq!(
        told[0].text,
        "Your shift in Primary starts Fri 4 Oct 2024 12:00 UTC, and lasts until Sat 5 Oct 2024 12:00 UTC.\n\nUntil then it is with Ann."
    );
    assert_eq!((told[0].lasts, wake), (TimeDelta::hours(1), hour(12)));
}

#[test]
fn nobody_is_told_who_did_not_ask() {
    assert_eq!(subjects(&rota(), ShiftNotices::default(), hour(0), hour(12)), [""; 0]);
    let only_end = ShiftNotices { at_end: true, ..ShiftNotices::default() };
    assert_eq!(subjects(&rota(), only_end, hour(11), hour(12)), ["Your shift in Primary is over"]);
}

#[test]
fn each_instant_is_told_in_one_look() {
    let rota = rota();
    assert_eq!(subjects(&rota, ALL, hour(11), hour(12)).len(), 2, "at the very instant");
    assert_eq!(subjects(&rota, ALL, hour(12), hour(13)), [""; 0], "and not again");
}

#[test]
fn turns_in_a_row_are_no_handoff() {
    let rota = with(rota(), OverrideKind::Replace { original: id("Ben"), by: id("Ann") }, 0, 100);
    assert_eq!(subjects(&rota, ALL, hour(11), hour(12)), [""; 0]);
    let (_, wake) = told(&rota, ALL, hour(11), hour(12));
    assert_eq!(wake, hour(12) + AGAIN_IN, "no handoff for a day");
}

const AGAIN_IN: TimeDelta = TimeDelta::hours(24);

#[test]
fn after_an_outage_whoever_is_on_call_hears_so_once_and_the_past_is_not_told() {
    let rota = rota();
    // Handoffs at 12, 36, 60 and 84; the last one has Ann's shift running.
    assert_eq!(
        subjects(&rota, ALL, hour(0), hour(90)),
        ["You are on call in Primary since Mon 7 Oct 2024 12:00 UTC"],
        "neither the ends nor the shifts in between"
    );
    let late = hour(84) + TimeDelta::minutes(15);
    assert_eq!(subjects(&rota, ALL, hour(0), late).len(), 2);
    assert!(subjects(&rota, ALL, hour(0), late).contains(&"You are on call in Primary now".to_owned()));
    let an_hour = hour(85) + TimeDelta::seconds(1);
    assert_eq!(subjects(&rota, ALL, hour(0), an_hour).len(), 1, "an end is told for an hour");
}

#[test]
fn an_announcement_that_comes_after_the_start_is_left_to_the_start() {
    let ahead = ShiftNotices { before_minutes: Some(60), ..ShiftNotices::default() };
    assert_eq!(subjects(&rota(), ahead, hour(10), hour(12)), [""; 0]);
    assert_eq!(subjects(&rota(), ahead, hour(10), hour(12) - TimeDelta::minutes(1)).len(), 1);
}

#[test]
fn whoever_is_on_call_besides_is_named() {
    let rota = with(rota(), OverrideKind::Add { user: id("Olivia") }, 0, 100);
    let start = ShiftNotices { at_start: true, ..ShiftNotices::default() };
    let (told, _) = told(&rota, start, hour(11), hour(12));
    assert!(told[0].text.ends_with("Before you: Ann.\n\nOn call with you: Olivia."), "{}", told[0].text);
}

#[test]
fn a_shift_that_ends_in_a_gap_says_that_nobody_has_it() {
    let rota = with(rota(), OverrideKind::Remove { user: id("Ben") }, 0, 30);
    let (told, wake) = told(&rota, ALL, hour(11), hour(12));
    assert!(told[0].text.ends_with("Nobody is on call there now."), "{}", told[0].text);
    assert_eq!(wake, hour(29), "an hour before Ben comes back");
    let (told, _) = self::told(&rota, ALL, hour(29), hour(30));
    assert!(told[0].text.ends_with("Nobody had it before you."), "{}", told[0].text);
}

#[test]
fn the_next_look_is_at_the_next_handoff_or_announcement_and_within_a_day() {
    let rota = rota();
    assert_eq!(told(&rota, ALL, hour(0), hour(0)).1, hour(11));
    assert_eq!(told(&rota, ALL, hour(0), hour(11)).1, hour(12));
    assert_eq!(
        told(&rota, ShiftNotices::default(), hour(0), hour(0)).1,
        hour(12),
        "whoever wants it by then"
    );
    let days = ShiftNotices { before_minutes: Some(3 * 24 * 60), ..ShiftNotices::default() };
    assert_eq!(told(&rota, days, hour(0), hour(0)).1, hour(12));
    // Ben's shift at hour 84 is announced at hour 12.
    assert_eq!(subjects(&rota, days, hour(0), hour(12)).len(), 1);
}

#[test]
fn a_notice_is_named_by_the_schedule_what_it_says_and_the_instant() {
    let about = |now| told(&rota(), ALL, hour(11), now).0.remove(0).about;
    assert_eq!(about(hour(12)), about(hour(12) + TimeDelta::minutes(3)));
}

#[test]
fn a_watch_moves_on_and_rests_without_its_schedule() {
    let mut watch = HandoffWatch::begin(rota().schedule.id, hour(0));
    watch.told(hour(5), hour(11));
    assert_eq!((watch.told_until, watch.due_at), (hour(5), Some(hour(11))));
    watch.stir(hour(6));
    assert_eq!((watch.told_until, watch.due_at, watch.revision), (hour(5), Some(hour(6)), 1));
    watch.told(hour(4), hour(11));
    assert_eq!(watch.told_until, hour(5), "never back");
    watch.rest();
    assert_eq!(watch.due_at, None);
}
