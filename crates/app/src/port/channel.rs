//! Channels: the ways to reach people.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::id::{IncidentId, NoticeId, PageId};
use domain::page::Purpose;
use domain::severity::Severity;
use domain::user::ChannelKind;

/// What a page says; every channel puts it in its own form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageMessage {
    /// The idempotency key: the same for every attempt.
    pub page_id: PageId,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The address on the channel.
    pub address: String,
    /// The person's name.
    pub name: String,
    /// Why they are told.
    pub purpose: Purpose,
    /// Threads belong to the incident.
    pub incident_id: IncidentId,
    /// The incident's running number.
    pub number: u64,
    /// The incident's title.
    pub title: String,
    /// The incident's severity.
    pub severity: Severity,
    /// What is known, one fact for each: label and value.
    pub facts: Vec<(&'static str, String)>,
    /// The incident's description; may be empty.
    pub description: String,
    /// Where one click acknowledges; works without signing in.
    pub acknowledge_url: String,
    /// The incident's page in the console.
    pub incident_url: String,
    /// When the page was planned.
    pub at: DateTime<Utc>,
}

/// What a notice says: about no incident, so that nothing is to be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeMessage {
    /// The idempotency key: the same for every attempt.
    pub notice_id: NoticeId,
    /// The attempt, from 1.
    pub attempt: u32,
    /// The address on the channel.
    pub address: String,
    /// The person's name.
    pub name: String,
    /// One line.
    pub subject: String,
    /// Plain text; its line breaks are meant.
    pub text: String,
    /// The page of the console that it is about, in full.
    pub url: Option<String>,
    /// When the notice was planned.
    pub at: DateTime<Utc>,
}

/// Why a message wasn't handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The provider won't take it, now or later: use another contact method.
    #[error("{0}")]
    Rejected(String),
    /// The provider can't be reached or can't now: try again.
    #[error("{0}")]
    Unavailable(String),
    /// It may have been taken: try again, with the same idempotency key.
    #[error("{0}")]
    Unknown(String),
}

/// One way to reach people.
#[async_trait]
pub trait Channel: fmt::Debug + Send + Sync {
    /// Which one.
    fn kind(&self) -> ChannelKind;

    /// Hands a message to the provider; answers the provider's own reference.
    async fn send(&self, message: &PageMessage) -> Result<String, ChannelError>;

    /// The same for a message that is about no incident.
    async fn notify(&self, message: &NoticeMessage) -> Result<String, ChannelError>;
}
