//! Media types that Zabbix has for others and that somebody points here: one writes PagerDuty's events, the other
//! the few fields of Grafana's on-call product.

use app::port::Unreadable;
use domain::signal::{Action, Device, Image, Signal};
use serde_json::Value;

use super::message::Message;
use super::severity;
use crate::alert_source::alert::add_doubt;
use crate::alert_source::pairs::{Pairs, Told};
use crate::alert_source::pick::{self, line, text, unknown_word, unreadable};
use crate::alert_source::text::{paragraphs, title_of};
use crate::alert_source::words::action_of;

/// The test of a media type whose macros are not filled in.
pub(super) const TEST: &str = "a test of the media type: its macros are not filled in";

/// `{event_action, dedup_key, payload}`; acknowledges and recoveries have no payload.
pub(super) fn enqueue(pairs: &Pairs, value: &Value) -> Result<Told, Unreadable> {
    let id = pairs.line(&["dedupkey"]);
    if id.is_none() && pairs.is_left(&["dedupkey"]) {
        return Ok(Told::Nothing(TEST.to_owned()));
    }
    let word = pairs.line(&["eventaction"]);
    let action = word.as_deref().and_then(action_of);
    let id = id.ok_or_else(|| unreadable("dedup_key", "is missing"))?;
    let summary = text(value, &["payload", "summary"]).and_then(|text| title_of(&text));
    let title = summary.map_or_else(|| format!("Zabbix problem {id}"), |(title, _)| title);
    let said = line(value, &["payload", "severity"]);
    let source = line(value, &["payload", "source"]);
    let host = line(value, &["payload", "custom_details", "Event host"]).or_else(|| {
        // `Contoso DB 01 : 10.20.0.15`
        source.map(|source| source.split(" : ").next().unwrap_or_default().to_owned())
    });
    let detail = |name: &str| text(value, &["payload", "custom_details", name]);
    let operational = detail("Trigger opdata").map(|text| format!("Operational data: {text}"));
    let severity = said.as_deref().and_then(severity::of).unwrap_or(severity::UNSAID);
    let mut signal = Signal {
        action: action.unwrap_or(Action::Trigger),
        description: paragraphs([operational, detail("Trigger description")].into_iter().flatten()),
        dedup_key: Some(format!("zabbix:{id}")),
        client: super::tags::client_in(detail("Event tags").as_deref().unwrap_or_default()),
        device: Device { name: host, hostname: None },
        ..Signal::trigger(title, severity)
    };
    let event = value.get("links").and_then(|links| text(links.get(0)?, &["href"]));
    pick::link(&mut signal, [(event, "Event"), (text(value, &["client_url"]), "Zabbix")]);
    if let (Some(word), None) = (word, action) {
        add_doubt(&mut signal, &unknown_word("event action", &word, "a problem"));
    }
    Ok(Told::from(signal))
}

/// `{alert_uid, title, state, message}`.
pub(super) fn formatted(pairs: &Pairs) -> Result<Told, Unreadable> {
    let title = pairs.text(&["title"]).and_then(title_of).map(|(title, _)| title);
    let Some(id) = pairs.line(&["alertuid"]) else {
        return if title.is_none() {
            Ok(Told::Nothing(TEST.to_owned()))
        } else {
            Err(unreadable("alert_uid", "is not filled in"))
        };
    };
    let message = pairs.text(&["message"]);
    let said = Message::read(None, message);
    let word = pairs.line(&["state"]);
    let action = word.as_deref().and_then(action_of);
    let by_word = pairs.texts(&["severity", "nseverity"]).find_map(severity::of);
    let image = pairs.address(&["imageurl"]).map(|src| Image { src, href: None, alt: None });
    let mut signal = Signal {
        action: action.unwrap_or(Action::Trigger),
        description: paragraphs(message.map(str::to_owned)),
        link: pairs.address(&["linktoupstreamdetails", "link", "url"]),
        images: image.into_iter().collect(),
        client: pairs.line(&["client", "customer"]),
        device: Device { name: pairs.line(&["host", "hostname"]).or(said.host), hostname: None },
        ..Signal::trigger(
            title.unwrap_or_else(|| format!("Zabbix problem {id}")),
            by_word.or(said.severity).unwrap_or(severity::UNSAID),
        )
    };
    signal.dedup_key = Some(format!("zabbix:{id}"));
    if let (Some(word), None) = (word, action) {
        add_doubt(&mut signal, &unknown_word("state", &word, "a problem"));
    }
    Ok(Told::from(signal))
}
