//! RMM, Security and Backups: what their messages say.

use app::port::{StackMessage, Unreadable};
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use domain::source::SourceType;
use serde_json::{Map, Value};

use super::envelope::{self, Opened};
use super::{DESCRIPTION, SEVERITY, TITLE, device, unknown_severity, unreadable};
use crate::alert_source::fields::Fields;
use crate::alert_source::text::{one_line, paragraphs, title_of};
use crate::alert_source::words::{action_of, words_of};

/// A word in a message's type that says that something is over.
const OVER: [&str; 12] = [
    "recovered",
    "recovery",
    "resolved",
    "cleared",
    "closed",
    "succeeded",
    "success",
    "successful",
    "completed",
    "complete",
    "ok",
    "up",
];

/// A word beside it that says the contrary: `completed_with_errors`.
const NOT_OVER: [&str; 8] =
    ["failed", "failure", "error", "errors", "warning", "warnings", "not", "partially"];

pub(super) fn read(product: SourceType, object: Map<String, Value>) -> Result<StackMessage, Unreadable> {
    let Opened { id, kind, tenant, data } = envelope::open(object)?;
    let fields = Fields::of(&data, &[]);
    let action = action(&kind, &fields);
    let (severity, doubt) = severity(product, action, &kind, &fields)?;
    let said = fields.prose(&DESCRIPTION);
    let title = fields.text(&TITLE).or_else(|| said.clone()).and_then(|text| title_of(&text));
    let key = key(product, &fields);
    let untitled = title.is_none() && action == Action::Trigger;
    let (title, more) = title
        .or_else(|| Some((stand_in(product, action, &fields, key.as_deref())?, None)))
        .ok_or_else(|| unreadable("title", "is missing, and so is everything else"))?;
    let described = said.filter(|text| one_line(text) != title);
    let signal = Signal {
        action,
        title,
        description: paragraphs(more.into_iter().chain(described)),
        dedup_key: key,
        client: fields.text(&["client", "clientname", "customer", "customername", "company"]),
        product: product.product().map(str::to_owned),
        link: fields
            .text(&["url", "link"])
            .filter(|link| link.starts_with("https://") || link.starts_with("http://")),
        device: device(&fields),
        degraded: untitled.then(|| "the message has no title".to_owned()).or(doubt),
        ..Signal::trigger("", severity)
    };
    Ok(StackMessage { tenant, id, signal })
}

/// Over if either the state or the type says so: a product that repeats the last state in its recovery event means the
/// recovery.
fn action(kind: &str, fields: &Fields<'_>) -> Action {
    let words = words_of(kind);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(&OVER) && !has(&NOT_OVER) {
        return Action::Resolve;
    }
    fields.texts(&["status", "state", "result"]).find_map(|word| action_of(&word)).unwrap_or(Action::Trigger)
}

/// What is neither said nor known would be dropped by the rule of RMM or Security, so it is refused there; Backups
/// hands over every failure.
fn severity(
    product: SourceType,
    action: Action,
    kind: &str,
    fields: &Fields<'_>,
) -> Result<(Severity, Option<String>), Unreadable> {
    let said = fields.text(&SEVERITY);
    let known = match &said {
        Some(word) => Severity::from_tool_word(word),
        None => words_of(kind).iter().find_map(|word| word.parse().ok()),
    };
    match (known, product) {
        (Some(severity), _) => Ok((severity, None)),
        (None, SourceType::Backups) => {
            let doubt =
                said.map(|_| format!("the severity is not known and was taken for {}", Severity::High));
            Ok((Severity::High, doubt))
        }
        (None, _) if action != Action::Trigger => Ok((Severity::High, None)),
        (None, _) => Err(unknown_severity(said.as_deref())),
    }
}

/// The product's identity for the problem; an explicit one wins.
fn key(product: SourceType, fields: &Fields<'_>) -> Option<String> {
    fields.text(&["dedupkey"]).or_else(|| match product {
        SourceType::Rmm => fields.text(&["alertid"]).map(|id| format!("rmm:{id}")).or_else(|| {
            let check = fields.text(&["checkid", "monitorid", "checkname", "check", "title"])?;
            Some(format!("rmm:{}:{check}", fields.text(&["deviceid"])?))
        }),
        SourceType::Security => {
            fields.text(&["eventid", "alertid", "detectionid"]).map(|id| format!("security:{id}"))
        }
        SourceType::Backups => fields.text(&["jobid", "jobname"]).map(|id| format!("backup:{id}")),
        _ => None,
    })
}

/// A title for a message that has none, from what else it says.
fn stand_in(product: SourceType, action: Action, fields: &Fields<'_>, key: Option<&str>) -> Option<String> {
    let about = device(fields).name.or(device(fields).hostname).or_else(|| fields.text(&["jobname"]));
    let about = about.or_else(|| key.map(str::to_owned))?;
    if action != Action::Trigger {
        return Some(one_line(&about));
    }
    let what = match product {
        SourceType::Backups => "Backup failed",
        SourceType::Security => "Security event",
        _ => "Alert",
    };
    Some(one_line(&format!("{what}: {about}")))
}
