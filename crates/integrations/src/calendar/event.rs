//! One event of a calendar, as it stands there: nothing is repeated or taken away yet.
//!
//! Invariant: what is left unread in an event changes neither when it is nor whose it is.

use calcard::common::PartialDateTime;
use calcard::icalendar::utils::strip_mailto_scheme;
use calcard::icalendar::{
    ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarPeriod, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarStatus, ICalendarValue,
};
use percent_encoding::percent_decode_str;

use super::read::{LONGEST_SUMMARY, quoted};
use super::time::{Length, Moment, Zones};

/// How many attendees of an event are kept: more are no shift.
const MOST_ATTENDEES: usize = 100;

/// An event.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) uid: Option<String>,
    pub(super) summary: String,
    pub(super) attendees: Vec<String>,
    /// The occurrence of another event of the same `uid` that this one stands for.
    pub(super) replaces: Option<Moment>,
    /// `None` when it is cancelled or takes no time.
    pub(super) times: Option<Times>,
}

/// When an event is.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) start: Moment,
    pub(super) length: Length,
    pub(super) rules: Vec<ICalendarRecurrenceRule>,
    /// Occurrences besides those of the rules.
    pub(super) more: Vec<(Moment, Length)>,
    /// Occurrences that are left out.
    pub(super) except: Vec<Moment>,
}

impl Event {
    /// The error is a sentence about the event, whose summary it names.
    pub(super) fn of(component: &ICalendarComponent, zones: &Zones<'_>) -> Result<Self, String> {
        let summary = text(component, &ICalendarProperty::Summary);
        Self::read(component, zones, &summary)
            .map_err(|problem| sentence(&summary, component.uid(), &problem))
    }

    /// A sentence about the event, from its predicate.
    pub(super) fn sentence(&self, problem: &str) -> String {
        sentence(&self.summary, self.uid.as_deref(), problem)
    }

    fn read(component: &ICalendarComponent, zones: &Zones<'_>, summary: &str) -> Result<Self, String> {
        let replaces = match component.property(&ICalendarProperty::RecurrenceId) {
            Some(entry) if entry.has_parameter(&ICalendarParameterName::Range) => {
                return Err("changes all occurrences from one on (RANGE), which can't be read".into());
            }
            Some(entry) => Some(moment(entry, zones)?),
            None => None,
        };
        let is_cancelled = component.status() == Some(&ICalendarStatus::Cancelled);
        Ok(Self {
            uid: component.uid().map(str::to_owned),
            summary: summary.chars().take(LONGEST_SUMMARY).collect(),
            attendees: attendees(component),
            replaces,
            times: if is_cancelled { None } else { times(component, zones)? },
        })
    }
}

fn sentence(summary: &str, uid: Option<&str>, problem: &str) -> String {
    let name = if summary.is_empty() { uid.unwrap_or_default() } else { summary };
    format!("the event {} {problem}", quoted(name))
}

fn times(component: &ICalendarComponent, zones: &Zones<'_>) -> Result<Option<Times>, String> {
    let start = component.property(&ICalendarProperty::Dtstart).ok_or("has no start")?;
    let start = moment(start, zones)?;
    let Some(length) = length(component, start, zones)? else { return Ok(None) };
    if component.has_property(&ICalendarProperty::Exrule) {
        return Err("has a rule for its exceptions (EXRULE), which can't be read".into());
    }
    let mut times = Times { start, length, rules: Vec::new(), more: Vec::new(), except: Vec::new() };
    for entry in component.properties(&ICalendarProperty::Rrule) {
        for value in &entry.values {
            let ICalendarValue::RecurrenceRule(rule) = value else {
                return Err("repeats by a rule that can't be read".into());
            };
            times.rules.push((**rule).clone());
        }
    }
    for entry in component.properties(&ICalendarProperty::Rdate) {
        for value in &entry.values {
            times.more.push(added(value, entry.tz_id(), length, zones)?);
        }
    }
    for entry in component.properties(&ICalendarProperty::Exdate) {
        for value in &entry.values {
            times.except.push(zones.moment(date_time(value)?, entry.tz_id())?);
        }
    }
    Ok(Some(times))
}

/// `None` for a time that nothing gives a length to.
fn length(
    component: &ICalendarComponent,
    start: Moment,
    zones: &Zones<'_>,
) -> Result<Option<Length>, String> {
    if let Some(entry) = component.property(&ICalendarProperty::Dtend) {
        let end = moment(entry, zones)?;
        let length = Length::between(start, end).ok_or("ends before it starts")?;
        // Some write the last day where the first one after it belongs.
        let is_same_day = start.is_day && end.is_day && start.local == end.local;
        return Ok(Some(if is_same_day { Length::DAY } else { length }));
    }
    if let Some(entry) = component.property(&ICalendarProperty::Duration) {
        let Some(ICalendarValue::Duration(duration)) = entry.values.first() else {
            return Err("has a length that can't be read".into());
        };
        return Ok(Some(Length::of(duration).ok_or("has a length that no event can have")?));
    }
    Ok(start.is_day.then_some(Length::DAY))
}

fn added(
    value: &ICalendarValue,
    zone: Option<&str>,
    length: Length,
    zones: &Zones<'_>,
) -> Result<(Moment, Length), String> {
    let (start, length) = match value {
        ICalendarValue::Period(ICalendarPeriod::Range { start, end }) => {
            let start = zones.moment(start, zone)?;
            (start, Length::between(start, zones.moment(end, zone)?))
        }
        ICalendarValue::Period(ICalendarPeriod::Duration { start, duration }) => {
            (zones.moment(start, zone)?, Length::of(duration))
        }
        value => (zones.moment(date_time(value)?, zone)?, Some(length)),
    };
    Ok((start, length.ok_or("has an occurrence that ends before it starts")?))
}

fn moment(entry: &ICalendarEntry, zones: &Zones<'_>) -> Result<Moment, String> {
    zones.moment(date_time(entry.values.first().ok_or("has an empty date")?)?, entry.tz_id())
}

fn date_time(value: &ICalendarValue) -> Result<&PartialDateTime, String> {
    value.as_partial_date_time().ok_or_else(|| "has a date that can't be read".into())
}

fn text(component: &ICalendarComponent, property: &ICalendarProperty) -> String {
    let value = component.property(property).and_then(|entry| entry.values.first());
    value.and_then(ICalendarValue::as_text).unwrap_or_default().trim().to_owned()
}

/// Each address once, in the order in which they stand there.
fn attendees(component: &ICalendarComponent) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for entry in component.properties(&ICalendarProperty::Attendee) {
        // Who is no mail address (`urn:uuid:…`) may have one beside it.
        let beside = entry.parameter(&ICalendarParameterName::Email).and_then(|value| value.as_text());
        let value = entry.values.first().and_then(ICalendarValue::as_text);
        let found = [value, beside].into_iter().flatten().find_map(mail_address);
        addresses.extend(found.filter(|address| !addresses.contains(address)));
        if addresses.len() == MOST_ATTENDEES {
            break;
        }
    }
    addresses
}

fn mail_address(value: &str) -> Option<String> {
    let value = value.trim();
    let address = match strip_mailto_scheme(value) {
        bare if bare.len() == value.len() => bare.to_owned(),
        encoded => percent_decode_str(encoded).decode_utf8().ok()?.into_owned(),
    };
    let address = address.trim();
    // What is longer than any mail address is none.
    (address.contains('@') && address.len() <= 254).then(|| address.to_owned())
}
