//! A world: an MSP with people on call, a mail server, a PSA, and the product between them, on a clock held by hand.
//!
//! Everything goes through the real routers and the real wire formats. Dropping a world fails its story when a mail
//! arrived that nobody expected.
#![expect(
    clippy::missing_panics_doc,
    reason = "a story that goes wrong panics, and that is its way to say so"
)]

mod browser;
mod clock;
mod doors;
mod elsewhere;
mod http;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use app::Entropy;
use async_trait::async_trait;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use handlers::compose::{Backend, Machine, backend, compose_with};
use handlers::config::Config;
use integrations::alert_source::{Fetch, Readers};
use serde_json::{Value, json};
use store::{Documents, Store};
use tempfile::TempDir;

pub use browser::Browser;
pub use clock::HandClock;
pub use doors::Door;
pub use http::Answer;

use crate::cosmos::Cosmos;
use crate::psa::Psa;
use crate::smtp::{Mail, Smtp};

/// Defend's key in every world.
pub const DEFEND_KEY: &str = "defend-and-oncall";

/// How often the timer fires.
const TICK: TimeDelta = TimeDelta::seconds(15);

/// How a world is run; a story must go the same way in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// One process, every tick once.
    Plain,
    /// One process, every tick twice at once.
    TickedTwice,
    /// Two processes on one store: requests alternate, both tick at once.
    TwoInstances,
    /// The same on Cosmos DB.
    OnCosmos,
}

/// Randomness that is the same in every run.
#[derive(Debug)]
struct Counted {
    drawn: AtomicU64,
    salt: u64,
}

impl Entropy for Counted {
    fn draw(&self) -> u128 {
        let n = self.drawn.fetch_add(1, Ordering::Relaxed);
        let mixed = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ self.salt;
        (u128::from(mixed) << 64) | u128::from(mixed.wrapping_mul(0xD134_2543_DE82_EF95))
    }
}

/// What stands at SNS's addresses here: the certificate that the fixtures are signed by, unless nobody answers there.
#[derive(Debug, Clone, Default)]
struct Certificates {
    are_away: Arc<AtomicBool>,
}

#[async_trait]
impl Fetch for Certificates {
    async fn get(&self, _: &str) -> Result<(u16, Vec<u8>), String> {
        if self.are_away.load(Ordering::Relaxed) {
            return Err("nobody answers".to_owned());
        }
        Ok((200, include_bytes!("../fixtures/alerts/aws_sns/certificate.pem").to_vec()))
    }
}

/// The world.
#[derive(Debug)]
pub struct World {
    /// The mail server.
    pub smtp: Smtp,
    /// The PSA.
    pub psa: Psa,
    /// The clock.
    pub clock: Arc<HandClock>,
    machines: Vec<Machine>,
    certificates: Certificates,
    manner: Manner,
    turn: usize,
    read_mails: usize,
    _folder: TempDir,
}

impl World {
    /// The demo MSP on a Friday night: Ben has the week, Olivia owns the place.
    pub async fn open(manner: Manner) -> Self {
        Self::open_with(manner, &[]).await
    }

    /// The demo MSP with other settings; an empty one takes a setting away.
    pub async fn open_with(manner: Manner, settings: &[(&str, &str)]) -> Self {
        Self::furnish(manner, settings, None).await
    }

    /// The demo MSP in one process on these documents.
    pub async fn open_on(documents: Arc<dyn Documents>) -> Self {
        Self::furnish(Manner::Plain, &[], Some(documents)).await
    }

    async fn furnish(
        manner: Manner,
        settings: &[(&str, &str)],
        documents: Option<Arc<dyn Documents>>,
    ) -> Self {
        let smtp = Smtp::start();
        let psa = Psa::start("psa-key").await;
        let folder = TempDir::new().expect("a temporary folder");
        let clock = Arc::new(HandClock::at("2026-11-20T21:04:05Z"));
        let mut vars: BTreeMap<String, String> = BTreeMap::new();
        let base = [
            ("ONCALL_DATA_DIR", folder.path().to_str().expect("a plain path")),
            ("SMTP_URL", &smtp.url()),
            ("MAIL_FROM", "On-Call <oncall@msp.example>"),
            ("PSA_API_URL", &psa.url()),
            ("PSA_SERVICE_KEY", "psa-key"),
            ("DEFEND_SERVICE_KEY", DEFEND_KEY),
        ];
        for (name, value) in base.iter().chain(settings) {
            vars.insert((*name).to_owned(), (*value).to_owned());
        }
        let config = Config::from_vars(vars).expect("good settings");
        let instances = if matches!(manner, Manner::TwoInstances | Manner::OnCosmos) { 2 } else { 1 };
        let cosmos = if manner == Manner::OnCosmos { Some(Cosmos::empty().await) } else { None };
        let (mut machines, certificates) = (Vec::new(), Certificates::default());
        for salt in 0..instances {
            let entropy = Arc::new(Counted { drawn: AtomicU64::new(0), salt });
            let (clock, url) = (Arc::clone(&clock) as Arc<dyn app::Clock>, "http://oncall.test");
            let elsewhere = match &cosmos {
                None => documents.clone(),
                Some(cosmos) => Some(Arc::new(cosmos.documents().await) as Arc<dyn Documents>),
            };
            let backend = match elsewhere {
                None => backend(&config).expect("documents in the folder"),
                Some(documents) => Backend::Elsewhere(documents),
            };
            let reader = Arc::new(Readers::fetching(Arc::new(certificates.clone())));
            let machine = compose_with(backend, reader, &config, url, clock, entropy);
            machines.push(machine.expect("a machine"));
        }
        let first = &machines[0];
        app::tenants::first_start(&first.edge.app, &first.demo_key).await.expect("the demo tenant");
        Self { smtp, psa, clock, machines, certificates, manner, turn: 0, read_mails: 0, _folder: folder }
    }

    /// The instance whose turn it is.
    pub fn machine(&mut self) -> &Machine {
        self.turn += 1;
        &self.machines[self.turn % self.machines.len()]
    }

    /// Whether SNS's certificates can't be had from now on.
    pub fn without_certificates(&self, are_away: bool) {
        self.certificates.are_away.store(are_away, Ordering::Relaxed);
    }

    /// The store, for arranging what has no route yet.
    pub fn store(&self) -> &Store {
        &self.machines[0].edge.app.store
    }

    /// The key of the demo's alert source.
    pub fn key(&self) -> String {
        self.machines[0].demo_key.clone()
    }

    /// What the clock says.
    pub fn now(&self) -> DateTime<Utc> {
        app::Clock::now(self.clock.as_ref())
    }

    /// Waits until every instance has done what it committed to.
    pub async fn settle(&self) {
        for machine in &self.machines {
            machine.edge.app.settled().await;
        }
    }

    /// Sends an alert and waits for what follows from it at once.
    ///
    /// # Panics
    /// When it isn't answered with 200.
    pub async fn alert(&mut self, alert: Value) -> Value {
        let path = format!("/api/webhooks/ingest?key={}", self.key());
        let answer = self.send("POST", &path, None, alert.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.settle().await;
        answer.json()
    }

    /// Opens an incident; answers its id.
    pub async fn incident(&mut self, title: &str, severity: &str) -> String {
        let alert = self.alert(json!({ "title": title, "severity": severity, "dedup_key": title })).await;
        assert_eq!(alert["result"], "created");
        alert["incident_id"].as_str().expect("an id").to_owned()
    }

    /// Lets time pass; the timer fires whenever it is its time.
    pub async fn advance(&mut self, by: TimeDelta) {
        let until = self.now() + by;
        while self.now() < until {
            self.clock.set((self.now() + TICK).min(until));
            self.tick().await;
        }
    }

    /// Lets time pass with every timer stopped, as in an outage.
    pub fn sleep_through(&self, time: TimeDelta) {
        self.clock.set(self.now() + time);
    }

    /// The timer fires, in the world's manner.
    ///
    /// # Panics
    /// When a tick fails.
    pub async fn tick(&mut self) {
        self.fire("escalation-tick").await;
    }

    /// The daily timer fires, in the world's manner; answers how many tenants were scanned.
    ///
    /// # Panics
    /// When a scan fails.
    pub async fn scan_gaps(&mut self) -> u64 {
        let reports = self.fire("gap-scan").await;
        reports.iter().filter_map(|report| report["scanned"].as_u64()).sum()
    }

    /// A timer function fires; answers what each firing did, none of which may fail.
    async fn fire(&mut self, function: &str) -> Vec<Value> {
        let firings = match self.manner {
            Manner::Plain => vec![0],
            Manner::TickedTwice => vec![0, 0],
            Manner::TwoInstances | Manner::OnCosmos => vec![0, 1],
        };
        let fired = firings.into_iter().map(|index| http::fire(&self.machines[index], function));
        let mut reports = Vec::new();
        for answer in futures::future::join_all(fired).await {
            assert_eq!(answer["ReturnValue"]["failed"], 0, "{function}: {answer}");
            reports.push(answer["ReturnValue"].clone());
        }
        self.settle().await;
        reports
    }

    /// The one mail that arrived since the last look.
    ///
    /// # Panics
    /// When none did, or more than one, or it was for somebody else. `person` is the part of the address before the `@`.
    pub fn mail_to(&mut self, person: &str) -> Mail {
        let mails = self.smtp.mails();
        let new = &mails[self.read_mails..];
        let told: Vec<_> = new.iter().map(|mail| (mail.to.clone(), mail.header("Subject"))).collect();
        assert_eq!(new.len(), 1, "one mail to {person} was expected, not {told:?}");
        let mail = new[0].clone();
        assert_eq!(mail.to, [format!("{person}@msp.example")], "{told:?}");
        self.read_mails += 1;
        mail
    }

    /// The mails that arrived since the last look, by recipient: the part of the address before the `@`.
    pub fn mails(&mut self) -> Vec<(String, Mail)> {
        let new = self.smtp.mails().split_off(self.read_mails);
        self.read_mails += new.len();
        let person = |mail: &Mail| mail.to.join(",").replace("@msp.example", "");
        let mut mails: Vec<_> = new.into_iter().map(|mail| (person(&mail), mail)).collect();
        mails.sort_by(|a, b| a.0.cmp(&b.0));
        mails
    }

    /// Nothing arrived since the last look.
    ///
    /// # Panics
    /// When something did.
    pub fn no_mail(&self) {
        let mails = self.smtp.mails();
        let told: Vec<_> =
            mails[self.read_mails..].iter().map(|mail| (mail.to.clone(), mail.header("Subject"))).collect();
        assert!(told.is_empty(), "no mail was expected, not {told:?}");
    }

    /// Any mails since the last look are as good as read.
    pub fn skip_mails(&mut self) {
        self.read_mails = self.smtp.mails().len();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.no_mail();
        }
    }
}
