//! What can come of sending one message, and what to do about it.

use std::time::Duration;

/// The message wasn't taken, or nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// The bus answered, and not with yes.
    #[error("{status}, {advice}", advice = advice(*status))]
    Refused {
        status: u16,
        /// How long the bus asked to be left alone.
        wait: Option<Duration>,
    },
    /// The identity got no token: nothing was sent.
    #[error("the identity gets no token for it: {0}")]
    NoToken(String),
    /// There is no connection: nothing was sent.
    #[error("it can't be reached: {0}")]
    Unreachable(String),
    /// The message left, and the connection ended before the answer: the bus may have it.
    #[error("the connection ended before the answer: {0}")]
    Lost(String),
    /// No answer in time: the bus may have the message.
    #[error("there was no answer in time")]
    Slow,
    /// The message can't be put on the wire.
    #[error("the message can't be sent: {0}")]
    Unsendable(String),
}

impl Failure {
    /// How long to wait before the same message is sent again at once, `usual` where the bus doesn't say; `None` where
    /// only time or people will change it. Since the message keeps its id, sending again is right also where the bus may
    /// have it.
    pub(super) fn wait(&self, usual: Duration) -> Option<Duration> {
        match self {
            Self::Refused { status: 429 | 503, wait } => Some(wait.unwrap_or(usual)),
            Self::Refused { status: 408 | 500 | 502 | 504, .. } | Self::Unreachable(_) | Self::Lost(_) => {
                Some(usual)
            }
            Self::Refused { .. } | Self::NoToken(_) | Self::Slow | Self::Unsendable(_) => None,
        }
    }
}

/// Who should do what; after the list of statuses in Azure's reference of sending a message.
fn advice(status: u16) -> &'static str {
    match status {
        400 => "the message is malformed: that is a defect of On-Call's",
        401 => {
            "not authorized: give the app's identity the role Azure Service Bus Data Sender on the topic, or give a key that \
             is valid and has the right to send"
        }
        403 => {
            "refused: the topic is full, the message is too large, or a network rule keeps the app out; look at the topic's \
             size and quota, and at the namespace's networking"
        }
        404 => "there is no such topic: create it, or correct the topic's name",
        410 => "the topic is gone or disabled: somebody deleted or disabled it or its namespace",
        413 => "the message is too large for the namespace's tier",
        429 => "too many requests: it comes again by itself; if it stays so, raise the namespace's tier",
        503 => "busy: it comes again by itself",
        _ => "the bus failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Duration = Duration::from_millis(200);

    fn refused(status: u16, seconds: Option<u64>) -> Failure {
        Failure::Refused { status, wait: seconds.map(Duration::from_secs) }
    }

    #[test]
    fn what_passes_by_itself_is_sent_again_at_once() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert_eq!(refused(status, None).wait(USUAL), Some(USUAL), "{status}");
        }
        assert_eq!(refused(429, Some(1)).wait(USUAL), Some(Duration::from_secs(1)));
        assert_eq!(refused(503, Some(0)).wait(USUAL), Some(Duration::ZERO));
        assert_eq!(Failure::Lost(String::new()).wait(USUAL), Some(USUAL));
        assert_eq!(Failure::Unreachable(String::new()).wait(USUAL), Some(USUAL));
    }

    #[test]
    fn what_people_must_change_is_not() {
        for status in [301, 400, 401, 403, 404, 410, 413] {
            assert_eq!(refused(status, Some(1)).wait(USUAL), None, "{status}");
        }
        assert_eq!(Failure::Slow.wait(USUAL), None);
        assert_eq!(Failure::NoToken(String::new()).wait(USUAL), None);
    }
}
