//! The main job in the cloud: paged in about a second, escalated by the host's timer, taken from the mail, filed, noted,
//! ended; and every step told on the topic, once.

use std::time::{Duration, Instant};

use domain::incident::Incident;
use serde_json::json;

use super::{all_sent, comes_due, is_idle, machine, staged, tick};
use crate::package::hosted::{Hosted, PUBLIC_URL};
use crate::process::api::text;
use crate::process::browser::Browser;
use crate::process::site::acknowledge_link;
use crate::process::{SOON, eventually};

/// A second, and what a debug build beside many others takes longer.
const ABOUT_A_SECOND: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_is_paged_escalated_taken_filed_and_ended_and_the_topic_has_each_event_once() {
    let hosted = staged().await;
    let incident = alert_is_paged(&hosted).await;
    let link = the_timer_escalates(&hosted, &incident).await;
    taken_from_the_mail(&hosted, &incident, &link).await;
    filed_noted_and_completed(&hosted, &incident).await;
    the_topic_has_each_event_once(&hosted, &incident).await;
    another_tick_changes_nothing(&hosted, &incident).await;
    only_the_identity_opened_account_and_vault(&hosted);
    assert!(hosted.host.errors().is_empty(), "an error in the host's log: {:#?}", hosted.host.errors());
}

async fn alert_is_paged(hosted: &Hosted) -> String {
    let alert = json!({ "title": "Disk full on SRV-1", "severity": "critical", "dedup_key": "srv-1-disk" });
    let sent = Instant::now();
    let answer = hosted.door.send(&alert).await;
    assert_eq!((&answer["result"], &answer["number"]), (&json!("created"), &json!(1)));
    let mail = hosted.site.smtp.wait_for_count(1, SOON).await.remove(0);
    let took = mail.received_at.saturating_duration_since(sent);
    assert!(took < ABOUT_A_SECOND, "the mail took {took:?}");
    text(&answer, "incident_id").to_owned()
}

/// Answers the link in the mail to the second step.
async fn the_timer_escalates(hosted: &Hosted, incident: &str) -> String {
    all_sent(&hosted.api, incident, 1).await;
    is_idle(&tick(&hosted.host).await);
    let machine = machine(&hosted.site);
    let steps =
        comes_due(&machine, |incident: &mut Incident, now| incident.escalation.due_at = Some(now)).await;
    assert_eq!(steps, 1);
    assert_eq!(tick(&hosted.host).await["escalations"], 1);
    let mail = hosted.site.smtp.wait_for_count(2, SOON).await.remove(1);
    assert_eq!(mail.to, ["olivia@msp.example"]);
    all_sent(&hosted.api, incident, 2).await;
    let link = acknowledge_link(&mail);
    let path = link.strip_prefix(PUBLIC_URL).expect("the link leads to the public address");
    format!("{}{path}", hosted.host.url())
}

async fn taken_from_the_mail(hosted: &Hosted, incident: &str, link: &str) {
    let api = &hosted.api;
    assert_eq!(Browser::new().get(link).await.0, 200);
    assert_eq!(api.incident(incident).await["status"], "triggered", "looking changes nothing");
    assert_eq!(Browser::new().press_the_button(link).await.0, 200);
    let taken = api.incident(incident).await;
    assert_eq!(
        (&taken["status"], &taken["acknowledged_by"]["name"]),
        (&json!("acknowledged"), &json!("Olivia Owner"))
    );
}

async fn filed_noted_and_completed(hosted: &Hosted, incident: &str) {
    let (api, psa) = (&hosted.api, &hosted.site.psa);
    let ticket = psa.wait_for(|tickets| !tickets.is_empty(), SOON).await.remove(0);
    assert_eq!((ticket.priority.as_str(), ticket.source.as_str()), ("P1", "On-Call Auto"));
    assert_eq!(api.work(incident, "notes", &json!({ "text": "Freed 2 GB" })).await.0, 201);
    assert_eq!(api.work(incident, "resolve", &json!({ "note": "Done" })).await.0, 200);
    let ticket = psa.wait_for(|tickets| tickets[0].completion.is_some(), SOON).await.remove(0);
    assert_eq!((ticket.notes.len(), ticket.status.as_str()), (1, "Completed"));
    eventually("the end of the ticket on the timeline", async || {
        let timeline = api.timeline(incident).await;
        timeline.iter().any(|entry| entry["event"]["type"] == "ticket_completed").then_some(())
    })
    .await;
}

async fn the_topic_has_each_event_once(hosted: &Hosted, incident: &str) {
    let bus = &hosted.site.cloud().bus;
    let messages = bus.wait_for(|messages| messages.len() >= 5, SOON).await;
    let mut kinds: Vec<_> =
        messages.iter().map(|message| message.subject.clone().expect("a subject")).collect();
    kinds.sort_unstable();
    let expected = ["acknowledged", "created", "escalated", "note_added", "resolved"];
    assert_eq!(kinds, expected.map(|kind| format!("incident.{kind}")));
    for message in &messages {
        let named = format!("{incident}:{}:", message.subject.as_deref().expect("a subject"));
        assert!(message.message_id.starts_with(&named), "{message:#?}");
        assert_eq!(message.json()["id"], message.message_id);
        assert_eq!(message.session_id.as_deref(), Some("demo"));
    }
    let statuses: Vec<_> = bus.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(201); 5], "sent once, not only kept once");
}

async fn another_tick_changes_nothing(hosted: &Hosted, incident: &str) {
    let (api, site) = (&hosted.api, &hosted.site);
    let state = async || {
        let seen = (site.smtp.mails().len(), site.psa.requests().len(), site.cloud().bus.requests().len());
        (api.incident(incident).await, api.timeline(incident).await, api.pages(incident).await, seen)
    };
    let before = state().await;
    for _ in 0..2 {
        is_idle(&tick(&hosted.host).await);
    }
    assert_eq!(state().await, before);
    assert_eq!((site.smtp.mails().len(), site.psa.tickets().len()), (2, 1));
}

fn only_the_identity_opened_account_and_vault(hosted: &Hosted) {
    let cloud = hosted.site.cloud();
    assert!(
        hosted.site.settings().iter().all(|(name, _)| !name.ends_with("_KEY") && *name != "ONCALL_DATA_DIR")
    );
    let opened: Vec<_> = cloud.identity.requests().into_iter().map(|request| request.resource).collect();
    for resource in ["https://cosmos.azure.com", "https://vault.azure.net"] {
        assert!(opened.iter().any(|opened| opened.trim_end_matches('/') == resource), "{opened:?}");
    }
    let text = hosted.host.output().join("\n");
    for secret in ["token-number", "one-secret-for-all", "-and-oncall"] {
        assert!(!text.contains(secret), "the log has {secret}");
    }
}
