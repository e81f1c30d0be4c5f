//! How long one call of ours goes on before it gives up, so that nothing that changes a PSA is under way any more when
//! somebody else may take the same thing over.
//!
//! Invariant: whoever holds the head of a queue for [`LEASE`](domain::ticket::LEASE) first looks and then acts. Looking ends
//! after [`PATIENCE`]; acting starts no request after it, and the one that was started ends with the client's time-out:
//! 35 + 35 + 15 seconds, of 90.

use std::time::Duration;

use app::port::TicketError;
use tokio::time::{Instant, timeout_at};

/// How long a call looks things up, and until when it may still start what changes something.
pub(super) const PATIENCE: Duration = Duration::from_secs(35);

/// The end of somebody's patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Until(Instant);

impl Until {
    /// So long from now.
    pub(super) fn after(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// What `look` finds in time. It changes nothing, so that it may be left off anywhere.
    pub(super) async fn look<T>(
        self,
        name: &str,
        look: impl Future<Output = Result<T, TicketError>>,
    ) -> Result<T, TicketError> {
        timeout_at(self.0, look).await.unwrap_or_else(|_| Err(too_slow(name)))
    }

    /// Asked right before something is sent: whether there is time for it.
    pub(super) fn check(self, name: &str) -> Result<(), TicketError> {
        if Instant::now() < self.0 { Ok(()) } else { Err(too_slow(name)) }
    }
}

fn too_slow(name: &str) -> TicketError {
    let reason = format!("{name} is too slow now: nothing was sent");
    TicketError::Unavailable { reason, after: None }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use chrono::TimeDelta;
    use domain::ticket::LEASE;

    use super::*;
    use crate::http::Timeouts;

    #[test]
    fn looking_acting_and_the_last_request_end_before_somebody_else_may_begin() {
        let longest = PATIENCE + PATIENCE + Timeouts::default().total;
        assert!(TimeDelta::from_std(longest).unwrap() < LEASE);
    }

    #[tokio::test]
    async fn what_is_not_found_in_time_is_left_off_and_nothing_is_sent_afterwards() {
        let over = Until::after(Duration::ZERO);
        let told = over.look("It", pending::<Result<(), TicketError>>()).await;
        assert!(matches!(told, Err(TicketError::Unavailable { after: None, .. })), "{told:?}");
        assert!(over.check("It").is_err());
        let soon = Until::after(PATIENCE);
        assert_eq!(soon.look("It", ready(Ok(7))).await, Ok(7));
        soon.check("It").unwrap();
    }
}
