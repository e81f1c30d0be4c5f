//! A storm: one problem, told ten thousand times by everybody at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::api::{Api, text};
use super::door::Door;
use super::eventually;
use super::site::{Site, page_id};

const SENDERS: usize = 64;

fn alert(n: usize) -> Value {
    json!({ "title": "Core switch unreachable", "severity": "critical", "dedup_key": "core-switch", "n": n })
}

/// `senders` at once send `alerts` through the doors, in turn; answers how often a sender was told to come back later.
pub(crate) async fn storm(doors: Vec<Door>, senders: usize, alerts: usize) -> usize {
    let (next, put_off) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut sending = JoinSet::new();
    for sender in 0..senders {
        let door = doors[sender % doors.len()].clone();
        let (next, put_off) = (Arc::clone(&next), Arc::clone(&put_off));
        sending.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= alerts {
                    return;
                }
                let refusals = send_until_taken(&door, n).await;
                put_off.fetch_add(refusals, Ordering::Relaxed);
            }
        });
    }
    while let Some(sender) = sending.join_next().await {
        sender.expect("no sender fails");
    }
    put_off.load(Ordering::Relaxed)
}

/// As any sender does that knows what 503 means.
async fn send_until_taken(door: &Door, n: usize) -> usize {
    for refusals in 0..100 {
        match door.try_send(&alert(n)).await.expect("an answer") {
            (200, _) => return refusals,
            (503, _) => {}
            (status, answer) => panic!("{status} {answer}"),
        }
    }
    panic!("alert {n} was never taken");
}

pub(crate) async fn one_incident_with(api: &Api, count: usize, site: &Site) {
    let incidents = api.incidents().await;
    let [incident] = incidents.as_slice() else { panic!("one incident, not {}", incidents.len()) };
    assert_eq!((&incident["alert_count"], &incident["number"]), (&json!(count), &json!(1)));
    let page = eventually("a page that is sent", async || {
        let pages = api.pages(text(incident, "id")).await;
        let [page] = pages.as_slice() else { panic!("one page, not {pages:#?}") };
        (page["state"] == "sent").then(|| page.clone())
    })
    .await;
    assert_eq!(page["attempts"].as_array().map(Vec::len), Some(1), "{page}");
    let mails = site.smtp.mails();
    let mailed: Vec<_> = mails.iter().map(page_id).collect();
    assert_eq!(mailed, [text(&page, "id")], "one mail");
}

/// The most memory that a process ever had, in megabytes.
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_alerts_of_64_senders_with_one_key_make_one_incident_and_one_page() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let put_off = storm(vec![Door::of(&oncall).await], SENDERS, 10_000).await;
    assert_eq!(put_off, 0, "64 senders are not too many");
    one_incident_with(&Api::of(&oncall).await, 10_000, &site).await;
    let peak = peak_memory(oncall.id());
    assert!(peak < 100, "{peak} MB");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_upon_two_processes_of_one_store_makes_one_incident_with_every_alert_counted_once() {
    let site = Site::open().await;
    let (one, two) = (site.start().await, site.start().await);
    let door = Door::of(&one).await;
    storm(vec![door.at(&two.url()), door], SENDERS, 2_000).await;
    one_incident_with(&Api::of(&two).await, 2_000, &site).await;
}
