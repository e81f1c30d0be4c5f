//! A notification of Nagios or of one of its kin: what happened (`PROBLEM`, `FLAPPINGSTART`, …) to a host or a service,
//! and how that is now.
//!
//! Invariant: the state beats the name of the event. These tools send no recovery for what got well while it was
//! flapping or in a downtime, so whatever arrives with a good state ends the problem.

mod event;
mod state;

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use serde_json::Value;

use super::alert::add_doubt;
use super::pairs::{Pairs, Told};
use super::pick::{UNSAID, unknown_word, unreadable};
use super::text::{LONGEST_TITLE, one_line, paragraphs, shortened};

use self::event::Event;
use self::state::State;

const EVENT: [&str; 2] = ["notificationtype", "type"];
const OBJECT: [&str; 2] = ["object", "what"];
const HOST: [&str; 5] = ["host", "hostname", "hostalias", "hostdisplay", "hostdisplayname"];
const SERVICE: [&str; 6] =
    ["service", "servicedesc", "servicename", "servicedescription", "servicedisplay", "servicedisplayname"];
const SERVICE_STATE: [&str; 4] = ["servicestate", "state", "servicestateid", "stateid"];
const HOST_STATE: [&str; 4] = ["hoststate", "state", "hoststateid", "stateid"];
const SERVICE_OUTPUT: [&str; 4] = ["serviceoutput", "output", "additionalinfo", "message"];
const HOST_OUTPUT: [&str; 4] = ["hostoutput", "output", "additionalinfo", "message"];
const SERVICE_MORE: [&str; 2] = ["longserviceoutput", "longoutput"];
const HOST_MORE: [&str; 2] = ["longhostoutput", "longoutput"];
const ADDRESS: [&str; 3] = ["hostaddress", "address", "hostaddress6"];
const AUTHOR: [&str; 4] = ["ackauthor", "notificationauthor", "notificationauthorname", "author"];
const COMMENT: [&str; 3] = ["ackcomment", "notificationcomment", "comment"];
const LINK: [&str; 8] = [
    "link",
    "url",
    "servicenotesurl",
    "serviceactionurl",
    "hostnotesurl",
    "hostactionurl",
    "notesurl",
    "actionurl",
];
const CLIENT: [&str; 8] = [
    "client",
    "customer",
    "company",
    "hostclient",
    "hostcustomer",
    "hostcompany",
    "hostvarsclient",
    "hostvarscustomer",
];

/// The names by which a notification is known where it comes as text.
pub(super) const KNOWN: [&[&str]; 14] = [
    &EVENT,
    &OBJECT,
    &HOST,
    &SERVICE,
    &SERVICE_STATE,
    &HOST_STATE,
    &SERVICE_OUTPUT,
    &HOST_OUTPUT,
    &SERVICE_MORE,
    &HOST_MORE,
    &ADDRESS,
    &AUTHOR,
    &COMMENT,
    &CLIENT,
];

/// How one of these tools writes.
#[derive(Debug)]
pub(super) struct Dialect {
    /// What its names may begin with, in lower case.
    pub(super) prefixes: &'static [&'static str],
    /// Whether a text is a macro that nobody filled in.
    pub(super) is_placeholder: fn(&str) -> bool,
    /// Whether line breaks of a long output come as a backslash and an `n`.
    pub(super) escapes_lines: bool,
    /// What people call it.
    pub(super) label: &'static str,
}

/// What a notification says.
pub(super) fn read(value: &Value, dialect: &Dialect) -> Result<Told, Unreadable> {
    let object = value.as_object().ok_or_else(|| unreadable("body", "must be a JSON object or a form"))?;
    let pairs = Pairs::of(object, dialect.prefixes, dialect.is_placeholder);
    let is_host = object_of(&pairs).is_some_and(|word| word.eq_ignore_ascii_case("host"));
    let service = if is_host { None } else { pairs.line(&SERVICE) };
    let event = pairs.texts(&EVENT).find(|word| !is_object(word));
    let state = pairs.text(if service.is_some() { &SERVICE_STATE } else { &HOST_STATE });
    let Some(host) = pairs.line(&HOST) else {
        return if pairs.is_left(&HOST) && event.is_none() && state.is_none() {
            Ok(Told::Nothing(format!("a test: none of {}'s macros is filled in", dialect.label)))
        } else {
            Err(unreadable("host", "is missing"))
        };
    };
    if event.is_none() && state.is_none() {
        return Err(unreadable("notification_type", "is missing, and so is the state"));
    }
    let about = About { host, service };
    let (event, state) = (Word::of(event, Event::of), Word::of(state, |word| State::of(word, &about)));
    Ok(Told::from(signal(&pairs, &about, &event, &state, dialect)))
}

fn is_object(word: &str) -> bool {
    ["host", "service"].iter().any(|object| word.eq_ignore_ascii_case(object))
}

/// `host` or `service`, where it is said.
fn object_of(pairs: &Pairs) -> Option<&str> {
    pairs.texts(&OBJECT).chain(pairs.texts(&EVENT)).find(|word| is_object(word))
}

/// What a notification is about.
struct About {
    host: String,
    /// `None`: the host itself.
    service: Option<String>,
}

impl About {
    fn key(&self) -> String {
        match &self.service {
            Some(service) => format!("service:{};{service}", self.host),
            None => format!("host:{}", self.host),
        }
    }

    fn name(&self) -> String {
        match &self.service {
            Some(service) => format!("{service} on {}", self.host),
            None => self.host.clone(),
        }
    }
}

/// A word, and what it means where that is known.
struct Word<T> {
    said: Option<String>,
    means: Option<T>,
}

impl<T> Word<T> {
    fn of(said: Option<&str>, meaning: impl FnOnce(&str) -> Option<T>) -> Self {
        Self { said: said.map(one_line), means: said.and_then(meaning) }
    }

    fn unknown(&self) -> Option<&str> {
        if self.means.is_none() { self.said.as_deref() } else { None }
    }
}

fn signal(
    pairs: &Pairs,
    about: &About,
    event: &Word<Event>,
    state: &Word<State>,
    dialect: &Dialect,
) -> Signal {
    let is_service = about.service.is_some();
    let output = pairs.text(if is_service { &SERVICE_OUTPUT } else { &HOST_OUTPUT });
    let more = pairs.text(if is_service { &SERVICE_MORE } else { &HOST_MORE });
    let more =
        more.map(|text| if dialect.escapes_lines { text.replace("\\n", "\n") } else { text.to_owned() });
    let address = pairs.line(&ADDRESS).filter(|address| *address != about.host);
    let happened = event.means.and_then(Event::told).map(|told| {
        let by = pairs.line(&AUTHOR).map(|author| format!(" by {author}")).unwrap_or_default();
        let comment = pairs.text(&COMMENT).map(|comment| format!(": {comment}")).unwrap_or_default();
        format!("{told}{by}{comment}")
    });
    let severity = state.means.as_ref().map_or(UNSAID, |state| state.severity().unwrap_or(Severity::Info));
    let mut signal = Signal {
        action: action(event.means, state.means.as_ref()),
        description: paragraphs(
            [
                happened,
                output.map(str::to_owned),
                more,
                address.as_ref().map(|address| format!("Address: {address}")),
            ]
            .into_iter()
            .flatten(),
        ),
        dedup_key: Some(about.key()),
        client: pairs.line(&CLIENT),
        product: pairs.line(&["source"]),
        link: pairs.address(&LINK),
        device: Device { hostname: Some(about.host.clone()), name: Some(about.host.clone()) },
        ..Signal::trigger(title(about, event, state), severity)
    };
    for doubt in doubts(event, state, signal.action) {
        add_doubt(&mut signal, &doubt);
    }
    signal
}

fn title(about: &About, event: &Word<Event>, state: &Word<State>) -> String {
    let name = about.name();
    let said = state.means.as_ref().map(State::word).or(state.unknown());
    let title = match (said, &event.said) {
        (Some(state), _) => format!("{name} is {state}"),
        (None, Some(event)) => format!("{name}: {event}"),
        (None, None) => name,
    };
    title.chars().take(LONGEST_TITLE).collect()
}

/// What is to be done.
fn action(event: Option<Event>, state: Option<&State>) -> Action {
    let Some(event) = event else {
        return if state.is_some_and(State::is_good) { Action::Resolve } else { Action::Trigger };
    };
    match (event, state) {
        (_, Some(State::Good(_))) | (Event::Recovery, None) => Action::Resolve,
        (Event::Acknowledged, _) => Action::Acknowledge,
        (Event::FlappingStarted | Event::DowntimeStarted | Event::Custom, _)
        | (Event::FlappingOver | Event::DowntimeOver, None) => Action::Note,
        // What broke meanwhile was not notified, and nobody else will tell.
        (Event::FlappingOver | Event::DowntimeOver | Event::Recovery, Some(State::Bad(..)))
        | (Event::Problem, _) => Action::Trigger,
    }
}

fn doubts(event: &Word<Event>, state: &Word<State>, action: Action) -> Vec<String> {
    let taken_for = if action == Action::Resolve { "a recovery" } else { "a problem" };
    let mut doubts = Vec::new();
    if let Some(word) = event.unknown() {
        doubts.push(unknown_word("notification type", word, taken_for));
    }
    if let Some(word) = state.unknown() {
        doubts.push(format!("the state '{}' is not known", shortened(word)));
    }
    if let (Some(Event::Recovery), Some(State::Bad(..))) = (event.means, &state.means) {
        doubts.push("a recovery with a bad state; the state was believed".to_owned());
    }
    doubts
}
