//! The macros of an event by their own names (`EVENT.ID`, `EVENT.VALUE`, …), or only subject and message.
//!
//! Invariants: an event whose value is 0 is over, whatever the update says; its severity is the event's, since the
//! trigger's stays what it was when somebody changes it.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use super::message::{Kind, Message};
use super::{severity, stock, tags};
use crate::alert_source::alert::add_doubt;
use crate::alert_source::pairs::{Pairs, Told};
use crate::alert_source::pick::{self, unreadable};
use crate::alert_source::text::{paragraphs, title_of};

const SUBJECT: [&str; 2] = ["alertsubject", "subject"];
const MESSAGE: [&str; 2] = ["alertmessage", "message"];

/// What an event's macros say.
pub(super) fn read(pairs: &Pairs, value: &Value) -> Result<Told, Unreadable> {
    let text = pairs.text(&MESSAGE);
    let message = Message::read(pairs.text(&SUBJECT), text);
    let id = pairs.line(&["eventid"]).or_else(|| message.id.clone());
    let name = pairs.line(&["eventname", "triggername"]).or_else(|| message.name.clone());
    if id.is_none() && is_test(pairs, &message, name.as_deref()) {
        return Ok(Told::Nothing(stock::TEST.to_owned()));
    }
    let action = action(pairs, &message);
    let (key, doubt) = match (&id, &name) {
        (Some(id), _) => (format!("zabbix:{id}"), None),
        (None, _) if is_update(pairs, &message) => {
            let why = "an update that doesn't say of which problem: its template lacks a line \
                       'Original problem ID: {EVENT.ID}'";
            return Ok(Told::Nothing(why.to_owned()));
        }
        (None, Some(name)) => {
            (key_by_name(name, message.host.as_deref()), Some("the problem has no EVENT.ID"))
        }
        (None, None) => return Err(unreadable("EVENT.ID", "is missing, and so is a name")),
    };
    let title = name.as_deref().and_then(title_of).map(|(title, _)| title);
    let title = match (title, id) {
        (Some(title), _) => title,
        (None, Some(id)) if action != Action::Trigger || pairs.text(&["eventvalue"]).is_some() => {
            format!("Zabbix problem {id}")
        }
        (None, _) => return Err(unreadable("EVENT.NAME", "is missing")),
    };
    let mut signal = Signal {
        action,
        description: description(pairs, &message, text),
        dedup_key: Some(key),
        client: tags::client(pairs, value),
        device: Device {
            name: pairs.line(&["hostname", "hosthost"]).or(message.host.clone()),
            hostname: pairs.line(&["hosthost", "hostdns"]),
        },
        ..Signal::trigger(title, severity_of(pairs, &message))
    };
    pick::link(
        &mut signal,
        [(event_page(pairs), "Zabbix"), (pairs.address(&["triggerurl", "url", "link"]), "Trigger")],
    );
    if let Some(doubt) = doubt {
        add_doubt(&mut signal, doubt);
    }
    Ok(Told::from(signal))
}

/// Whether it is what Zabbix's "Test" button sends: macros as they stand, or the words of its test message.
fn is_test(pairs: &Pairs, message: &Message, name: Option<&str>) -> bool {
    let is_unfilled = pairs.is_left(&["eventid"]) || pairs.is_left(&SUBJECT) || pairs.is_left(&MESSAGE);
    let is_silent = pairs.text(&["eventvalue"]).is_none() && message.kind.is_none();
    let is_test_message = name.is_some_and(|name| name.eq_ignore_ascii_case("test subject"))
        && pairs.text(&MESSAGE).is_some_and(|text| text.to_lowercase().contains("test message from zabbix"));
    is_test_message || (is_unfilled && is_silent && name.is_none())
}

/// Two hosts may have problems of one name.
fn key_by_name(name: &str, host: Option<&str>) -> String {
    match host {
        Some(host) => format!("zabbix:{host}|{name}"),
        None => format!("zabbix:{name}"),
    }
}

fn is_update(pairs: &Pairs, message: &Message) -> bool {
    match pairs.text(&["eventupdatestatus"]) {
        Some(status) => status == "1",
        None => pairs.text(&["eventupdateaction"]).is_some() || message.kind == Some(Kind::Updated),
    }
}

/// Whether it says that the problem is over, by its value, else by its words.
fn is_over(pairs: &Pairs, message: &Message) -> bool {
    if let Some(value) =
        pairs.texts(&["eventvalue", "eventrecoveryvalue"]).find(|value| ["0", "1"].contains(value))
    {
        return value == "0";
    }
    let is_resolved = |word: &str| word.eq_ignore_ascii_case("resolved") || word.eq_ignore_ascii_case("ok");
    match pairs.text(&["eventstatus", "eventrecoverystatus"]) {
        Some(word) => is_resolved(word),
        None => message.is_over || message.kind == Some(Kind::Resolved),
    }
}

fn action(pairs: &Pairs, message: &Message) -> Action {
    if is_over(pairs, message) {
        return Action::Resolve;
    }
    if !is_update(pairs, message) {
        return Action::Trigger;
    }
    let is_acknowledged =
        pairs.text(&["eventackstatus"]).is_some_and(|word| word.eq_ignore_ascii_case("yes"));
    match pairs.text(&["eventupdateaction"]).or(message.done.as_deref()) {
        Some(done) => action_of(done),
        None if is_acknowledged => Action::Acknowledge,
        None => Action::Trigger,
    }
}

/// What an update does to a problem that goes on. One that was acknowledged before stays so in every later update, so
/// only the words of this one count.
fn action_of(done: &str) -> Action {
    let done = done.to_lowercase();
    // The names of severities stand behind it, and may be any words.
    let (before, changes_severity) = match done.split_once("changed severity") {
        Some((before, _)) => (before, true),
        None => (done.as_str(), false),
    };
    let does = |word: &str| before.split(|c: char| !c.is_alphanumeric()).any(|known| known == word);
    if does("unacknowledged") {
        Action::Unacknowledge
    } else if does("acknowledged") {
        Action::Acknowledge
    } else if changes_severity || done.contains("unsuppressed") {
        Action::Trigger
    } else {
        Action::Note
    }
}

fn severity_of(pairs: &Pairs, message: &Message) -> Severity {
    let of = |names: &[&str]| pairs.texts(names).find_map(severity::of);
    of(&["eventnseverity", "eventseverity"])
        .or(message.severity)
        .or_else(|| of(&["triggernseverity", "triggerseverity", "severity"]))
        .unwrap_or(severity::UNSAID)
}

/// What was done, what the items say and what the trigger means; the message where there is none of them.
fn description(pairs: &Pairs, message: &Message, text: Option<&str>) -> String {
    let done = if is_update(pairs, message) { pairs.line(&["eventupdateaction"]) } else { None };
    let done = done.map(|done| {
        let user = pairs.line(&["userfullname"]).map(|user| format!("{user} ")).unwrap_or_default();
        let comment = pairs.text(&["eventupdatemessage"]).map(|text| format!(": {text}")).unwrap_or_default();
        format!("{user}{done}{comment}")
    });
    let operational = pairs.line(&["eventopdata"]).map(|text| format!("Operational data: {text}"));
    let meaning = pairs.text(&["triggerdescription"]).map(str::to_owned);
    let own = if operational.is_none() && meaning.is_none() { text.map(str::to_owned) } else { None };
    paragraphs([done, operational, meaning, own].into_iter().flatten())
}

/// The event's page in Zabbix.
fn event_page(pairs: &Pairs) -> Option<String> {
    let base = pairs.address(&["zabbixurl"])?;
    let id = |name: &str| pairs.line(&[name]).filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    let (trigger, event) = (id("triggerid")?, id("eventid")?);
    Some(format!("{}/tr_events.php?triggerid={trigger}&eventid={event}", base.trim_end_matches('/')))
}
