//! The page ledger's lines.

use ::console::incident::{PageAttempt, PageOutcome};
use domain::page::{AttemptOutcome, Page, PageState, Purpose};
use domain::tenant::Tenant;

use super::super::shown;

/// One page with all its tries.
pub(super) fn line(home: &Tenant, page: Page) -> PageAttempt {
    let at = page.attempts.last().map(|attempt| attempt.at).or(page.due_at).unwrap_or(page.created_at);
    let attempts = u32::try_from(page.attempts.len()).unwrap_or(u32::MAX);
    let reason = reason(&page);
    let (receipt, detail) = match page.attempts.into_iter().next_back().map(|attempt| attempt.outcome) {
        Some(AttemptOutcome::Receipt(receipt)) => (Some(receipt), None),
        Some(AttemptOutcome::Failure(words)) => (None, Some(words)),
        None => (None, None),
    };
    PageAttempt {
        person: page.user_name,
        reason: Some(reason),
        channel: shown::channel(page.channel).to_owned(),
        address: Some(page.address),
        at: shown::local(home, at),
        outcome: match page.state {
            PageState::Pending => PageOutcome::Pending,
            PageState::Sent => PageOutcome::Sent,
            PageState::Failed => PageOutcome::Failed,
            PageState::Cancelled => PageOutcome::Skipped,
        },
        detail,
        receipt,
        attempts,
    }
}

fn reason(page: &Page) -> String {
    match (page.purpose, page.position.step + 1, page.position.round + 1) {
        (Purpose::Step, step, 1) => format!("step {step}"),
        (Purpose::Step, step, round) => format!("step {step}, round {round}"),
        (Purpose::LastResort, ..) => "the policy reached nobody".to_owned(),
        (Purpose::Exhausted, ..) => "escalation exhausted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use domain::id::{ContactMethodId, IncidentId, PageId, ServiceId, UserId};
    use domain::page::{LEASE, Position};
    use domain::user::ChannelKind;

    use super::*;

    fn home() -> Tenant {
        Tenant {
            id: "msp".parse().unwrap(),
            name: "MSP".into(),
            default_service_id: ServiceId::derived(&["s"]),
            last_resort: None,
            zone: "Europe/Vienna".parse().unwrap(),
            gap_scan_days: None,
        }
    }

    fn page() -> Page {
        Page {
            id: PageId::derived(&["p"]),
            incident_id: IncidentId::derived(&["i"]),
            user_id: UserId::derived(&["u"]),
            user_name: "Ann".into(),
            contact_method_id: ContactMethodId::derived(&["c"]),
            channel: ChannelKind::Email,
            address: "ann@msp.example".into(),
            purpose: Purpose::Step,
            position: Position { cycle: 0, round: 0, step: 0 },
            created_at: DateTime::UNIX_EPOCH,
            due_at: Some(DateTime::UNIX_EPOCH + LEASE),
            state: PageState::Pending,
            begun: 1,
            attempts: Vec::new(),
        }
    }

    #[test]
    fn a_page_that_was_never_tried_shows_when_it_is_due() {
        let line = line(&home(), page());
        assert_eq!((line.outcome, line.attempts), (PageOutcome::Pending, 0));
        assert_eq!(line.at.to_rfc3339(), "1970-01-01T01:00:30+01:00");
        assert_eq!(line.reason.as_deref(), Some("step 1"));
    }

    #[test]
    fn the_last_try_says_how_it_went() {
        let mut page = page();
        page.failed(DateTime::UNIX_EPOCH, "421 busy".into(), false);
        let waiting = line(&home(), page.clone());
        assert_eq!(waiting.outcome, PageOutcome::Pending);
        assert_eq!(waiting.detail.as_deref(), Some("421 busy"));
        page.sent(DateTime::UNIX_EPOCH + TimeDelta::seconds(10), "250 ok".into());
        let sent = line(&home(), page);
        assert_eq!((sent.outcome, sent.attempts), (PageOutcome::Sent, 2));
        assert_eq!((sent.receipt.as_deref(), sent.detail), (Some("250 ok"), None));
    }

    #[test]
    fn why_somebody_was_paged_is_said() {
        let mut page = page();
        page.position = Position { cycle: 1, round: 1, step: 2 };
        assert_eq!(reason(&page), "step 3, round 2");
        page.purpose = Purpose::Exhausted;
        assert_eq!(reason(&page), "escalation exhausted");
    }
}
