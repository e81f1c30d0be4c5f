//! The closed list of ways to find documents whose ids aren't known. A new one is a new index in every backend.

use chrono::{DateTime, Utc};

use crate::document::{Kind, Stored};

/// What to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Every document of a kind that no other path is indexed for (neither parent, state nor due time), by id.
    OfKind {
        /// Whose.
        partition: String,
        /// What.
        kind: Kind,
    },
    /// What belongs to one document, by sort, then id.
    OfParent {
        /// Whose.
        partition: String,
        /// What.
        kind: Kind,
        /// The id of the document it belongs to.
        parent: String,
    },
    /// What belongs to one document, the greatest sort first: [`Self::OfParent`] from its end.
    NewestOfParent {
        /// Whose.
        partition: String,
        /// What.
        kind: Kind,
        /// The id of the document it belongs to.
        parent: String,
    },
    /// The greatest sort first, all or those in one state.
    Newest {
        /// Whose.
        partition: String,
        /// What.
        kind: Kind,
        /// In which state.
        state: Option<&'static str>,
    },
    /// What is due at an instant, over all partitions, longest due first.
    Due {
        /// What.
        kind: Kind,
        /// Due at or before.
        now: DateTime<Utc>,
    },
    /// What is due at an instant of any of some kinds, over all partitions, in no particular order: whether there is work
    /// at all is one question then, and not one for each kind.
    AnyDue {
        /// What.
        kinds: Vec<Kind>,
        /// Due at or before.
        now: DateTime<Utc>,
    },
    /// Every document of a partition, whatever it is, by id: what moving a tenant needs, and nothing else should.
    Everything {
        /// Whose.
        partition: String,
    },
}

/// Where a range starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// Where the last one ended: opaque, and good only for the backend and the lookup that gave it.
    At(String),
    /// Past everything that sorts like this: after it in [`Lookup::OfParent`], below it in [`Lookup::Newest`]
    /// and [`Lookup::NewestOfParent`].
    Beyond(i64),
}

/// How much of what is found to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Where to start; `None` at the beginning.
    pub after: Option<Cursor>,
    /// The most documents to read.
    pub limit: u32,
}

impl Range {
    /// The first `limit`.
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// In the lookup's order.
    pub documents: Vec<Stored>,
    /// Where the next range starts; `None` when this was the last.
    pub next: Option<Cursor>,
}
