//! A layer read from somebody else's calendar: shifts as they stand there, several at a time if they overlap.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::layer::Stretch;
use crate::id::UserId;
use crate::user::User;

/// What a calendar said when it was last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Where it is read again from; `None` when it was handed over once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When it was last read.
    pub read_at: DateTime<Utc>,
    /// The shifts that had not ended then, and those of the last 60 days, by start.
    pub shifts: Vec<CalendarShift>,
    /// Events that name nobody we know, in the calendar's own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Why the last try to read it again failed; the shifts are those from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarShift {
    /// Who.
    pub user: UserId,
    /// The first instant.
    pub starts: DateTime<Utc>,
    /// The first instant after it.
    pub ends: DateTime<Utc>,
}

/// How long a calendar's past is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(60);

impl Calendar {
    /// Takes over what it says now, from its `read_at` on; what was on call before stays what it was. Where it could not
    /// be read, what it said before stays, with the problem. A calendar that says the same is left as it is.
    pub fn renew(&mut self, fresh: Result<Self, String>) {
        match fresh {
            Ok(mut fresh) => {
                fresh.shifts = self.until_then(fresh.read_at, &fresh.shifts);
                let read_at = self.read_at;
                let is_same = Self { read_at, ..fresh.clone() } == *self;
                if !is_same {
                    *self = fresh;
                }
            }
            Err(problem) => self.problem = Some(problem),
        }
    }

    /// These shifts up to `now`, and `fresh` ones from there on.
    fn until_then(&self, now: DateTime<Utc>, fresh: &[CalendarShift]) -> Vec<CalendarShift> {
        let horizon = now - REMEMBERED;
        let before = self.shifts.iter().filter(|shift| shift.starts < now && shift.ends > horizon);
        let before = before.map(|shift| {
            let ends = if fresh.contains(shift) { shift.ends } else { shift.ends.min(now) };
            CalendarShift { ends, ..shift.clone() }
        });
        let after = fresh
            .iter()
            .filter(|shift| shift.ends > now && !(shift.starts < now && self.shifts.contains(shift)));
        let after = after.map(|shift| CalendarShift { starts: shift.starts.max(now), ..shift.clone() });
        let mut shifts: Vec<_> = before.chain(after).collect();
        shifts.sort_by(|a, b| (a.starts, a.ends, &a.user).cmp(&(b.starts, b.ends, &b.user)));
        shifts
    }
}

/// A calendar, and how long its longest shift is: none that started earlier can still run.
#[derive(Debug)]
pub(super) struct CalendarView<'a> {
    shifts: &'a [CalendarShift],
    longest: TimeDelta,
}

impl<'a> CalendarView<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Self {
        let lengths = calendar.shifts.iter().map(|shift| shift.ends - shift.starts);
        Self { shifts: &calendar.shifts, longest: lengths.max().unwrap_or_default() }
    }

    /// Everybody who has a shift at an instant, each once.
    pub(super) fn taken_at(&self, at: DateTime<Utc>) -> Stretch<Vec<&'a UserId>> {
        let earliest = at.checked_sub_signed(self.longest).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let first = self.shifts.partition_point(|shift| shift.starts < earliest);
        let later = self.shifts.partition_point(|shift| shift.starts <= at);
        let mut ends = self.shifts.get(later).map_or(DateTime::<Utc>::MAX_UTC, |shift| shift.starts);
        let mut users = Vec::new();
        for shift in self.shifts.get(first..later).unwrap_or_default().iter().filter(|shift| shift.ends > at)
        {
            ends = ends.min(shift.ends);
            if !users.contains(&&shift.user) {
                users.push(&shift.user);
            }
        }
        Stretch { value: users, ends }
    }
}

/// Whom an event of a calendar names: by an attendee's mail address; else by what its summary is, the mail address or the
/// name; else by the one name or address in it. `None` when that is nobody, or more than one.
pub fn named_by<'a>(summary: &str, attendees: &[String], users: &'a [User]) -> Option<&'a User> {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    let mut invited = users.iter().filter(|user| attendees.iter().any(|mail| same(mail, &user.email)));
    if let (Some(user), None) = (invited.next(), invited.next()) {
        return Some(user);
    }
    // Other products put the layer's priority before the name, as in `[L1] ann`.
    let prefix = summary.trim().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let named = prefix.map_or(summary, |(_, rest)| rest).trim();
    if let Some(user) = users.iter().find(|user| same(named, &user.email) || same(named, &user.name)) {
        return Some(user);
    }
    let text = named.to_lowercase();
    let is_in = |part: &str| !part.is_empty() && text.contains(&part.to_lowercase());
    let mut inside = users.iter().filter(|user| is_in(&user.email) || is_in(&user.name));
    match (inside.next(), inside.next()) {
        (Some(user), None) => Some(user),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::person;

    fn shift(name: &str, starts: i64, ends: i64) -> CalendarShift {
        let hour = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
        CalendarShift { user: person(name).id, starts: hour(starts), ends: hour(ends) }
    }

    fn calendar(read: i64, shifts: &[CalendarShift]) -> Calendar {
        let read_at = DateTime::UNIX_EPOCH + TimeDelta::hours(read);
        Calendar { url: None, read_at, shifts: shifts.to_vec(), unknown: Vec::new(), problem: None }
    }

    #[test]
    fn what_was_stays_when_a_calendar_says_something_else_from_now_on() {
        let mut kept = calendar(0, &[shift("Ann", 0, 8), shift("Ben", 8, 16), shift("Ann", 16, 24)]);
        kept.renew(Ok(calendar(10, &[shift("Cid", 8, 16), shift("Ben", 16, 24)])));
        let expected = [shift("Ann", 0, 8), shift("Ben", 8, 10), shift("Cid", 10, 16), shift("Ben", 16, 24)];
        assert_eq!(kept.shifts, expected);
    }

    #[test]
    fn a_calendar_that_says_the_same_is_left_as_it_is() {
        let mut kept = calendar(0, &[shift("Ann", 0, 8), shift("Ben", 8, 16)]);
        let before = kept.clone();
        kept.renew(Ok(calendar(10, &[shift("Ben", 8, 16)])));
        assert_eq!(kept, before);
        kept.renew(Err("gone".to_owned()));
        assert_eq!((&kept.shifts, kept.problem.as_deref()), (&before.shifts, Some("gone")));
        kept.renew(Ok(calendar(11, &[shift("Ben", 8, 16)])));
        assert_eq!((&kept.shifts, kept.problem.as_deref()), (&before.shifts, None));
    }

    #[test]
    fn an_event_names_somebody_by_attendee_summary_or_mention() {
        let users = [person("Ann"), person("Ben")];
        for (summary, attendees, expected) in [
            ("Primary on call", vec!["BEN@msp.example"], Some("Ben")),
            ("ann", vec![], Some("Ann")),
            ("ben@msp.example", vec![], Some("Ben")),
            ("[L1] Ann", vec![], Some("Ann")),
            ("Ann is on call", vec![], Some("Ann")),
            ("Ann and Ben", vec![], None),
            ("Primary", vec![], None),
            ("", vec![], None),
        ] {
            let attendees: Vec<String> = attendees.into_iter().map(str::to_owned).collect();
            let named = named_by(summary, &attendees, &users).map(|user| user.name.as_str());
            assert_eq!(named, expected, "{summary}");
        }
    }
}
