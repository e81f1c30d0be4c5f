//! The document: a JSON body in an envelope that says who owns it, what it is, and by what it is found.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

/// The most writes one batch may hold (the smaller backend's limit).
pub const MOST_WRITES: usize = 100;

/// The most bytes of bodies one batch may hold (below the smaller backend's 2 MB, envelope included).
pub const MOST_BYTES: usize = 1_800_000;

/// Names each kind once: the word it is stored under, and back.
macro_rules! kinds {
    ($($kind:ident = $word:literal,)*) => {
        /// What a document is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the names are the domain's")]
        pub enum Kind {
            $($kind,)*
        }

        impl Kind {
            /// The word it is stored under.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)*
                }
            }

            /// The kind that is stored under `word`.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$kind),)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    Tenant = "tenant",
    Counter = "counter",
    User = "user",
    Team = "team",
    Schedule = "schedule",
    Override = "override",
    Policy = "policy",
    Service = "service",
    AlertSource = "alert_source",
    Incident = "incident",
    OpenKey = "open_key",
    Timeline = "timeline",
    Alert = "alert",
    Page = "page",
    TicketQueue = "ticket_queue",
    Event = "event",
    KeyEntry = "key_entry",
    TimeOff = "time_off",
    Notice = "notice",
    HandoffWatch = "handoff_watch",
    CalendarWatch = "calendar_watch",
    CoverageReport = "coverage_report",
    Feed = "feed",
    FeedEntry = "feed_entry",
    Delivery = "delivery",
    SourceWatch = "source_watch",
    Maintenance = "maintenance",
    Psa = "psa",
    TicketLink = "ticket_link",
    DeliveryBody = "delivery_body",
    Pulse = "pulse",
}

/// The paths a document is found by; whatever isn't set isn't indexed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// The document it belongs to, by id.
    pub parent: Option<String>,
    /// Where it stands.
    pub state: Option<&'static str>,
    /// Its place among its like.
    pub sort: Option<i64>,
    /// When something is to be done about it.
    pub due_at: Option<DateTime<Utc>>,
}

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Unique in its partition, over all kinds.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The version of the body's shape.
    pub schema: u16,
    /// By what it is found.
    pub index: Index,
    /// How long it lives after it was written; `None`: until it is deleted. It may be gone any time after that.
    pub lives: Option<TimeDelta>,
    /// JSON text.
    pub body: String,
}

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The partition it was read from.
    pub partition: String,
    /// Unique in its partition.
    pub id: String,
    /// The word of its kind, which a newer version may know and this one not.
    pub kind: String,
    /// The version of the body's shape.
    pub schema: u16,
    /// JSON text.
    pub body: String,
    /// Changes with every write.
    pub etag: Etag,
}

/// Which writing of a document one has seen; opaque.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(pub String);

/// Names one commit, so that a backend which retries by itself can tell its own work from another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationId(pub String);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One write of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// There must be none with this id.
    Create(Document),
    /// It must still be as it was read.
    Replace(Document, Etag),
    /// It must still be as it was read.
    Delete(String, Etag),
}

impl Write {
    /// The id of the document it is about.
    pub fn id(&self) -> &str {
        match self {
            Self::Create(document) | Self::Replace(document, _) => &document.id,
            Self::Delete(id, _) => id,
        }
    }

    /// The bytes of its body.
    pub fn size(&self) -> usize {
        match self {
            Self::Create(document) | Self::Replace(document, _) => document.body.len(),
            Self::Delete(..) => 0,
        }
    }
}

/// Writes to one partition that happen together or not at all; no two are about the same document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The partition.
    pub partition: String,
    /// Names the commit.
    pub operation: OperationId,
    /// At most [`MOST_WRITES`], of at most [`MOST_BYTES`].
    pub writes: Vec<Write>,
}
