//! What is sent to HaloPSA, and the small parts of which its answers are made, read leniently.
//!
//! Invariants: ids are numbers and bodies one object; every note is hidden from the customer and ends with the line
//! `[oncall:KEY]`; text of people is never markup.

use app::port::{TicketNote, TicketResolution, TimeSpent};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::ticket::NewTicket;
use serde_json::{Map, Value, json};

/// Who reports a ticket.
pub(super) const REPORTER: &str = "On-Call Auto";

const MARK: &str = "[oncall:";

/// What every action of ours begins with.
const ACTION: &str = "[On-Call] ";

/// What the last line of a ticket of ours begins with, before the key.
const LAST_LINE: &str = "On-Call: ";

/// What our keys for tickets begin with.
const KEY: &str = "oncall-incident-";

/// A ticket's ids, as far as they are known there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filing {
    pub(super) ticket_type: Option<i64>,
    pub(super) priority: Option<i64>,
    pub(super) client: Option<i64>,
    pub(super) agent: Option<i64>,
    /// What HaloPSA has no id for, a line each.
    pub(super) lines: Vec<String>,
}

/// A new ticket.
pub(super) fn ticket(ticket: &NewTicket, filing: &Filing) -> Value {
    let mut lines = vec![ticket.description.trim_end().to_owned()];
    if !filing.lines.is_empty() {
        lines.push(String::new());
        lines.extend(filing.lines.iter().cloned());
    }
    lines.extend([String::new(), format!("{LAST_LINE}{}", ticket.external_ref)]);
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            body.insert(name.to_owned(), value);
        }
    };
    put("summary", json!(ticket.title));
    put("details_html", json!(html(&lines.join("\n"))));
    put("tickettype_id", json!(filing.ticket_type));
    put("priority_id", json!(filing.priority));
    put("client_id", json!(filing.client));
    put("agent_id", json!(filing.agent));
    // An int32 there; a number beyond that is in the details all the same.
    put("third_party_id", json!(i32::try_from(ticket.number).ok()));
    put("dateoccurred", json!(instant(ticket.created_at)));
    put("reportedby", json!(REPORTER));
    // Nobody of the customer's reported it, and no template or mandatory field of a form may stand in its way.
    put("usertype", json!(1));
    put("userlookup", json!({"id": -1, "lookupdisplay": "Enter Details Manually"}));
    put("_forcereassign", json!(true));
    put("donotapplytemplateintheapi", json!(true));
    put("_novalidate", json!(true));
    Value::Object(body)
}

/// A private note. `outcome`: under which outcome it is written.
pub(super) fn note(ticket: i64, outcome: &Value, note: &TicketNote) -> Value {
    let text = format!("{ACTION}{}: {}", note.author, note.text);
    let mut body = action(ticket, outcome, &text, &note.external_ref);
    body.insert("who".to_owned(), json!(note.author));
    body.insert("actiondatecreated".to_owned(), json!(instant(note.at)));
    Value::Object(body)
}

/// The same note without anything that some right may be wanting for: who wrote it and when stands in the text.
pub(super) fn plain_note(ticket: i64, outcome: &Value, note: &TicketNote) -> Value {
    let at = note.at.format("%Y-%m-%d %H:%M:%S UTC");
    let text = format!("{ACTION}{}, {at}: {}", note.author, note.text);
    let mut body = action(ticket, outcome, &text, &note.external_ref);
    body.remove("dont_do_rules");
    Value::Object(body)
}

/// Time that waits for a person: not reviewed, and not ready for billing before that.
pub(super) fn time(ticket: i64, outcome: &Value, time: &TimeSpent, agent: Option<i64>) -> Value {
    let hours = (time.to - time.from).num_seconds().max(0);
    let mut text = format!("{ACTION}{}: time from acknowledge to resolve", time.technician.name);
    if !time.summary.trim().is_empty() {
        text.push('\n');
        text.push_str(time.summary.trim());
    }
    let mut body = action(ticket, outcome, &text, &time.external_ref);
    body.insert("who".to_owned(), json!(time.technician.name));
    if let Some(agent) = agent {
        body.insert("who_agentid".to_owned(), json!(agent));
    }
    body.insert("timetaken".to_owned(), hundredths_of_hours(hours));
    body.insert("actionarrivaldate".to_owned(), json!(instant(time.from)));
    body.insert("actioncompletiondate".to_owned(), json!(instant(time.to)));
    body.insert("actreviewed".to_owned(), json!(false));
    body.insert("actisreadyforprocessing".to_owned(), json!(false));
    Value::Object(body)
}

/// Decimal hours to two places, never none at all.
fn hundredths_of_hours(seconds: i64) -> Value {
    let hundredths = ((seconds + 18) / 36).max(1);
    let hours = u32::try_from(hundredths).unwrap_or(u32::MAX);
    json!(f64::from(hours) / 100.0)
}

fn action(ticket: i64, outcome: &Value, text: &str, key: &str) -> Map<String, Value> {
    let mut body = Map::new();
    let name = if outcome.is_number() { "outcome_id" } else { "outcome" };
    body.insert("ticket_id".to_owned(), json!(ticket));
    body.insert(name.to_owned(), outcome.clone());
    body.insert("note_html".to_owned(), json!(html(&format!("{text}\n{MARK}{key}]"))));
    body.insert("hiddenfromuser".to_owned(), json!(true));
    body.insert("sendemail".to_owned(), json!(false));
    body.insert("dont_do_rules".to_owned(), json!(true));
    body
}

/// The end of a ticket.
pub(super) fn complete(ticket: i64, status: i64, end: &TicketResolution) -> Value {
    let at = end.at.format("%Y-%m-%d %H:%M:%S UTC");
    let mut note = format!("Resolved in On-Call at {at} by {}", end.by);
    if !end.summary.trim().is_empty() {
        note.push('\n');
        note.push_str(end.summary.trim());
    }
    json!({"id": ticket, "status_id": status, "closure_note": note})
}

/// Who works on it, and that it is worked on.
pub(super) fn take(ticket: i64, agent: Option<i64>, status: Option<i64>) -> Value {
    let mut body = json!({"id": ticket});
    if let Some(agent) = agent {
        body["agent_id"] = json!(agent);
        body["_forcereassign"] = json!(true);
    }
    if let Some(status) = status {
        body["status_id"] = json!(status);
    }
    body
}

/// Our key of an action's text that is ours as a whole: it begins and ends as we write them. A reply that quotes one of ours
/// says something before or after it, and isn't one.
pub(super) fn mark(text: &str) -> Option<&str> {
    let (said, key) = bare(text)?.strip_suffix(']')?.rsplit_once(MARK)?;
    said.starts_with(ACTION).then_some(key.trim())
}

/// Our key of a ticket whose text ends as ours do, with a line of nothing else. One that is quoted isn't meant.
pub(super) fn ticket_key(text: &str) -> Option<&str> {
    let (before, key) = bare(text)?.rsplit_once(LAST_LINE)?;
    let is_key = key.starts_with(KEY) && key.chars().all(is_of_key);
    (is_key && begins_line(before)).then_some(key)
}

/// Whether a letter may stand in a key of ours.
pub(super) fn is_of_key(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// A text without the markup that it as a whole stands in; `None` for a quote.
fn bare(text: &str) -> Option<&str> {
    let mut text = text.trim();
    while let Some((tag, rest)) = text.strip_prefix('<').and_then(|text| text.split_once('>')) {
        text = rest.trim_start();
        if is_quote(tag) {
            return None;
        }
    }
    while let Some((rest, tag)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        text = rest.trim_end();
        if is_quote(tag) {
            return None;
        }
    }
    Some(text)
}

/// Whether what follows a text begins a line, be it in markup or without.
fn begins_line(before: &str) -> bool {
    let tag = before.strip_suffix('>').and_then(|before| before.rsplit_once('<')).map(|(_, tag)| tag);
    let is_tag = |tag: &str| tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    before.is_empty()
        || before.ends_with(['\n', '\r'])
        || tag.is_some_and(|tag| is_tag(tag) && !tag.contains('\n') && !is_quote(tag))
}

fn is_quote(tag: &str) -> bool {
    tag.trim_start_matches('/').to_lowercase().starts_with("blockquote")
}

/// Text of people as markup that says the same.
fn html(text: &str) -> String {
    let mut markup = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\n' => markup.push_str("<br>"),
            letter if letter.is_control() && letter != '\t' => {}
            letter => markup.push(letter),
        }
    }
    format!("<p>{markup}</p>")
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The first of these fields that is a whole number, or a text that is one.
pub(super) fn number(object: &Value, names: &[&str]) -> Option<i64> {
    names.iter().find_map(|name| match object.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A field's text, unless it is empty.
pub(super) fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A list, bare or as the field `name` of an object.
pub(super) fn rows(body: &[u8], name: &str) -> Option<Vec<Value>> {
    match serde_json::from_slice(body).ok()? {
        Value::Array(rows) => Some(rows),
        Value::Object(mut fields) => match fields.remove(name)? {
            Value::Array(rows) => Some(rows),
            _ => None,
        },
        _ => None,
    }
}

/// The one object of an answer that may have put it into an array.
pub(super) fn one(body: &[u8]) -> Option<Value> {
    match serde_json::from_slice(body).ok()? {
        Value::Array(rows) => rows.into_iter().next(),
        Value::Null => None,
        one => Some(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_there_only_where_the_whole_action_is_ours() {
        for (text, key) in [
            ("[On-Call] Sam: a\n[oncall:n1]", Some("n1")),
            ("<p>[On-Call] Sam: a &lt; b<br>[oncall:n1]</p>\n", Some("n1")),
            ("<div><p>[On-Call] Sam, 2026-11-20 21:14:05 UTC: a<br>[oncall:n1]</p></div>", Some("n1")),
            ("[On-Call] Sam: see [oncall:n2] \r\n[oncall:n1]", Some("n1")),
            ("I don't think so\n> [On-Call] Sam: a\n> [oncall:n1]", None),
            ("> [On-Call] Sam: a\n> [oncall:n1]\nI don't think so", None),
            ("[On-Call] Sam: a\n[oncall:n1]\n\nI don't think so", None),
            ("I don't think so\n-----Original-----\n[On-Call] Sam: a\n[oncall:n1]", None),
            ("<blockquote>[On-Call] Sam: a<br>[oncall:n1]</blockquote>", None),
            ("by hand", None),
        ] {
            assert_eq!(mark(text), key, "{text}");
        }
    }

    #[test]
    fn a_tickets_key_is_its_own_last_line_and_no_quote() {
        let key = "oncall-incident-inc_1-2";
        for (text, is_ours) in [
            (format!("No ping.\n\nOn-Call: {key}\n"), true),
            (format!("On-Call: {key}"), true),
            (format!("No ping.\r\nOn-Call: {key}\r\n"), true),
            (format!("<p>No ping.<br><br>On-Call: {key}</p>"), true),
            (format!("<p>No ping.</p><p><span>On-Call: {key}</span></p>"), true),
            (format!("Help!\n> On-Call: {key}"), false),
            (format!("Help!\n>On-Call: {key}"), false),
            (format!("Is 5 < 6?\n>On-Call: {key}"), false),
            (format!("<p>Help!<br>&gt; On-Call: {key}</p>"), false),
            (format!("<p>Help!</p><blockquote>On-Call: {key}</blockquote>"), false),
            (format!("On-Call: {key}\nThis came again"), false),
            (format!("See On-Call: {key}"), false),
            (format!("On-Call: {key}, again"), false),
            (key.to_owned(), false),
            ("On-Call: somebody".to_owned(), false),
        ] {
            assert_eq!(ticket_key(&text), is_ours.then_some(key), "{text}");
        }
    }
}
