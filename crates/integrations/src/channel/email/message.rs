//! A page as a mail: what a person reads at 2 a.m. on a phone, in plain text and in HTML that says the same.
//!
//! Invariants: text of others (titles, descriptions, names) can't make a header or markup; all attempts of a page,
//! and all pages of an incident, are one thread; no machine answers it, and nothing in it calls home.

use std::fmt::Write as _;

use app::port::{ChannelError, PageMessage};
use domain::page::Purpose;
use domain::severity::Severity;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

mod html;

/// Mail programs show less of a subject than this.
const LONGEST_SUBJECT: usize = 200;

/// The rest of a longer description is on the incident's page.
const LONGEST_DESCRIPTION: usize = 8_000;

/// The mail for `message`; refused where the address is none.
pub(super) fn compose(message: &PageMessage, from: &Mailbox) -> Result<Message, ChannelError> {
    let address = message.address.trim();
    let address = address
        .parse()
        .map_err(|_| ChannelError::Rejected(format!("'{}' is not a mail address", message.address)))?;
    let to = Mailbox::new(Some(on_one_line(&message.name)).filter(|name| !name.is_empty()), address);
    let host = from.email.domain();
    let thread = format!("<{}@{host}>", message.incident_id);
    let mut builder = Message::builder()
        .date(message.at.into())
        .from(from.clone())
        .to(to)
        .subject(subject(message))
        .message_id(Some(format!("<{}.{}@{host}>", message.page_id, message.attempt)))
        .in_reply_to(thread.clone())
        .references(thread);
    let urgent = message.severity >= Severity::High;
    let headers = [
        ("Auto-Submitted", "auto-generated", true),
        ("X-Auto-Response-Suppress", "All", true),
        ("X-Oncall-Page", message.page_id.as_str(), true),
        ("Importance", "high", urgent),
        ("X-Priority", "1", urgent),
    ];
    for (name, value, _) in headers.into_iter().filter(|(_, _, wanted)| *wanted) {
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::new(name, value.to_owned()));
    }
    builder
        .multipart(MultiPart::alternative_plain_html(text(message), html::body(message)))
        .map_err(|error| ChannelError::Rejected(format!("the mail can't be written: {error}")))
}

fn subject(message: &PageMessage) -> String {
    let first = match message.purpose {
        Purpose::Step => "",
        Purpose::LastResort => "Nobody on call: ",
        Purpose::Exhausted => "Escalation exhausted: ",
    };
    let severity = message.severity.as_str().to_uppercase();
    let line = format!("{first}[{severity}] #{} {}", message.number, on_one_line(&message.title));
    cut(&line, LONGEST_SUBJECT)
}

/// What is said before anything else, when it isn't simply somebody's turn.
fn warning(purpose: Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::Step => None,
        Purpose::LastResort => {
            Some("Nobody is on call for this: its escalation policy reaches no one, so it comes to you.")
        }
        Purpose::Exhausted => Some("Nobody has acknowledged this: its escalation policy has run to the end."),
    }
}

fn text(message: &PageMessage) -> String {
    let mut text = String::new();
    if let Some(warning) = warning(message.purpose) {
        let _ = writeln!(text, "{warning}\n");
    }
    let severity = message.severity.as_str().to_uppercase();
    let _ = writeln!(text, "{severity}: {}\nIncident #{}\n", on_one_line(&message.title), message.number);
    let _ = writeln!(text, "Acknowledge: {}\n", message.acknowledge_url);
    for (label, value) in &message.facts {
        let _ = writeln!(text, "{label}: {}", on_one_line(value));
    }
    if !message.description.is_empty() {
        let _ = writeln!(text, "\n{}", cut(&message.description, LONGEST_DESCRIPTION));
    }
    let _ = writeln!(text, "\nThe incident: {}", message.incident_url);
    text
}

fn on_one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most `longest` characters of `text`, with a sign that there was more.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
