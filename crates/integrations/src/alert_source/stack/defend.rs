//! Defend: the body of its escalations, with what only a detection product knows.

use app::port::{StackMessage, Unreadable};
use domain::severity::Severity;
use domain::signal::{Detection, Signal, Technique};
use domain::source::SourceType;
use serde_json::{Map, Value};

use super::{device, unknown_severity, unreadable};
use crate::alert_source::fields::{Fields, text_of};
use crate::alert_source::text::{paragraphs, title_of};

pub(super) fn read(object: &Map<String, Value>) -> Result<StackMessage, Unreadable> {
    let fields = Fields::of(object, &[]);
    let (title, more) =
        required(&fields, "title").map(|text| title_of(&text))?.ok_or_else(|| empty("title"))?;
    let tenant = required(&fields, "tenant_id")?;
    let severity = required(&fields, "severity")?;
    let severity = Severity::from_tool_word(&severity).ok_or_else(|| unknown_severity(Some(&severity)))?;
    let detection = Detection {
        detection_type: fields.text(&["detectiontype"]),
        mitre_technique: fields.values(&["mitretechnique", "mitre"]).find_map(technique),
        recommended_action: fields.prose(&["recommendedaction"]),
    };
    let signal = Signal {
        description: paragraphs(more.into_iter().chain(fields.prose(&["description"]))),
        dedup_key: fields.text(&["sourceref"]),
        client: fields.text(&["client", "clientname"]),
        product: fields.text(&["source"]).or_else(|| SourceType::Defend.product().map(str::to_owned)),
        link: fields
            .text(&["url", "link"])
            .filter(|link| link.starts_with("https://") || link.starts_with("http://")),
        device: device(&fields),
        detection: (detection != Detection::default()).then_some(detection),
        ..Signal::trigger(title, severity)
    };
    Ok(StackMessage { tenant, id: None, signal })
}

/// A text that has to be there.
fn required(fields: &Fields<'_>, name: &'static str) -> Result<String, Unreadable> {
    match fields.any(name) {
        None | Some(Value::Null) => Err(unreadable(name, "is missing")),
        Some(Value::String(text)) if text.trim().is_empty() => Err(empty(name)),
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(_) => Err(unreadable(name, "is not a text")),
    }
}

fn empty(name: &str) -> Unreadable {
    unreadable(name, "is empty")
}

/// `T1003 OS Credential Dumping`, `OS Credential Dumping (T1003)`, `T1003`, or an object of id and name; of several the
/// first.
fn technique(value: &Value) -> Option<Technique> {
    match value {
        Value::Array(several) => several.iter().find_map(technique),
        Value::Object(object) => {
            let fields = Fields::of(object, &[]);
            let name = fields.text(&["name", "techniquename", "technique"]);
            match fields.text(&["id", "techniqueid"]) {
                Some(id) => Some(Technique { id, name: name.unwrap_or_default() }),
                None => Some(from_words(&name?)),
            }
        }
        other => text_of(other).map(|text| from_words(&text)),
    }
}

fn from_words(text: &str) -> Technique {
    let id =
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).find(|word| is_technique_id(word));
    let Some(id) = id else { return Technique { id: text.to_owned(), name: String::new() } };
    let around = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '(' | ')' | '[' | ']' | ',');
    let name = text.replacen(id, "", 1).trim_matches(around).to_owned();
    Technique { id: id.to_owned(), name }
}

/// `T1003`, `T1003.001`.
fn is_technique_id(word: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    word.strip_prefix('T').is_some_and(|rest| match rest.split_once('.') {
        None => digits(rest, 4),
        Some((technique, sub)) => digits(technique, 4) && digits(sub, 3),
    })
}
