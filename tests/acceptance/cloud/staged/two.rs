//! Two handlers on one account, as the platform runs them: one that serves HTTP, one for its timers, or both for everything.

use std::collections::BTreeSet;

use acceptance::functions_host::FunctionsHost;
use domain::incident::Incident;
use futures::future::join_all;
use serde_json::{Value, json};

use super::{all_sent, comes_due, each_is_told_once, ids, is_idle, machine, tick};
use crate::package::hosted::{Hosted, host_at};
use crate::process::api::text;
use crate::process::door::Door;
use crate::process::site::{Site, page_id};
use crate::process::{SOON, eventually};

const PROBLEMS: usize = 12;

async fn two() -> (Hosted, FunctionsHost) {
    let one = Hosted::open_at(Site::open_in_the_cloud().await, &[("FUNCTIONS_TARGET_GROUP", "http")]).await;
    let other = host_at(&one.site, &[("FUNCTIONS_TARGET_GROUP", "function:escalation-tick")]).await;
    (one, other)
}

/// Sends an alert until it is taken; answers its incident.
async fn send(door: &Door, n: usize) -> String {
    let alert =
        json!({ "title": format!("Trouble {n}"), "severity": "critical", "dedup_key": n.to_string() });
    for _ in 0..100 {
        match door.try_send(&alert).await.expect("an answer") {
            (200, answer) => return text(&answer, "incident_id").to_owned(),
            (503, _) => {}
            (status, answer) => panic!("{status} {answer}"),
        }
    }
    panic!("alert {n} was never taken")
}

/// Opens incidents, each by one alert; answers them when their pages are sent.
async fn opened(hosted: &Hosted, count: usize) -> Vec<String> {
    let opened = join_all((0..count).map(|n| send(&hosted.door, n))).await;
    for incident in &opened {
        all_sent(&hosted.api, incident, 1).await;
    }
    opened
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_about_the_same_problems_at_both_make_one_incident_and_one_page_each() {
    let (one, other) = two().await;
    let there = one.door.at(&other.url());
    let told = join_all((0..PROBLEMS).map(|n| {
        let doors = (&one.door, &there);
        async move { tokio::join!(send(doors.0, n), send(doors.1, n)) }
    }));
    for (here, there) in told.await {
        assert_eq!(here, there, "both were told of the same incident");
    }
    let incidents = one.api.incidents().await;
    assert_eq!(one.api.at(&other.url()).incidents().await, incidents, "both say the same");
    let numbers: Vec<_> = incidents.iter().filter_map(|incident| incident["number"].as_u64()).collect();
    assert_eq!(numbers, (1..).take(PROBLEMS).collect::<Vec<_>>());
    for incident in &incidents {
        assert_eq!(incident["alert_count"], 2, "{incident}");
        all_sent(&one.api, text(incident, "id"), 1).await;
    }
    assert_eq!(one.site.smtp.mails().len(), PROBLEMS);
    each_is_told_once(&one.site, "incident.created", &ids(&incidents)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticks_of_both_at_the_same_time_tell_every_step_once() {
    let (one, other) = two().await;
    let mut incidents = opened(&one, PROBLEMS).await;
    let machine = machine(&one.site);
    let due =
        comes_due(&machine, |incident: &mut Incident, now| incident.escalation.due_at = Some(now)).await;
    assert_eq!(due, PROBLEMS);
    let hosts = [&one.host, &other, &one.host, &other];
    join_all(hosts.map(tick)).await;

    let mut pages = BTreeSet::new();
    for incident in &incidents {
        let ledger = all_sent(&one.api, incident, 2).await;
        pages.extend(ledger.iter().map(|page| text(page, "id").to_owned()));
    }
    let mails = one.site.smtp.mails();
    let mailed: BTreeSet<_> = mails.iter().map(|mail| page_id(mail).to_owned()).collect();
    assert_eq!((mails.len(), mailed), (2 * PROBLEMS, pages));
    incidents.sort_unstable();
    each_is_told_once(&one.site, "incident.escalated", &incidents).await;
    for report in [tick(&one.host).await, tick(&other).await] {
        is_idle(&report);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taken_at_both_at_once_it_is_taken_once_and_one_ticket_is_filed() {
    let (one, other) = two().await;
    let incidents = opened(&one, 4).await;
    let there = one.api.at(&other.url());
    let taken = join_all(incidents.iter().map(async |incident| {
        let here = one.api.work(incident, "acknowledge", &Value::Null);
        let there = there.work(incident, "acknowledge", &Value::Null);
        let ((here, _), (there, _)) = tokio::join!(here, there);
        (here, there)
    }));
    assert_eq!(taken.await, [(200, 200); 4]);
    for incident in &incidents {
        let ticket = eventually("the ticket's number", async || {
            there.incident(incident).await["psa_ticket_id"].as_str().map(str::to_owned)
        })
        .await;
        let tickets = one.site.psa.tickets();
        let filed =
            tickets.iter().filter(|filed| filed.external_ref == format!("oncall-incident-{incident}"));
        assert_eq!(filed.map(|filed| filed.id.clone()).collect::<Vec<_>>(), [ticket]);
        let timeline = there.timeline(incident).await;
        assert_eq!(timeline.iter().filter(|entry| entry["event"]["type"] == "acknowledged").count(), 1);
    }
    join_all([&one.host, &other].map(tick)).await;
    assert_eq!(one.site.psa.wait_for(|tickets| tickets.len() >= 4, SOON).await.len(), 4);
}
