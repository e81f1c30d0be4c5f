//! The load: senders that never give up, each acknowledging some of what it opened, and the tally of what they were
//! answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time;

use super::super::SOON;
use super::super::api::{Api, text};
use super::super::door::Door;

const SENDERS: usize = 8;
const SHARED_KEYS: usize = 4;

/// What the senders know.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By dedup key.
    pub(super) alerts: BTreeMap<String, Sent>,
    /// Incidents whose acknowledgement was answered with success.
    pub(super) acknowledged: BTreeSet<String>,
    /// Incidents that somebody tried to acknowledge.
    pub(super) tried: BTreeSet<String>,
    /// Answers that were neither success nor silence.
    pub(super) refused: Vec<(u16, Value)>,
}

/// Alerts with one key: how many were sent, and what was answered.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) attempts: u64,
    pub(super) answered: u64,
    /// What the answers named; one, if all is well.
    pub(super) incidents: BTreeSet<String>,
}

impl Tally {
    pub(super) fn answered(&self) -> u64 {
        self.alerts.values().map(|sent| sent.answered).sum()
    }
}

/// The process that is up, or will be: how often it was started, and whether it was the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Number(u32),
    Over,
}

#[derive(Debug)]
pub(super) struct Load {
    tally: Mutex<Tally>,
    answers: watch::Sender<usize>,
    life: watch::Sender<Life>,
    senders: Mutex<JoinSet<()>>,
}

impl Load {
    pub(super) fn start(door: &Door, api: &Api) -> Arc<Self> {
        let load = Arc::new(Self {
            tally: Mutex::default(),
            answers: watch::Sender::new(0),
            life: watch::Sender::new(Life::Number(0)),
            senders: Mutex::default(),
        });
        for sender in 0..SENDERS {
            let sending = Arc::clone(&load).send_until_it_is_over(door.clone(), api.clone(), sender);
            load.senders.lock().expect("nothing panics while it holds the lock").spawn(sending);
        }
        load
    }

    /// The process is up again.
    pub(super) fn goes_on(&self) {
        self.life.send_modify(|life| {
            if let Life::Number(number) = life {
                *number += 1;
            }
        });
    }

    /// Waits until `more` alerts have been answered than now.
    pub(super) async fn answers_more(&self, more: usize) {
        let mut answers = self.answers.subscribe();
        let count = *answers.borrow() + more;
        let waited = time::timeout(SOON, answers.wait_for(|answers| *answers >= count)).await;
        waited.expect("in time").expect("the load goes on");
    }

    /// Nobody sends any more.
    pub(super) async fn end(self: Arc<Self>) -> Tally {
        self.life.send_replace(Life::Over);
        let mut senders =
            std::mem::take(&mut *self.senders.lock().expect("nothing panics while it holds the lock"));
        while let Some(sender) = senders.join_next().await {
            sender.expect("no sender panics");
        }
        std::mem::take(&mut *self.tally())
    }

    async fn send_until_it_is_over(self: Arc<Self>, door: Door, api: Api, sender: usize) {
        let mut life = self.life.subscribe();
        let mut now = *life.borrow_and_update();
        for n in 0.. {
            if now == Life::Over {
                return;
            }
            let shared = n % 2 == 1;
            let key =
                if shared { format!("shared-{}", n / 2 % SHARED_KEYS) } else { format!("own-{sender}-{n}") };
            let taken = self.send(&door, &key).await;
            let went_well = match taken {
                Some(incident) if !shared && n % 3 == 0 => self.acknowledge(&api, incident).await,
                other => other.is_some(),
            };
            if !went_well {
                // It is gone: whoever would go on at once would only count refused connections.
                let next = time::timeout(SOON * 2, life.wait_for(|next| *next != now)).await;
                next.expect("it comes back").expect("the load lives");
            }
            now = *life.borrow_and_update();
        }
    }

    /// Sends one alert; answers its incident, or nothing where nothing was answered.
    async fn send(&self, door: &Door, key: &str) -> Option<String> {
        self.tally().alerts.entry(key.to_owned()).or_default().attempts += 1;
        let alert =
            json!({ "title": format!("Trouble with {key}"), "severity": "critical", "dedup_key": key });
        let (status, answer) = time::timeout(SOON, door.try_send(&alert)).await.ok()?.ok()?;
        let mut tally = self.tally();
        if status != 200 {
            tally.refused.push((status, answer));
            return None;
        }
        let incident = text(&answer, "incident_id").to_owned();
        let sent = tally.alerts.entry(key.to_owned()).or_default();
        sent.answered += 1;
        sent.incidents.insert(incident.clone());
        self.answers.send_modify(|answers| *answers += 1);
        Some(incident)
    }

    async fn acknowledge(&self, api: &Api, incident: String) -> bool {
        self.tally().tried.insert(incident.clone());
        let path = format!("/api/incidents/{incident}/acknowledge");
        match api.try_post(&path, &Value::Null).await {
            Ok((200, _)) => self.tally().acknowledged.insert(incident),
            Ok(other) => {
                self.tally().refused.push(other);
                false
            }
            Err(_) => false,
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("nothing panics while it holds the lock")
    }
}
