//! The watch over an alert source: whether it has gone quiet for longer than it ever has, and for a heartbeat, whether it
//! still beats.
//!
//! Invariants: a source is told to be quiet once for each silence; a silence opens one incident, however many ticks see it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::SourceId;

/// One source's watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceWatch {
    /// Over which source.
    pub source_id: SourceId,
    /// Since when it is watched.
    pub since: DateTime<Utc>,
    /// The newest delivery that was seen; `None`: none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<DateTime<Utc>>,
    /// The longest time between two deliveries so far, in seconds.
    #[serde(default)]
    pub longest_quiet_seconds: i64,
    /// How many deliveries it has been judged by.
    #[serde(default)]
    pub heard: u64,
    /// The silence that people were told of: the last delivery before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_of: Option<DateTime<Utc>>,
    /// When it is looked at next.
    pub due_at: DateTime<Utc>,
}

/// How often a source is looked at.
pub const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);

impl SourceWatch {
    /// A watch that begins now.
    pub fn begin(source_id: SourceId, now: DateTime<Utc>) -> Self {
        Self {
            source_id,
            since: now,
            heard_at: None,
            longest_quiet_seconds: 0,
            heard: 0,
            told_of: None,
            due_at: now + LOOK_EVERY,
        }
    }
}
