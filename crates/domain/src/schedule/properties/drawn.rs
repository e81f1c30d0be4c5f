//! Schedules drawn at random around days on which clocks do odd things.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::actor::Actor;
use crate::id::{LayerId, OverrideId};
use crate::schedule::local_time::first_instant;
use crate::schedule::tests::{layer, places, schedule, user};
use crate::schedule::*;

pub(super) const PEOPLE: [&str; 5] = ["ann", "bob", "cid", "dee", "-"];

/// Zones with a day on which something odd happens, and some where nothing does.
pub(super) const ODD_DAYS: [(Tz, (i32, u32, u32)); 17] = [
    (Tz::America__Chicago, (2026, 3, 8)),
    (Tz::America__New_York, (2026, 11, 1)),
    (Tz::America__St_Johns, (2010, 3, 14)),
    (Tz::America__St_Johns, (2010, 11, 7)),
    (Tz::Australia__Lord_Howe, (2026, 4, 5)),
    (Tz::Australia__Lord_Howe, (2026, 10, 4)),
    (Tz::Pacific__Apia, (2011, 12, 30)),
    (Tz::America__Sao_Paulo, (2018, 11, 4)),
    (Tz::America__Sao_Paulo, (2019, 2, 17)),
    (Tz::Africa__Casablanca, (2026, 2, 15)),
    (Tz::Africa__Casablanca, (2026, 3, 22)),
    (Tz::Europe__Dublin, (2026, 3, 29)),
    (Tz::Europe__Dublin, (2026, 10, 25)),
    (Tz::Asia__Kathmandu, (1986, 1, 1)),
    (Tz::Asia__Kathmandu, (2026, 6, 1)),
    (Tz::Antarctica__Troll, (2026, 3, 29)),
    (Tz::UTC, (2026, 6, 1)),
];

pub(super) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

/// A schedule, its overrides, and the midnight (UTC) around which it is worth looking at.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) schedule: Schedule,
    pub(super) overrides: Vec<Override>,
    pub(super) middle: DateTime<Utc>,
}

impl Case {
    /// Hours from the middle.
    pub(super) fn hour(&self, hours: i64) -> DateTime<Utc> {
        self.middle + TimeDelta::hours(hours)
    }

    pub(super) fn shifts(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Shift> {
        self.schedule.shifts(&self.overrides, from, to)
    }
}

fn rotations() -> impl Strategy<Value = Rotation> {
    use RotationUnit::{Days, Hours, Weeks};
    prop_oneof![
        3 => prop::sample::select(vec![1, 1, 1, 2, 3, 5, 6, 7, 8, 12, 24, 36, 48]).prop_map(|every| (every, Hours)),
        3 => (1..4_u32).prop_map(|every| (every, Days)),
        1 => (1..3_u32).prop_map(|every| (every, Weeks)),
    ]
    .prop_map(|(every, unit)| Rotation { every, unit })
}

/// A quarter of an hour of the day, mostly of the hours in which clocks are changed.
fn times() -> impl Strategy<Value = NaiveTime> {
    prop_oneof![4 => 0..13_u32, 1 => 92..96_u32, 3 => 0..96_u32]
        .prop_map(|quarters| NaiveTime::from_hms_opt(quarters / 4, quarters % 4 * 15, 0).unwrap())
}

pub(super) fn windows() -> impl Strategy<Value = Window> {
    let every_day = Just(Vec::new());
    let some_days = prop::collection::vec((0..7_u8).prop_map(|day| Weekday::try_from(day).unwrap()), 1..4);
    (prop_oneof![2 => every_day, 3 => some_days], times(), times(), prop::bool::weighted(0.2)).prop_map(
        |(days, from, to, is_whole_day)| Window { days, from, to: if is_whole_day { from } else { to } },
    )
}

fn restrictions() -> impl Strategy<Value = Vec<Window>> {
    prop_oneof![Just(Vec::new()), prop::collection::vec(windows(), 1..4)]
}

pub(super) fn people() -> impl Strategy<Value = Vec<Participant>> {
    prop::collection::vec(prop::sample::select(PEOPLE.to_vec()), 1..5).prop_map(|names| places(&names))
}

/// New participants, made of those before, a place among them, and others.
pub(super) type Edit = fn(&[Participant], usize, &[Participant]) -> Vec<Participant>;

/// Somebody joins or leaves, the order is turned about, or everything is others'.
pub(super) fn edits() -> impl Strategy<Value = Edit> {
    let joins: Edit = |before, place, other| [&before[..place], &other[..1], &before[place..]].concat();
    let leaves: Edit = |before, place, _| [&before[..place], &before[before.len().min(place + 1)..]].concat();
    let turns: Edit =
        |before, place, _| [&before[place..], &before[..place]].concat().into_iter().rev().collect();
    let others: Edit = |_, _, other| other.to_vec();
    prop::sample::select(vec![joins, leaves, turns, others])
}

/// The instant of one of these turns' handoffs, or one of these quarters of an hour from the middle.
pub(super) fn instants(
    turns: &Turns,
    zone: Tz,
    middle: DateTime<Utc>,
    (numbers, quarters): (Range<i32>, Range<i64>),
) -> impl Strategy<Value = DateTime<Utc>> + use<> {
    let (anchor, length) = (turns.anchor, TimeDelta::seconds(turns.rotation.length()));
    prop_oneof![
        numbers.prop_map(move |number| first_instant(zone, anchor + length * number)),
        quarters.prop_map(move |quarters| middle + TimeDelta::minutes(15 * quarters)),
    ]
}

/// The turns with up to so many changes of participants.
pub(super) fn changed_turns(
    turns: Turns,
    most: usize,
    instants: impl Strategy<Value = DateTime<Utc>>,
) -> impl Strategy<Value = Turns> {
    let order = prop::sample::select(vec![Order::Continues, Order::Continues, Order::FromAnchor]);
    let drawn = prop::collection::vec((instants, order, edits(), 0..5_usize, people()), 0..=most);
    (Just(turns), drawn).prop_map(|(mut turns, mut drawn)| {
        drawn.sort_by_key(|(from, ..)| *from);
        drawn.dedup_by_key(|(from, ..)| *from);
        for (from, order, edit, place, other) in drawn {
            let before = turns.participants_at(from);
            let participants = edit(before, place.min(before.len()), &other);
            turns.changes.push(Change { from, participants, order });
        }
        turns
    })
}

/// Turns anchored within nine days before the middle, or on the day itself; sometimes weeks ago.
fn turns(zone: Tz, middle: NaiveDateTime) -> impl Strategy<Value = Turns> {
    let anchor = (prop_oneof![4 => -4..=0_i64, 3 => -10..=0_i64, 1 => -40..0_i64], times())
        .prop_map(move |(days, time)| (middle + TimeDelta::days(days)).date().and_time(time));
    let counting = prop::sample::select(vec![Counting::Clock, Counting::ActivePeriods]);
    (rotations(), anchor, people(), counting).prop_flat_map(
        move |(rotation, anchor, participants, counting)| {
            let counting = if rotation.follows_the_clock() { counting } else { Counting::Clock };
            let turns = Turns { rotation, anchor, participants, changes: Vec::new(), counting };
            let around = instants(&turns, zone, middle.and_utc(), (0..20, -6 * 24 * 4..2 * 24 * 4));
            changed_turns(turns, 3, around)
        },
    )
}

fn calendars(middle: NaiveDateTime) -> impl Strategy<Value = Calendar> {
    let person = prop::sample::select(PEOPLE[..4].to_vec()).prop_map(user);
    let shift = (person, -9 * 24 * 4..3 * 24 * 4_i64, 0..200_i64).prop_map(move |(user, starts, length)| {
        let starts = middle.and_utc() + TimeDelta::minutes(15 * starts);
        CalendarShift { user, starts, ends: starts + TimeDelta::minutes(15 * length) }
    });
    prop::collection::vec(shift, 0..12).prop_map(move |mut shifts| {
        shifts.sort_by_key(|shift| shift.starts);
        Calendar { url: None, read_at: middle.and_utc(), shifts, unknown: Vec::new(), problem: None }
    })
}

fn duties(zone: Tz, middle: NaiveDateTime) -> impl Strategy<Value = Duty> {
    prop_oneof![
        5 => turns(zone, middle).prop_map(Duty::Turns),
        1 => calendars(middle).prop_map(Duty::Calendar),
    ]
}

/// A layer, sometimes with a start and an end of its own.
pub(super) fn layers(zone: Tz, middle: NaiveDateTime) -> impl Strategy<Value = Layer> {
    let around = move |hours: Range<i64>| {
        prop::option::weighted(0.2, hours.prop_map(move |hours| middle.and_utc() + TimeDelta::hours(hours)))
    };
    let parts = (duties(zone, middle), around(-200..24), around(-48..200), restrictions());
    parts.prop_map(|(duty, starts, ends, restrictions)| Layer {
        duty,
        starts,
        ends,
        restrictions,
        ..layer("drawn", (1, RotationUnit::Days), "2026-01-01T00:00:00", &[])
    })
}

pub(super) fn overrides(middle: NaiveDateTime) -> impl Strategy<Value = Override> {
    use OverrideState::{Approved, Pending, Rejected};
    let person = || prop::sample::select(PEOPLE[..4].to_vec()).prop_map(user);
    let kind = prop_oneof![
        6 => (person(), person()).prop_map(|(original, by)| OverrideKind::Replace { original, by }),
        2 => person().prop_map(|user| OverrideKind::Add { user }),
        2 => person().prop_map(|user| OverrideKind::Remove { user }),
        1 => person().prop_map(|original| OverrideKind::Cover { original }),
    ];
    let state = prop::sample::select(vec![Approved, Approved, Approved, Pending, Rejected]);
    (kind, -72..72_i64, 0..60_i64, state, any::<u32>()).prop_map(move |(kind, from, hours, state, id)| {
        let starts = middle.and_utc() + TimeDelta::hours(from);
        Override {
            id: OverrideId::derived(&[&id.to_string()]),
            schedule_id: ScheduleId::derived(&["nights"]),
            kind,
            starts,
            ends: starts + TimeDelta::hours(hours),
            state,
            reason: None,
            made_by: Actor::System,
            made_at: starts,
            decided_by: None,
        }
    })
}

fn coverage() -> impl Strategy<Value = Coverage> {
    prop_oneof![
        2 => Just(Coverage::Always),
        1 => Just(Coverage::Never),
        3 => prop::collection::vec(windows(), 1..4).prop_map(Coverage::Windows),
    ]
}

/// An odd day, and the midnight it begins with.
pub(super) fn odd_days() -> impl Strategy<Value = (Tz, NaiveDateTime)> {
    prop::sample::select(ODD_DAYS.to_vec()).prop_map(|(zone, (year, month, day))| {
        (zone, NaiveDate::from_ymd_opt(year, month, day).unwrap().and_time(NaiveTime::MIN))
    })
}

pub(super) fn cases(
    layer_counts: Range<usize>,
    override_counts: Range<usize>,
) -> impl Strategy<Value = Case> {
    odd_days().prop_flat_map(move |day| cases_around(day, layer_counts.clone(), override_counts.clone()))
}

pub(super) fn cases_around(
    (zone, middle): (Tz, NaiveDateTime),
    layer_counts: Range<usize>,
    override_counts: Range<usize>,
) -> impl Strategy<Value = Case> {
    let parts = (
        prop::collection::vec(layers(zone, middle), layer_counts),
        prop::collection::vec(overrides(middle), override_counts),
        prop::sample::select(vec![LayerMode::Union, LayerMode::TopLayerWins]),
        coverage(),
    );
    parts.prop_map(move |(mut layers, overrides, mode, coverage)| {
        for (index, layer) in layers.iter_mut().enumerate() {
            layer.id = LayerId::derived(&[&index.to_string()]);
        }
        let schedule = Schedule { mode, coverage, ..schedule(zone, layers) };
        Case { schedule, overrides, middle: middle.and_utc() }
    })
}
