//! What is read again by hand, long after it was said.
//!
//! Invariant: a word about a problem that was over, or not there yet, when it came does nothing to one that began since: it
//! is told with that one, and nothing more.

use chrono::{DateTime, Utc};
use domain::id::TenantId;
use domain::incident::{Incident, Status};
use domain::signal::{Action, Signal};
use domain::source::AlertSource;
use store::{OpenKey, StoreError};

use crate::app::App;

/// Signals of a delivery that came at `came_at`, as they are to be taken now.
pub(super) async fn told(
    app: &App,
    tenant: &TenantId,
    source: &AlertSource,
    signals: Vec<Signal>,
    came_at: DateTime<Utc>,
) -> Result<Vec<Signal>, StoreError> {
    let mut told = Vec::with_capacity(signals.len());
    for signal in signals {
        let is_past =
            may_end_something(&signal) && began_since(app, tenant, source, &signal, came_at).await?;
        told.push(if is_past { as_note(signal) } else { signal });
    }
    Ok(told)
}

/// A ticket is known by more than its key, and what it says was asked for just now.
fn may_end_something(signal: &Signal) -> bool {
    matches!(signal.action, Action::Resolve | Action::Acknowledge) && signal.ticket.is_none()
}

async fn began_since(
    app: &App,
    tenant: &TenantId,
    source: &AlertSource,
    signal: &Signal,
    came_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let key = OpenKey::key_of(&source.id, &signal.dedup_key());
    let Some(open) = app.store.get::<OpenKey>(tenant, &key).await?.filter(|open| !open.value.over) else {
        return Ok(false);
    };
    let found = app.store.get::<Incident>(tenant, open.value.incident_id.as_str()).await?;
    Ok(found.is_some_and(|found| found.value.status != Status::Resolved && found.value.created_at > came_at))
}

fn as_note(mut signal: Signal) -> Signal {
    signal.dedup_key = Some(signal.dedup_key());
    signal.title = format!("Read again, and said before this began: {}", signal.title);
    signal.action = Action::Note;
    signal
}

#[cfg(test)]
mod tests {
    use domain::severity::Severity;

    use super::*;

    #[test]
    fn what_was_said_before_is_a_note_about_the_same_problem() {
        let mut signal = Signal::trigger("SRV-1 is up", Severity::High);
        signal.action = Action::Resolve;
        let key = signal.dedup_key();
        let note = as_note(signal.clone());
        assert_eq!((note.action, note.dedup_key()), (Action::Note, key));
        assert!(note.title.ends_with(": SRV-1 is up"), "{}", note.title);
        assert!(may_end_something(&signal) && !may_end_something(&note));
    }
}
