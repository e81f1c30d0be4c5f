//! PRTG: a form, or JSON, that somebody has written with PRTG's placeholders.
//!
//! Invariants: a placeholder that PRTG left as it is (`%sensorid`) is absent; a recovery is known in the languages that
//! PRTG speaks to MSPs, and a word that is in none of them is a problem.

mod status;

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};

use self::status::{Status, status};
use super::fields::Fields;
use super::format::{Came, Format, Found, Said};
use super::pick::{UNSAID, add_doubt, is_address, object, unknown_word, unreadable};
use super::text::{one_line, paragraphs};

const SENSOR_ID: [&str; 2] = ["sensorid", "id"];
const DEVICE: [&str; 2] = ["device", "devicename"];
const SENSOR: [&str; 4] = ["sensor", "sensorname", "shortname", "name"];
const STATUS: [&str; 2] = ["status", "state"];
const LINK: [&str; 5] = ["linksensor", "link", "url", "linkdevice", "home"];
const CLIENT: [&str; 3] = ["client", "customer", "company"];

/// The most stars that a sensor can have.
const MOST_STARS: usize = 5;

/// PRTG.
pub(super) struct Prtg;

impl Format for Prtg {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = object(came)?;
        let fields =
            Fields::of(body.as_object().ok_or_else(|| unreadable("body", "must be an object"))?, &[]);
        let (id, said) = (given(&fields, &SENSOR_ID), given(&fields, &STATUS));
        let (device, sensor) = (given(&fields, &DEVICE), given(&fields, &SENSOR));
        if id.is_none() && said.is_none() && device.is_none() && sensor.is_none() {
            let names = [&SENSOR_ID[..], &STATUS, &DEVICE, &SENSOR].concat();
            return if fields.texts(&names).any(|text| is_placeholder(&text)) {
                Ok(Said::Nothing("a test of PRTG".to_owned()))
            } else {
                Err(unreadable("sensorid", "is missing"))
            };
        }
        let Some(meaning) = meaning(said.as_deref(), stars(&fields)) else {
            return Ok(Said::Nothing("a sensor that is paused".to_owned()));
        };
        let title =
            [device.as_deref(), sensor.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let message = given(&fields, &["message", "lastmessage"]);
        let title = if title.is_empty() {
            message.clone().or_else(|| id.as_ref().map(|id| format!("Sensor {id}")))
        } else {
            Some(title)
        };
        let title = title.unwrap_or_else(|| "PRTG sensor".to_owned());
        let key = id.or_else(|| Some(format!("{}/{}", device.as_deref()?, sensor.as_deref()?)));
        let mut signal = Signal {
            action: meaning.action,
            description: paragraphs([said.unwrap_or_default(), message.unwrap_or_default(), facts(&fields)]),
            dedup_key: key.map(|key| format!("prtg:{key}")),
            client: given(&fields, &CLIENT),
            link: LINK.into_iter().find_map(|name| given(&fields, &[name]).filter(|link| is_address(link))),
            device: Device { name: device, hostname: given(&fields, &["host", "hostname"]) },
            ..Signal::trigger(title, meaning.severity)
        };
        if let Some(doubt) = meaning.doubt {
            add_doubt(&mut signal, &doubt);
        }
        Ok(Said::Alerts(vec![Found { signal, item: body.clone() }]))
    }
}

struct Meaning {
    action: Action,
    severity: Severity,
    doubt: Option<String>,
}

/// What a status means; `None` for one that concerns nobody.
fn meaning(said: Option<&str>, stars: usize) -> Option<Meaning> {
    let down = if stars >= MOST_STARS { Severity::Critical } else { Severity::High };
    let known = |action, severity| Some(Meaning { action, severity, doubt: None });
    match said.map(|said| (said, status(said))) {
        Some((_, Some(Status::Up))) => known(Action::Resolve, down),
        Some((_, Some(Status::Down))) => known(Action::Trigger, down),
        Some((_, Some(Status::Acknowledged))) => known(Action::Acknowledge, down),
        Some((_, Some(Status::Warning | Status::Unknown))) => known(Action::Trigger, Severity::Medium),
        Some((_, Some(Status::Unusual))) => known(Action::Trigger, Severity::Low),
        Some((_, Some(Status::Paused))) => None,
        Some((said, None)) => {
            let doubt = Some(unknown_word("status", said, "a problem"));
            Some(Meaning { action: Action::Trigger, severity: UNSAID, doubt })
        }
        None => {
            let doubt = Some("there is no status, which was taken for a problem".to_owned());
            Some(Meaning { action: Action::Trigger, severity: UNSAID, doubt })
        }
    }
}

/// The sensor's priority: so many stars, or their number.
fn stars(fields: &Fields<'_>) -> usize {
    let text = given(fields, &["priority", "prio"]).unwrap_or_default();
    text.parse().unwrap_or_else(|_| text.chars().filter(|c| matches!(c, '*' | '★')).count())
}

/// Where it is, and for how long.
fn facts(fields: &Fields<'_>) -> String {
    let names = [("Group", "group"), ("Probe", "probe"), ("Last", "laststatus"), ("Down for", "down")];
    let line = |(label, name)| given(fields, &[name]).map(|value| format!("{label}: {value}"));
    names.into_iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// The first value under the names that PRTG put in.
fn given(fields: &Fields<'_>, names: &[&'static str]) -> Option<String> {
    fields.texts(names).map(|text| one_line(&text)).find(|text| !text.is_empty() && !is_placeholder(text))
}

/// `%sensorid`; a percentage has a number, and comes before its sign.
fn is_placeholder(text: &str) -> bool {
    let name = text.strip_prefix('%');
    name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

#[cfg(test)]
mod tests;
