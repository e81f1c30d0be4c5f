//! Icinga 2: a notification command, which may send whatever it likes, and the webhook channel of Icinga Notifications,
//! which sends an incident.
//!
//! Invariant: one problem for a host or a service (`host:<host>`, `service:<host>;<service>`), or for an incident
//! (`icinga-incident:<id>`).

mod incident;

use app::port::Unreadable;

use super::format::{Came, Format, Said};
use super::notice::{self, Dialect, KNOWN};
use super::pairs::{self, lines};
use super::pick::unreadable;

/// Icinga 2.
pub(super) struct Icinga2;

const DIALECT: Dialect = Dialect {
    prefixes: &["icinga2_", "icinga_", "notify_"],
    is_placeholder,
    escapes_lines: false,
    label: "Icinga 2",
};

/// What Icinga 2 makes of a function where a text is wanted.
const NO_TEXT: &str = "Object of type '";

impl Format for Icinga2 {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        if came.body.raw.trim_start().starts_with(NO_TEXT) {
            let problem = "is not a text: the notification command hands over a function; it has to be called, or to \
                           be given its arguments one by one";
            return Err(unreadable("body", problem));
        }
        let from_text = |text: &str| lines::fields(text, DIALECT.prefixes, &KNOWN);
        pairs::read(came, from_text, |value| {
            if incident::is_one(value) { incident::read(value) } else { notice::read(value, &DIALECT) }
        })
    }
}

/// `$host.name$`, or what stands for a value that is no text.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let name = text.strip_prefix('$').and_then(|text| text.strip_suffix('$'));
    text.starts_with(NO_TEXT)
        || name
            .is_some_and(|name| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '$'))
}

#[cfg(test)]
mod tests;
