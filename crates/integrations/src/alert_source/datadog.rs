//! Datadog: what its webhooks send by our template, by Datadog's own, or by one between the two; as JSON or as a form.
//!
//! Invariants: a variable that Datadog left as it is says nothing; a warning is never worse than medium, whatever its
//! monitor's priority; muting neither pages nor ends a problem.

mod title;

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Image, Signal};

use super::alert::add_doubt;
use super::fields::{Fields, name_of, text_of};
use super::format::{Came, Format, Found, Said};
use super::pick::{self, UNSAID, unreadable};
use super::text::{is_web_address, one_line, paragraphs, title_of};
use super::words::severity_of;

use self::title::Title;

const TRANSITION: [&str; 2] = ["transition", "alerttransition"];
const ALERT_ID: [&str; 2] = ["alertid", "monitorid"];
const AGGREG_KEY: [&str; 1] = ["aggregkey"];
const TITLE: [&str; 3] = ["title", "eventtitle", "alerttitle"];

/// Tags that name the customer company.
const CLIENT_TAGS: [&str; 5] = ["client", "customer", "company", "tenant", "organization"];

/// Datadog.
pub(super) struct Datadog;

impl Format for Datadog {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let body = pick::object(came)?;
        let Some(object) = body.as_object() else { return Err(unreadable("body", "must be a JSON object")) };
        let said = Variables(Fields::of(object, &[]));
        if said.is_test() {
            return Ok(Said::Nothing("Datadog's test: its variables have no values".to_owned()));
        }
        Ok(Said::Alerts(vec![Found { signal: signal(&said)?, item: body.clone() }]))
    }
}

/// What has become of a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transition {
    Triggered,
    Warned,
    Recovered,
    Muted,
}

impl Transition {
    /// `None` for a word that isn't known. `Renotify` says nothing of its own: the problem goes on.
    fn of(word: &str) -> Option<Self> {
        Some(match name_of(word).as_str() {
            "triggered" | "retriggered" | "nodata" | "renodata" | "renotify" | "renotified" => {
                Self::Triggered
            }
            "warn" | "rewarn" => Self::Warned,
            "muted" => Self::Muted,
            other if other.ends_with("recovered") => Self::Recovered,
            _ => return None,
        })
    }
}

/// The variables that have values.
struct Variables<'a>(Fields<'a>);

impl Variables<'_> {
    fn text(&self, names: &[&'static str]) -> Option<String> {
        self.0.texts(names).find(|text| !is_variable(text))
    }

    fn line(&self, names: &[&'static str]) -> Option<String> {
        self.text(names).map(|text| one_line(&text)).filter(|text| !text.is_empty())
    }

    fn address(&self, names: &[&'static str]) -> Option<String> {
        self.text(names).filter(|text| is_web_address(text))
    }

    /// The test button, and whoever posts an event by hand, leave what identifies an alert without a value.
    fn is_test(&self) -> bool {
        let left = self.0.values(&TRANSITION).chain(self.0.values(&ALERT_ID)).chain(self.0.values(&TITLE));
        let has_left = left.filter_map(text_of).any(|text| is_variable(&text));
        has_left && self.text(&ALERT_ID).is_none() && self.text(&AGGREG_KEY).is_none()
    }

    /// The value of the first of these tags that there is, of a list such as `env:prod,client:contoso`.
    fn tag(&self, names: &[&str]) -> Option<String> {
        let tags = self.text(&["tags"])?;
        let value_of = |name: &&str| {
            let mut pairs = tags.split(',').filter_map(|tag| tag.trim().split_once(':'));
            pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| one_line(value))
        };
        names.iter().find_map(value_of).filter(|value| !value.is_empty())
    }
}

/// `$ALERT_ID`, `$TAGS[env]`.
fn is_variable(text: &str) -> bool {
    let name = text.trim().strip_prefix('$');
    name.is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '[' | ']' | '.' | '-'))
    })
}

fn signal(said: &Variables<'_>) -> Result<Signal, Unreadable> {
    let message =
        said.text(&["textonlymsg", "body", "eventmsg", "message"]).map(|text| without_fences(&text));
    let titled = said.line(&TITLE).map(|text| Title::of(&text));
    let monitor = said.line(&ALERT_ID);
    let text = titled.as_ref().map(|title| title.text.clone());
    let stand_ins = [text, message.clone(), monitor.as_ref().map(|id| format!("Datadog monitor {id}"))];
    let Some((title, more)) = stand_ins.into_iter().flatten().find_map(|text| title_of(&text)) else {
        return Err(unreadable("title", "is missing"));
    };
    let titled = titled.unwrap_or_default();
    let (transition, doubt) = transition(said, &titled);
    let link = said.address(&["link", "url"]);
    let image = said.address(&["snapshot"]).map(|src| Image { src, href: link.clone(), alt: None });
    let status = said.text(&["status", "alertstatus"]);
    let scope = said.line(&["scope", "alertscope"]).or_else(|| titled.scope.clone());
    let mut signal = Signal {
        action: action(transition),
        description: paragraphs([more, message, status].into_iter().flatten()),
        dedup_key: Some(dedup_key(said, &title, &titled)),
        // The organization is whose Datadog it is: the MSP's own, mostly.
        client: said.tag(&CLIENT_TAGS),
        device: device(said, scope.as_deref()),
        link,
        images: image.into_iter().collect(),
        ..Signal::trigger(title, severity(said, &titled, transition))
    };
    if let Some(doubt) = doubt {
        add_doubt(&mut signal, &doubt);
    }
    Ok(signal)
}

fn action(transition: Transition) -> Action {
    match transition {
        Transition::Triggered | Transition::Warned => Action::Trigger,
        Transition::Recovered => Action::Resolve,
        Transition::Muted => Action::Note,
    }
}

/// What has become of the monitor. Where its state says that all is well, that beats the event.
fn transition(said: &Variables<'_>, titled: &Title) -> (Transition, Option<String>) {
    let word = said.line(&TRANSITION);
    let known = word.as_deref().and_then(Transition::of).or(titled.transition);
    let kind = alert_type(said);
    let transition = match (known, kind.as_deref()) {
        (Some(Transition::Muted), _) => Transition::Muted,
        (_, Some("success")) => Transition::Recovered,
        (Some(Transition::Triggered) | None, Some("warning")) => Transition::Warned,
        (known, _) => known.unwrap_or(Transition::Triggered),
    };
    let doubt = word.filter(|_| known.is_none() && transition == Transition::Triggered);
    (transition, doubt.map(|word| pick::unknown_word("transition", &word, "a problem")))
}

fn alert_type(said: &Variables<'_>) -> Option<String> {
    said.line(&["alerttype"]).map(|word| word.to_lowercase())
}

/// The monitor's priority; else what kind of alert it is. The event's own `priority` is normal or low whatever happens.
fn severity(said: &Variables<'_>, titled: &Title, transition: Transition) -> Severity {
    let priority = said.line(&["alertpriority"]).and_then(|word| severity_of(&word));
    let kind = || alert_type(said).and_then(|word| severity_of(&word));
    let severity = priority.or(titled.priority).or_else(kind).unwrap_or(UNSAID);
    if transition == Transition::Warned { severity.min(Severity::Medium) } else { severity }
}

/// The monitor and the group of things in it that the alert is about. A template without them leaves the title, and the
/// scope in it, since one monitor watches many hosts.
fn dedup_key(said: &Variables<'_>, title: &str, titled: &Title) -> String {
    let (monitor, group) = (said.line(&ALERT_ID), said.line(&AGGREG_KEY));
    if monitor.is_none() && group.is_none() {
        let cycle = said.line(&["alertcyclekey"]).map(|cycle| format!("datadog:cycle:{cycle}"));
        return cycle.unwrap_or_else(|| match &titled.scope {
            Some(scope) => format!("{title} {scope}"),
            None => title.to_owned(),
        });
    }
    let group = group.or_else(|| said.line(&["scope", "alertscope"])).unwrap_or_default();
    format!("datadog:{}:{group}", monitor.unwrap_or_default())
}

fn device(said: &Variables<'_>, scope: Option<&str>) -> Device {
    let in_scope = || {
        let mut pairs =
            scope?.trim_matches(['{', '}']).split(',').filter_map(|pair| pair.trim().split_once(':'));
        pairs.find(|(name, _)| *name == "host").map(|(_, host)| host.trim().to_owned())
    };
    let name = said.line(&["hostname"]).or_else(in_scope).filter(|name| !name.is_empty());
    Device { hostname: name.clone(), name }
}

/// Datadog puts `%%%` around text that is Markdown.
fn without_fences(text: &str) -> String {
    text.lines().filter(|line| line.trim() != "%%%").collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
