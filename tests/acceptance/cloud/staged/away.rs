//! What the product does without one of the cloud's parts, and when that is there again: at a start, and later.
//!
//! Invariant: no answer waits for what is away, nothing has to be started again, and nothing that was answered is lost.

use std::time::Instant;

use acceptance::functions_host::{BusDelivery, FunctionsHost};
use acceptance::{key_vault, service_bus};
use domain::event::OutgoingEvent;
use serde_json::{Value, json};

use super::{NEVER_LONGER, comes_due, each_is_told_once, ids, is_idle, machine, staged, tick};
use crate::package::bus::{AT_ONCE, deliver, rmm_alert};
use crate::package::hosted::{Hosted, host_at, token_of};
use crate::process::api::{self, Api, text};
use crate::process::door::Door;
use crate::process::site::{DEFEND_KEY, Site};
use crate::process::{SOON, eventually};

fn alert(key: &str) -> Value {
    json!({ "title": format!("Trouble with {key}"), "severity": "critical", "dedup_key": key })
}

/// An answer: its status, whether it says when to come again, its body.
type Answer = (u16, bool, Value);

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let asked = Instant::now();
    let response = request.send().await.expect("an answer");
    let (status, again) = (response.status().as_u16(), response.headers().contains_key("retry-after"));
    let body = response.json().await.unwrap_or_default();
    assert!(asked.elapsed() < NEVER_LONGER, "{status} took {:?}", asked.elapsed());
    (status, again, body)
}

async fn health(host: &FunctionsHost) -> Answer {
    answer(api::http().get(format!("{}/api/health", host.url()))).await
}

/// Alerts are put off, health says why, and the host's own question is answered.
async fn takes_no_alerts(host: &FunctionsHost, key: &str) {
    assert_eq!(answer(api::http().get(host.handler_url())).await.0, 200, "the host's ping");
    let url = format!("{}/api/webhooks/ingest?key={key}", host.url());
    let (status, again, problem) = answer(api::http().post(url).json(&alert("away"))).await;
    assert_eq!((status, again), (503, true), "{problem}");
    let (status, _, health) = health(host).await;
    assert_eq!((status, &health["live"], &health["ready"]), (503, &json!(true), &json!(false)));
}

/// Comes back until the alert is taken; answers what became of it.
async fn taken(door: &Door, key: &str) -> Value {
    eventually("an alert that is taken", async || {
        let (status, answer) = door.try_send(&alert(key)).await.expect("an answer");
        (status == 200).then_some(answer)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_account_is_away_nothing_hangs_and_when_it_is_back_all_goes_on_by_itself() {
    let hosted = staged().await;
    let (host, cosmos, handler) = (&hosted.host, &hosted.site.cloud().cosmos, hosted.host.handler_id());
    hosted.door.send(&alert("before")).await;
    hosted.site.smtp.wait_for_count(1, SOON).await;
    // An event that is under way then is told when its lease is over, a minute later.
    hosted.site.cloud().bus.wait_for(|messages| !messages.is_empty(), SOON).await;
    cosmos.go_away();
    takes_no_alerts(host, hosted.door.key()).await;
    assert_eq!(host.fire_timer("escalation-tick").await.status, Some(500));
    let message = BusDelivery::json("rmm-1", &rmm_alert("rmm-1"));
    assert_eq!(host.deliver("bus-rmm", &message).await.status, Some(500), "the broker keeps it");

    cosmos.come_back().expect("its own port");
    taken(&hosted.door, "after").await;
    assert_eq!(deliver(&hosted, "bus-rmm", &message).await, AT_ONCE);
    assert_eq!(health(host).await.0, 200);
    assert!(tick(host).await["failed"] == 0);
    let incidents = hosted.api.incidents().await;
    let opened: Vec<_> = incidents.iter().map(|incident| text(incident, "title")).collect();
    let expected = ["Trouble with before", "Trouble with after", "CPU critical on client-server-01"];
    assert_eq!(opened, expected);
    each_is_told_once(&hosted.site, "incident.created", &ids(&incidents)).await;
    assert_eq!((host.handler_id(), host.errors()), (handler, Vec::new()), "it was not started again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn started_while_the_account_is_away_two_handlers_are_ready_for_the_host_and_work_when_it_appears() {
    let site = Site::open_in_the_cloud().await;
    let machine = machine(&site);
    site.cloud().cosmos.go_away();
    let (one, two) = tokio::join!(host_at(&site, &[]), host_at(&site, &[]));
    tokio::join!(takes_no_alerts(&one, &machine.demo_key), takes_no_alerts(&two, &machine.demo_key));

    site.cloud().cosmos.come_back().expect("its own port");
    // Both make the demo tenant then, and one of them has made it.
    let door = Door::new(&one.url(), &machine.demo_key);
    let opened = taken(&door, "one").await;
    let joined = taken(&door.at(&two.url()), "one").await;
    assert_eq!((&opened["result"], &joined["result"]), (&json!("created"), &json!("grouped")));
    assert_eq!(opened["incident_id"], joined["incident_id"]);
    let api = Api::new(&two.url(), &token_of(&machine, "olivia").await);
    assert_eq!(api.incident(text(&opened, "incident_id")).await["number"], 1);
    assert_eq!(api.get("/api/users").await["users"].as_array().map(Vec::len), Some(3));
    assert_eq!(site.smtp.wait_for_count(1, SOON).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn started_while_nobody_issues_tokens_it_works_when_somebody_does() {
    let site = Site::open_in_the_cloud().await;
    site.cloud().identity.refuse(Some(500));
    let hosted = Hosted::open_at(site, &[]).await;
    takes_no_alerts(&hosted.host, hosted.door.key()).await;
    hosted.site.cloud().identity.refuse(None);
    taken(&hosted.door, "one").await;
    hosted.site.smtp.wait_for_count(1, SOON).await;
}

/// Sends a detection as Defend does.
async fn escalate(hosted: &Hosted) -> Answer {
    let detection = json!({
        "title": "Credential dumping on WS-14", "severity": "critical", "source": "defend",
        "source_ref": "det-88", "tenant_id": "demo",
    });
    let url = format!("{}/api/internal/escalations/create", hosted.host.url());
    answer(api::http().post(url).header("X-Integration-Key", DEFEND_KEY).json(&detection)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn started_while_the_vault_is_away_it_pages_and_what_needs_a_key_works_later() {
    let site = Site::open_in_the_cloud().await;
    site.cloud().vault.misbehave(key_vault::Fault::Down);
    let hosted = Hosted::open_at(site, &[]).await;
    let site = &hosted.site;
    let incident = text(&hosted.door.send(&alert("disk")).await, "incident_id").to_owned();
    site.smtp.wait_for_count(1, SOON).await;
    assert_eq!(hosted.api.work(&incident, "acknowledge", &Value::Null).await.0, 200);
    let (status, again, problem) = escalate(&hosted).await;
    assert_eq!((status, again), (503, true), "{problem}");
    assert!(site.psa.tickets().is_empty());

    site.cloud().vault.misbehave(key_vault::Fault::None);
    eventually("Defend's door to open", async || (escalate(&hosted).await.0 == 200).then_some(())).await;
    eventually("the ticket", async || {
        hosted.api.post(&format!("/api/incidents/{incident}/psa-ticket/retry"), &Value::Null).await;
        (!site.psa.tickets().is_empty()).then_some(())
    })
    .await;
    assert_eq!(site.psa.tickets().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_topic_is_away_incidents_go_on_and_their_events_arrive_once_when_it_is_back() {
    let hosted = staged().await;
    let (site, bus) = (&hosted.site, &hosted.site.cloud().bus);
    bus.misbehave(service_bus::Fault::Down);
    for key in ["a", "b", "c"] {
        hosted.door.send(&alert(key)).await;
    }
    site.smtp.wait_for_count(3, SOON).await;
    let opened = ids(&hosted.api.incidents().await);
    assert_eq!(hosted.api.work(&opened[0], "acknowledge", &Value::Null).await.0, 200);
    eventually("events that could not be published", async || {
        let output = hosted.host.output();
        let failed = output.iter().filter(|line| line.contains("an event could not be published"));
        (failed.count() == 4).then_some(())
    })
    .await;
    assert!(bus.requests().is_empty());

    bus.misbehave(service_bus::Fault::None);
    let machine = machine(site);
    assert_eq!(comes_due(&machine, |event: &mut OutgoingEvent, now| event.due_at = now).await, 4);
    assert_eq!(tick(&hosted.host).await["events"], 4);
    each_is_told_once(site, "incident.created", &opened).await;
    each_is_told_once(site, "incident.acknowledged", &opened[..1]).await;
    eventually("an empty outbox", async || {
        (comes_due(&machine, |_: &mut OutgoingEvent, _| ()).await == 0).then_some(())
    })
    .await;
    is_idle(&tick(&hosted.host).await);
    assert_eq!(bus.requests().len(), 4, "each was sent once");
}
