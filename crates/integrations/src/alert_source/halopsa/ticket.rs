//! One ticket of HaloPSA, in either of the two forms of its body.
//!
//! Invariants: no key of ours is read but from where we write it: whoever quotes a ticket of ours has a problem of their own;
//! empty, `1900-01-01` and a variable that was not filled in are all absent. Whether a ticket is over is the rule of
//! [`domain::halopsa`]; what the tenant's own settings say of its status is left to whoever knows them.

use domain::halopsa::{Standing, is_date};
use domain::severity::Severity;
use domain::signal::{Action, Signal, TicketMention, WhenNoneOpen};
use serde_json::{Map, Value};

use crate::alert_source::alert::add_doubt;
use crate::alert_source::fields::text_of;
use crate::alert_source::format::Found;
use crate::alert_source::text::{description_of, is_web_address, one_line, paragraphs, shortened, title_of};
use crate::alert_source::words::{severity_of, words_of};
use crate::psa::HaloPsa;

/// Letters of the longest status.
const LONGEST_STATUS: usize = 200;

/// The alert of a ticket; `None` for one that has neither id nor summary.
pub(super) fn found(object: &Map<String, Value>) -> Option<Found> {
    let ticket = Ticket(object);
    let id = ticket.text(&["id"]);
    let summary = ticket.text(&["summary"]).and_then(|text| title_of(&text));
    let (title, more) = match (summary, &id) {
        (Some(summary), _) => summary,
        (None, Some(id)) => (format!("HaloPSA ticket {id}"), None),
        (None, None) => return None,
    };
    let standing = ticket.standing();
    let is_closed = standing.is_over();
    let (severity, doubt) = ticket.severity();
    let mut signal = Signal {
        action: if is_closed { Action::Resolve } else { Action::Trigger },
        when_none_open: Some(if is_closed { WhenNoneOpen::Ignore } else { WhenNoneOpen::Open }),
        description: paragraphs(more.into_iter().chain(ticket.details())),
        dedup_key: id.as_ref().map(|id| format!("halopsa:{id}")),
        client: ticket.text(&["client_name", "client"]).map(|text| one_line(&text)),
        link: ticket.text(&["url", "link", "ticket_url"]).filter(|link| is_web_address(link)),
        ticket: id.as_ref().map(|id| TicketMention {
            id: id.clone(),
            number: None,
            external_ref: ticket.external_ref(),
            state: ticket.state(&standing),
            status: status_in(&standing),
            unread: false,
        }),
        ..Signal::trigger(title, severity)
    };
    let no_id = id.is_none().then(|| "the ticket has no id".to_owned());
    for doubt in [no_id, doubt].into_iter().flatten() {
        add_doubt(&mut signal, &doubt);
    }
    Some(Found { signal, item: Value::Object(object.clone()) })
}

struct Ticket<'a>(&'a Map<String, Value>);

impl Ticket<'_> {
    /// The first of these that says anything.
    fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| said(self.0.get(*name)?))
    }

    /// A field of a field.
    fn inner(&self, outer: &str, names: &[&str]) -> Option<String> {
        let inner = self.0.get(outer)?.as_object()?;
        names.iter().find_map(|name| said(inner.get(*name)?))
    }

    fn details(&self) -> Option<String> {
        let plain = self.text(&["details"]);
        plain.or_else(|| self.text(&["details_html"]).map(|html| without_tags(&html)))
    }

    fn standing(&self) -> Standing {
        let names = [
            self.inner("status", &["name"]),
            self.inner("status", &["shortname"]),
            self.text(&["status_name"]),
            self.0.get("status").filter(|status| status.is_string()).and_then(said),
        ];
        let id = self.inner("status", &["id"]).or_else(|| self.text(&["status_id"]));
        Standing {
            names: names.into_iter().flatten().collect(),
            id: id.and_then(|id| id.parse().ok()),
            is_dated: self.is_dated(),
            has_been_closed: match self.0.get("hasbeenclosed") {
                Some(Value::Bool(flag)) => *flag,
                Some(Value::String(text)) => text.trim().eq_ignore_ascii_case("true"),
                _ => false,
            },
        }
    }

    fn is_dated(&self) -> Option<bool> {
        match self.0.get("dateclosed")? {
            Value::Null => Some(false),
            Value::String(text) if !is_unfilled(text.trim()) => is_date(text),
            _ => None,
        }
    }

    /// Its status, and when the last thing was done about it, where it says both.
    fn state(&self, standing: &Standing) -> Option<String> {
        let at = self.text(&["lastactiondate"]).filter(|at| is_date(at) != Some(false))?;
        Some(format!("{} {}", status_in(standing)?, cut(&at)))
    }

    /// By the name of the priority, which is the same everywhere, else by the id that it has at first.
    fn severity(&self) -> (Severity, Option<String>) {
        let plain = self.0.get("priority").filter(|priority| !priority.is_object()).and_then(said);
        let name = self.inner("priority", &["name", "label"]).or_else(|| self.text(&["priority_name"]));
        let name = name.or_else(|| plain.clone());
        if let Some(severity) = name.as_deref().and_then(by_name) {
            return (severity, None);
        }
        let id =
            self.inner("priority", &["id", "priorityid"]).or_else(|| self.text(&["priority_id"])).or(plain);
        if let Some(severity) = id.as_deref().and_then(by_id) {
            return (severity, None);
        }
        let doubt = name.or(id).map(|said| format!("the priority '{}' is not known", shortened(&said)));
        (Severity::Medium, doubt)
    }

    /// The key of ours that it carries where we write it, and nobody else is known to have reported it.
    fn external_ref(&self) -> Option<String> {
        // The name that we give may be replaced by another; a mail address is somebody's.
        let by = self.text(&["reportedby"]);
        if by.is_some_and(|by| by != HaloPsa::REPORTER && by.contains('@')) {
            return None;
        }
        let texts = ["details", "details_html"].into_iter().filter_map(|name| self.0.get(name)?.as_str());
        texts.into_iter().find_map(HaloPsa::key_in).map(str::to_owned)
    }
}

/// The name of a status, or its number where that is all there is.
fn status_in(standing: &Standing) -> Option<String> {
    let number = || standing.id.map(|id| id.to_string());
    standing.names.first().map(|name| cut(name)).or_else(number)
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_STATUS).collect()
}

/// What a value says, if it says anything.
fn said(value: &Value) -> Option<String> {
    text_of(value).filter(|text| !is_unfilled(text))
}

fn is_unfilled(text: &str) -> bool {
    text.strip_prefix("<<").and_then(|text| text.strip_suffix(">>")).is_some_and(super::is_variable)
}

fn by_name(name: &str) -> Option<Severity> {
    let word = |word: &String| match word.as_str() {
        "critical" => Some(Severity::Critical),
        "high" => Some(Severity::High),
        "medium" => Some(Severity::Medium),
        "low" => Some(Severity::Low),
        _ => None,
    };
    severity_of(name).or_else(|| words_of(name).iter().find_map(word))
}

fn by_id(id: &str) -> Option<Severity> {
    match id {
        "1" => Some(Severity::Critical),
        "2" => Some(Severity::High),
        "3" => Some(Severity::Medium),
        "4" => Some(Severity::Low),
        _ => None,
    }
}

/// The text of HTML, as far as a page needs it.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut within = false;
    for c in html.chars() {
        match c {
            '<' => within = true,
            '>' if within => {
                within = false;
                text.push(' ');
            }
            c if !within => text.push(c),
            _ => {}
        }
    }
    let text = [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&quot;", "\""), ("&amp;", "&")]
        .into_iter()
        .fold(text, |text, (escaped, meant)| text.replace(escaped, meant));
    description_of(&text.lines().map(one_line).collect::<Vec<_>>().join("\n"))
}
