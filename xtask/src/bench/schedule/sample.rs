//! The measured schedules: four layers of eight people, three of the layers restricted, one of those counting the periods in
//! which it is active, and overrides.
//!
//! Invariant: the same in every run. Everything is laid out from one Monday, whatever day it is.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use domain::actor::Actor;
use domain::id::{LayerId, OverrideId, ScheduleId, UserId};
use domain::roster::Rota;
use domain::schedule::{
    Counting, Coverage, Duty, Layer, LayerMode, Override, OverrideKind, OverrideState, Rotation,
    RotationUnit, Schedule, Turns, Window,
};

/// People in each layer.
const PLACES: u32 = 8;
/// Of each schedule.
const LAYERS: u32 = 4;

/// After so many weeks every layer is back at its first participant: 66 rounds of the longest. A little over ten years.
pub(super) const TEN_YEARS: TimeDelta = TimeDelta::weeks(528);

const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const WEEKEND: [Weekday; 2] = [Weekday::Sat, Weekday::Sun];

/// The Monday from which on everything is asked, 2 March 2026; the clocks change six days later.
pub(super) fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_514)
}

/// Somebody of a tenant, by number.
pub(super) fn person(number: u32) -> UserId {
    UserId::derived(&["bench", &number.to_string()])
}

/// Schedule `number` without overrides, among `people` people, its anchors `older` than four weeks before the start.
pub(super) fn schedule(number: u32, people: u32, older: TimeDelta) -> Schedule {
    let daily = Rotation { every: 1, unit: RotationUnit::Days };
    let weekly = Rotation { every: 1, unit: RotationUnit::Weeks };
    let (by_clock, active) = (Counting::Clock, Counting::ActivePeriods);
    let nights = vec![window(&WORKDAYS, 17, 8), window(&WEEKEND, 8, 8)];
    let layers = [
        ("Weekly", weekly, 9, by_clock, Vec::new()),
        ("Office hours", daily, 8, by_clock, vec![window(&WORKDAYS, 8, 17)]),
        ("Nights", daily, 17, by_clock, nights),
        ("Weekends", daily, 8, active, vec![window(&WEEKEND, 8, 8)]),
    ];
    let midnight = (start() - TimeDelta::weeks(4) - older).naive_utc();
    let layer = |(place, (name, rotation, hour, counting, restrictions))| {
        let first = (number * LAYERS + place) * PLACES;
        let turns = Turns {
            rotation,
            anchor: midnight + TimeDelta::hours(hour),
            participants: (first..first + PLACES).map(|person_at| Some(person(person_at % people))).collect(),
            changes: Vec::new(),
            counting,
        };
        let (id, name) = (LayerId::derived(&[&number.to_string(), name]), String::from(name));
        Layer { id, name, duty: Duty::Turns(turns), starts: None, ends: None, restrictions }
    };
    Schedule {
        id: ScheduleId::derived(&["bench", &number.to_string()]),
        name: format!("Client {number}"),
        zone: chrono_tz::America::Chicago,
        mode: LayerMode::Union,
        layers: (0..).zip(layers).map(layer).collect(),
        former: Vec::new(),
        coverage: Coverage::Always,
        owner: None,
    }
}

/// `many` overrides of a schedule, `apart` from each other, of 30 hours each: whoever has the week is replaced, somebody is on
/// call besides, whoever has the week is spared, and so on.
pub(super) fn overrides(
    schedule: &Schedule,
    many: u32,
    first: DateTime<Utc>,
    apart: TimeDelta,
) -> Vec<Override> {
    let turns = schedule.layers.iter().skip(1).filter_map(Layer::turns);
    let others = turns.flat_map(|turns| turns.participants.iter().flatten().cloned()).cycle();
    let mut overrides = Vec::new();
    let mut starts = first;
    for (number, by) in (0..many).zip(others) {
        let Some(original) = schedule.on_call_at(&[], starts).into_iter().next().map(|on_call| on_call.user)
        else {
            continue;
        };
        let kind = match number % 3 {
            0 => OverrideKind::Replace { original, by },
            1 => OverrideKind::Add { user: by },
            _ => OverrideKind::Remove { user: original },
        };
        overrides.push(Override {
            id: OverrideId::derived(&[schedule.id.as_str(), &number.to_string()]),
            schedule_id: schedule.id.clone(),
            kind,
            starts,
            ends: starts + TimeDelta::hours(30),
            state: OverrideState::Approved,
            reason: None,
            made_by: Actor::System,
            made_at: start() - TimeDelta::weeks(1),
            decided_by: None,
        });
        starts += apart;
    }
    overrides
}

/// `many` schedules of one tenant with `people` people: every tenth with two overrides, one running and one to come, and
/// every twentieth with nobody in office hours.
pub(super) fn rotas(many: u32, people: u32) -> Vec<Rota> {
    let rota = |number: u32| {
        let mut schedule = schedule(number, people, TimeDelta::zero());
        let own = if number % 10 == 1 { 2 } else { 0 };
        let overrides = overrides(&schedule, own, start() - TimeDelta::hours(6), TimeDelta::days(3));
        if number.is_multiple_of(20) {
            schedule.layers.retain(|layer| !layer.restrictions.is_empty() && layer.name != "Office hours");
        }
        Rota { schedule, overrides }
    };
    (0..many).map(rota).collect()
}

fn window(days: &[Weekday], from: i64, to: i64) -> Window {
    let hour = |hour| NaiveTime::MIN + TimeDelta::hours(hour);
    Window { days: days.to_vec(), from: hour(from), to: hour(to) }
}
