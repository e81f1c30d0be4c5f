//! Whether a ticket of HaloPSA is over: by what the tenant's settings say that its status means, else by the names and numbers
//! that every HaloPSA comes with, else by its closing date.
//!
//! Invariant: that a ticket was closed once ends nothing where the ticket says that it has no closing date: the mark stays
//! behind when a ticket is opened again.

use chrono::{Datelike as _, NaiveDate};

use crate::psa::{HaloSettings, chosen};
use crate::signal::{Action, Signal, WhenNoneOpen};
use crate::ticket::Stage;

/// The numbers of the statuses that every installation starts with.
const OPEN_IDS: [i64; 2] = [1, 2];
const CLOSED_IDS: [i64; 2] = [8, 9];

/// Names of statuses, in letters and digits only.
const CLOSED: [&str; 6] = ["closed", "resolved", "completed", "cancelled", "canceled", "merged"];
const OPEN: [&str; 11] = [
    "new",
    "open",
    "reopened",
    "inprogress",
    "workingonit",
    "onhold",
    "pending",
    "withuser",
    "withsupplier",
    "awaitingapproval",
    "updated",
];

/// A date that means that there is none.
const EMPTY_YEAR: i32 = 1900;

/// As much of a ticket as says whether it is over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Every name of its status.
    pub names: Vec<String>,
    /// The number of its status.
    pub id: Option<i64>,
    /// Whether it has a closing date; `None`: it doesn't say.
    pub is_dated: Option<bool>,
    /// It was closed once, and may have been opened again.
    pub has_been_closed: bool,
}

impl Standing {
    /// Whether nothing more is done about it, as far as that is the same in every HaloPSA.
    pub fn is_over(&self) -> bool {
        let names: Vec<String> = self.names.iter().map(|name| letters(name)).collect();
        let is_named = |known: &[&str]| names.iter().any(|name| known.contains(&&**name));
        let has_id = |known: &[i64]| self.id.is_some_and(|id| known.contains(&id));
        if is_named(&CLOSED) {
            return true;
        }
        // Companies number their own statuses as they like, so a name says more than a number.
        if is_named(&OPEN) || (names.is_empty() && has_id(&OPEN_IDS)) {
            return false;
        }
        has_id(&CLOSED_IDS) || self.is_dated.unwrap_or(self.has_been_closed)
    }

    /// Whether nothing more is done about it, in the HaloPSA of these settings.
    pub fn is_over_by(&self, settings: &HaloSettings) -> bool {
        let id = self.id.map(|id| id.to_string());
        let stages: Vec<Stage> =
            self.names.iter().chain(&id).filter_map(|word| settings.stage(word)).collect();
        if stages.is_empty() { self.is_over() } else { stages.contains(&Stage::Closed) }
    }
}

impl HaloSettings {
    /// The name of the status of completed tickets: as these settings say, else the one that every HaloPSA comes with.
    pub fn closed_status(&self) -> &str {
        chosen(self.closed_status.as_deref(), "Closed")
    }

    /// The name of the status of tickets that are worked on, likewise.
    pub fn working_status(&self) -> &str {
        chosen(self.working_status.as_deref(), "In Progress")
    }

    /// What a status means by these settings, by its name in any case or by its number. One that is two things at once is the
    /// later one.
    pub fn stage(&self, status: &str) -> Option<Stage> {
        let simple = |text: &str| text.trim().to_lowercase();
        let status = simple(status);
        let is = |known: &String| !status.is_empty() && simple(known) == status;
        if self.closed_status.iter().chain(&self.also_closed).any(is) {
            Some(Stage::Closed)
        } else if self.working_status.iter().any(is) {
            Some(Stage::Working)
        } else {
            None
        }
    }

    /// Reads a ticket that came in by these settings. A status that they name means what they say, unless the alert source's
    /// own mapping has said already what it means; any other means what it was read as.
    pub fn apply_to(&self, signal: &mut Signal) {
        let Some(ticket) = &mut signal.ticket else { return };
        let Some(stage) = ticket.status.as_deref().and_then(|status| self.stage(status)) else { return };
        let (action, when_none_open) = match stage {
            Stage::Closed => (Action::Resolve, WhenNoneOpen::Ignore),
            Stage::New | Stage::Working => (Action::Trigger, WhenNoneOpen::Open),
        };
        ticket.status = None;
        (signal.action, signal.when_none_open) = (action, Some(when_none_open));
    }
}

/// Whether what stands in the place of a date is one, and no way to say that there is none; `None`: nobody can read it.
pub fn is_date(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.is_empty() {
        return Some(false);
    }
    let day = NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    Some(day.year() > EMPTY_YEAR)
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::Severity;
    use crate::signal::TicketMention;

    fn standing(names: &[&str], id: Option<i64>, is_dated: Option<bool>, has_been_closed: bool) -> Standing {
        Standing {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            id,
            is_dated,
            has_been_closed,
        }
    }

    fn settings() -> HaloSettings {
        HaloSettings {
            working_status: Some("In Arbeit".into()),
            closed_status: Some("Erledigt".into()),
            also_closed: vec!["Rechnung".into(), " 23".into(), "Open".into()],
            ..HaloSettings::default()
        }
    }

    #[test]
    fn a_ticket_that_was_opened_again_is_open_whatever_its_status_is_called() {
        for (names, id, is_dated, over) in [
            (&["Wartet"][..], Some(24), Some(false), false),
            (&[], Some(24), Some(false), false),
            (&[], None, Some(false), false),
            (&["Wartet"], Some(24), Some(true), true),
            (&["Wartet"], Some(24), None, true),
            (&[], Some(1), None, false),
            (&["Wartet"], Some(9), Some(false), true),
            (&["Closed"], Some(24), Some(false), true),
            (&["Re-Opened"], Some(9), Some(true), false),
            (&["Wartet", "resolved"], None, Some(false), true),
        ] {
            assert_eq!(standing(names, id, is_dated, true).is_over(), over, "{names:?} {id:?} {is_dated:?}");
        }
        assert!(!standing(&["Wartet"], None, None, false).is_over());
    }

    #[test]
    fn what_the_settings_say_of_a_status_goes_before_all_else() {
        for (names, id, is_dated, over) in [
            (&["in arbeit"][..], Some(9), Some(true), false),
            (&["In Arbeit "], None, None, false),
            (&["ERLEDIGT"], Some(1), Some(false), true),
            (&["Open"], Some(1), Some(false), true),
            (&[], Some(23), Some(false), true),
            (&["In Arbeit"], Some(23), Some(false), true),
            (&["Fertig"], Some(24), Some(true), true),
            (&["Wartet"], Some(24), Some(false), false),
        ] {
            let standing = standing(names, id, is_dated, true);
            assert_eq!(standing.is_over_by(&settings()), over, "{standing:?}");
        }
    }

    #[test]
    fn a_status_means_what_the_settings_say_by_its_name_in_any_case_or_its_number() {
        for (status, stage) in [
            ("ERLEDIGT ", Some(Stage::Closed)),
            ("rechnung", Some(Stage::Closed)),
            ("23", Some(Stage::Closed)),
            (" in arbeit", Some(Stage::Working)),
            ("In Progress", None),
            ("Closed", None),
            ("", None),
        ] {
            assert_eq!(settings().stage(status), stage, "{status:?}");
        }
        let both = HaloSettings { working_status: Some("erledigt".into()), ..settings() };
        assert_eq!(both.stage("Erledigt"), Some(Stage::Closed));
        let empty = HaloSettings { working_status: Some(" ".into()), ..HaloSettings::default() };
        assert_eq!((empty.stage(" "), empty.working_status()), (None, "In Progress"));
        assert_eq!((settings().closed_status(), empty.closed_status()), ("Erledigt", "Closed"));
    }

    #[test]
    fn an_empty_date_is_told_from_one_that_nobody_can_read() {
        for (text, is) in [
            ("2026-11-20T22:00:00.113", Some(true)),
            ("2026-11-20", Some(true)),
            ("1900-01-01T00:00:00", Some(false)),
            ("0001-01-01T00:00:00Z", Some(false)),
            (" ", Some(false)),
            ("20/11/2026", None),
            ("soon", None),
        ] {
            assert_eq!(is_date(text), is, "{text:?}");
        }
    }

    fn read(status: Option<&str>, action: Action) -> (Action, WhenNoneOpen, Option<String>) {
        let status = status.map(str::to_owned);
        let mut signal = Signal {
            action,
            ticket: Some(TicketMention { id: "4711".into(), status, ..TicketMention::default() }),
            ..Signal::trigger("Server down", Severity::High)
        };
        settings().apply_to(&mut signal);
        let none = signal.when_none_open();
        (signal.action, none, signal.ticket.and_then(|ticket| ticket.status))
    }

    #[test]
    fn a_status_that_the_settings_name_means_what_they_say_and_any_other_what_it_was_read_as() {
        for action in [Action::Trigger, Action::Resolve] {
            for status in ["erledigt", "23"] {
                let expected = (Action::Resolve, WhenNoneOpen::Ignore, None);
                assert_eq!(read(Some(status), action), expected, "{status}, {action:?}");
            }
            let expected = (Action::Trigger, WhenNoneOpen::Open, None);
            assert_eq!(read(Some("IN ARBEIT"), action), expected, "{action:?}");
            for status in [Some("Wartet"), None] {
                let (read, _, left) = read(status, action);
                assert_eq!((read, left.as_deref()), (action, status));
            }
        }
    }
}
