//! AWS SNS: what CloudWatch and others publish to a topic, and the topic's own questions.
//!
//! Invariant: what the reader takes for a message of SNS is what its signature was checked of, since both see the body
//! through the same eyes; addresses in it are opened only where they are SNS's own.

mod address;
mod alarm;
mod envelope;
mod signed;

use app::port::{ReceivedBody, Unreadable};
use domain::signal::Signal;
use serde_json::Value;

use self::alarm::Alarm;
use self::envelope::{Envelope, Kind};
use super::alert::Alert;
use super::body::Body;
use super::format::{Came, Format, Found, Said};
use super::generic;
use super::pick::{UNSAID, add_doubt, object, unreadable};
use super::text::{description_of, title_of};

pub use self::signed::Fetch;
pub(super) use self::signed::Signed;

/// AWS SNS.
pub(super) struct AwsSns;

impl Format for AwsSns {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        let Some(envelope) = Envelope::of(&came.body) else {
            // Raw delivery: the message by itself.
            let message = object(came)?;
            let alarm = Alarm::of(message).ok_or_else(|| unreadable("AlarmName", "is missing"))?;
            return Ok(alarm.said());
        };
        match envelope.kind {
            Kind::Notification => Ok(notification(&envelope)),
            Kind::SubscriptionConfirmation => confirmation(&envelope),
            Kind::UnsubscribeConfirmation => {
                Ok(Said::Nothing("SNS says that the subscription of this source has ended".to_owned()))
            }
        }
    }
}

fn confirmation(envelope: &Envelope<'_>) -> Result<Said, Unreadable> {
    let url = envelope.text("SubscribeURL").ok_or_else(|| unreadable("SubscribeURL", "is missing"))?;
    Ok(if address::is_confirmation(url) {
        Said::Confirm(url.to_owned())
    } else {
        Said::Nothing(
            "a subscription that is to be confirmed elsewhere than at SNS, which was not done".to_owned(),
        )
    })
}

/// A published message: an alarm of CloudWatch, or whatever somebody else has to say.
fn notification(envelope: &Envelope<'_>) -> Said {
    let message = envelope.text("Message").unwrap_or_default();
    let value: Option<Value> = serde_json::from_str(message).ok();
    if let Some(alarm) = value.as_ref().and_then(Alarm::of) {
        return alarm.said();
    }
    let mut found = match value {
        Some(Value::Object(_) | Value::Array(_)) => by_the_usual_names(envelope, message),
        _ => Vec::new(),
    };
    if found.is_empty() {
        found.push(text(envelope, message));
    }
    if let [Found { signal, .. }] = found.as_mut_slice() {
        signal.dedup_key = signal.dedup_key.take().or_else(|| key(envelope));
        if let (Some(subject), true) = (subject(envelope), signal.degraded.is_some()) {
            signal.title = subject;
        }
    }
    Said::Alerts(found)
}

fn by_the_usual_names(envelope: &Envelope<'_>, message: &str) -> Vec<Found> {
    let mut alerts = generic::read(&Body::read(ReceivedBody::bare(message.as_bytes())));
    if let [Alert { signal, .. }] = alerts.as_mut_slice() {
        signal.dedup_key = signal.dedup_key.take().or_else(|| key(envelope));
    }
    alerts.into_iter().map(Alert::found).collect()
}

/// The key of a message that has none of its own.
fn key(envelope: &Envelope<'_>) -> Option<String> {
    envelope.text("MessageId").map(|id| format!("sns:{id}"))
}

/// A message for people: its subject is the title, its first line where it has none.
fn text(envelope: &Envelope<'_>, message: &str) -> Found {
    let of_message = title_of(message);
    let mut signal = match (subject(envelope), of_message) {
        (Some(subject), _) => {
            Signal { description: description_of(message), ..Signal::trigger(subject, UNSAID) }
        }
        (None, Some((title, more))) => Signal {
            description: description_of(&more.unwrap_or_default()),
            ..Signal::trigger(title, UNSAID)
        },
        (None, None) => Signal::trigger("Empty message from AWS SNS", UNSAID),
    };
    if message.trim().is_empty() {
        add_doubt(&mut signal, "the message is empty");
    }
    Found { signal, item: envelope.whole() }
}

fn subject(envelope: &Envelope<'_>) -> Option<String> {
    envelope.text("Subject").and_then(title_of).map(|(title, _)| title)
}

#[cfg(test)]
mod tests;
