//! A schedule on the wire.
//!
//! Invariant: what `GET` answers can be handed back to `PUT` as it is, and changes nothing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A schedule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleBody {
    /// Given by us; one that is sent is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// What people call it.
    pub(super) name: String,
    /// IANA time zone, such as `America/Chicago`: where the wall clocks hang that its handoffs follow.
    pub(super) time_zone: String,
    /// `union` (everybody on an active layer is on call) or `top_layer_wins` (a later layer covers those before it).
    #[serde(default = "union")]
    pub(super) mode: String,
    /// When somebody should be on call; always, unless given.
    #[serde(default)]
    pub(super) coverage: CoverageBody,
    /// The team that hears when something is wrong with it.
    #[serde(default)]
    pub(super) owner_team_id: Option<String>,
    /// In order; the last one is the top.
    pub(super) layers: Vec<LayerBody>,
}

/// `always`, `never`, or windows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum CoverageBody {
    #[default]
    Always,
    Never,
    Windows(Vec<WindowBody>),
}

/// One layer: participants taking turns, or a calendar.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LayerBody {
    /// Send it to edit a layer; without one it is a new layer.
    #[serde(default)]
    pub(super) id: Option<String>,
    pub(super) name: String,
    /// How long a turn is; not for a calendar.
    #[serde(default)]
    pub(super) rotation: Option<RotationBody>,
    /// Where turn 0 starts, on the schedule's wall clock, such as `2026-06-01T09:00`; its time of day is that of the
    /// handoffs unless `handoff_time` says otherwise.
    #[serde(default)]
    pub(super) anchor: Option<String>,
    /// The wall-clock time of the handoffs, such as `09:00`, where the layer starts at another time than that.
    #[serde(default)]
    pub(super) handoff_time: Option<String>,
    /// Who takes turns; `null` is a turn that nobody takes.
    #[serde(default)]
    pub(super) participants: Option<Vec<Option<String>>>,
    /// Planned changes of who takes turns.
    #[serde(default)]
    pub(super) changes: Vec<ChangeBody>,
    /// `clock` (turns run on through restricted time) or `active_periods` (a turn in which the layer is never active
    /// is nobody's).
    #[serde(default = "clock")]
    pub(super) counting: String,
    /// Nobody is on call by this layer before.
    #[serde(default)]
    pub(super) starts_at: Option<DateTime<Utc>>,
    /// Nobody is on call by this layer from here on.
    #[serde(default)]
    pub(super) ends_at: Option<DateTime<Utc>>,
    /// The layer is active in these only.
    #[serde(default)]
    pub(super) restrictions: Vec<WindowBody>,
    /// Where a layer is read from a calendar; made and changed by `POST …/calendar-layers`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) calendar: Option<CalendarBody>,
}

/// So many units.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotationBody {
    pub(super) every: u32,
    pub(super) unit: Unit,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Hours,
    Days,
    Weeks,
}

/// Days of the week and a stretch of the wall clock.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowBody {
    /// `mon` to `sun`, on which it starts; every day unless given.
    #[serde(default)]
    pub(super) days: Vec<String>,
    /// `HH:MM`.
    pub(super) from: String,
    /// `HH:MM`; not after `from` means on the next day.
    pub(super) to: String,
}

/// Who takes turns from an instant on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    pub(super) from: DateTime<Utc>,
    pub(super) participants: Vec<Option<String>>,
    /// `continues` (with whoever follows the last one on) or `from_anchor`.
    #[serde(default = "continues")]
    pub(super) order: String,
}

/// The calendar that a layer is read from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct CalendarBody {
    /// Where it is read again from.
    pub(super) url: Option<String>,
    pub(super) read_at: DateTime<Utc>,
    /// How many shifts it has from then on.
    pub(super) shifts: usize,
    /// Events that name nobody.
    pub(super) unknown: Vec<String>,
    /// Why it could not be read again.
    pub(super) problem: Option<String>,
}

fn union() -> String {
    "union".to_owned()
}

fn clock() -> String {
    "clock".to_owned()
}

fn continues() -> String {
    "continues".to_owned()
}
