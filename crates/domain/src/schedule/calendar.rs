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

    /// Leaves nothing but what was.
    pub(super) fn keep_past(&mut self, now: DateTime<Utc>) {
        self.shifts.retain(|shift| shift.starts < now);
        (self.url, self.problem) = (None, None);
        self.unknown.clear();
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
/// name; else by the one name or address in it, as whole words. Somebody disabled is named only where nobody else is.
/// `None` when that is nobody, or more than one.
pub fn named_by<'a>(summary: &str, attendees: &[String], users: &'a [User]) -> Option<&'a User> {
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    if let Some(user) = the_one(users, |user| attendees.iter().any(|mail| same(mail, &user.email))) {
        return Some(user);
    }
    // Other products put the layer's priority before the name, as in `[L1] ann`.
    let prefix = summary.trim().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let named = prefix.map_or(summary, |(_, rest)| rest).trim();
    let is_named = |user: &User| same(named, &user.email) || same(named, &user.name);
    if users.iter().any(is_named) {
        return the_one(users, is_named);
    }
    let text = named.to_lowercase();
    the_one(users, |user| mentions(&text, &user.email) || mentions(&text, &user.name))
}

/// The only one of whom it is true; of several, the only one who isn't disabled.
fn the_one(users: &[User], is_meant: impl Fn(&User) -> bool) -> Option<&User> {
    let meant: Vec<&User> = users.iter().filter(|user| is_meant(user)).collect();
    let mut active = meant.iter().filter(|user| !user.disabled);
    match (meant.as_slice(), active.next(), active.next()) {
        ([user], ..) | (_, Some(user), None) => Some(user),
        _ => None,
    }
}

/// Whether a text in small letters has a name or an address in it that doesn't go on on either side.
fn mentions(text: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let ends = |side: Option<char>| !side.is_some_and(|c| c.is_alphanumeric() || "._-+@".contains(c));
    !name.is_empty()
        && text.match_indices(&name).any(|(at, _)| {
            ends(text[..at].chars().next_back()) && ends(text[at + name.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::person;

    #[test]
    fn of_two_of_one_name_the_one_who_is_not_disabled_is_named() {
        let mut users = [person("Ann"), person("Ann")];
        users[0].id = UserId::derived(&["old"]);
        assert_eq!(named_by("Ann", &[], &users), None);
        users[0].disabled = true;
        assert_eq!(named_by("Ann", &[], &users).map(|user| &user.id), Some(&users[1].id));
    }

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
            ("On call: joann", vec![], None),
            ("On call: xben@msp.example", vec![], None),
            ("Ann-Marie is on call", vec![], None),
            ("On call (Ann)", vec![], Some("Ann")),
            ("Primary", vec![], None),
            ("", vec![], None),
        ] {
            let attendees: Vec<String> = attendees.into_iter().map(str::to_owned).collect();
            let named = named_by(summary, &attendees, &users).map(|user| user.name.as_str());
            assert_eq!(named, expected, "{summary}");
        }
    }
}
