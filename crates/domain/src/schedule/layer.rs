//! A layer: whoever has the duty, while the layer is active.
//!
//! Invariant: who is on call by a layer is who has the duty wherever the layer is active, and nobody elsewhere. What makes a
//! layer active (its start, its end, its restrictions) says nothing about the duty, and the duty says nothing about it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, CalendarView};
use super::resolver::{Assigned, Why};
use super::turns::{Laid, Taken, Turns};
use super::window::{Window, open_at};
use crate::id::LayerId;

/// One layer of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Which layer.
    pub id: LayerId,
    /// What people call it.
    pub name: String,
    /// Who has the duty when.
    pub duty: Duty,
    /// The layer has nobody on call before this; turns are counted from their anchor all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<DateTime<Utc>>,
    /// The layer has nobody on call from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<DateTime<Utc>>,
    /// The layer is active in these only; with none, always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<Window>,
}

/// Who has the duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Participants, taking turns.
    Turns(Turns),
    /// Whoever a calendar says.
    Calendar(Calendar),
}

/// What holds at an instant, and until when it holds at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch<T> {
    pub(crate) value: T,
    pub(crate) ends: DateTime<Utc>,
}

/// A layer in its schedule's zone: what is worked out once for many instants.
#[derive(Debug)]
pub(super) struct LayerView<'a> {
    pub(super) layer: &'a Layer,
    zone: Tz,
    duty: DutyView<'a>,
}

#[derive(Debug)]
enum DutyView<'a> {
    Turns(Laid<'a>),
    Calendar(CalendarView<'a>),
    Nobody,
}

impl Layer {
    pub(super) fn view(&self, zone: Tz) -> LayerView<'_> {
        let duty = match &self.duty {
            Duty::Turns(turns) => {
                turns.lay(zone, &self.restrictions).map_or(DutyView::Nobody, DutyView::Turns)
            }
            Duty::Calendar(calendar) => DutyView::Calendar(CalendarView::new(calendar)),
        };
        LayerView { layer: self, zone, duty }
    }

    /// Its turns, if it has any.
    pub fn turns(&self) -> Option<&Turns> {
        match &self.duty {
            Duty::Turns(turns) => Some(turns),
            Duty::Calendar(_) => None,
        }
    }
}

impl<'a> LayerView<'a> {
    /// Who is on call by this layer at an instant.
    pub(super) fn assigned_at(&self, at: DateTime<Utc>) -> Stretch<Vec<Assigned<'a>>> {
        let id = &self.layer.id;
        let active = self.active_at(at);
        if !active.value {
            return Stretch { value: Vec::new(), ends: active.ends };
        }
        let (assigned, ends) = match &self.duty {
            DutyView::Nobody => (Vec::new(), DateTime::<Utc>::MAX_UTC),
            DutyView::Turns(laid) => {
                let taken = laid.taken_at(at);
                let assigned = taken.value.and_then(|Taken { user, turn }| {
                    Some(Assigned { user: user?, why: Why::Layer { id, turn } })
                });
                (assigned.into_iter().collect(), taken.ends)
            }
            DutyView::Calendar(calendar) => {
                let taken = calendar.taken_at(at);
                let why = Why::Calendar(id);
                (taken.value.into_iter().map(|user| Assigned { user, why }).collect(), taken.ends)
            }
        };
        Stretch { value: assigned, ends: ends.min(active.ends) }
    }

    /// The turn an instant falls in, empty ones too, while the layer is active.
    pub(super) fn taken_at(&self, at: DateTime<Utc>) -> Stretch<Option<Taken<'a>>> {
        let active = self.active_at(at);
        match &self.duty {
            DutyView::Turns(laid) if active.value => {
                let taken = laid.taken_at(at);
                Stretch { value: taken.value, ends: taken.ends.min(active.ends) }
            }
            _ => Stretch { value: None, ends: active.ends },
        }
    }

    /// Whether the layer is active at an instant.
    fn active_at(&self, at: DateTime<Utc>) -> Stretch<bool> {
        let never = DateTime::<Utc>::MAX_UTC;
        let ends = self.layer.ends.unwrap_or(never);
        match self.layer.starts {
            _ if at >= ends => Stretch { value: false, ends: never },
            Some(starts) if at < starts => Stretch { value: false, ends: starts },
            _ => {
                let open = open_at(&self.layer.restrictions, self.zone, at);
                Stretch { value: open.value, ends: open.ends.min(ends) }
            }
        }
    }
}
