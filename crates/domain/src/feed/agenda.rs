//! What a feed shows: tours of duty as calendar entries.
//!
//! Invariants: an entry is told by the resolver that pages; the same state and the same day make the same entries, word for
//! word, so that whoever subscribes sees a change only where there is one; an entry's key stays while its end moves.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use crate::id::{ScheduleId, UserId};
use crate::roster::{By, Rota};
use crate::schedule::Span;
use crate::tour::{Tour, tours};
use crate::when;

/// How far back a feed goes.
const BACK: TimeDelta = TimeDelta::days(30);
/// How far ahead.
const AHEAD: TimeDelta = TimeDelta::days(365);

/// One entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What makes it the same entry at the next reading: schedule, person and start.
    pub key: String,
    /// On which schedule.
    pub schedule_id: ScheduleId,
    /// When; cut at the window's ends.
    pub span: Span,
    /// One line.
    pub summary: String,
    /// Until when and why, a line each.
    pub description: String,
}

/// The time that a feed shows at an instant; the same all day (UTC).
pub fn window(now: DateTime<Utc>) -> Span {
    let today = now.date_naive().and_time(NaiveTime::MIN).and_utc();
    Span {
        starts: today.checked_sub_signed(BACK).unwrap_or(today),
        ends: today.checked_add_signed(AHEAD).unwrap_or(today),
    }
}

/// Everybody's entries on a schedule; `name_of` says what people are called.
pub fn of_schedule(rota: &Rota, window: Span, name_of: &impl Fn(&UserId) -> String) -> Vec<Entry> {
    entries(rota, window, name_of, |tour| {
        Some(format!("{} on call: {}", name_of(tour.user), rota.schedule.name))
    })
}

/// Somebody's entries on every schedule.
pub fn of_user(
    rotas: &[Rota],
    user: &UserId,
    window: Span,
    name_of: &impl Fn(&UserId) -> String,
) -> Vec<Entry> {
    let named = rotas.iter().filter(|rota| names(rota, user));
    let theirs = named.flat_map(|rota| {
        entries(rota, window, name_of, |tour| {
            (tour.user == user).then(|| format!("On call: {}", rota.schedule.name))
        })
    });
    theirs.collect()
}

/// Whether somebody can be on call in it at all: a year of everybody else's shifts need not be worked out.
fn names(rota: &Rota, user: &UserId) -> bool {
    rota.schedule.everybody().contains(user)
        || rota.overrides.iter().any(|change| change.kind.people().contains(&user))
}

/// The entries of the tours that `summary` has words for.
fn entries(
    rota: &Rota,
    window: Span,
    name_of: &impl Fn(&UserId) -> String,
    summary: impl Fn(&Tour<'_>) -> Option<String>,
) -> Vec<Entry> {
    let Rota { schedule, overrides } = rota;
    let shifts = schedule.shifts(overrides, window.starts, window.ends);
    let tours = tours(&shifts);
    let entry = |tour: &Tour<'_>| {
        Some(Entry {
            key: key(&schedule.id, tour, window),
            schedule_id: schedule.id.clone(),
            span: tour.span,
            summary: summary(tour)?,
            description: description(rota, tour, window, name_of),
        })
    };
    tours.iter().filter_map(entry).collect()
}

/// A tour that began before the window is cut there at another instant every day, and is known without it.
fn key(schedule: &ScheduleId, tour: &Tour<'_>, window: Span) -> String {
    let since = if tour.span.starts == window.starts {
        "earlier".to_owned()
    } else {
        tour.span.starts.format("%Y%m%dT%H%M%S%.fZ").to_string()
    };
    format!("{schedule}.{}.{since}", tour.user)
}

fn description(rota: &Rota, tour: &Tour<'_>, window: Span, name_of: impl Fn(&UserId) -> String) -> String {
    let until = if tour.span.ends == window.ends { "At least until" } else { "Until" };
    let mut lines = vec![format!("{until} {}", when::instant(tour.span.ends, rota.schedule.zone))];
    for reason in &tour.reasons {
        let line = match By::of(&rota.schedule, &rota.overrides, reason) {
            // Which turn it is would make a line of each.
            By::Layer { layer, .. } => format!("Layer {layer}"),
            By::Calendar { layer, .. } => format!("Calendar of the layer {layer}"),
            change @ By::Override { .. } => capitalized(&change.in_words(&name_of)),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;
    use crate::id::OverrideId;
    use crate::sample::{minute, person, rota};
    use crate::schedule::{Override, OverrideKind, OverrideState};

    const DAY: i64 = 24 * 60;

    fn name_of(id: &UserId) -> String {
        ["Ann", "Bob"]
            .iter()
            .find(|name| person(name).id == *id)
            .map_or("?".to_owned(), |&name| name.to_owned())
    }

    fn span(from: i64, to: i64) -> Span {
        Span { starts: minute(from), ends: minute(to) }
    }

    fn cover(rota: &Rota, by: &str, from: i64, to: i64) -> Override {
        Override {
            id: OverrideId::derived(&["one"]),
            schedule_id: rota.schedule.id.clone(),
            kind: OverrideKind::Replace { original: person("Ann").id, by: person(by).id },
            starts: minute(from),
            ends: minute(to),
            state: OverrideState::Approved,
            reason: Some("wedding".to_owned()),
            made_by: Actor::System,
            made_at: minute(0),
            decided_by: None,
        }
    }

    #[test]
    fn a_window_is_the_same_all_day() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let expected = Span { starts: at("2026-10-21T00:00:00Z"), ends: at("2027-11-20T00:00:00Z") };
        for now in ["2026-11-20T00:00:00Z", "2026-11-20T23:59:59Z"] {
            assert_eq!(window(at(now)), expected);
        }
    }

    #[test]
    fn a_schedules_entries_say_who_and_a_persons_only_where() {
        let rota = rota("Primary", &["Ann", "Bob"]);
        let told = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.summary).collect::<Vec<_>>();
        let window = span(0, 3 * DAY);
        let all = of_schedule(&rota, window, &name_of);
        assert_eq!(told(all), ["Ann on call: Primary", "Bob on call: Primary", "Ann on call: Primary"]);
        let bobs = of_user(&[rota], &person("Bob").id, window, &name_of);
        assert_eq!(bobs[0].span, span(DAY, 2 * DAY));
        assert_eq!(bobs[0].description, "Until Sun 6 Oct 2024 00:00 UTC\nLayer Daily");
        assert_eq!(told(bobs), ["On call: Primary"]);
    }

    #[test]
    fn an_entry_keeps_its_key_while_its_end_moves_and_says_why_it_is_longer() {
        let mut rota = rota("Primary", &["Ann", "Bob"]);
        let window = span(-DAY, 4 * DAY);
        let before = of_user(std::slice::from_ref(&rota), &person("Bob").id, window, &name_of);
        rota.overrides.push(cover(&rota, "Bob", 2 * DAY, 2 * DAY + 60));
        let after = of_user(std::slice::from_ref(&rota), &person("Bob").id, window, &name_of);
        assert_eq!(before[0].key, after[0].key);
        assert_eq!(after[0].span, span(DAY, 2 * DAY + 60), "the shift and the cover are one entry");
        let lines: Vec<_> = after[0].description.lines().skip(1).collect();
        assert_eq!(lines, ["Layer Daily", "Override: for Ann (wedding)"]);
    }

    #[test]
    fn what_reaches_over_the_window_is_cut_and_keeps_its_key_the_next_day() {
        let rota = rota("Primary", &["Ann"]);
        let keys: Vec<_> = [span(DAY, 30 * DAY), span(2 * DAY, 31 * DAY)]
            .into_iter()
            .map(|window| of_schedule(&rota, window, &name_of))
            .inspect(|entries| assert_eq!(entries.len(), 1))
            .inspect(|entries| assert!(entries[0].description.starts_with("At least until ")))
            .map(|entries| entries[0].key.clone())
            .collect();
        assert_eq!(keys[0], keys[1]);
    }
}
