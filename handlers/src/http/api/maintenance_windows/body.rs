//! A maintenance window on the wire.
//!
//! Invariant: what is answered can be sent back as it is.

use app::maintenance::WindowEdit;
use app::{Error, FieldError};
use chrono::{DateTime, NaiveTime, Timelike as _, Utc, Weekday};
use chrono_tz::Tz;
use domain::id::ServiceId;
use domain::maintenance::{MaintenanceWindow, Weekly};
use domain::schedule::Window;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::without_leap;

/// The most stretches of a week.
const MOST_STRETCHES: usize = 50;

/// A time in which nobody is paged for some services or clients.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct MaintenanceWindowBody {
    /// Given by us; one that is sent is not looked at.
    #[serde(default)]
    id: Option<String>,
    name: String,
    /// When it begins; with `weekly`, not before.
    starts: DateTime<Utc>,
    /// The first instant after it; may be missing with `weekly`, which comes back then until it is deleted.
    #[serde(default)]
    ends: Option<DateTime<Utc>>,
    /// When it is open between the two, each week; all the time unless given. At most 50, in one time zone.
    #[serde(default)]
    weekly: Vec<WeeklyBody>,
    /// Of which services; with no `clients` either, of all.
    #[serde(default)]
    service_ids: Vec<String>,
    /// Of which clients, by name in any case.
    #[serde(default)]
    clients: Vec<String>,
    /// Whether it is open now; not looked at when sent.
    #[serde(default)]
    #[schema(read_only)]
    open: bool,
}

/// The same local hours in each week.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WeeklyBody {
    /// `mon` to `sun`, on which it starts; every day unless given.
    #[serde(default)]
    days: Vec<String>,
    /// `HH:MM`.
    from: String,
    /// `HH:MM`; not after `from` means on the next day.
    to: String,
    /// IANA name; the same in all of them.
    time_zone: String,
}

impl MaintenanceWindowBody {
    /// A window as it is shown at `now`.
    pub(super) fn of(window: MaintenanceWindow, now: DateTime<Utc>) -> Self {
        Self {
            open: window.open_until(now).is_some(),
            id: Some(window.id.to_string()),
            name: window.name,
            starts: window.starts,
            ends: window.ends,
            weekly: window.weekly.map(shown).unwrap_or_default(),
            service_ids: window.services.into_iter().map(String::from).collect(),
            clients: window.clients,
        }
    }

    /// The window that is meant; every part that can't be read is named.
    pub(super) fn read(self) -> Result<WindowEdit, Error> {
        let mut wrong = Vec::new();
        let weekly = read_weekly(&self.weekly, &mut wrong);
        let mut services: Vec<ServiceId> = Vec::with_capacity(self.service_ids.len());
        for (index, text) in self.service_ids.iter().enumerate() {
            match text.parse::<ServiceId>() {
                Ok(id) => services.push(id),
                Err(error) => refuse(&mut wrong, format!("service_ids[{index}]"), error.to_string()),
            }
        }
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(WindowEdit {
            name: self.name,
            starts: without_leap(self.starts),
            ends: self.ends.map(without_leap),
            weekly,
            services,
            clients: self.clients,
        })
    }
}

fn shown(weekly: Weekly) -> Vec<WeeklyBody> {
    let stretch = |window: Window| WeeklyBody {
        days: window.days.iter().map(|day| day.to_string().to_lowercase()).collect(),
        from: shown_time(window.from),
        to: shown_time(window.to),
        time_zone: weekly.zone.name().to_owned(),
    };
    weekly.hours.into_iter().map(stretch).collect()
}

fn shown_time(time: NaiveTime) -> String {
    time.format(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

fn refuse(wrong: &mut Vec<FieldError>, field: impl Into<String>, problem: impl Into<String>) {
    wrong.push(FieldError { field: field.into(), problem: problem.into() });
}

/// The hours of each week; `None` when there are none, or they are wrong.
fn read_weekly(stretches: &[WeeklyBody], wrong: &mut Vec<FieldError>) -> Option<Weekly> {
    let first = stretches.first()?;
    if stretches.len() > MOST_STRETCHES {
        refuse(wrong, "weekly", format!("must not be more than {MOST_STRETCHES}"));
        return None;
    }
    let mut hours = Vec::with_capacity(stretches.len());
    let mut zone = None;
    for (index, stretch) in stretches.iter().enumerate() {
        let field = |part: &str| format!("weekly[{index}].{part}");
        match stretch.time_zone.parse::<Tz>() {
            Err(_) => {
                let problem =
                    format!("'{}' is no IANA time zone, such as America/Chicago", stretch.time_zone);
                refuse(wrong, field("time_zone"), problem);
            }
            Ok(_) if stretch.time_zone != first.time_zone => {
                refuse(wrong, field("time_zone"), "must be the same in all");
            }
            Ok(read) => zone = Some(read),
        }
        let days: Vec<Weekday> = stretch.days.iter().filter_map(|day| day.parse().ok()).collect();
        if days.len() < stretch.days.len() {
            refuse(wrong, field("days"), "must be of mon, tue, wed, thu, fri, sat, sun");
        }
        let problem = "must be a time of day such as 17:00";
        let (from, to) = (time(&stretch.from), end_time(&stretch.to));
        if from.is_none() {
            refuse(wrong, field("from"), problem);
        }
        if to.is_none() {
            refuse(wrong, field("to"), problem);
        }
        if let (Some(from), Some(to)) = (from, to) {
            hours.push(Window { days, from, to });
        }
    }
    Some(Weekly { hours, zone: zone? })
}

/// `HH:MM`, or with seconds; a leap second is no time of a week.
fn time(text: &str) -> Option<NaiveTime> {
    let read = |format: &&str| NaiveTime::parse_from_str(text, format).ok();
    ["%H:%M", "%H:%M:%S"].iter().find_map(read).filter(|time| time.nanosecond() < 1_000_000_000)
}

/// A time that something ends at: `24:00` is the midnight at the end of the day.
fn end_time(text: &str) -> Option<NaiveTime> {
    time(if text == "24:00" { "00:00" } else { text })
}
