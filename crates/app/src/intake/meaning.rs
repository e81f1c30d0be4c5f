//! What the statuses of a tenant's own HaloPSA mean, by the settings of its connection.
//!
//! Invariant: a status that the settings name means what they say, unless the alert source's own mapping has said already what
//! it means; any other means what it was read as.

use domain::id::TenantId;
use domain::psa::{HaloSettings, Provider, PsaConnection};
use domain::signal::{Action, Signal, WhenNoneOpen};
use domain::source::{AlertSource, SourceType};
use domain::ticket::Stage;
use store::{PSA, StoreError};

use crate::app::App;

/// Signals of a source, read by what the tenant's settings say.
pub(super) async fn by_settings(
    app: &App,
    tenant: &TenantId,
    source: &AlertSource,
    mut signals: Vec<Signal>,
) -> Result<Vec<Signal>, StoreError> {
    let is_open = |signal: &Signal| signal.ticket.as_ref().is_some_and(|ticket| ticket.status.is_some());
    if source.source_type != SourceType::Halopsa || !signals.iter().any(is_open) {
        return Ok(signals);
    }
    let connection = app.store.get::<PsaConnection>(tenant, PSA).await?;
    if let Some(Provider::Halopsa(settings)) = connection.map(|found| found.value.provider) {
        for signal in &mut signals {
            mean(signal, &settings);
        }
    }
    Ok(signals)
}

fn mean(signal: &mut Signal, settings: &HaloSettings) {
    let Some(ticket) = &mut signal.ticket else { return };
    let Some(stage) = ticket.status.as_deref().and_then(|status| settings.stage(status)) else { return };
    let (action, when_none_open) = match stage {
        Stage::Closed => (Action::Resolve, WhenNoneOpen::Ignore),
        Stage::New | Stage::Working => (Action::Trigger, WhenNoneOpen::Open),
    };
    ticket.status = None;
    (signal.action, signal.when_none_open) = (action, Some(when_none_open));
}

#[cfg(test)]
mod tests {
    use domain::severity::Severity;
    use domain::signal::TicketMention;

    use super::*;

    fn told(status: Option<&str>, action: Action) -> (Action, WhenNoneOpen, Option<String>) {
        let settings = HaloSettings {
            working_status: Some("In Arbeit".into()),
            closed_status: Some("Erledigt".into()),
            also_closed: vec!["23".into()],
            ..HaloSettings::default()
        };
        let status = status.map(str::to_owned);
        let mut signal = Signal {
            action,
            ticket: Some(TicketMention { id: "4711".into(), status, ..TicketMention::default() }),
            ..Signal::trigger("Server down", Severity::High)
        };
        mean(&mut signal, &settings);
        let none = signal.when_none_open();
        (signal.action, none, signal.ticket.and_then(|ticket| ticket.status))
    }

    #[test]
    fn a_status_that_the_settings_name_means_what_they_say_and_any_other_what_it_was_read_as() {
        for action in [Action::Trigger, Action::Resolve] {
            for status in ["erledigt", "23"] {
                let expected = (Action::Resolve, WhenNoneOpen::Ignore, None);
                assert_eq!(told(Some(status), action), expected, "{status}, {action:?}");
            }
            let expected = (Action::Trigger, WhenNoneOpen::Open, None);
            assert_eq!(told(Some("IN ARBEIT"), action), expected, "{action:?}");
            for status in [Some("Wartet"), None] {
                let (read, _, left) = told(status, action);
                assert_eq!((read, left.as_deref()), (action, status));
            }
        }
    }
}
