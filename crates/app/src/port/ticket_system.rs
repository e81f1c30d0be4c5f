//! The PSA: where the work is filed.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::TenantId;
use domain::input::Wrong;
use domain::psa::{CheckPoint, PsaConnection, PsaHome};
pub use domain::ticket::Filed;
use domain::ticket::{NewTicket, Technician, TicketFacts};

use super::secrets::Secret;
use super::signal_reader::TicketName;

/// A ticket, as far as we look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketView {
    /// Which.
    pub filed: Filed,
    /// It is in a closed status, or merged into another: nothing more is done about it.
    pub closed: bool,
    /// Our keys of the notes it has.
    pub note_refs: Vec<String>,
}

/// An internal note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketNote {
    /// Our key for it: the same for every attempt.
    pub external_ref: String,
    /// Who wrote it.
    pub author: String,
    /// What was written.
    pub text: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketResolution {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// The closing note; may be empty.
    pub summary: String,
}

/// Time that somebody worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeSpent {
    /// Our key for it: the same for every attempt.
    pub external_ref: String,
    /// Who worked.
    pub technician: Technician,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub to: DateTime<Utc>,
    /// What was done.
    pub summary: String,
}

/// What the caller should do about a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// The PSA won't take this, however often it is asked: a person has to look.
    #[error("{0}")]
    Refused(String),
    /// The ticket is closed: there is nothing more to tell it.
    #[error("the ticket is closed")]
    Closed,
    /// There is no such ticket (any more).
    #[error("there is no such ticket")]
    NotFound,
    /// Try again; nothing was done. Not before `after`, where the PSA said so.
    #[error("{reason}")]
    Unavailable {
        /// What it said.
        reason: String,
        /// How long it asked to wait.
        after: Option<TimeDelta>,
    },
    /// It may have been done: look before trying again. Not before `after`, where the PSA said so.
    #[error("{reason}")]
    Unknown {
        /// What it said, or that it didn't.
        reason: String,
        /// How long it asked to wait.
        after: Option<TimeDelta>,
    },
}

/// One PSA.
#[async_trait]
pub trait TicketSystem: fmt::Debug + Send + Sync {
    /// Its name, for people.
    fn name(&self) -> &'static str;

    /// Where its tickets are.
    fn home(&self) -> PsaHome;

    /// Whether it can assign a ticket to this person. Answered from what is known here, without asking it.
    fn recognizes(&self, technician: &Technician) -> bool;

    /// Whether a create that is sent twice makes one ticket, even while the first is under way.
    fn knows_repeats(&self) -> bool {
        false
    }

    /// Whether its ids are numbers, and what it doesn't show isn't there. Else any word may be the id of one.
    fn ids_are_numbers(&self) -> bool {
        true
    }

    /// Makes a ticket.
    async fn create(&self, ticket: &NewTicket) -> Result<Filed, TicketError>;

    /// The ticket that carries our key, if there is one; `number` is its incident's, for a PSA that keeps only that apart
    /// from the text.
    async fn find(
        &self,
        tenant: &TenantId,
        external_ref: &str,
        number: u64,
    ) -> Result<Option<TicketView>, TicketError>;

    /// Reads a ticket.
    async fn read(&self, tenant: &TenantId, id: &str) -> Result<TicketView, TicketError>;

    /// Appends an internal note.
    async fn add_note(&self, tenant: &TenantId, id: &str, note: &TicketNote) -> Result<(), TicketError>;

    /// Completes the ticket.
    async fn complete(&self, tenant: &TenantId, id: &str, end: &TicketResolution) -> Result<(), TicketError>;

    /// Gives the ticket to a technician and says that it is worked on; the same again changes nothing.
    async fn take(&self, tenant: &TenantId, id: &str, technician: &Technician) -> Result<(), TicketError>;

    /// Files time as a draft, once for each of our keys.
    async fn add_time(&self, tenant: &TenantId, id: &str, time: &TimeSpent) -> Result<(), TicketError>;

    /// What a ticket says, for whoever takes tickets for alerts; `None`: there is none of this name.
    async fn fetch(&self, tenant: &TenantId, name: &TicketName) -> Result<Option<TicketFacts>, TicketError>;

    /// Looks at everything that the calls above need, and changes nothing; what can't be reached is missing.
    async fn check(&self, tenant: &TenantId) -> Vec<CheckPoint>;
}

/// Opens connections to tenants' own PSAs.
pub trait TicketSystems: fmt::Debug + Send + Sync {
    /// A connection, which asks nobody yet. The errors name settings.
    fn open(&self, connection: &PsaConnection, secret: Secret) -> Result<Arc<dyn TicketSystem>, Vec<Wrong>>;
}
