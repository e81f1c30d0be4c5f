//! The resolver: a schedule and its overrides as consecutive segments, in each of which nothing changes.
//!
//! Invariant: segments follow each other without gap or overlap from the instant asked about to the end of the
//! calendar, and are the only source of who is on call. They are made one at a time, as far as somebody looks.

use chrono::{DateTime, Utc};

use super::layer::{LayerView, Stretch};
use super::overrides::{Override, apply, put};
use super::{LayerMode, Schedule};
use crate::id::{LayerId, OverrideId, UserId};

/// Somebody on call, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Assigned<'a> {
    pub(super) user: &'a UserId,
    pub(super) why: Why<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why<'a> {
    Layer { id: &'a LayerId, turn: u64 },
    Calendar(&'a LayerId),
    Override(&'a OverrideId),
}

/// A time in which nothing changes.
#[derive(Debug)]
pub(super) struct Segment<'a> {
    pub(super) starts: DateTime<Utc>,
    pub(super) ends: DateTime<Utc>,
    /// Each person once.
    pub(super) on_call: Vec<Assigned<'a>>,
}

impl Segment<'_> {
    pub(super) fn has(&self, user: &UserId) -> bool {
        self.on_call.iter().any(|person| person.user == user)
    }
}

/// A layer, and what it said last.
#[derive(Debug)]
struct LayerCursor<'a> {
    view: LayerView<'a>,
    said: Stretch<Vec<Assigned<'a>>>,
}

/// The segments of a schedule from an instant on.
#[derive(Debug)]
pub(super) struct Segments<'a> {
    schedule: &'a Schedule,
    layers: Vec<LayerCursor<'a>>,
    /// Those that count and haven't ended.
    overrides: Vec<&'a Override>,
    /// Whether somebody should be on call, by which overrides know a gap.
    wanted: Stretch<bool>,
    at: DateTime<Utc>,
}

impl<'a> Segments<'a> {
    pub(super) fn new(schedule: &'a Schedule, overrides: &'a [Override], from: DateTime<Utc>) -> Self {
        let former = schedule.former.iter().filter(|former| former.layer.ends.is_none_or(|ends| ends > from));
        let former = former.map(|former| (former.place, former.layer.view(former.zone)));
        let layers = schedule.layers.iter().enumerate();
        let layers = layers.map(|(place, layer)| (place, layer.view(schedule.zone)));
        let mut views: Vec<_> = former.chain(layers).collect();
        views.sort_by_key(|(place, _)| *place);
        let layers =
            views.into_iter().map(|(_, view)| LayerCursor { said: view.assigned_at(from), view }).collect();
        let mut overrides: Vec<_> = overrides
            .iter()
            .filter(|change| change.schedule_id == schedule.id && change.counts() && change.ends > from)
            .collect();
        overrides.sort_by_key(|change| (change.starts, &change.id));
        Self { schedule, layers, overrides, wanted: schedule.wants_somebody_at(from), at: from }
    }

    fn by_layer(&self) -> Vec<Assigned<'a>> {
        let mut assigned = self.layers.iter().map(|cursor| &cursor.said.value);
        match self.schedule.mode {
            LayerMode::Union => assigned.flatten().fold(Vec::new(), |mut on_call, person| {
                put(&mut on_call, *person);
                on_call
            }),
            LayerMode::TopLayerWins => {
                assigned.rfind(|people| !people.is_empty()).cloned().unwrap_or_default()
            }
        }
    }

    /// The next instant at which a layer or an override says something new.
    fn next_change(&self) -> DateTime<Utc> {
        let layers = self.layers.iter().map(|cursor| cursor.said.ends);
        let overrides = self
            .overrides
            .iter()
            .map(|change| if change.starts > self.at { change.starts } else { change.ends });
        // Where nobody is overridden, it makes no difference whether somebody should be on call.
        let wanted = self.overrides.iter().map(|_| self.wanted.ends).take(1);
        layers.chain(overrides).chain(wanted).min().unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let starts = self.at;
        if starts == DateTime::<Utc>::MAX_UTC {
            return None;
        }
        for cursor in self.layers.iter_mut().filter(|cursor| cursor.said.ends <= starts) {
            cursor.said = cursor.view.assigned_at(starts);
        }
        self.overrides.retain(|change| change.ends > starts);
        let covering: Vec<_> =
            self.overrides.iter().copied().filter(|change| change.covers(starts)).collect();
        if self.wanted.ends <= starts {
            self.wanted = self.schedule.wants_somebody_at(starts);
        }
        let on_call = apply(&self.by_layer(), &covering, self.wanted.value);
        self.at = self.next_change();
        Some(Segment { starts, ends: self.at, on_call })
    }
}
