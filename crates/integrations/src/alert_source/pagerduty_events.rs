//! PagerDuty's Events API, from the receiving side: alert events of version 2 and 1, and change events.
//!
//! Invariants: what an event lacks is told as PagerDuty tells it, field by field, so that a sender's own checks keep
//! their meaning; a change event never pages.

mod check;

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Image, Link, Signal};
use serde_json::Value;

use super::alert::add_doubt;
use super::fields::Fields;
use super::format::{Came, Format, Found, Said};
use super::pick::{self, UNSAID, address, line, text};
use super::text::{one_line, paragraphs, title_of};

pub use check::EventsApi;

/// Links and images that are looked at.
const MOST_LINKS: usize = 100;

const CLIENT: [&str; 9] = [
    "client",
    "customer",
    "company",
    "tenant",
    "clientname",
    "customername",
    "companyname",
    "organization",
    "organisation",
];

const HOSTNAME: [&str; 4] = ["hostname", "host", "device", "devicename"];

/// PagerDuty's Events API.
pub(super) struct PagerdutyEvents;

impl Format for PagerdutyEvents {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let event = pick::object(came)?;
        let api = EventsApi::of(event, came.received.query);
        let mut problems = api.problems(event).into_iter();
        if let Some(first) = problems.next() {
            let others: Vec<String> = problems.map(|problem| problem.to_string()).collect();
            let problem = [vec![first.problem], others].concat().join("; ");
            return Err(Unreadable { field: first.field, problem });
        }
        let mut signal = match api {
            EventsApi::Change => {
                let summary = line(event, &["payload", "summary"]).unwrap_or_default();
                let summary: String = summary.chars().take(200).collect();
                return Ok(Said::Nothing(format!("a change event: {summary}")));
            }
            EventsApi::V2 => version_2(event),
            EventsApi::V1 => version_1(event),
        };
        if let Some(doubt) = &came.body.doubt {
            add_doubt(&mut signal, doubt);
        }
        Ok(Said::Alerts(vec![Found { signal, item: event.clone() }]))
    }
}

fn version_2(event: &Value) -> Signal {
    let payload = event.get("payload").and_then(Value::as_object);
    let details = payload.and_then(|payload| payload.get("custom_details"));
    let summary = text(event, &["payload", "summary"]);
    let about = ["component", "group", "class"].into_iter().filter_map(|name| {
        let said = line(event, &["payload", name])?;
        Some(format!("{}: {said}", capitalized(name)))
    });
    let about = about.collect::<Vec<_>>().join("\n");
    let details_said = payload.and_then(|payload| Fields::of(payload, &[]).prose(&["customdetails"]));
    let severity = text(event, &["payload", "severity"]);
    let mut signal = signal(event, EventsApi::V2, summary, [Some(about), details_said]);
    signal.severity = severity.as_deref().and_then(severity_of).unwrap_or(UNSAID);
    signal.device.name = line(event, &["payload", "source"]);
    signal.client = customer(details);
    signal.links = list(event, "links").filter_map(link).collect();
    signal.images = list(event, "images").filter_map(image).collect();
    linked(signal)
}

fn version_1(event: &Value) -> Signal {
    let details = event.get("details");
    let said = event.as_object().and_then(|event| Fields::of(event, &[]).prose(&["details"]));
    let mut signal = signal(event, EventsApi::V1, text(event, &["description"]), [said, None]);
    let hostname =
        details.and_then(Value::as_object).and_then(|details| Fields::of(details, &[]).text(&HOSTNAME));
    signal.device = Device { name: hostname.map(|name| one_line(&name)), hostname: None };
    signal.client = customer(details);
    let is_image =
        |context: &Value| line(context, &["type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("image"));
    for context in list(event, "contexts") {
        if is_image(context) {
            signal.images.extend(image(context));
        } else {
            signal.links.extend(link(context));
        }
    }
    linked(signal)
}

/// What both versions say alike.
fn signal<const N: usize>(
    event: &Value,
    api: EventsApi,
    title: Option<String>,
    said: [Option<String>; N],
) -> Signal {
    let action = api.action(event).unwrap_or(Action::Trigger);
    let dedup_key = api.dedup_key(event);
    let (title, more) = title.and_then(|text| title_of(&text)).unwrap_or_else(|| {
        let what = match action {
            Action::Acknowledge => "Acknowledged",
            Action::Resolve => "Resolved",
            _ => "Event",
        };
        (one_line(&format!("{what}: {}", dedup_key.as_deref().unwrap_or_default())), None)
    });
    Signal {
        action,
        description: paragraphs([more].into_iter().chain(said).flatten()),
        dedup_key,
        // What PagerDuty calls the client is the monitoring tool.
        product: line(event, &["client"]),
        link: address(event, &["client_url"]),
        ..Signal::trigger(title, UNSAID)
    }
}

fn severity_of(word: &str) -> Option<Severity> {
    match word.trim().to_ascii_lowercase().as_str() {
        "critical" => Some(Severity::Critical),
        "error" => Some(Severity::High),
        "warning" => Some(Severity::Medium),
        "info" => Some(Severity::Low),
        _ => None,
    }
}

/// The customer company, where the details name one.
fn customer(details: Option<&Value>) -> Option<String> {
    let named = Fields::of(details?.as_object()?, &[]).text(&CLIENT)?;
    Some(one_line(&named)).filter(|name| !name.is_empty())
}

fn list<'a>(event: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    event.get(name).and_then(Value::as_array).into_iter().flatten().take(MOST_LINKS)
}

fn link(value: &Value) -> Option<Link> {
    Some(Link { href: address(value, &["href"])?, text: line(value, &["text"]) })
}

fn image(value: &Value) -> Option<Image> {
    Some(Image {
        src: address(value, &["src"])?,
        href: address(value, &["href"]),
        alt: line(value, &["alt"]).or_else(|| line(value, &["text"])),
    })
}

/// Without an address of the tool's, the first link is the place to look at.
fn linked(mut signal: Signal) -> Signal {
    signal.link = signal.link.or_else(|| signal.links.first().map(|link| link.href.clone()));
    signal
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
