//! A page or a notice as a mail: what a person reads at 2 a.m. on a phone, in plain text and in HTML that says the same.
//!
//! Invariants: text of others (titles, descriptions, names) can't make a header or markup; all attempts of a page,
//! and all pages of an incident, are one thread; no machine answers it, and nothing in it calls home.

use std::fmt::Write as _;

use app::port::{ChannelError, PageMessage};
use domain::page::Purpose;
use domain::severity::Severity;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart};

mod html;
mod notice;

pub(super) use notice::compose as compose_notice;

/// Mail programs show less of a subject than this.
const LONGEST_SUBJECT: usize = 200;

/// The rest of a longer description is on the incident's page.
const LONGEST_DESCRIPTION: usize = 8_000;

/// The mail for `message`; refused where the address is none.
pub(super) fn compose(message: &PageMessage, from: &Mailbox) -> Result<Message, ChannelError> {
    let host = from.email.domain();
    let thread = format!("<{}@{host}>", message.incident_id);
    let mut builder = addressed(from, &message.name, &message.address)?
        .date(message.at.into())
        .subject(subject(message))
        .message_id(Some(format!("<{}.{}@{host}>", message.page_id, message.attempt)))
        .in_reply_to(thread.clone())
        .references(thread);
    builder = with_header(builder, "X-Oncall-Page", message.page_id.as_str());
    if message.severity >= Severity::High {
        builder = with_header(builder, "Importance", "high");
        builder = with_header(builder, "X-Priority", "1");
    }
    written(builder, text(message), html::body(message))
}

/// The beginning of a mail to somebody, which no machine answers; refused where the address is none.
fn addressed(from: &Mailbox, name: &str, address: &str) -> Result<MessageBuilder, ChannelError> {
    let parsed = address.trim().parse();
    let parsed = parsed.map_err(|_| ChannelError::Rejected(format!("'{address}' is not a mail address")))?;
    let to = Mailbox::new(Some(on_one_line(name)).filter(|name| !name.is_empty()), parsed);
    let builder =
        with_header(Message::builder().from(from.clone()).to(to), "Auto-Submitted", "auto-generated");
    Ok(with_header(builder, "X-Auto-Response-Suppress", "All"))
}

fn with_header(builder: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()))
}

fn written(builder: MessageBuilder, text: String, html: String) -> Result<Message, ChannelError> {
    builder
        .multipart(MultiPart::alternative_plain_html(text, html))
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
