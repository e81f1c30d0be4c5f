//! What Sentry says of an event or an issue, which have most fields in common.

use domain::severity::Severity;
use domain::signal::{Device, Signal};
use serde_json::Value;

use crate::alert_source::pick::{UNSAID, line, text};
use crate::alert_source::text::{paragraphs, title_of};
use crate::alert_source::words::severity_of;

/// Names, such as of rules or projects, that are listed.
const MOST_NAMES: usize = 20;

/// Tags of an event that are looked at.
const MOST_TAGS: usize = 200;

const CLIENT_TAGS: [&str; 4] = ["client", "customer", "company", "tenant"];
const DEVICE_TAGS: [&str; 3] = ["server_name", "device", "host"];

/// A problem with what an event or issue says under the usual names.
pub(super) fn signal(of: &Value, key: String) -> Signal {
    let paths: [&[&str]; 5] =
        [&["title"], &["message"], &["logentry", "formatted"], &["metadata", "value"], &["culprit"]];
    let titled = paths.into_iter().find_map(|path| title_of(&text(of, path)?));
    let (title, _) = titled.unwrap_or_else(|| ("Sentry issue without a title".to_owned(), None));
    let name = line(of, &["server_name"]).or_else(|| tag(of, &DEVICE_TAGS));
    Signal {
        dedup_key: Some(key),
        client: tag(of, &CLIENT_TAGS),
        device: Device { hostname: name.clone(), name },
        ..Signal::trigger(title, level(of).unwrap_or(UNSAID))
    }
}

/// How bad it is: `fatal`, `error`, `warning`, `info` or `debug`.
pub(super) fn level(of: &Value) -> Option<Severity> {
    line(of, &["level"]).and_then(|word| severity_of(&word))
}

/// Where in the program it is, and which one.
pub(super) fn description(of: &Value) -> String {
    let project = line(of, &["project", "name"]).or_else(|| line(of, &["project_name"]));
    let named = [
        ("Where", line(of, &["culprit"])),
        ("Project", project),
        ("Issue", line(of, &["shortId"])),
        ("Environment", line(of, &["environment"])),
    ];
    let lines = named.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
    let value = text(of, &["metadata", "value"]).unwrap_or_default();
    paragraphs([value, lines.collect::<Vec<_>>().join("\n")])
}

/// The issue of an event; older ones name it only in its address, `…/issues/1170820242/`.
pub(super) fn issue_of(event: &Value) -> Option<String> {
    line(event, &["issue_id"]).or_else(|| {
        let address = line(event, &["issue_url"])?;
        let id = address.trim_end_matches('/').rsplit('/').next()?;
        (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
    })
}

/// A list of names on one line.
pub(super) fn names(list: Option<&Value>) -> Option<String> {
    let names = list?.as_array()?.iter().take(MOST_NAMES).filter_map(|name| line(name, &[]));
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Such as `Archived by Jane`.
pub(super) fn done(word: &str, by: Option<String>) -> String {
    let word: String = word.chars().take(60).collect();
    let mut characters = word.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    let said: String = first.chain(characters).collect();
    match by {
        Some(by) => format!("{said} by {by}"),
        None => said,
    }
}

/// The value of the first of these tags; tags are pairs, as lists or as objects.
fn tag(of: &Value, names: &[&str]) -> Option<String> {
    let tags: Vec<(String, &Value)> = of
        .get("tags")?
        .as_array()?
        .iter()
        .take(MOST_TAGS)
        .filter_map(|tag| match tag.as_array().map(Vec::as_slice) {
            Some([name, value]) => Some((line(name, &[])?, value)),
            _ => Some((line(tag, &["key"])?, tag.get("value")?)),
        })
        .collect();
    names.iter().find_map(|name| {
        let (_, value) = tags.iter().find(|(known, _)| known == name)?;
        line(value, &[])
    })
}
