//! Shifts on the wire, each with its reason in words and in parts.

use app::schedules::People;
use chrono::{DateTime, Utc};
use domain::id::UserId;
use domain::roster::By;
use domain::schedule::{Override, Schedule, Shift, Span, UpcomingTurn};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::on_call::reason::OnCallReason;

/// One person's uninterrupted turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ShiftBody {
    user_id: String,
    name: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Why, in words.
    because: String,
    reason: OnCallReason,
}

/// A stretch of time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SpanBody {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// One turn of a layer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TurnBody {
    /// Counted by the clock, from 0 at the layer's anchor.
    number: u64,
    /// `null` is a turn that nobody takes.
    user_id: Option<String>,
    name: Option<String>,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// A person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ParticipantBody {
    user_id: String,
    name: String,
}

/// What the reasons are explained with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Explained<'a> {
    pub(crate) schedule: &'a Schedule,
    pub(crate) overrides: &'a [Override],
    pub(crate) people: &'a People,
}

impl Explained<'_> {
    pub(crate) fn shift(&self, shift: &Shift) -> ShiftBody {
        let by = By::of(self.schedule, self.overrides, &shift.reason);
        ShiftBody {
            user_id: shift.user.to_string(),
            name: self.people.name(&shift.user),
            starts_at: shift.starts,
            ends_at: shift.ends,
            because: by.in_words(|user| self.people.name(user)),
            reason: by.into(),
        }
    }

    pub(crate) fn person(&self, user: &UserId) -> ParticipantBody {
        ParticipantBody { user_id: user.to_string(), name: self.people.name(user) }
    }

    pub(crate) fn turn(&self, turn: &UpcomingTurn) -> TurnBody {
        TurnBody {
            number: turn.number,
            user_id: turn.user.as_ref().map(ToString::to_string),
            name: turn.user.as_ref().map(|user| self.people.name(user)),
            starts_at: turn.starts,
            ends_at: turn.ends,
        }
    }
}

impl From<&Span> for SpanBody {
    fn from(span: &Span) -> Self {
        Self { starts_at: span.starts, ends_at: span.ends }
    }
}
