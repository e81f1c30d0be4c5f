//! One night of the demo MSP, use-case by use-case, each with what it asked of the store.
//!
//! Invariants: everything goes through the routes, and each use-case is counted until nothing follows from it any more (mail
//! sent and written down, event published, PSA told); what the night does in between is not counted.

use std::sync::Arc;

use app::tenants::DEMO_TENANT;
use axum::body::Body;
use axum::http::{Method, Request, header};
use chrono::TimeDelta;
use domain::user::User;
use embedded::hub;
use serde_json::{Value, json};
use store::Documents;

use super::{Metered, Tally};
use crate::world::World;

/// Open incidents when they are listed; more than a list answers.
const OPEN: usize = 60;

/// What is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseCase {
    /// A critical alert over the webhook; one person is paged by mail, one event is published.
    AlertThatOpens,
    /// The same alert again.
    AlertThatRepeats,
    /// The timer's firing when nothing is due.
    IdleTick,
    /// The timer's firing when the second step of one incident is due; one person is paged by mail.
    TickWithOneStep,
    /// By the API; the PSA gets a ticket, one event is published.
    Acknowledge,
    /// By the API; the ticket gets the note, one event is published.
    Note,
    /// By the API; the ticket is completed, one event is published.
    Resolve,
    /// By the API: one schedule of two people.
    OnCallNow,
    /// By the API, for one service.
    Explain,
    /// By the API: one incident.
    IncidentRead,
    /// In the console: one incident with its timeline, its pages and its first alert.
    IncidentPage,
    /// By the API: the newest 50 of 60 open ones.
    IncidentList,
    /// The daily timer's firing when one tenant is due, with nothing wrong.
    GapScan,
}

impl UseCase {
    /// In a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::AlertThatOpens => "alert that opens",
            Self::AlertThatRepeats => "alert that repeats",
            Self::IdleTick => "idle tick",
            Self::TickWithOneStep => "tick with one step due",
            Self::Acknowledge => "acknowledge",
            Self::Note => "note",
            Self::Resolve => "resolve",
            Self::OnCallNow => "on-call now",
            Self::Explain => "explain",
            Self::IncidentRead => "incident",
            Self::IncidentPage => "incident's page",
            Self::IncidentList => "incident list",
            Self::GapScan => "gap scan of one tenant",
        }
    }
}

/// A night on a meter.
#[derive(Debug)]
pub struct Metering {
    /// The MSP.
    pub world: World,
    metered: Arc<Metered>,
    ben: String,
    counted: Vec<(UseCase, Tally)>,
}

impl Metering {
    /// The demo MSP on these documents, which must be empty, with nothing due.
    pub async fn open(documents: Arc<dyn Documents>) -> Self {
        let metered = Metered::new(documents);
        let mut world = World::open_on(Arc::clone(&metered) as Arc<dyn Documents>).await;
        let ben = token(&mut world, "ben").await;
        // The first look at the demo's handoffs.
        world.tick().await;
        Self { world, metered, ben, counted: Vec::new() }
    }

    /// One whole night; answers what each use-case asked of the store, in the night's order.
    pub async fn night(mut self) -> Vec<(UseCase, Tally)> {
        self.timers().await;
        let alert = alert("Backup volume 97 % full on SRV-DB-02", "critical");
        let opened = self.alert(&alert).await;
        self.counts(UseCase::AlertThatOpens);
        self.world.mail_to("ben");
        self.alert(&alert).await;
        self.counts(UseCase::AlertThatRepeats);
        self.looking(&opened).await;
        self.world.sleep_through(TimeDelta::minutes(5));
        self.counted_from_here();
        self.world.tick().await;
        self.counts(UseCase::TickWithOneStep);
        self.world.mail_to("olivia");
        self.working(&opened).await;
        self.listing().await;
        self.counted
    }

    /// What the timer asks when nothing is due.
    pub async fn idle_tick(&mut self) -> Tally {
        self.counted_from_here();
        self.world.tick().await;
        self.metered.take()
    }

    async fn timers(&mut self) {
        self.counted_from_here();
        self.world.scan_gaps().await;
        self.counts(UseCase::GapScan);
        self.world.no_mail();
        self.world.tick().await;
        self.counts(UseCase::IdleTick);
    }

    async fn looking(&mut self, opened: &str) {
        self.api("GET", "/api/on-call/now", Value::Null).await;
        self.counts(UseCase::OnCallNow);
        let incident = self.api("GET", &format!("/api/incidents/{opened}"), Value::Null).await;
        self.counts(UseCase::IncidentRead);
        let service = incident["service_id"].as_str().expect("a service").to_owned();
        self.api("GET", &format!("/api/on-call/explain?service_id={service}"), Value::Null).await;
        self.counts(UseCase::Explain);
        self.page(&format!("/app/incidents/{opened}")).await;
        self.counts(UseCase::IncidentPage);
    }

    async fn working(&mut self, opened: &str) {
        let on = |verb: &str| format!("/api/incidents/{opened}/{verb}");
        self.counted_from_here();
        self.api("POST", &on("acknowledge"), Value::Null).await;
        self.counts(UseCase::Acknowledge);
        let text = "Old snapshots removed, 40 % free again. Watching it for half an hour.";
        self.api("POST", &on("notes"), json!({ "text": text })).await;
        self.counts(UseCase::Note);
        self.api("POST", &on("resolve"), json!({ "note": "Retention of snapshots set to 7 days." })).await;
        self.counts(UseCase::Resolve);
        let tickets = self.world.psa.tickets();
        assert_eq!(tickets.len(), 1);
        assert_eq!(tickets[0].notes.len(), 1);
        assert!(tickets[0].completion.is_some(), "all of it was told to the PSA");
    }

    /// Half of them triggered, half acknowledged.
    async fn listing(&mut self) {
        for n in 0..OPEN {
            let opened = self.alert(&alert(&format!("Disk {n} full on SRV-{n}"), "high")).await;
            if n % 2 == 0 {
                self.api("POST", &format!("/api/incidents/{opened}/acknowledge"), Value::Null).await;
            }
        }
        self.world.skip_mails();
        self.counted_from_here();
        let listed = self.api("GET", "/api/incidents", Value::Null).await;
        self.counts(UseCase::IncidentList);
        assert_eq!(listed["incidents"].as_array().map(Vec::len), Some(50));
    }

    fn counted_from_here(&self) {
        self.metered.take();
    }

    /// What was asked since the last count was this.
    fn counts(&mut self, use_case: UseCase) {
        self.counted.push((use_case, self.metered.take()));
    }

    /// Answers the incident's id.
    async fn alert(&mut self, alert: &Value) -> String {
        let taken = self.world.alert(alert.clone()).await;
        taken["incident_id"].as_str().expect("an id").to_owned()
    }

    async fn api(&mut self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let token = self.ben.clone();
        let answer = self.world.send_with(&token, method, path, body).await;
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text);
        self.world.settle().await;
        answer.json()
    }

    async fn page(&mut self, path: &str) {
        let request = Request::builder().method(Method::GET).uri(path);
        let request = request.header(header::COOKIE, format!("oncall_session={}", self.ben));
        let answer = self.world.request(request.body(Body::empty()).expect("a request")).await;
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text);
    }
}

/// As a monitoring tool sends it.
fn alert(title: &str, severity: &str) -> Value {
    json!({
        "title": title, "severity": severity, "dedup_key": title,
        "description": "The volume grew by 310 GB since Thursday 18:00. At this rate it is full at about 03:40. The \
                        last five backup jobs of Harbor Dental wrote to it; the job log has 14 warnings.",
        "client": "Harbor Dental", "device_name": "SRV-DB-02", "link": "https://rmm.example/devices/4711",
    })
}

async fn token(world: &mut World, person: &str) -> String {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let id = User::id_of(&tenant, person);
    let found = world.store().get::<User>(&tenant, id.as_str()).await.expect("a store");
    let exp = (world.now() + TimeDelta::days(1)).timestamp();
    let claims = hub::claims(&tenant, &found.expect("a person").value, exp);
    world.machine().hub.issue(claims).expect("a token")
}
