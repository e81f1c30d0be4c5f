//! From the domain's schedule to the wire's.

use chrono::NaiveTime;
use domain::schedule::{
    Calendar, Change, Counting, Coverage, Duty, Layer, LayerMode, Order, Participant, Rotation, RotationUnit,
    Schedule, Turns, Window,
};

use super::body::{
    CalendarBody, ChangeBody, CoverageBody, LayerBody, RotationBody, ScheduleBody, Unit, WindowBody,
};

fn time(time: NaiveTime) -> String {
    use chrono::Timelike as _;
    let format = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.format(format).to_string()
}

fn participants(places: Vec<Participant>) -> Vec<Option<String>> {
    places.into_iter().map(|place| place.map(String::from)).collect()
}

impl From<Schedule> for ScheduleBody {
    fn from(schedule: Schedule) -> Self {
        let mode = match schedule.mode {
            LayerMode::Union => "union",
            LayerMode::TopLayerWins => "top_layer_wins",
        };
        Self {
            id: Some(schedule.id.to_string()),
            name: schedule.name,
            time_zone: schedule.zone.name().to_owned(),
            mode: mode.to_owned(),
            coverage: match schedule.coverage {
                Coverage::Always => CoverageBody::Always,
                Coverage::Never => CoverageBody::Never,
                Coverage::Windows(windows) => {
                    CoverageBody::Windows(windows.into_iter().map(WindowBody::from).collect())
                }
            },
            owner_team_id: schedule.owner.map(String::from),
            layers: schedule.layers.into_iter().map(LayerBody::from).collect(),
        }
    }
}

impl ScheduleBody {
    /// Without what only managers may see: a calendar's address is its password.
    pub(super) fn for_members(mut self) -> Self {
        for calendar in self.layers.iter_mut().filter_map(|layer| layer.calendar.as_mut()) {
            let host = calendar.url.as_deref().and_then(|url| url::Url::parse(url).ok());
            calendar.url = host.and_then(|url| Some(format!("{}://{}/…", url.scheme(), url.host_str()?)));
        }
        self
    }
}

impl From<Layer> for LayerBody {
    fn from(layer: Layer) -> Self {
        let (turns, calendar) = match layer.duty {
            Duty::Turns(turns) => (Some(turns), None),
            Duty::Calendar(calendar) => (None, Some(CalendarBody::from(calendar))),
        };
        let anchor = turns.as_ref().map(|turns| turns.anchor.format("%Y-%m-%dT%H:%M:%S").to_string());
        let rotation = turns.as_ref().map(|turns| RotationBody::from(turns.rotation));
        let counting = match turns.as_ref().map(|turns| turns.counting) {
            Some(Counting::ActivePeriods) => "active_periods",
            Some(Counting::Clock) | None => "clock",
        };
        let (people, changes) = turns.map_or_else(Default::default, |turns: Turns| {
            (Some(participants(turns.participants)), turns.changes)
        });
        Self {
            id: Some(layer.id.to_string()),
            name: layer.name,
            rotation,
            anchor,
            handoff_time: None,
            participants: people,
            changes: changes.into_iter().map(ChangeBody::from).collect(),
            counting: counting.to_owned(),
            starts_at: layer.starts,
            ends_at: layer.ends,
            restrictions: layer.restrictions.into_iter().map(WindowBody::from).collect(),
            calendar,
        }
    }
}

impl From<Window> for WindowBody {
    fn from(window: Window) -> Self {
        let days = window.days.iter().map(|day| day.to_string().to_lowercase()).collect();
        Self { days, from: time(window.from), to: time(window.to) }
    }
}

impl From<Rotation> for RotationBody {
    fn from(rotation: Rotation) -> Self {
        let unit = match rotation.unit {
            RotationUnit::Hours => Unit::Hours,
            RotationUnit::Days => Unit::Days,
            RotationUnit::Weeks => Unit::Weeks,
        };
        Self { every: rotation.every, unit }
    }
}

impl From<Change> for ChangeBody {
    fn from(change: Change) -> Self {
        let order = match change.order {
            Order::Continues => "continues",
            Order::FromAnchor => "from_anchor",
        };
        Self { from: change.from, participants: participants(change.participants), order: order.to_owned() }
    }
}

impl From<Calendar> for CalendarBody {
    fn from(calendar: Calendar) -> Self {
        Self {
            url: calendar.url,
            read_at: calendar.read_at,
            shifts: calendar.shifts.iter().filter(|shift| shift.ends > calendar.read_at).count(),
            unknown: calendar.unknown,
            problem: calendar.problem,
        }
    }
}
