//! From a delivery to its alerts: is it its sender's, what does it say, and what is kept of it?
//!
//! Invariants: whatever a known key brought is kept, with what became of it; no key is kept with it.

use std::sync::Arc;

use domain::alert::Outcome;
use domain::delivery::{Delivery, Request, Verdict};
use domain::id::TenantId;
use domain::signal::{Signal, WhenNoneOpen};
use domain::source::AlertSource;
use store::{Changes, Versioned};

use super::ticket::{self, Asked};
use super::{Arrival, Draft, Received, receive};
use crate::app::App;
use crate::error::Error;
use crate::port::{Distrust, Reading, ReceivedBody, Secret, Secrets};

/// The most bytes of a body that are kept, as they are stored: a document and its envelope must stay below 2 MB.
const MOST_KEPT: usize = 1_100_000;

/// The most bytes of a header that are kept.
const LONGEST_HEADER: usize = 1_024;

/// A request as it is kept.
pub(super) fn request(key: &str, received: ReceivedBody<'_>) -> Request {
    let headers = received.headers.iter().filter(|(_, value)| value.len() <= LONGEST_HEADER);
    Request {
        content_type: received.content_type.map(str::to_owned),
        query: without_key(received.query),
        headers: headers.cloned().collect(),
        body: masked(kept(received.body), key),
    }
}

/// Some senders put the key into their texts.
fn masked(body: String, key: &str) -> String {
    if key.len() >= 16 && body.contains(key) { body.replace(key, "(key)") } else { body }
}

fn without_key(query: &str) -> String {
    let is_key = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        name.eq_ignore_ascii_case("key") || name.eq_ignore_ascii_case("token")
    };
    query.split('&').filter(|pair| !is_key(pair)).collect::<Vec<_>>().join("&")
}

/// A body as it is kept: as text, and all of it unless escaping (control characters take six bytes each) would make it
/// larger than a document may be.
pub(super) fn kept(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let escaped = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        c if c.is_control() => 6,
        c => c.len_utf8(),
    };
    let mut size = 0;
    let end = text.char_indices().find(|(_, c)| {
        size += escaped(*c);
        size > MOST_KEPT
    });
    match end {
        None => text.into_owned(),
        Some((end, _)) => format!("{}… (cut here)", &text[..end]),
    }
}

/// Reads a delivery and takes its alerts in.
pub(super) async fn take_in(
    app: &Arc<App>,
    tenant: &TenantId,
    source: Arc<AlertSource>,
    received: ReceivedBody<'_>,
    draft: Draft,
) -> Result<Received, Error> {
    if let Err(distrust) = believe(app, &source, received).await? {
        let Distrust::NotTheirs(problem) = distrust else {
            return Err(Error::Unavailable(distrust.to_string()));
        };
        refuse(app, tenant, draft, "signature", &problem).await?;
        return Err(Error::NotTheirs(problem));
    }
    match app.reader.read(&source, received) {
        Ok(Reading::Alerts(signals)) => take(app, tenant, &source, signals, draft).await,
        Ok(Reading::Nothing(why)) => {
            keep(app, tenant, draft, Verdict::Nothing { why: why.clone() }).await?;
            Ok(Received::Nothing(why))
        }
        Ok(Reading::Confirm(url)) => match app.reader.confirm(&url).await {
            Ok(()) => {
                let why = "a subscription, which is confirmed".to_owned();
                keep(app, tenant, draft, Verdict::Nothing { why: why.clone() }).await?;
                Ok(Received::Nothing(why))
            }
            // The sender asks again.
            Err(problem) => {
                refuse(app, tenant, draft, "subscription", &problem).await?;
                Err(Error::Unavailable(problem))
            }
        },
        Ok(Reading::Ticket(name)) => match ticket::ask(app, tenant, &source, &name).await? {
            Asked::Says(signal) => take(app, tenant, &source, vec![*signal], draft).await,
            Asked::Unknown(problem) => {
                refuse(app, tenant, draft, "ticket", &problem).await?;
                Err(Error::invalid("ticket", problem))
            }
            Asked::NoAnswer(problem) => {
                wait(app, tenant, draft, problem).await?;
                Ok(Received::Waiting)
            }
        },
        Err(unreadable) => {
            refuse(app, tenant, draft, &unreadable.field, &unreadable.problem).await?;
            Err(Error::invalid(unreadable.field, unreadable.problem))
        }
    }
}

/// Takes alerts of a delivery in.
pub(super) async fn take(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &Arc<AlertSource>,
    signals: Vec<Signal>,
    mut draft: Draft,
) -> Result<Received, Error> {
    let (id, at) = (draft.value.id.clone(), draft.value.received_at);
    let may_repeat = draft.etag.is_some();
    draft.value.alerts = u32::try_from(signals.len()).unwrap_or(u32::MAX);
    draft.value.due_at = None;
    let refusals: Vec<Option<String>> = signals.iter().map(refusal).collect();
    let arrivals: Vec<Arrival> = signals
        .into_iter()
        .enumerate()
        .map(|(index, signal)| Arrival {
            alert_id: draft.value.alert_id(index),
            may_repeat,
            source: Arc::clone(source),
            signal: signal.bounded(),
            delivery_id: id.clone(),
            // Once for each delivery, not once for each of its alerts.
            delivery: (index == 0).then(|| draft.clone()),
            at,
        })
        .collect();
    let taken = receive(app, tenant, arrivals).await?;
    let refused = taken.iter().zip(refusals).find(|(taken, _)| taken.outcome == Outcome::Refused);
    match refused {
        Some((_, why)) => Err(Error::invalid("status", why.unwrap_or_default())),
        None => Ok(Received::Taken(taken)),
    }
}

/// What the sender is told where a signal may open nothing.
fn refusal(signal: &Signal) -> Option<String> {
    match signal.when_none_open() {
        WhenNoneOpen::Refuse(why) => Some(why),
        WhenNoneOpen::Open | WhenNoneOpen::Ignore => None,
    }
}

/// Whether a delivery is its sender's.
async fn believe(
    app: &App,
    source: &AlertSource,
    received: ReceivedBody<'_>,
) -> Result<Result<(), Distrust>, Error> {
    let secret = match &source.signing_secret {
        None => None,
        Some(name) => {
            let keeper = Arc::clone(&app.secrets) as Arc<dyn Secrets>;
            let read = Secret::new(name.as_str(), keeper).read().await;
            Some(read.map_err(|error| Error::Unavailable(error.to_string()))?)
        }
    };
    Ok(app.reader.authenticate(source, secret.as_ref(), received).await)
}

async fn refuse(app: &App, tenant: &TenantId, draft: Draft, field: &str, problem: &str) -> Result<(), Error> {
    let (field, problem) = (field.to_owned(), problem.to_owned());
    keep(app, tenant, draft, Verdict::Refused { field, problem }).await
}

/// Keeps a delivery that made no alert.
async fn keep(app: &App, tenant: &TenantId, mut draft: Draft, verdict: Verdict) -> Result<(), Error> {
    draft.value.verdict = verdict;
    draft.value.due_at = None;
    write(app, tenant, draft).await
}

/// Keeps a delivery for which something outside has to be asked again.
async fn wait(app: &App, tenant: &TenantId, mut draft: Draft, problem: String) -> Result<(), Error> {
    draft.value.tries += 1;
    draft.value.due_at = Some(super::waiting_for(&draft.value, app.clock.now()));
    draft.value.verdict = Verdict::Waiting { problem };
    write(app, tenant, draft).await
}

async fn write(app: &App, tenant: &TenantId, draft: Draft) -> Result<(), Error> {
    let mut changes = Changes::new();
    match draft.etag {
        None => changes.create(&draft.value)?,
        Some(etag) => {
            let kept = Versioned::<Delivery> { value: draft.value, tenant: tenant.to_string(), etag };
            changes.replace(&kept)?;
        }
    }
    // Lost, somebody else has read it again.
    app.store.commit_unless_lost(tenant, app.entropy.operation(), changes).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_kept_wherever_the_sender_put_it() {
        let key = "0123456789abcdef0123456789abcdef";
        let body = format!("see https://oncall.example/api/webhooks/{key}");
        let query = format!("a=1&key={key}&Token=x&b=2");
        let received = ReceivedBody { query: &query, ..ReceivedBody::bare(body.as_bytes()) };
        let kept = request(key, received);
        assert_eq!((kept.query.as_str(), kept.body.contains(key)), ("a=1&b=2", false));
    }
}
