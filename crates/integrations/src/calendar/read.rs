//! From the text of a calendar to the occurrences in a window.
//!
//! Invariant: an occurrence comes from the event's own times, less its exceptions, less those that an event of the same
//! `UID` stands for; that one comes by its own times.

use std::collections::{BTreeMap, HashMap, HashSet};

use app::port::{CalendarEvent, CalendarWindow};
use calcard::icalendar::{ICalendar, ICalendarComponentType};
use calcard::{Entry, Parser};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::event::{Event, Times};
use super::recurrence::{self, Work};
use super::time::{Length, Moment, Zones};

/// How large a file may be, in bytes.
const LONGEST_FILE: usize = 1_000_000;

/// How much of a summary is kept, in characters: longer than any name.
pub(super) const LONGEST_SUMMARY: usize = 500;

/// How many occurrences a window may have.
const MOST_OCCURRENCES: usize = 10_000;

/// How much text the occurrences may have together, in bytes: each carries its event's.
const LONGEST_RESULT: usize = 10_000_000;

/// How much of a calendar's own words an error repeats, in characters.
const LONGEST_QUOTE: usize = 80;

/// No clock is further from UTC.
const ZONES_APART: TimeDelta = TimeDelta::days(2);

pub(super) fn quoted(text: &str) -> String {
    let short: String =
        text.chars().take(LONGEST_QUOTE).filter(|character| !character.is_control()).collect();
    format!("“{short}”")
}

/// The error is a sentence about the file.
pub(super) fn read(text: &str, window: CalendarWindow) -> Result<Vec<CalendarEvent>, String> {
    let events = events(text, window)?;
    let mut replaced: HashMap<&str, Marks> = HashMap::new();
    for event in &events {
        if let (Some(uid), Some(moment)) = (&event.uid, event.replaces) {
            replaced.entry(uid).or_default().insert(moment);
        }
    }
    let nothing = Marks::default();
    let (mut found, mut work) = (Found::new(window), Work::default());
    for event in &events {
        let Some(times) = &event.times else { continue };
        if event.replaces.is_some() {
            found.add(event, times.start, times.length)?;
            continue;
        }
        let replaced = event.uid.as_deref().and_then(|uid| replaced.get(uid)).unwrap_or(&nothing);
        let starts = starts(times, window, &mut work).map_err(|problem| event.sentence(&problem))?;
        for (start, length) in starts.into_values().filter(|(start, _)| !replaced.contains(*start)) {
            found.add(event, start, length)?;
        }
    }
    let mut found = found.occurrences;
    found.sort_by(|a, b| (a.starts, a.ends, &a.summary).cmp(&(b.starts, b.ends, &b.summary)));
    Ok(found)
}

fn events(text: &str, window: CalendarWindow) -> Result<Vec<Event>, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.len() > LONGEST_FILE {
        return Err("the calendar is larger than 1 MB".into());
    }
    let is_at = |at: Option<&str>, words: &str| at.is_some_and(|at| at.eq_ignore_ascii_case(words));
    if !is_at(text.get(.."BEGIN:VCALENDAR".len()), "BEGIN:VCALENDAR") {
        return Err("this is not an iCalendar file: it doesn't begin with BEGIN:VCALENDAR".into());
    }
    if !is_at(text.len().checked_sub("END:VCALENDAR".len()).and_then(|at| text.get(at..)), "END:VCALENDAR") {
        return Err("the calendar is cut off: it doesn't end with END:VCALENDAR".into());
    }
    let mut events = Vec::new();
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => collect(&calendar, window, &mut events)?,
            Entry::Eof => return Ok(events),
            // Lines between two calendars say nothing about either.
            Entry::InvalidLine(_) => {}
            _ => return Err("something else than a calendar is in the file".into()),
        }
    }
}

fn collect(calendar: &ICalendar, window: CalendarWindow, events: &mut Vec<Event>) -> Result<(), String> {
    let zones = Zones::of(calendar, window.zone);
    for component in &calendar.components {
        if component.component_type == ICalendarComponentType::VEvent {
            events.push(Event::of(component, &zones)?);
        }
    }
    Ok(())
}

/// When an event's occurrences start that may touch the window, by instant: two rules may name the same.
fn starts(
    times: &Times,
    window: CalendarWindow,
    work: &mut Work,
) -> Result<BTreeMap<DateTime<Utc>, (Moment, Length)>, String> {
    let range = range(times.length, window);
    let mut starts = BTreeMap::from([(times.start.instant(), (times.start, times.length))]);
    for rule in &times.rules {
        for local in recurrence::dates(rule, times.start, range, work)? {
            let start = times.start.at(local);
            starts.insert(start.instant(), (start, times.length));
        }
    }
    starts.extend(times.more.iter().map(|(start, length)| (start.instant(), (*start, *length))));
    let mut except = Marks::default();
    times.except.iter().for_each(|moment| except.insert(*moment));
    starts.retain(|_, (start, _)| !except.contains(*start));
    Ok(starts)
}

/// Between which times, on any clock, an event of that length must start to touch the window.
fn range(length: Length, window: CalendarWindow) -> (NaiveDateTime, NaiveDateTime) {
    let from = window.from.naive_utc().checked_sub_signed(ZONES_APART);
    let from = from.and_then(|from| from.checked_sub_signed(length.sum()));
    let to = window.to.naive_utc().checked_add_signed(ZONES_APART);
    (from.unwrap_or(NaiveDateTime::MIN), to.unwrap_or(NaiveDateTime::MAX))
}

/// Occurrences that are named one by one: by when they start, or by the day on which they do.
#[derive(Debug, Default)]
struct Marks {
    instants: HashSet<DateTime<Utc>>,
    days: HashSet<NaiveDate>,
}

impl Marks {
    fn insert(&mut self, moment: Moment) {
        if moment.is_day {
            self.days.insert(moment.local.date());
        } else {
            self.instants.insert(moment.instant());
        }
    }

    fn contains(&self, start: Moment) -> bool {
        self.instants.contains(&start.instant()) || self.days.contains(&start.local.date())
    }
}

/// The occurrences in a window, as they are found.
#[derive(Debug)]
struct Found {
    window: CalendarWindow,
    occurrences: Vec<CalendarEvent>,
    text: usize,
}

impl Found {
    fn new(window: CalendarWindow) -> Self {
        Self { window, occurrences: Vec::new(), text: 0 }
    }

    /// Adds an occurrence if it takes time and some of it lies in the window.
    fn add(&mut self, event: &Event, start: Moment, length: Length) -> Result<(), String> {
        let (starts, ends) = (start.instant(), length.after(start).unwrap_or(DateTime::<Utc>::MAX_UTC));
        if ends <= starts || ends <= self.window.from || starts >= self.window.to {
            return Ok(());
        }
        self.text += event.summary.len() + event.attendees.iter().map(String::len).sum::<usize>();
        if self.occurrences.len() == MOST_OCCURRENCES || self.text > LONGEST_RESULT {
            return Err("the calendar has more events in the time that was asked for than can be read".into());
        }
        self.occurrences.push(CalendarEvent {
            summary: event.summary.clone(),
            attendees: event.attendees.clone(),
            starts,
            ends,
        });
        Ok(())
    }
}
