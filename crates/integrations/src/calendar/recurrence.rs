//! The dates of a rule that an event repeats by.
//!
//! Invariant: however the rule is written, and whenever it began, no more is worked through than [`Work`] allows. What
//! would take more is an error.
//!
//! The rules themselves are calcard's field. It names every date since a rule's first, and searches long for those of a
//! rule that has none; so a rule is given a start and an end near the window, and one without dates is refused.

use calcard::common::timezone::Tz as AnyTz;
use calcard::common::{CalendarScale, PartialDateTime};
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarFrequency, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarSkip,
};
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use domain::schedule::first_instant;

use super::time::Moment;

/// How many rules of a file are followed: those that have ended before the window don't count.
const MOST_RULES: usize = 200;

/// How many days, weeks, months … all the rules of a file step through, and how many dates they may name.
const MOST_STEPS: usize = 1_000_000;

/// The same for one rule: 137 years of days, 5 of hours, a month of minutes.
const MOST_STEPS_OF_A_RULE: usize = 50_000;

/// How many times a day a rule may name by hour, minute and second.
const MOST_TIMES_A_DAY: usize = 48;

/// How many weekdays, days, months … a rule may list.
const LONGEST_LIST: usize = 64;

const TOO_OFTEN: &str = "repeats more often than can be read";

/// What may still be done for a file.
#[derive(Debug)]
pub(super) struct Work {
    rules: usize,
    steps: usize,
}

impl Default for Work {
    fn default() -> Self {
        Self { rules: MOST_RULES, steps: MOST_STEPS }
    }
}

impl Work {
    fn start_rule(&mut self) -> Result<(), String> {
        self.rules = self.rules.checked_sub(1).ok_or_else(|| {
            format!("is one more than the {MOST_RULES} repeating events that can be read at once")
        })?;
        Ok(())
    }

    fn step(&mut self, steps: usize) -> Result<(), String> {
        let left = self.steps.checked_sub(steps).filter(|_| steps <= MOST_STEPS_OF_A_RULE);
        self.steps = left.ok_or(TOO_OFTEN)?;
        Ok(())
    }
}

/// The dates of a rule between `from` and `to` on the clock of the event's start, and perhaps some before. The error is
/// a sentence's predicate.
pub(super) fn dates(
    rule: &ICalendarRecurrenceRule,
    start: Moment,
    (from, to): (NaiveDateTime, NaiveDateTime),
    work: &mut Work,
) -> Result<Vec<NaiveDateTime>, String> {
    check(rule)?;
    let last = rule.until.as_ref().map(|until| last_instant(until, start)).transpose()?;
    // A day more, since the clock doesn't order times as time does; who comes after the last is sorted out below.
    let until = last.and_then(|last| last.naive_utc().checked_add_signed(TimeDelta::days(1)));
    let to = until.map_or(to, |until| until.min(to));
    if to < from || to < start.local {
        return Ok(Vec::new());
    }
    work.start_rule()?;
    let first = closer(rule, start.local, from);
    work.step(steps(rule, to - first))?;

    let mut bounded = rule.clone();
    bounded.until = Some(PartialDateTime::from_naive_timestamp(to.and_utc().timestamp()));
    let found = expand(&bounded, first, MOST_STEPS_OF_A_RULE + 1)?;
    work.step(found.len())?;
    if found.is_empty() {
        check_has_dates(rule, first)?;
    }
    Ok(found.into_iter().filter(|local| last.is_none_or(|last| start.at(*local).instant() <= last)).collect())
}

/// Refuses what would be understood wrongly, and what takes long to work out for a single day or year.
fn check(rule: &ICalendarRecurrenceRule) -> Result<(), String> {
    let is_gregorian = rule.rscale.as_ref().is_none_or(|scale| *scale == CalendarScale::Gregorian);
    if !is_gregorian || rule.skip.is_some_and(|skip| skip != ICalendarSkip::Omit) {
        return Err("repeats by another calendar than ours, which can't be read".into());
    }
    let times = [rule.byhour.len(), rule.byminute.len(), rule.bysecond.len()];
    let days = [rule.byday.len(), rule.bymonthday.len(), rule.byyearday.len()];
    let others = [rule.byweekno.len(), rule.bymonth.len(), rule.bysetpos.len()];
    let is_long = times.into_iter().chain(days).chain(others).any(|length| length > LONGEST_LIST);
    if is_long || times.into_iter().map(|length| length.max(1)).product::<usize>() > MOST_TIMES_A_DAY {
        return Err(TOO_OFTEN.into());
    }
    Ok(())
}

/// The last instant at which an occurrence may start; a day means all of it.
fn last_instant(until: &PartialDateTime, start: Moment) -> Result<DateTime<Utc>, String> {
    let read = until.to_date_time().ok_or("repeats until a day that doesn't exist")?;
    let local = if until.has_time() {
        read.date_time
    } else {
        read.date_time.date().and_time(NaiveTime::MIN) + TimeDelta::hours(24) - TimeDelta::seconds(1)
    };
    Ok(match read.offset {
        Some(offset) => local.checked_sub_offset(offset).unwrap_or(local).and_utc(),
        None => first_instant(start.zone, local),
    })
}

/// How long the shortest step of a rule is.
fn period(rule: &ICalendarRecurrenceRule) -> TimeDelta {
    let one = match rule.freq {
        ICalendarFrequency::Yearly => TimeDelta::days(365),
        ICalendarFrequency::Monthly => TimeDelta::days(28),
        ICalendarFrequency::Weekly => TimeDelta::weeks(1),
        ICalendarFrequency::Daily => TimeDelta::days(1),
        ICalendarFrequency::Hourly => TimeDelta::hours(1),
        ICalendarFrequency::Minutely => TimeDelta::minutes(1),
        ICalendarFrequency::Secondly => TimeDelta::seconds(1),
    };
    one * i32::from(rule.interval.unwrap_or(1).max(1))
}

fn steps(rule: &ICalendarRecurrenceRule, span: TimeDelta) -> usize {
    usize::try_from(span.num_seconds() / period(rule).num_seconds()).unwrap_or_default()
}

/// A start that is whole steps later and not after `from`, for a rule that nobody counts and whose steps are all of the
/// same length: its dates are the same from there on.
fn closer(rule: &ICalendarRecurrenceRule, start: NaiveDateTime, from: NaiveDateTime) -> NaiveDateTime {
    let is_even = !matches!(rule.freq, ICalendarFrequency::Yearly | ICalendarFrequency::Monthly);
    if !is_even || rule.count.is_some() || start >= from {
        return start;
    }
    // One step before, since a step's dates may lie on either side of where it starts.
    let steps = i32::try_from(steps(rule, from - start).saturating_sub(1)).unwrap_or_default();
    start + period(rule) * steps
}

/// A rule such as "every 30th of February" would be searched for its next date for long, at every reading.
fn check_has_dates(rule: &ICalendarRecurrenceRule, first: NaiveDateTime) -> Result<(), String> {
    let endless = ICalendarRecurrenceRule { until: None, count: None, ..rule.clone() };
    expand(&endless, first, 1)?.first().map(drop).ok_or_else(|| "repeats on days that don't exist".into())
}

/// The rule's first dates. Times are without a zone, so that the clock's changes stay our own affair.
fn expand(
    rule: &ICalendarRecurrenceRule,
    first: NaiveDateTime,
    most: usize,
) -> Result<Vec<NaiveDateTime>, String> {
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    let start = PartialDateTime::from_naive_timestamp(first.and_utc().timestamp());
    event.add_property(ICalendarProperty::Dtstart, start);
    event.add_property(ICalendarProperty::Rrule, rule.clone());
    let expanded = ICalendar { components: vec![event] }.expand_dates(AnyTz::Floating, most);
    if !expanded.errors.is_empty() {
        return Err("repeats by a rule that makes no sense".into());
    }
    Ok(expanded.events.into_iter().map(|event| event.start.naive_local()).collect())
}
