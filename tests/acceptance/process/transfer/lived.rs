//! A tenant that somebody has worked with for a while.

use std::path::Path;

use acceptance::process::Oncall;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::api::{Api, http, text};
use super::super::door::Door;
use super::super::eventually;
use super::super::site::Site;
use super::run;

pub(crate) fn folder() -> TempDir {
    TempDir::with_prefix("oncall-transfer-").expect("a temporary folder")
}

/// Makes the demo tenant in a data folder, as every first use does.
pub(crate) async fn first_start(data: &Path) {
    let (good, told) = run(data, &["token"]).await;
    assert!(good, "{told}");
}

/// What there is to ask for again.
#[derive(Debug)]
pub(crate) struct Lived {
    pub(crate) door: Door,
    /// All of them, in the order of their numbers.
    pub(crate) incidents: Vec<String>,
    /// The one that is still open, and the alert that opened it.
    pub(crate) open: String,
    pub(crate) alert: Value,
    calendar: String,
    schedule: String,
}

fn alert(n: usize) -> Value {
    json!({ "title": format!("Trouble {n}"), "severity": "critical", "dedup_key": n.to_string() })
}

/// Opens as many incidents, all at once.
pub(crate) async fn storm(door: &Door, count: usize) {
    let sent = (0..count).map(async |n| {
        // One too many at once comes again.
        for _ in 0..100 {
            if door.try_send(&alert(n)).await.expect("an answer").0 == 200 {
                return;
            }
        }
        panic!("alert {n} was never taken");
    });
    join_all(sent).await;
}

impl Lived {
    /// Works with the demo tenant until nothing is under way any more.
    pub(crate) async fn in_(oncall: &Oncall, site: &Site) -> Self {
        let door = Door::of(oncall).await;
        let mut incidents = Vec::new();
        for n in 0..3 {
            incidents.push(text(&door.send(&alert(n)).await, "incident_id").to_owned());
        }
        let (ann, olivia) = (Api::of_person(oncall, "ann").await, Api::of(oncall).await);
        let (made, resolved) = (&incidents[0], &incidents[1]);
        assert_eq!(ann.work(made, "acknowledge", &Value::Null).await.0, 200);
        assert_eq!(ann.work(made, "notes", &json!({ "text": "Größe ≥ 98 % \"full\"" })).await.0, 201);
        assert_eq!(ann.work(resolved, "acknowledge", &Value::Null).await.0, 200);
        assert_eq!(ann.work(resolved, "resolve", &json!({ "note": "rebooted" })).await.0, 200);
        site.psa.wait_for(|tickets| tickets.len() >= 2, super::super::SOON).await;
        for id in &incidents {
            eventually("a page that is sent", async || {
                ann.pages(id).await.iter().all(|page| page["state"] != "pending").then_some(())
            })
            .await;
        }
        for id in [made, resolved] {
            eventually("a ticket", async || {
                ann.incident(id).await["psa_ticket_id"].is_string().then_some(())
            })
            .await;
        }
        let (schedule, calendar) = Self::plan(&olivia, &ann.incident(made).await).await;
        let (open, alert) = (incidents[2].clone(), alert(2));
        Self { door, incidents, open, alert, calendar, schedule }
    }

    /// A team, an override, time off and a calendar's address.
    async fn plan(olivia: &Api, incident: &Value) -> (String, String) {
        let users = olivia.get("/api/users").await;
        let user = |name: &str| {
            let users = users["users"].as_array().expect("users");
            text(users.iter().find(|user| user["name"] == name).expect("a person"), "id").to_owned()
        };
        let (ann, ben) = (user("Ann Archer"), user("Ben Brook"));
        let now = olivia.get("/api/on-call/now").await;
        let schedule = text(&now["schedules"][0], "schedule_id").to_owned();
        let opened: DateTime<Utc> = text(incident, "created_at").parse().expect("a time");
        let at = |days: i64| (opened + TimeDelta::days(days)).to_rfc3339();
        let team = json!({ "name": "Nights", "member_ids": [ann] });
        assert_eq!(olivia.post("/api/teams", &team).await.0, 201);
        let add = json!({
            "schedule_id": schedule, "kind": "add", "user_id": ben, "start_at": at(3), "end_at": at(4), "reason": "fair"
        });
        assert_eq!(olivia.post("/api/overrides", &add).await.0, 201);
        let off = json!({ "user_id": ann, "name": "Vacation", "starts_at": at(20), "ends_at": at(30) });
        assert_eq!(olivia.post("/api/time-off", &off).await.0, 201);
        let (status, made) = olivia.post(&format!("/api/schedules/{schedule}/calendar"), &Value::Null).await;
        assert_eq!(status, 201, "{made}");
        let (_, secret) = text(&made, "url").rsplit_once('/').expect("an address");
        (schedule, secret.trim_end_matches(".ics").to_owned())
    }

    /// Everything that the API tells of it.
    pub(crate) async fn answers(&self, api: &Api) -> Vec<(String, Value)> {
        let mut paths: Vec<String> =
            ["incidents?status=all", "users", "teams", "services", "escalation-policies"]
                .into_iter()
                .chain(["schedules", "overrides", "time-off", "settings"])
                .map(|path| format!("/api/{path}"))
                .collect();
        for incident in &self.incidents {
            let parts = ["", "/timeline", "/pages"].map(|part| format!("/api/incidents/{incident}{part}"));
            paths.extend(parts);
        }
        paths.push(format!("/api/schedules/{}/calendar", self.schedule));
        let mut answers = Vec::new();
        for path in paths {
            let answer = api.get(&path).await;
            answers.push((path, answer));
        }
        answers
    }

    /// How a process answers to the calendar's address.
    pub(crate) async fn calendar(&self, oncall: &Oncall) -> u16 {
        self.calendar_of(oncall, &self.calendar).await
    }

    /// How a process answers to another one.
    pub(crate) async fn calendar_of(&self, oncall: &Oncall, secret: &str) -> u16 {
        let url = format!("{}/api/calendars/{secret}.ics", oncall.url());
        http().get(url).send().await.expect("an answer").status().as_u16()
    }
}
