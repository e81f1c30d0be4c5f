//! A schedule over some days, part by part: what each layer alone says, the overrides, and what they come to.
//!
//! Invariant: a layer alone is the same schedule with that layer only and without overrides, put to the resolver that
//! pages; so are the final shifts, the gaps and who is on call now.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::id::{ScheduleId, UserId};
use domain::roster::By;
use domain::schedule::{
    Layer, Override, OverrideKind, OverrideState, Reason, Schedule, Shift, Span, UpcomingTurn, first_instant,
};
use domain::user::User;

use super::rota;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::on_call::{PersonNow, ScheduleNow};
use crate::roster;

/// How many turns of each layer are told.
const TURNS: usize = 10;

/// No day begins longer than this before or after the day of the same date in UTC.
const ANY_ZONE: TimeDelta = TimeDelta::hours(26);

/// The days to look at, on the calendar of the schedule's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaysAsked {
    /// The first one; today unless given.
    pub from: Option<NaiveDate>,
    /// How many.
    pub count: u16,
}

/// A schedule over some days.
#[derive(Debug, Clone)]
pub struct ScheduleView {
    /// The schedule.
    pub schedule: Schedule,
    /// The first of the days.
    pub from: NaiveDate,
    /// Where each of them starts. A day that the zone skips isn't there.
    pub days: Vec<DateTime<Utc>>,
    /// From the start of the first day to the end of the last.
    pub window: Span,
    /// Each layer alone, in their order.
    pub layers: Vec<LayerAlone>,
    /// The final schedule by start; cut at the window's ends.
    pub shifts: Vec<ShiftInView>,
    /// Where nobody is on call although somebody should be; cut at the window's ends.
    pub gaps: Vec<Span>,
    /// Those that meet the window or aren't over yet, by start; none that were rejected.
    pub overrides: Vec<OverrideInView>,
    /// Who is on call now, and who comes next.
    pub now: ScheduleNow,
    /// Everybody who takes part in the schedule now or is going to.
    pub takes_part: BTreeSet<UserId>,
    users: HashMap<UserId, User>,
}

/// What a layer says, whatever the others do.
#[derive(Debug, Clone)]
pub struct LayerAlone {
    /// Its name.
    pub name: String,
    /// Its shifts by start; cut at the window's ends.
    pub shifts: Vec<ShiftInView>,
    /// Its next ten turns from now on. None for a calendar.
    pub turns: Vec<UpcomingTurn>,
}

/// Somebody's shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftInView {
    /// Whose.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// When.
    pub span: Span,
    /// Why them, in words.
    pub why: String,
}

/// An override, and what whoever asks may do about it as things stand.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one button")]
pub struct OverrideInView {
    /// The override.
    pub value: Override,
    /// Take the shift of whoever asks to be covered.
    pub may_accept: bool,
    /// Agree to it.
    pub may_approve: bool,
    /// Refuse it.
    pub may_reject: bool,
    /// Take it back, or end it.
    pub may_withdraw: bool,
}

impl ScheduleView {
    /// What somebody is called; the id where the user is gone.
    pub fn name_of(&self, id: &UserId) -> String {
        name_of(&self.users, id)
    }

    /// Everybody of the tenant by name, disabled or not.
    pub fn people(&self) -> Vec<&User> {
        let mut people: Vec<&User> = self.users.values().collect();
        people.sort_unstable_by_key(|user| (&user.name, &user.id));
        people
    }
}

/// A schedule over the days asked for.
pub async fn view(app: &App, ctx: &Ctx, id: &ScheduleId, asked: DaysAsked) -> Result<ScheduleView, Error> {
    let rota = rota::load(app, &ctx.tenant, id, earliest(asked, ctx.now)).await?;
    let users = roster::all_users(app, &ctx.tenant).await?;
    let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id.clone(), user)).collect();
    let overrides = rota.changes();
    let schedule = rota.schedule.value;
    let from = asked.from.unwrap_or_else(|| ctx.now.with_timezone(&schedule.zone).date_naive());
    let (days, window) = laid_out(&schedule, from, asked.count);
    let seen = Seen { schedule: &schedule, overrides: &overrides, users: &users };
    let takes_part: BTreeSet<UserId> = schedule.people_from(ctx.now).into_iter().cloned().collect();
    let offered = |value: &Override| offered(value, ctx, takes_part.contains(&ctx.user_id));
    let mut shown: Vec<OverrideInView> = overrides
        .iter()
        .filter(|value| value.state != OverrideState::Rejected)
        .filter(|value| value.ends > ctx.now || meets(value, window))
        .map(offered)
        .collect();
    shown.sort_by(|a, b| (a.value.starts, &a.value.id).cmp(&(b.value.starts, &b.value.id)));
    Ok(ScheduleView {
        layers: seen.layers(ctx.now, window),
        shifts: seen.shifts(window),
        gaps: schedule.gaps(&overrides, window.starts, window.ends),
        now: seen.now(ctx.now),
        overrides: shown,
        from,
        days,
        window,
        takes_part,
        schedule,
        users,
    })
}

/// An instant before both the first day, in whatever zone, and now.
fn earliest(asked: DaysAsked, now: DateTime<Utc>) -> DateTime<Utc> {
    let first = asked.from.map_or(now, |date| date.and_time(NaiveTime::MIN).and_utc());
    let first = first.min(now);
    first.checked_sub_signed(ANY_ZONE).unwrap_or(first)
}

/// Where each day starts on the schedule's wall clock, and all of them together.
fn laid_out(schedule: &Schedule, from: NaiveDate, count: u16) -> (Vec<DateTime<Utc>>, Span) {
    let midnight = |day: u16| {
        let date = from.checked_add_days(Days::new(u64::from(day))).unwrap_or(NaiveDate::MAX);
        first_instant(schedule.zone, date.and_time(NaiveTime::MIN))
    };
    let mut days: Vec<DateTime<Utc>> = (0..count).map(midnight).collect();
    // A zone that changes the side of the date line skips a day.
    days.dedup();
    (days, Span { starts: midnight(0), ends: midnight(count) })
}

fn meets(value: &Override, window: Span) -> bool {
    value.starts < window.ends && window.starts < value.ends
}

/// What the person who asks may do: a hint, since whoever does it decides again.
fn offered(value: &Override, ctx: &Ctx, takes_part: bool) -> OverrideInView {
    let is_pending = value.state == OverrideState::Pending && value.ends > ctx.now;
    let made_it = value.made_by.user_id() == Some(&ctx.user_id);
    let is_cover = matches!(value.kind, OverrideKind::Cover { .. });
    let may_reject = value.may_reject(&ctx.user_id, ctx.role);
    let is_theirs = made_it || value.kind.people().contains(&&ctx.user_id);
    let may_cover = ctx.role.can_manage() || (ctx.role.can_respond() && takes_part);
    OverrideInView {
        may_accept: is_pending && is_cover && may_cover && !is_theirs,
        may_approve: is_pending && value.may_approve(&ctx.user_id, ctx.role),
        may_reject: is_pending && may_reject && !made_it,
        may_withdraw: value.may_withdraw(&ctx.user_id, ctx.role)
            && value.ends > ctx.now
            && (!is_pending || made_it),
        value: value.clone(),
    }
}

fn name_of(users: &HashMap<UserId, User>, id: &UserId) -> String {
    users.get(id).map_or_else(|| id.to_string(), |user| user.name.clone())
}

/// What is looked at.
struct Seen<'a> {
    schedule: &'a Schedule,
    overrides: &'a [Override],
    users: &'a HashMap<UserId, User>,
}

impl Seen<'_> {
    fn layers(&self, now: DateTime<Utc>, window: Span) -> Vec<LayerAlone> {
        let alone = |layer: &Layer| {
            let turns = self.schedule.next_turns(layer, now, TURNS);
            let schedule =
                Schedule { layers: vec![layer.clone()], former: Vec::new(), ..self.schedule.clone() };
            let seen = Seen { schedule: &schedule, overrides: &[], users: self.users };
            LayerAlone { name: layer.name.clone(), shifts: seen.shifts(window), turns }
        };
        self.schedule.layers.iter().map(alone).collect()
    }

    fn shifts(&self, window: Span) -> Vec<ShiftInView> {
        let shifts = self.schedule.shifts(self.overrides, window.starts, window.ends);
        let shown = |shift: Shift| ShiftInView {
            name: name_of(self.users, &shift.user),
            why: self.by(&shift.reason).in_words(|id| name_of(self.users, id)),
            span: Span { starts: shift.starts, ends: shift.ends },
            user_id: shift.user,
        };
        shifts.into_iter().map(shown).collect()
    }

    fn now(&self, now: DateTime<Utc>) -> ScheduleNow {
        let Self { schedule, overrides, .. } = self;
        let on_call = schedule.on_call_at(overrides, now).into_iter();
        let next = schedule.next_on_call(overrides, now).into_iter();
        ScheduleNow {
            id: schedule.id.clone(),
            name: schedule.name.clone(),
            zone: schedule.zone,
            on_call: on_call.map(|person| self.person(person.user, person.until, &person.reason)).collect(),
            next: next.map(|person| self.person(person.user, Some(person.starts), &person.reason)).collect(),
            coverage_required: !schedule.required(now, now + TimeDelta::nanoseconds(1)).is_empty(),
        }
    }

    fn person(&self, user_id: UserId, at: Option<DateTime<Utc>>, reason: &Reason) -> PersonNow {
        let by = self.by(reason);
        let why = by.in_words(|id| name_of(self.users, id));
        PersonNow { name: name_of(self.users, &user_id), user_id, at, by, why }
    }

    fn by(&self, reason: &Reason) -> By {
        By::of(self.schedule, self.overrides, reason)
    }
}
