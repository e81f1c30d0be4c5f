//! The main job, end to end: an alert comes in, somebody is mailed within a second, takes it, files it, ends it.

use std::time::{Duration, Instant};

use acceptance::process::Oncall;
use acceptance::psa::{Assignee, Ticket};
use acceptance::smtp::Mail;
use chrono::{DateTime, SubsecRound as _, Utc};
use serde_json::{Value, json};

use super::api::{self, Api, text};
use super::browser::Browser;
use super::door::{Curl, Door};
use super::site::{DEFEND_KEY, Site, acknowledge_link, page_id};
use super::{SOON, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_is_mailed_within_a_second_acknowledged_filed_noted_and_completed() {
    let site = Site::open().await;
    main_job_runs(&site, Duration::from_secs(1)).await;
}

/// The main job at a process of its own; the mail takes less than `at_most`.
pub(crate) async fn main_job_runs(site: &Site, at_most: Duration) {
    let oncall = site.start().await;
    let api = Api::of(&oncall).await;

    let (incident, mail) = alert_as_printed(site, &oncall, at_most).await;
    let person = person_on_call(&api).await;
    assert_eq!(mail.to, [format!("{person}@msp.example")]);
    only_the_button_acknowledges(&api, &incident, &acknowledge_link(&mail)).await;
    let technician = api.incident(&incident).await["acknowledged_by"].clone();

    let ticket = site.psa.wait_for(|tickets| !tickets.is_empty(), SOON).await.remove(0);
    ticket_has_every_field(&ticket, &api.incident(&incident).await, &technician, &person);
    let api = Api::of_person(&oncall, &person).await;
    eventually("the ticket's number on the incident", async || {
        (api.incident(&incident).await["psa_ticket_id"] == ticket.id).then_some(())
    })
    .await;

    let notes = ["Freed 2 GB of logs", "Rotation was off", "Turned it on"];
    for note in notes {
        let (status, _) = api.work(&incident, "notes", &json!({ "text": note })).await;
        assert_eq!(status, 201);
    }
    notes_arrive_in_order(site, &notes, text(&technician, "name")).await;

    let closing = json!({ "note": "Logs rotate again" });
    for _ in 0..2 {
        assert_eq!(api.work(&incident, "resolve", &closing).await.0, 200, "said twice, it is one end");
    }
    assert_eq!(Api::of(&oncall).await.work(&incident, "resolve", &closing).await.0, 409, "resolved is final");
    ticket_is_completed_once(site, &api.incident(&incident).await, &technician).await;
    everything_is_told(&api, &incident, &mail, &person).await;
    assert_eq!(site.smtp.mails().len(), 1, "nobody else was woken");
}

/// Runs the printed command; answers the incident and the mail about it.
async fn alert_as_printed(site: &Site, oncall: &Oncall, at_most: Duration) -> (String, Mail) {
    let (status, answer) = Curl::printed_by(oncall).await.run().await;
    let answered = Instant::now();
    assert_eq!((status, &answer["status"], &answer["result"]), (200, &json!("success"), &json!("created")));
    assert_eq!((&answer["number"], &answer["dedup_key"]), (&json!(1), &json!("srv-1-disk")));
    let mail = site.smtp.wait_for_count(1, SOON).await.remove(0);
    let took = mail.received_at.saturating_duration_since(answered);
    assert!(took < at_most, "the mail took {took:?}");
    assert!(
        mail.header("Subject").is_some_and(|subject| subject.contains("Disk full on SRV-1")),
        "{mail:#?}"
    );
    (text(&answer, "incident_id").to_owned(), mail)
}

/// The part of the address before the `@` of the one person who is on call.
async fn person_on_call(api: &Api) -> String {
    let now = api.get("/api/on-call/now").await;
    let on_call = now["schedules"][0]["on_call"].as_array().expect("people");
    let [person] = on_call.as_slice() else { panic!("one person, not {on_call:?}") };
    let first = text(person, "name").split(' ').next().expect("a first name");
    first.to_lowercase()
}

async fn only_the_button_acknowledges(api: &Api, incident: &str, link: &str) {
    let browser = Browser::new();
    let before = (api.incident(incident).await, api.timeline(incident).await);
    for _ in 0..3 {
        assert_eq!(browser.head(link).await, 200);
        assert_eq!(browser.get(link).await.0, 200);
    }
    assert_eq!(
        (api.incident(incident).await, api.timeline(incident).await),
        before,
        "looking changed something"
    );
    assert_eq!(before.0["status"], "triggered");

    assert_eq!(browser.press_the_button(link).await.0, 200);
    let after = api.incident(incident).await;
    assert_eq!(after["status"], "acknowledged");
    assert_eq!(browser.get(link).await.0, 200);
    assert_eq!(api.incident(incident).await["acknowledged_at"], after["acknowledged_at"]);
}

/// The table of ticket fields, for an alert that said as little as it may.
fn ticket_has_every_field(ticket: &Ticket, incident: &Value, technician: &Value, person: &str) {
    assert_eq!(ticket.title, "Disk full on SRV-1");
    assert!(
        ticket.description.lines().any(|line| line == "Alert source: Monitoring"),
        "{}",
        ticket.description
    );
    assert_eq!((ticket.source.as_str(), ticket.priority.as_str()), ("On-Call Auto", "P1"));
    assert_eq!((ticket.tenant_id.as_str(), ticket.org_id.as_str()), ("demo", "demo"));
    let assigned = Assignee {
        user_id: text(technician, "user_id").to_owned(),
        email: format!("{person}@msp.example"),
        name: text(technician, "name").to_owned(),
    };
    assert_eq!(ticket.assigned, Some(assigned));
    assert_eq!(ticket.created_date, second(incident, "created_at"));
    assert_eq!(ticket.external_ref, format!("oncall-incident-{}", text(incident, "id")));
}

async fn notes_arrive_in_order(site: &Site, texts: &[&str], author: &str) {
    let all_there = |tickets: &[Ticket]| tickets[0].notes.len() >= texts.len();
    let notes = site.psa.wait_for(all_there, SOON).await.remove(0).notes;
    assert_eq!(notes.len(), texts.len());
    for (note, text) in notes.iter().zip(texts) {
        assert!(note.body.contains(text), "{text} in {note:?}");
        assert!(note.internal && note.author == author, "{note:?}");
    }
}

async fn ticket_is_completed_once(site: &Site, incident: &Value, technician: &Value) {
    let ticket = site.psa.wait_for(|tickets| tickets[0].completion.is_some(), SOON).await.remove(0);
    let completion = ticket.completion.expect("it is there");
    assert_eq!(completion.status, "Completed");
    assert_eq!(completion.resolved_at, second(incident, "resolved_at"));
    assert_eq!(completion.resolved_by.as_deref(), technician["name"].as_str());
    assert_eq!(completion.resolution_summary.as_deref(), Some("Logs rotate again"));
    let requests = site.psa.requests();
    let sent = |method: &str| requests.iter().filter(|request| request.method == method).count();
    assert_eq!((sent("POST"), sent("PATCH")), (1 + 3, 1), "a ticket, three notes, one end: {requests:#?}");
}

async fn everything_is_told(api: &Api, incident: &str, mail: &Mail, person: &str) {
    let told = eventually("the end on the timeline", async || {
        let timeline = api.timeline(incident).await;
        let told: Vec<_> = timeline.iter().map(|entry| text(&entry["event"], "type").to_owned()).collect();
        told.iter().any(|kind| kind == "ticket_completed").then_some(told)
    })
    .await;
    let expected = [
        "created",
        "step_notified",
        "page_sent",
        "acknowledged",
        "ticket_created",
        "note_added",
        "note_added",
        "note_added",
        "resolved",
        "ticket_completed",
    ];
    assert_eq!(told, expected);

    let pages = api.pages(incident).await;
    let [page] = pages.as_slice() else { panic!("one page, not {pages:#?}") };
    assert_eq!(page["id"], page_id(mail));
    assert_eq!((&page["state"], &page["step"], &page["round"]), (&json!("sent"), &json!(1), &json!(1)));
    assert_eq!(page["address"], format!("{person}@msp.example"));
    let attempts = page["attempts"].as_array().expect("attempts");
    assert!(attempts.len() == 1 && attempts[0]["receipt"].is_string(), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn escalating_by_hand_mails_the_next_step_and_either_may_take_it() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let alert = json!({ "title": "Switch down", "severity": "high", "dedup_key": "sw-1" });
    let incident = text(&Door::of(&oncall).await.send(&alert).await, "incident_id").to_owned();
    site.smtp.wait_for_count(1, SOON).await;

    let api = Api::of(&oncall).await;
    assert_eq!(api.work(&incident, "escalate", &Value::Null).await.0, 200);
    let mail = site.smtp.wait_for_count(2, SOON).await.remove(1);
    assert_eq!(mail.to, ["olivia@msp.example"]);
    assert_eq!(Browser::new().press_the_button(&acknowledge_link(&mail)).await.0, 200);
    assert_eq!(api.incident(&incident).await["acknowledged_by"]["name"], "Olivia Owner");
    let ticket = site.psa.wait_for(|tickets| !tickets.is_empty(), SOON).await.remove(0);
    assert_eq!(
        (ticket.priority.as_str(), ticket.assigned.expect("a technician").name.as_str()),
        ("P2", "Olivia Owner")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_detection_of_defend_becomes_a_ticket_that_carries_all_of_it() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let detection = json!({
        "title": "Credential dumping on WS-14",
        "severity": "critical",
        "source": "defend",
        "source_ref": "det-88",
        "description": "lsass.exe was read by an unsigned process",
        "device_name": "WS-14",
        "hostname": "ws-14.contoso.example",
        "detection_type": "behaviour",
        "mitre_technique": { "id": "T1003", "name": "OS Credential Dumping" },
        "recommended_action": "Isolate the host",
        "tenant_id": "demo",
    });
    let url = format!("{}/api/internal/escalations/create", oncall.url());
    let post = async |key: &str| {
        let request = api::http().post(&url).header("X-Integration-Key", key).json(&detection);
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.json::<Value>().await.expect("JSON"))
    };
    assert_eq!(post("guessed").await.0, 401);
    let (status, answer) = post(DEFEND_KEY).await;
    assert_eq!((status, &answer["dedup_key"]), (200, &json!("det-88")));
    let incident = text(&answer, "incident_id");

    let api = Api::of(&oncall).await;
    assert_eq!(api.incidents().await.len(), 1, "the guessed key opened nothing");
    assert_eq!(api.work(incident, "acknowledge", &Value::Null).await.0, 200);
    let ticket = site.psa.wait_for(|tickets| !tickets.is_empty(), SOON).await.remove(0);
    assert_eq!((ticket.title.as_str(), ticket.priority.as_str()), ("Credential dumping on WS-14", "P1"));
    for said in [
        "lsass.exe was read by an unsigned process",
        "Alert source:",
        "Triggering product:",
        "WS-14",
        "ws-14.contoso.example",
        "T1003",
        "OS Credential Dumping",
        "Isolate the host",
    ] {
        assert!(ticket.description.contains(said), "{said} in {}", ticket.description);
    }
}

/// A time as the PSA is told it, to the second.
fn second(value: &Value, field: &str) -> DateTime<Utc> {
    text(value, field).parse::<DateTime<Utc>>().expect("a time").trunc_subsecs(0)
}
