//! From the wire's schedule to the domain's: every mistake is named, with its field.

use std::str::FromStr;

use app::{Error, FieldError};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;
use domain::id::{IdError, LayerId, ScheduleId, TeamId, UserId};
use domain::schedule::{
    Calendar, Change, Counting, Coverage, Duty, Layer, LayerMode, Order, Participant, Rotation, RotationUnit,
    Schedule, Turns, Window, first_instant,
};

use crate::extract::without_leap;

use super::body::{
    CalendarBody, ChangeBody, CoverageBody, LayerBody, RotationBody, ScheduleBody, Unit, WindowBody,
};

/// Collects every mistake on the way.
struct Reading {
    wrong: Vec<FieldError>,
}

impl Reading {
    fn refuse(&mut self, field: impl Into<String>, problem: impl Into<String>) {
        self.wrong.push(FieldError { field: field.into(), problem: problem.into() });
    }

    /// What `read` makes of the text; where it makes nothing, the problem is noted and the default taken.
    fn or_default<T: Default>(&mut self, field: String, read: Option<T>, problem: &str) -> T {
        if read.is_none() {
            self.refuse(field, problem);
        }
        read.unwrap_or_default()
    }

    fn id<T: FromStr<Err = IdError>>(&mut self, field: &str, text: Option<&str>) -> Option<T> {
        let read = text?.parse();
        read.map_err(|error: IdError| self.refuse(field, error.to_string())).ok()
    }

    fn participants(&mut self, field: &str, places: &[Option<String>]) -> Vec<Participant> {
        let mut read = Vec::with_capacity(places.len());
        for (index, place) in places.iter().enumerate() {
            read.push(self.id::<UserId>(&format!("{field}[{index}]"), place.as_deref()));
        }
        read
    }

    fn windows(&mut self, field: &str, windows: &[WindowBody]) -> Vec<Window> {
        let mut read = Vec::with_capacity(windows.len());
        for (index, window) in windows.iter().enumerate() {
            let path = |part: &str| format!("{field}[{index}].{part}");
            let days: Vec<Weekday> = window.days.iter().filter_map(|day| day.parse().ok()).collect();
            if days.len() < window.days.len() {
                self.refuse(path("days"), "must be of mon, tue, wed, thu, fri, sat, sun");
            }
            let problem = "must be a time of day such as 17:00";
            let from = self.or_default(path("from"), time(&window.from), problem);
            let to = self.or_default(path("to"), end_time(&window.to), problem);
            read.push(Window { days, from, to });
        }
        read
    }
}

/// `HH:MM`, or with seconds; a leap second is no time of a schedule.
fn time(text: &str) -> Option<NaiveTime> {
    let read = |format: &&str| NaiveTime::parse_from_str(text, format).ok();
    ["%H:%M", "%H:%M:%S"].iter().find_map(read).filter(|time| time.nanosecond() < 1_000_000_000)
}

/// A time that something ends at: `24:00` is the midnight at the end of the day.
fn end_time(text: &str) -> Option<NaiveTime> {
    time(if text == "24:00" { "00:00" } else { text })
}

fn local(text: &str) -> Option<NaiveDateTime> {
    let (date, clock) = text.split_once('T')?;
    Some(date.parse::<NaiveDate>().ok()?.and_time(time(clock)?))
}

impl ScheduleBody {
    /// The schedule that is meant; every mistake is named. `fresh` draws the ids of new layers.
    pub(crate) fn read(self, mut fresh: impl FnMut() -> LayerId) -> Result<Schedule, Error> {
        let mut reading = Reading { wrong: Vec::new() };
        let zone: Option<Tz> = self.time_zone.parse().ok();
        if zone.is_none() {
            let problem = format!("'{}' is no IANA time zone, such as America/Chicago", self.time_zone);
            reading.refuse("time_zone", problem);
        }
        let zone = zone.unwrap_or(Tz::UTC);
        let mode = match self.mode.as_str() {
            "union" => LayerMode::Union,
            "top_layer_wins" => LayerMode::TopLayerWins,
            _ => {
                reading.refuse("mode", "must be union or top_layer_wins");
                LayerMode::Union
            }
        };
        let coverage = match &self.coverage {
            CoverageBody::Always => Coverage::Always,
            CoverageBody::Never => Coverage::Never,
            CoverageBody::Windows(windows) => Coverage::Windows(reading.windows("coverage.windows", windows)),
        };
        let owner = reading.id::<TeamId>("owner_team_id", self.owner_team_id.as_deref());
        let layers = self.layers.into_iter().enumerate();
        let layers = layers
            .map(|(index, layer)| layer.read(&format!("layers[{index}]"), zone, &mut fresh, &mut reading))
            .collect();
        if !reading.wrong.is_empty() {
            return Err(Error::Invalid(reading.wrong));
        }
        Ok(Schedule {
            // Whoever saves it says which one it is.
            id: ScheduleId::derived(&[]),
            name: self.name.trim().to_owned(),
            zone,
            mode,
            layers,
            coverage,
            owner,
            former: Vec::new(),
        })
    }
}

impl LayerBody {
    fn read(
        self,
        field: &str,
        zone: Tz,
        fresh: &mut impl FnMut() -> LayerId,
        reading: &mut Reading,
    ) -> Layer {
        let id = reading.id::<LayerId>(&format!("{field}.id"), self.id.as_deref());
        let restrictions = reading.windows(&format!("{field}.restrictions"), &self.restrictions);
        let (starts, ends) = (self.starts_at.map(without_leap), self.ends_at.map(without_leap));
        let name = self.name.trim().to_owned();
        let (duty, begins) = match &self.calendar {
            // What a calendar says is kept by whoever saves the edit.
            Some(calendar) if id.is_some() => (Duty::Calendar(calendar.kept()), None),
            Some(_) => {
                let problem =
                    "is made by POST …/calendar-layers; here only one that exists can be named by its id";
                reading.refuse(format!("{field}.calendar"), problem);
                (Duty::Turns(no_turns()), None)
            }
            None => self.turns(field, zone, reading),
        };
        let id = id.unwrap_or_else(fresh);
        Layer { id, name, duty, starts: starts.or(begins), ends, restrictions }
    }

    /// The turns, and when the layer starts where that isn't a handoff.
    fn turns(&self, field: &str, zone: Tz, reading: &mut Reading) -> (Duty, Option<DateTime<Utc>>) {
        for (is_missing, name) in [
            (self.rotation.is_none(), "rotation"),
            (self.anchor.is_none(), "anchor"),
            (self.participants.is_none(), "participants"),
        ] {
            if is_missing {
                reading.refuse(format!("{field}.{name}"), "is missing");
            }
        }
        let anchor = self.anchor.as_deref().map(local);
        if anchor == Some(None) {
            reading.refuse(format!("{field}.anchor"), "must be a local time such as 2026-06-01T09:00");
        }
        let anchor = anchor.flatten().unwrap_or_default();
        let handoff = self.handoff_time.as_deref().map(|text| {
            reading.or_default(
                format!("{field}.handoff_time"),
                time(text),
                "must be a time of day such as 09:00",
            )
        });
        let grid = handoff.map_or(anchor, |time| handoff_before(anchor, time));
        let begins = (grid != anchor).then(|| first_instant(zone, anchor));
        let participants = self.participants.as_deref().unwrap_or_default();
        let participants = reading.participants(&format!("{field}.participants"), participants);
        let changes = self.changes.iter().enumerate();
        let changes = changes
            .map(|(index, change)| change.read(&format!("{field}.changes[{index}]"), reading))
            .collect();
        let counting = match self.counting.as_str() {
            "clock" => Counting::Clock,
            "active_periods" => Counting::ActivePeriods,
            _ => {
                reading.refuse(format!("{field}.counting"), "must be clock or active_periods");
                Counting::Clock
            }
        };
        let rotation = self.rotation.map_or(no_turns().rotation, RotationBody::read);
        (Duty::Turns(Turns { rotation, anchor: grid, participants, changes, counting }), begins)
    }
}

/// The last handoff at `time` that is not after `anchor`.
fn handoff_before(anchor: NaiveDateTime, time: NaiveTime) -> NaiveDateTime {
    let same_day = anchor.date().and_time(time);
    if same_day <= anchor {
        same_day
    } else {
        same_day.checked_sub_signed(TimeDelta::days(1)).unwrap_or(same_day)
    }
}

fn no_turns() -> Turns {
    Turns {
        rotation: Rotation { every: 1, unit: RotationUnit::Weeks },
        anchor: NaiveDateTime::default(),
        participants: Vec::new(),
        changes: Vec::new(),
        counting: Counting::Clock,
    }
}

impl RotationBody {
    fn read(self) -> Rotation {
        let unit = match self.unit {
            Unit::Hours => RotationUnit::Hours,
            Unit::Days => RotationUnit::Days,
            Unit::Weeks => RotationUnit::Weeks,
        };
        Rotation { every: self.every, unit }
    }
}

impl ChangeBody {
    fn read(&self, field: &str, reading: &mut Reading) -> Change {
        let order = match self.order.as_str() {
            "continues" => Order::Continues,
            "from_anchor" => Order::FromAnchor,
            _ => {
                reading.refuse(format!("{field}.order"), "must be continues or from_anchor");
                Order::Continues
            }
        };
        let participants = reading.participants(&format!("{field}.participants"), &self.participants);
        Change { from: without_leap(self.from), participants, order }
    }
}

impl CalendarBody {
    fn kept(&self) -> Calendar {
        Calendar {
            url: self.url.clone(),
            read_at: self.read_at,
            shifts: Vec::new(),
            unknown: self.unknown.clone(),
            problem: self.problem.clone(),
        }
    }
}
