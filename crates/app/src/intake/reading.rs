//! From a delivery to its alerts: is it its sender's, what does it say, and what is kept of it?
//!
//! Invariants: whatever a known key brought is kept, with what became of it; no key is kept with it, nor told by its alerts.
//! Whether it is its sender's is asked until it is told: what was believed once is believed when it is read again, since its
//! secret may be another one by then, and what is kept of it is without the key.

use std::sync::Arc;

use domain::alert::Outcome;
use domain::delivery::{Delivery, Verdict};
use domain::id::TenantId;
use domain::signal::{Signal, WhenNoneOpen};
use domain::source::AlertSource;
use store::{Changes, Versioned};

use super::again::{has_waited, waiting_for};
use super::apart::Beside;
use super::masking::{masked, without_key_in};
use super::meaning::by_settings;
use super::ticket::{self, Asked};
use super::{Arrival, Delivery as Came, Draft, Received, receive};
use super::{late, look, redelivered, unverified};
use crate::app::App;
use crate::error::Error;
use crate::port::{Distrust, Reading, ReceivedBody, Secret, Secrets};

/// What a delivery is refused for that isn't its sender's.
pub(super) const SIGNATURE: &str = "signature";

/// Takes in what came to a door, for the first time or once more.
pub(super) async fn take_in(
    app: &Arc<App>,
    tenant: &TenantId,
    source: Arc<AlertSource>,
    came: Came<'_>,
    draft: Draft,
) -> Result<Received, Error> {
    let draft = believed(app, tenant, &source, came.received, draft).await?;
    match redelivered::look(app, tenant, &source, came.received, draft).await? {
        Some(draft) => understand(app, tenant, &source, came, draft).await,
        None => Ok(Received::Nothing("it was read again by hand meanwhile".to_owned())),
    }
}

/// Reads a kept delivery again, which has its body, and takes its alerts in.
pub(super) async fn take_in_again(
    app: &Arc<App>,
    tenant: &TenantId,
    source: Arc<AlertSource>,
    kept: &Delivery,
    draft: Draft,
) -> Result<Received, Error> {
    let bytes = kept.request.bytes();
    let received = received(kept, &bytes);
    let draft =
        if was_believed(kept) { draft } else { believed(app, tenant, &source, received, draft).await? };
    if unverified::is_one(kept) {
        return unverified::take_in(app, tenant, &source, received, draft).await;
    }
    // No key was kept with it.
    understand(app, tenant, &source, Came { key: "", received }, draft).await
}

/// A kept delivery as it came, but for the key; `body` are its bytes.
pub(super) fn received<'a>(kept: &'a Delivery, body: &'a [u8]) -> ReceivedBody<'a> {
    ReceivedBody {
        content_type: kept.request.content_type.as_deref(),
        query: &kept.request.query,
        headers: &kept.request.headers,
        body,
    }
}

/// Whether a kept delivery, with its body, was known to be its sender's.
fn was_believed(kept: &Delivery) -> bool {
    let is_refused = matches!(&kept.verdict, Verdict::Refused { field, .. } if field == SIGNATURE);
    !is_refused && !unverified::is_one(kept)
}

/// A delivery that is its sender's; one that isn't is refused.
async fn believed(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &AlertSource,
    received: ReceivedBody<'_>,
    draft: Draft,
) -> Result<Draft, Error> {
    match believe(app, source, received).await? {
        Ok(()) => Ok(draft),
        Err(Distrust::NotTheirs(problem)) => {
            refuse(app, tenant, draft, SIGNATURE, &problem).await?;
            Err(Error::NotTheirs(problem))
        }
        Err(Distrust::NotKnown(problem)) => {
            unverified::keep(app, tenant, draft, problem.clone()).await?;
            Err(Error::Unavailable(problem))
        }
    }
}

/// Reads a delivery and takes its alerts in.
pub(super) async fn understand(
    app: &Arc<App>,
    tenant: &TenantId,
    source: &Arc<AlertSource>,
    Came { key, received }: Came<'_>,
    draft: Draft,
) -> Result<Received, Error> {
    if let Some(why) = look::seen(source.source_type, &draft) {
        keep(app, tenant, draft, Verdict::Nothing { why: why.clone() }).await?;
        return Ok(Received::Nothing(why));
    }
    match app.reader.read(source, received) {
        Ok(Reading::Alerts(signals)) => {
            let signals = signals.into_iter().map(|signal| without_key_in(signal, key)).collect();
            let signals = by_settings(app, tenant, source, signals).await?;
            take(app, tenant, source, signals, draft).await
        }
        Ok(Reading::Nothing(why)) => {
            let why = masked(why, key);
            keep(app, tenant, draft, Verdict::Nothing { why: why.clone() }).await?;
            Ok(Received::Nothing(why))
        }
        Ok(Reading::Confirm(url)) => confirm(app, tenant, &url, draft).await,
        Ok(Reading::Ticket(name)) => match ticket::ask(app, tenant, source, &name).await? {
            Asked::Says(signal) => take(app, tenant, source, vec![*signal], draft).await,
            // The same message once more: whatever can't be told now was told then.
            Asked::Unknown(_) | Asked::NoAnswer(_)
                if matches!(draft.value.verdict, Verdict::Taken { .. }) =>
            {
                Ok(Received::Nothing("it was taken in before".to_owned()))
            }
            Asked::Unknown(problem) => {
                refuse(app, tenant, draft, "ticket", &problem).await?;
                Err(Error::invalid("ticket", problem))
            }
            Asked::NoAnswer(problem) if has_waited(&draft.value, app.clock.now()) => {
                let signal = ticket::unread(source.source_type, &name, &problem);
                take(app, tenant, source, vec![signal], draft).await
            }
            Asked::NoAnswer(problem) => {
                wait(app, tenant, draft, problem).await?;
                Ok(Received::Waiting)
            }
        },
        Err(unreadable) => {
            let problem = masked(unreadable.problem, key);
            refuse(app, tenant, draft, &unreadable.field, &problem).await?;
            Err(Error::invalid(unreadable.field, problem))
        }
    }
}

/// Tells the sender that its messages are wanted.
async fn confirm(app: &Arc<App>, tenant: &TenantId, url: &str, draft: Draft) -> Result<Received, Error> {
    match app.reader.confirm(url).await {
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
    let may_repeat = draft.may_repeat;
    let signals = match draft.came_at {
        Some(came_at) => late::told(app, tenant, source, signals, came_at).await?,
        None => signals,
    };
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

pub(super) async fn refuse(
    app: &App,
    tenant: &TenantId,
    draft: Draft,
    field: &str,
    problem: &str,
) -> Result<(), Error> {
    let (field, problem) = (field.to_owned(), problem.to_owned());
    keep(app, tenant, draft, Verdict::Refused { field, problem }).await
}

/// Keeps a delivery that made no alert. One that made some before stays what it is, or else nobody would know that they are
/// here.
async fn keep(app: &App, tenant: &TenantId, mut draft: Draft, verdict: Verdict) -> Result<(), Error> {
    if matches!(draft.value.verdict, Verdict::Taken { .. }) && !draft.value.did_nothing() {
        return Ok(());
    }
    draft.value.verdict = verdict;
    draft.value.due_at = None;
    write(app, tenant, draft).await
}

/// Keeps a delivery for which something outside has to be asked again.
async fn wait(app: &App, tenant: &TenantId, mut draft: Draft, problem: String) -> Result<(), Error> {
    draft.value.tries += 1;
    draft.value.due_at = Some(waiting_for(&draft.value, app.clock.now()));
    draft.value.verdict = Verdict::Waiting { problem };
    write(app, tenant, draft).await
}

pub(super) async fn write(app: &App, tenant: &TenantId, mut draft: Draft) -> Result<(), Error> {
    let mut changes = Changes::new();
    Beside::part(app, tenant, &mut draft.value, draft.may_repeat).await?.write(&mut changes)?;
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
    use domain::delivery::Request;
    use domain::id::{DeliveryId, SourceId};

    use super::*;

    #[test]
    fn what_was_believed_once_is_not_asked_again_whether_it_is_its_senders() {
        let refused = |field: &str| Verdict::Refused { field: field.to_owned(), problem: "x".to_owned() };
        let source_id = SourceId::derived(&["x"]);
        for (verdict, is_believed) in [
            (Verdict::Taken { outcome: Outcome::Ignored, incident_id: None }, true),
            (Verdict::Nothing { why: "a test".to_owned() }, true),
            (Verdict::Waiting { problem: "the PSA is away".to_owned() }, true),
            (refused("alerts"), true),
            (refused("signature"), false),
        ] {
            let kept = Delivery {
                id: DeliveryId::derived(&["x"]),
                source_id: source_id.clone(),
                received_at: chrono::DateTime::UNIX_EPOCH,
                request: Request { body: "{}".to_owned(), ..Request::default() },
                verdict,
                alerts: 1,
                replay_of: None,
                is_test: false,
                due_at: None,
                tries: 0,
            };
            assert_eq!(was_believed(&kept), is_believed, "{:?}", kept.verdict);
            let unverified =
                Delivery { id: DeliveryId::derived(&["unverified", source_id.as_str(), "{}"]), ..kept };
            assert!(!was_believed(&unverified), "{:?}", unverified.verdict);
        }
    }
}
