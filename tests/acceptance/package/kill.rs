//! The only end that the host knows: SIGKILL, here in the middle of everything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use acceptance::functions_host::{BusDelivery, Settled};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time;

use super::hosted::Hosted;
use crate::process::SOON;
use crate::process::api::text;

const SENDERS: usize = 4;
/// How many more answers come before each kill: at the very start, in the middle, late.
const KILLS: [usize; 6] = [5, 40, 1, 25, 60, 13];

/// Counts what was answered, and tells senders when it is enough.
#[derive(Debug, Default)]
struct Load {
    answers: watch::Sender<usize>,
    over: AtomicBool,
}

impl Load {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    fn answered(&self) {
        self.answers.send_modify(|answers| *answers += 1);
    }

    async fn answers_more(&self, more: usize) {
        let mut answers = self.answers.subscribe();
        let count = *answers.borrow() + more;
        let waited = time::timeout(SOON * 2, answers.wait_for(|answers| *answers >= count)).await;
        waited.expect("in time").expect("the load goes on");
    }
}

/// Sends alerts over HTTP; says of each that was answered which incident it was told.
async fn send(
    hosted: Arc<Hosted>,
    load: Arc<Load>,
    sender: usize,
    kept: mpsc::UnboundedSender<(String, String)>,
) {
    for n in 0.. {
        if load.is_over() {
            return;
        }
        let key = format!("http-{sender}-{n}");
        let alert = json!({ "title": format!("Trouble with {key}"), "severity": "high", "dedup_key": key });
        // Whatever isn't answered with 200 promises nothing: the host says 500 for a handler that died.
        if let Ok((200, answer)) = hosted.door.try_send(&alert).await {
            load.answered();
            kept.send((key, text(&answer, "incident_id").to_owned())).expect("somebody listens");
        }
    }
}

/// Delivers messages as the broker does, each until it is taken.
async fn deliver(hosted: Arc<Hosted>, load: Arc<Load>, kept: mpsc::UnboundedSender<(String, String)>) {
    for n in 0.. {
        if load.is_over() {
            return;
        }
        let title = format!("bus-{n}");
        let message = json!({
            "specversion": "1.0", "id": title, "source": "/theone/backups", "type": "backup.failed",
            "tenantid": "demo", "data": { "job_id": title, "title": title, "severity": "low" },
        });
        let settled =
            hosted.host.deliver_until_settled("bus-backups", &BusDelivery::json(&title, &message), 50).await;
        assert!(matches!(settled, Settled::Completed { .. }), "{title}: {settled:?}");
        load.answered();
        kept.send((title, String::new())).expect("somebody listens");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_moment_the_handler_keeps_every_alert_that_was_answered_and_every_message_once() {
    keeps_every_alert_that_was_answered_and_every_message_once(Hosted::open().await, &KILLS).await;
}

/// Kills the handler under load, each time after so many more answers; answers the incidents that there are then.
pub(crate) async fn keeps_every_alert_that_was_answered_and_every_message_once(
    hosted: Hosted,
    kills: &[usize],
) -> (Arc<Hosted>, Vec<Value>) {
    let hosted = Arc::new(hosted);
    let load = Arc::new(Load::default());
    let (keep, mut kept) = mpsc::unbounded_channel();
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        senders.spawn(send(Arc::clone(&hosted), Arc::clone(&load), sender, keep.clone()));
    }
    senders.spawn(deliver(Arc::clone(&hosted), Arc::clone(&load), keep));
    for more in kills {
        load.answers_more(*more).await;
        hosted.host.kill().expect("it runs");
        hosted.host.restart().await.expect("it starts on what the kill left");
    }
    load.answers_more(10).await;
    load.over.store(true, Ordering::Release);
    while let Some(sender) = senders.join_next().await {
        sender.expect("no sender fails");
    }

    let incidents = hosted.api.incidents().await;
    let mut by_name: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for incident in &incidents {
        let name = if incident["source"] == "backups" { "title" } else { "dedup_key" };
        by_name.entry(text(incident, name)).or_default().push(incident);
    }
    while let Some((name, id)) = kept.recv().await {
        let found = by_name.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let [incident] = found else { panic!("{name} was answered and has {found:#?}") };
        assert_eq!(incident["alert_count"], 1, "{incident}");
        assert!(id.is_empty() || incident["id"] == id, "{name} was answered {id}: {incident}");
    }
    let numbers: Vec<_> = incidents.iter().filter_map(|incident| incident["number"].as_u64()).collect();
    assert_eq!(numbers, (1..).take(incidents.len()).collect::<Vec<_>>());
    (hosted, incidents)
}
