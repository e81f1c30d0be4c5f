//! Nagios, what is like it (Naemon, Centreon), and Checkmk: a notification command sends macros as a form or as JSON.
//! None of them has a webhook of its own, so names are taken in any spelling.
//!
//! Invariant: one problem for a host or a service, `host:<host>` or `service:<host>;<service>`, whatever happens to it.

use app::port::Unreadable;

use super::format::{Came, Format, Said};
use super::notice::{self, Dialect, KNOWN};
use super::pairs::{self, lines};

/// Nagios.
pub(super) struct Nagios;

const DIALECT: Dialect = Dialect {
    prefixes: &["nagios_", "naemon_", "centreon_", "notify_"],
    is_placeholder,
    escapes_lines: true,
    label: "Nagios",
};

impl Format for Nagios {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let from_text = |text: &str| lines::fields(text, DIALECT.prefixes, &KNOWN);
        pairs::read(came, from_text, |value| notice::read(value, &DIALECT))
    }
}

/// `$HOSTNAME$`, or `$_CONTACTKEY$`.
fn is_placeholder(text: &str) -> bool {
    let name = text.trim().strip_prefix('$').and_then(|text| text.strip_suffix('$'));
    name.is_some_and(|name| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '$'))
}

#[cfg(test)]
mod tests;
