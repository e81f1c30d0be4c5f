//! Shifts on the wire, each with its reason in words and in parts.

use app::schedules::People;
use chrono::{DateTime, Utc};
use domain::id::UserId;
use domain::schedule::{Override, OverrideKind, Reason, Schedule, Shift, Span, UpcomingTurn};
use serde::Serialize;
use utoipa::ToSchema;

/// One person's uninterrupted turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ShiftBody {
    user_id: String,
    name: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// Why, in words.
    because: String,
    reason: ReasonBody,
}

/// Why somebody is on call.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ReasonBody {
    /// It is their turn; counted by the clock, from 0 at the layer's anchor.
    Layer { layer_id: String, layer_name: String, turn: u64 },
    /// A calendar says so.
    Calendar { layer_id: String, layer_name: String },
    /// An override.
    Override {
        override_id: String,
        /// `replace` or `add`.
        override_kind: &'static str,
        /// Whose shift it is.
        original_user_id: Option<String>,
        /// In the words of whoever made it.
        reason: Option<String>,
        /// Who made it.
        made_by: String,
    },
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
pub(crate) struct PersonBody {
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
        let (because, reason) = self.reason(&shift.reason);
        ShiftBody {
            user_id: shift.user.to_string(),
            name: self.people.name(&shift.user),
            starts_at: shift.starts,
            ends_at: shift.ends,
            because,
            reason,
        }
    }

    pub(crate) fn person(&self, user: &UserId) -> PersonBody {
        PersonBody { user_id: user.to_string(), name: self.people.name(user) }
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

    fn reason(&self, reason: &Reason) -> (String, ReasonBody) {
        let layer_name = |id: &domain::id::LayerId| {
            self.schedule.layer(id).map_or_else(|| id.to_string(), |layer| layer.name.clone())
        };
        match reason {
            Reason::Layer { layer_id, turn } => {
                let layer_name = layer_name(layer_id);
                let because = format!("turn {turn} of the layer {layer_name}");
                (because, ReasonBody::Layer { layer_id: layer_id.to_string(), layer_name, turn: *turn })
            }
            Reason::Calendar { layer_id } => {
                let layer_name = layer_name(layer_id);
                let because = format!("in the calendar of the layer {layer_name}");
                (because, ReasonBody::Calendar { layer_id: layer_id.to_string(), layer_name })
            }
            Reason::Override { override_id } => self.by_override(override_id),
        }
    }

    fn by_override(&self, id: &domain::id::OverrideId) -> (String, ReasonBody) {
        let found = self.overrides.iter().find(|change| change.id == *id);
        let original = found.and_then(|change| match &change.kind {
            OverrideKind::Replace { original, .. } => Some(original),
            _ => None,
        });
        let why = found.and_then(|change| change.reason.clone());
        let mut because = match original {
            Some(original) => format!("override: for {}", self.people.name(original)),
            None => "override: added".to_owned(),
        };
        if let Some(why) = &why {
            because.push_str(" (");
            because.push_str(why);
            because.push(')');
        }
        let body = ReasonBody::Override {
            override_id: id.to_string(),
            override_kind: found.map_or("add", |change| change.kind.as_str()),
            original_user_id: original.map(ToString::to_string),
            reason: why,
            made_by: found.map(|change| change.made_by.to_string()).unwrap_or_default(),
        };
        (because, body)
    }
}

impl From<&Span> for SpanBody {
    fn from(span: &Span) -> Self {
        Self { starts_at: span.starts, ends_at: span.ends }
    }
}
