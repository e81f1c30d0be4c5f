//! Notes and time on a ticket, each with our key in a line of its own: Autotask has no field for it.
//!
//! Invariant: the line survives whatever is cut, since it alone says that something is there already.

use app::port::{TicketNote, TimeSpent};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::api::text;
use super::directory::Assignment;
use super::ticket::{cut, instant};

const LONGEST_TITLE: usize = 250;
const LONGEST_NOTE: usize = 32_000;
const LONGEST_SUMMARY: usize = 8_000;

/// What our line starts with.
pub(super) const MARK: &str = "[oncall:";

/// Autotask takes no entry of more than a day.
const LONGEST_ENTRY: TimeDelta = TimeDelta::hours(24);
const SHORTEST_ENTRY: TimeDelta = TimeDelta::minutes(1);

/// The body of a new note.
pub(super) fn new_note(ticket: i64, note: &TicketNote, note_type: i64, publish: i64) -> Value {
    let at = note.at.format("%Y-%m-%d %H:%M UTC");
    json!({
        "ticketID": ticket,
        "title": cut(&format!("[On-Call] {}", note.author), LONGEST_TITLE),
        "description": marked(&format!("{}, {at}:\n{}", note.author, note.text), &note.external_ref, LONGEST_NOTE),
        "noteType": note_type,
        "publish": publish,
    })
}

/// The body of a new time entry. Autotask has no drafts; but nothing is billed before somebody has approved and posted
/// it, and this one doesn't stand on an invoice unless they want it there.
pub(super) fn new_time(ticket: i64, time: &TimeSpent, who: Assignment) -> Value {
    let spent = (time.to - time.from).clamp(SHORTEST_ENTRY, LONGEST_ENTRY);
    let minutes = u32::try_from(spent.num_minutes()).unwrap_or_default();
    let mut summary = match time.summary.trim() {
        "" => "On-Call incident".to_owned(),
        summary => summary.to_owned(),
    };
    if time.to - time.from > LONGEST_ENTRY {
        summary = format!("{summary}\n(The work went on for longer than a day; this is the first one.)");
    }
    json!({
        "ticketID": ticket,
        "resourceID": who.resource,
        "roleID": who.role,
        "dateWorked": instant(time.from),
        "startDateTime": instant(time.from),
        "endDateTime": instant(time.from + spent),
        "hoursWorked": (f64::from(minutes) / 60.0 * 100.0).round() / 100.0,
        "summaryNotes": marked(&summary, &time.external_ref, LONGEST_SUMMARY),
        "showOnInvoice": false,
    })
}

fn marked(said: &str, external_ref: &str, longest: usize) -> String {
    let line = format!("\n\n{MARK}{external_ref}]");
    format!("{}{line}", cut(said.trim_end(), longest.saturating_sub(line.chars().count())))
}

/// Our keys in the texts of `found`: the last line of each, so that a quoted one doesn't count.
pub(super) fn refs(found: &[Value], field: &str) -> Vec<String> {
    let key = |found: &Value| {
        let line = text(&found[field])?.lines().next_back()?.trim();
        Some(line.strip_prefix(MARK)?.strip_suffix(']')?.to_owned())
    };
    found.iter().filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use domain::ticket::Technician;

    use super::*;

    fn note(said: &str) -> TicketNote {
        TicketNote {
            external_ref: "oncall-note_1".into(),
            author: "Sam".into(),
            text: said.into(),
            at: "2026-11-20T21:14:05Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_note_says_who_wrote_it_when_and_ends_with_our_key() {
        let body = new_note(7, &note("restarted\n"), 3, 22);
        let said = "Sam, 2026-11-20 21:14 UTC:\nrestarted\n\n[oncall:oncall-note_1]";
        let expected = json!({
            "ticketID": 7, "title": "[On-Call] Sam", "description": said, "noteType": 3, "publish": 22
        });
        assert_eq!(body, expected);
        assert_eq!(refs(&[body], "description"), ["oncall-note_1"]);
    }

    #[test]
    fn our_key_survives_a_note_that_is_too_long_and_a_quoted_one_does_not_count() {
        let body = new_note(7, &note(&"ä".repeat(40_000)), 3, 22);
        assert_eq!(body["description"].as_str().unwrap().chars().count(), LONGEST_NOTE);
        assert_eq!(refs(&[body], "description"), ["oncall-note_1"]);
        let quoted = json!({ "description": "> [oncall:oncall-note_1]\nI don't think so" });
        assert!(refs(&[quoted, json!({ "description": null })], "description").is_empty());
    }

    #[test]
    fn time_is_filed_in_hundredths_of_hours_of_at_least_a_minute_and_at_most_a_day() {
        let from = "2026-11-20T21:00:00Z".parse().unwrap();
        for (minutes, hours, end) in [
            (40, 0.67, "2026-11-20T21:40:00Z"),
            (0, 0.02, "2026-11-20T21:01:00Z"),
            (2_000, 24.0, "2026-11-21T21:00:00Z"),
        ] {
            let technician = Technician {
                user_id: "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
                email: String::new(),
                name: "Sam".into(),
            };
            let to = from + TimeDelta::minutes(minutes);
            let time = TimeSpent {
                external_ref: "oncall-time-1".into(),
                technician,
                from,
                to,
                summary: String::new(),
            };
            let body = new_time(7, &time, Assignment { resource: 1, role: 2 });
            assert_eq!(
                (&body["hoursWorked"], &body["endDateTime"]),
                (&json!(hours), &json!(end)),
                "{minutes}"
            );
            assert_eq!(refs(&[body], "summaryNotes"), ["oncall-time-1"]);
        }
    }
}
