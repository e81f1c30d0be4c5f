//! What a tool's format is: from a delivery to what it says.

use app::port::{Distrust, ReceivedBody, TicketName, Unreadable};
use domain::signal::Signal;
use secrecy::SecretString;
use serde_json::Value;

use super::body::Body;

/// A delivery, with its body read as far as it can be.
#[derive(Debug)]
pub(super) struct Came<'a> {
    pub(super) received: ReceivedBody<'a>,
    pub(super) body: Body,
}

impl<'a> Came<'a> {
    pub(super) fn of(received: ReceivedBody<'a>) -> Self {
        Self { received, body: Body::read(received) }
    }
}

/// What a delivery says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// At least one.
    Alerts(Vec<Found>),
    /// Nothing that concerns anybody; says what it is, for people.
    Nothing(String),
    /// The sender wants this address to be opened.
    Confirm(String),
    /// A ticket that has to be asked for.
    Ticket(TicketName),
}

/// One alert: as it was understood, and the part of the body that it was read from, for the source's mapping.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) signal: Signal,
    pub(super) item: Value,
}

/// One tool's format.
///
/// An error names the field without which a delivery of this tool makes no sense. It is no verdict yet: what has a title
/// under the usual names pages all the same.
pub(super) trait Format: Sync {
    /// What a delivery says.
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable>;

    /// Whether a delivery is signed as its sender signs with `secret`; formats that don't sign believe whoever has the key.
    fn authenticate(
        &self,
        secret: Option<&SecretString>,
        received: ReceivedBody<'_>,
    ) -> Result<(), Distrust> {
        let _ = (secret, received);
        Ok(())
    }
}
