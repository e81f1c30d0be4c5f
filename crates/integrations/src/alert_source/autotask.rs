//! Autotask: Extension Callouts, and the webhooks of its REST API.
//!
//! Invariant: nothing that a callout says is believed but which ticket it is about, and that it was deleted; what a ticket
//! says is asked for. No
//! source tells how a callout names it, so it is looked for under every name and in every form there is.

mod leaves;

use app::port::{TicketName, Unreadable};
use domain::autotask;
use domain::severity::Severity;
use domain::signal::{Action, Signal, TicketMention, WhenNoneOpen};
use serde_json::{Map, Value};

use self::leaves::{Leaf, leaves};
use super::body::Body;
use super::fields::name_of;
use super::format::{Came, Format, Found, Said};
use super::text::shortened;

/// Simplified names of the id; the webhook's own is told apart before.
const ID: [&str; 3] = ["id", "ticketid", "autotaskticketid"];

const NUMBER: [&str; 2] = ["number", "ticketnumber"];

/// How many names of what came are told.
const MOST_NAMES: usize = 20;

/// Whatever Autotask sends about a ticket.
pub(super) struct Autotask;

impl Format for Autotask {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        if let Some(said) = came.body.object().and_then(webhook) {
            return Ok(said);
        }
        let leaves = leaves(came);
        name(&leaves).map(Said::Ticket).ok_or_else(|| unnamed(&leaves))
    }
}

/// What a webhook of the REST API says; `None` for anything else.
fn webhook(object: &Map<String, Value>) -> Option<Said> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::trim);
    let action = text("Action")?;
    let kind = text("EntityType").filter(|kind| !kind.is_empty())?;
    if !kind.eq_ignore_ascii_case("ticket") {
        return Some(Said::Nothing(format!("an event of a {}, not of a ticket", shortened(kind))));
    }
    match action.to_ascii_lowercase().as_str() {
        "deactivated" => Some(Said::Nothing(
            "Autotask has switched its webhook off, and will not tell of tickets any more".to_owned(),
        )),
        "delete" => webhooks_id(object).map(|id| Said::Alerts(vec![deleted(id, object)])),
        _ => webhooks_id(object).map(|id| Said::Ticket(TicketName::Id(id))),
    }
}

fn webhooks_id(object: &Map<String, Value>) -> Option<String> {
    let id = match object.get("Id")? {
        Value::Number(id) => id.to_string(),
        Value::String(id) => id.trim().to_owned(),
        _ => return None,
    };
    is_id(&id).then_some(id)
}

/// What a webhook names this message by, each time that it sends it; callouts name nothing. What it is about is in the name as
/// well: of two messages that are not the same none may be taken for the other.
pub(super) fn message_id(body: &Body) -> Option<String> {
    let object = body.object().filter(|_| body.raw.trim_start().starts_with('{'))?;
    let said = |name: &str| {
        let value = object.iter().find(|(own, _)| name_of(own) == name).map(|(_, value)| value)?;
        value.as_str().map(|text| text.trim().to_owned()).or_else(|| value.as_i64().map(|id| id.to_string()))
    };
    let id = said("guid").filter(|id| !id.is_empty())?;
    let about = [said("action")?, said("entitytype")?, said("id")?, said("eventtime").unwrap_or_default()];
    Some(format!("{id} {}", about.join(" ")))
}

/// A ticket that is gone can't be asked for any more: what is open for it is over.
fn deleted(id: String, object: &Map<String, Value>) -> Found {
    let title = "The ticket was deleted in Autotask".to_owned();
    let signal = Signal {
        action: Action::Resolve,
        when_none_open: Some(WhenNoneOpen::Ignore),
        dedup_key: Some(autotask::dedup_key(&id)),
        ticket: Some(TicketMention { id, ..TicketMention::default() }),
        ..Signal::trigger(title, Severity::Info)
    };
    Found { signal, item: Value::Object(object.clone()) }
}

/// A number as Autotask makes them is the surest name, since an `id` may be one of something else.
fn name(leaves: &[Leaf]) -> Option<TicketName> {
    let under = |names: &'static [&'static str]| {
        leaves
            .iter()
            .filter(move |leaf| names.contains(&name_of(&leaf.name).as_str()))
            .map(|leaf| &*leaf.value)
    };
    let number = |text: &str| TicketName::Number(text.to_owned());
    let id = |text: &str| TicketName::Id(text.to_owned());
    let said = under(&NUMBER).find(|text| is_number(text)).map(number);
    let said = said.or_else(|| under(&ID).find(|text| is_id(text)).map(id));
    let said =
        said.or_else(|| leaves.iter().map(|leaf| &*leaf.value).find(|text| is_number(text)).map(number));
    said.or_else(|| under(&NUMBER).find(|text| may_be_number(text)).map(number))
}

fn is_id(text: &str) -> bool {
    (1..=18).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b != b'0')
}

/// `T20261120.0042`
fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    text.strip_prefix(['T', 't']).and_then(|rest| rest.split_once('.')).is_some_and(|(day, count)| {
        day.len() == 8 && (4..=12).contains(&count.len()) && digits(day) && digits(count)
    })
}

/// A number that a company has its own form for; a placeholder that was left as it is has signs that none has.
fn may_be_number(text: &str) -> bool {
    (1..=50).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-/_#".contains(&b))
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// Says the names of what came, never the values.
fn unnamed(leaves: &[Leaf]) -> Unreadable {
    let mut names: Vec<String> = Vec::new();
    for leaf in leaves {
        let name = shortened(&leaf.name);
        if !name.is_empty() && !names.contains(&name) && names.len() < MOST_NAMES {
            names.push(name);
        }
    }
    let came = if names.is_empty() { "no field".to_owned() } else { names.join(", ") };
    Unreadable {
        field: "ticketNumber".to_owned(),
        problem: format!(
            "is missing: a ticket's number is looked for as number, ticketNumber or a value such as T20261120.0042, \
             its id as id, ticketId or autotaskTicketId; what came has {came}"
        ),
    }
}

#[cfg(test)]
mod tests;
