//! One look at a schedule's handoffs: who is told of what has come since the last look, and when to look again.
//!
//! Invariants: a shift that follows another of the same person is no handoff; nobody is told that a shift starts which is over;
//! after an outage, whoever is on call hears so once, and what is long past is not told at all.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::HandoffWatch;
use crate::id::UserId;
use crate::notice::Telling;
use crate::roster::Rota;
use crate::schedule::{Schedule, Span};
use crate::user::User;
use crate::when;

/// How far ahead the next handoff is looked for. A little more than the wait, so that none falls between two looks.
const AHEAD: TimeDelta = TimeDelta::hours(26);

/// When to look again where there is none.
const AGAIN: TimeDelta = TimeDelta::hours(24);

/// How far back a look goes after an outage.
const LONGEST_OUTAGE: TimeDelta = TimeDelta::days(31);

/// The longest that somebody may be told ahead.
const LONGEST_LEAD: TimeDelta = TimeDelta::days(14);

/// For how long the end of a shift is worth a word.
const END_LASTS: TimeDelta = TimeDelta::hours(1);

/// The same of the start of a shift that goes on for long.
const START_LASTS: TimeDelta = TimeDelta::hours(24);

/// How late a start is told of as a start; after that, of a shift that still runs, that it began.
const LATE: TimeDelta = TimeDelta::minutes(15);

/// What a look comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoffs<'a> {
    /// Who is told what, by the instant it is about.
    pub tellings: Vec<(&'a User, Telling)>,
    /// When to look again.
    pub wake: DateTime<Utc>,
}

/// An uninterrupted time of one person on call, through however many shifts.
#[derive(Debug, Clone, Copy)]
struct Stretch<'a> {
    user: &'a UserId,
    span: Span,
}

/// What is looked at.
struct Night<'a, 'u> {
    rota: &'a Rota,
    users: HashMap<&'u UserId, &'u User>,
    stretches: Vec<Stretch<'a>>,
    /// Told of before.
    from: DateTime<Utc>,
    now: DateTime<Utc>,
}

/// Looks at what has come since the last look. `rota` has every override that ends after `watch.told_until`; `users` is
/// everybody.
pub fn look<'a>(watch: &HandoffWatch, rota: &Rota, users: &'a [User], now: DateTime<Utc>) -> Handoffs<'a> {
    let from = watch.told_until.max(now - LONGEST_OUTAGE).min(now);
    let furthest = users.iter().filter_map(lead).max().unwrap_or_default();
    let shifts = rota.schedule.shifts(&rota.overrides, from, now + AHEAD + furthest);
    let mut by_person: BTreeMap<&UserId, Vec<Span>> = BTreeMap::new();
    for shift in &shifts {
        let spans = by_person.entry(&shift.user).or_default();
        match spans.last_mut() {
            Some(last) if last.ends >= shift.starts => last.ends = last.ends.max(shift.ends),
            _ => spans.push(Span { starts: shift.starts, ends: shift.ends }),
        }
    }
    let stretches = by_person.into_iter();
    let stretches =
        stretches.flat_map(|(user, spans)| spans.into_iter().map(move |span| Stretch { user, span }));
    let users = users.iter().map(|user| (&user.id, user)).collect();
    let night = Night { rota, users, stretches: stretches.collect(), from, now };
    Handoffs { tellings: night.tellings(), wake: night.wake() }
}

/// How long before a shift somebody wants to be told.
fn lead(user: &User) -> Option<TimeDelta> {
    let minutes = user.shift_notices.before_minutes?;
    Some(TimeDelta::minutes(i64::from(minutes)).min(LONGEST_LEAD))
}

impl<'a, 'u> Night<'a, 'u> {
    fn tellings(&self) -> Vec<(&'u User, Telling)> {
        let mut told = Vec::new();
        for stretch in &self.stretches {
            let Some(user) = self.users.get(stretch.user).copied() else { continue };
            let Span { starts, ends } = stretch.span;
            let ahead = lead(user).map(|lead| starts - lead);
            if user.shift_notices.at_start && self.is_new(starts) && ends > self.now {
                told.push((starts, user, self.start(*stretch)));
            }
            if user.shift_notices.at_end && self.is_new(ends) && self.now - ends <= END_LASTS {
                told.push((ends, user, self.end(*stretch)));
            }
            if let Some(ahead) = ahead.filter(|ahead| self.is_new(*ahead) && starts > self.now) {
                told.push((ahead, user, self.ahead(*stretch)));
            }
        }
        told.sort_by_key(|(at, user, _): &(DateTime<Utc>, &User, Telling)| (*at, user.id.clone()));
        told.into_iter().map(|(_, user, telling)| (user, telling)).collect()
    }

    /// The next handoff of anybody, or when somebody is to be told of theirs.
    fn wake(&self) -> DateTime<Utc> {
        let instants = self.stretches.iter().flat_map(|stretch| {
            let Span { starts, ends } = stretch.span;
            let lead = self.users.get(stretch.user).copied().and_then(lead);
            [Some(starts), Some(ends), lead.map(|lead| starts - lead)]
        });
        let coming = instants.flatten().filter(|at| *at > self.now && *at < self.now + AHEAD);
        coming.min().unwrap_or(self.now + AGAIN)
    }

    fn is_new(&self, at: DateTime<Utc>) -> bool {
        self.from < at && at <= self.now
    }

    fn start(&self, stretch: Stretch<'_>) -> Telling {
        let Span { starts, .. } = stretch.span;
        let schedule = self.schedule();
        let until = self.until(stretch);
        let late = self.now - starts > LATE;
        let subject = if late {
            format!("You are on call in {} since {}", schedule.name, self.clock(starts))
        } else {
            format!("You are on call in {} now", schedule.name)
        };
        let mut text = format!("You are on call in {} since {}", schedule.name, self.clock(starts));
        if let Some(until) = until {
            let _ = write!(text, ", until {}", self.clock(until));
        }
        text.push('.');
        let before = self.had_until(starts, stretch.user).map(|names| format!("Before you: {names}."));
        let before = before.unwrap_or_else(|| "Nobody had it before you.".to_owned());
        let _ = write!(text, "\n\n{before}");
        if let Some(names) = self.names(starts, stretch.user) {
            let _ = write!(text, "\n\nOn call with you: {names}.");
        }
        let lasts = until.map_or(START_LASTS, |until| (until - self.now).min(START_LASTS));
        self.telling(("start", starts), subject, text, lasts)
    }

    fn end(&self, stretch: Stretch<'_>) -> Telling {
        let ends = stretch.span.ends;
        let schedule = self.schedule();
        let now = match self.names(ends, stretch.user) {
            Some(names) => format!("On call now: {names}."),
            None => "Nobody is on call there now.".to_owned(),
        };
        let text = format!("Your shift in {} ended {}.\n\n{now}", schedule.name, self.clock(ends));
        let subject = format!("Your shift in {} is over", schedule.name);
        self.telling(("end", ends), subject, text, ends + END_LASTS - self.now)
    }

    fn ahead(&self, stretch: Stretch<'_>) -> Telling {
        let starts = stretch.span.starts;
        let schedule = self.schedule();
        let subject = format!("Your shift in {} starts {}", schedule.name, self.clock(starts));
        let mut text = subject.clone();
        if let Some(until) = self.until(stretch) {
            let _ = write!(text, ", and lasts until {}", self.clock(until));
        }
        text.push('.');
        if let Some(names) = self.had_until(starts, stretch.user) {
            let _ = write!(text, "\n\nUntil then it is with {names}.");
        }
        self.telling(("ahead", starts), subject, text, starts - self.now)
    }

    fn telling(
        &self,
        (kind, at): (&str, DateTime<Utc>),
        subject: String,
        text: String,
        lasts: TimeDelta,
    ) -> Telling {
        let schedule = &self.schedule().id;
        Telling {
            about: ["shift", schedule.as_str(), kind, &at.timestamp_micros().to_string()]
                .map(str::to_owned)
                .to_vec(),
            subject,
            text,
            link: Some(format!("/app/schedules/{schedule}")),
            lasts,
        }
    }

    fn schedule(&self) -> &'a Schedule {
        &self.rota.schedule
    }

    fn clock(&self, at: DateTime<Utc>) -> String {
        when::instant(at, self.schedule().zone)
    }

    /// When somebody stops being on call, if that is in sight.
    fn until(&self, stretch: Stretch<'_>) -> Option<DateTime<Utc>> {
        let on_call = self.schedule().on_call_at(&self.rota.overrides, stretch.span.starts);
        on_call.into_iter().find(|on| on.user == *stretch.user).and_then(|on| on.until)
    }

    /// Who else is on call at an instant.
    fn names(&self, at: DateTime<Utc>, but: &UserId) -> Option<String> {
        self.named(but, |span| span.starts <= at && at < span.ends)
    }

    /// Who else is on call until just before an instant, and not at it.
    fn had_until(&self, at: DateTime<Utc>, but: &UserId) -> Option<String> {
        self.named(but, |span| span.ends == at)
    }

    fn named(&self, but: &UserId, when: impl Fn(Span) -> bool) -> Option<String> {
        let others = self.stretches.iter().filter(|other| other.user != but && when(other.span));
        let names: Vec<&str> = others
            .map(|other| self.users.get(other.user).map_or(other.user.as_str(), |user| user.name.as_str()))
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}
