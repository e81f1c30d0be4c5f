//! What the PSA's answers mean, and what is sent to it.

use std::sync::mpsc;
use std::time::Duration;

use chrono::{DateTime, TimeZone as _, Utc};
use domain::ticket::Technician;
use serde_json::{Value, json};

use super::*;
use crate::http::Timeouts;
use crate::peer::{self, Asked};

fn key() -> Secret {
    Secret::fixed("PSA-SERVICE-KEY", SecretString::from("k3y"))
}

fn tenant() -> TenantId {
    "3f6d".parse().unwrap()
}

fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 21, 4, 5).unwrap() + chrono::TimeDelta::milliseconds(123)
}

fn ticket() -> NewTicket {
    NewTicket {
        tenant_id: tenant(),
        title: "CPU critical on SRV-1".into(),
        description: "CPU at 98 %\n\nAlert source: RMM".into(),
        priority: "P1",
        severity: domain::severity::Severity::Critical,
        number: 42,
        client: None,
        assignee: None,
        created_at: at(),
        external_ref: "oncall-incident-inc_1".into(),
    }
}

fn note() -> TicketNote {
    TicketNote {
        external_ref: "oncall-note_1".into(),
        author: "Sam".into(),
        text: "restarted".into(),
        at: at(),
    }
}

fn end() -> TicketResolution {
    TicketResolution { at: at(), by: "Sam".into(), summary: "all good".into() }
}

/// Gives these answers by turns; an empty one waits for the client to hang up. Answers the PSA there and what it was
/// asked.
fn serve(answers: &[&str], timeouts: Timeouts) -> (TheOnePsa, mpsc::Receiver<Asked>) {
    serve_behind(key(), answers, timeouts)
}

/// The same, with a key that the test holds.
fn serve_behind(key: Secret, answers: &[&str], timeouts: Timeouts) -> (TheOnePsa, mpsc::Receiver<Asked>) {
    let answers: Vec<String> = answers.iter().copied().map(str::to_owned).collect();
    let mut answers = answers.into_iter();
    let (address, heard) = peer::listen(move |_| answers.next().filter(|answer| !answer.is_empty()));
    let psa = TheOnePsa::new(&format!("http://{address}/psa/"), key, Http::new(timeouts)).unwrap();
    (psa, heard)
}

/// The next that it was asked: first line and headers, and the body.
fn next(heard: &mpsc::Receiver<Asked>) -> (String, Value) {
    let asked = heard.try_recv().unwrap();
    let body = asked.json();
    (asked.head, body)
}

fn within(total: Duration) -> Timeouts {
    Timeouts { total, ..Timeouts::default() }
}

const CREATED: &str =
    "HTTP/1.1 201 Created\r\nContent-Length: 17\r\nConnection: close\r\n\r\n{\"data\":{\"id\":7}}";
const OPEN: &str =
    "HTTP/1.1 200 OK\r\nContent-Length: 23\r\nConnection: close\r\n\r\n{\"id\":7,\"status\":\"New\"}";
const NONE_FOUND: &str = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"tickets\":[]}";
const DONE: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

#[test]
fn settings_that_cannot_work_are_named_and_the_key_is_never_shown() {
    for (url, problem) in [
        ("", "is not an address"),
        ("psa.example", "is not an address"),
        ("ftp://psa.example", "starts with neither"),
        ("https://me:hunter2@psa.example", "contains a user or password"),
        ("https://psa.example/?key=hunter2", "has a query"),
    ] {
        let told = TheOnePsa::new(url, key(), Http::default()).unwrap_err();
        assert!(told.name == "PSA_API_URL" && told.problem.contains(problem), "{url}: {told}");
        assert!(!told.to_string().contains("hunter2"), "{told}");
    }
    for wrong in ["", "  ", "hun\nter2"] {
        let told = TheOnePsa::check_key(&wrong.into()).unwrap_err();
        assert_eq!(told.name, "PSA_SERVICE_KEY");
    }
    TheOnePsa::check_key(&" hunter2\n".into()).unwrap();
    let key = Secret::fixed("PSA-SERVICE-KEY", "hunter2".into());
    let psa = TheOnePsa::new("https://psa.example", key, Http::default()).unwrap();
    assert_eq!(psa.tickets.as_str(), "https://psa.example/api/integrations/oncall/tickets");
    assert!(!format!("{psa:?}").contains("hunter2"), "{psa:?}");
}

#[test]
fn an_id_is_one_segment_of_the_path_whatever_it_contains() {
    let psa = TheOnePsa::new("https://psa.example/base", key(), Http::default()).unwrap();
    let url = |id: &str| psa.ticket_url(id, Some("notes")).map(String::from);
    let tickets = "https://psa.example/base/api/integrations/oncall/tickets";
    assert_eq!(url("T-7"), Some(format!("{tickets}/T-7/notes")));
    assert_eq!(url("a/../b?c#d e%"), Some(format!("{tickets}/a%2F..%2Fb%3Fc%23d%20e%25/notes")));
    assert_eq!([url(""), url("."), url("..")], [None, None, None]);
}

#[test]
fn whoever_has_a_mail_address_is_recognized() {
    let psa = TheOnePsa::new("https://psa.example", key(), Http::default()).unwrap();
    let technician = |email: &str| Technician {
        user_id: "usr_1".parse().unwrap(),
        email: email.to_owned(),
        name: "Sam".to_owned(),
    };
    assert!(psa.recognizes(&technician("sam@msp.example")));
    assert!(!psa.recognizes(&technician(" ")));
}

#[tokio::test]
async fn each_call_says_what_the_psa_has_to_know() {
    let (psa, heard) = serve(&[CREATED, NONE_FOUND, OPEN, DONE, DONE], Timeouts::default());
    let assignee =
        Technician { user_id: "usr_1".parse().unwrap(), email: "sam@msp.example".into(), name: "Sam".into() };
    let full = NewTicket { client: Some("Contoso".into()), assignee: Some(assignee), ..ticket() };

    assert_eq!(psa.create(&full).await.unwrap().id, "7");
    let (lines, body) = next(&heard);
    assert!(lines.starts_with("post /psa/api/integrations/oncall/tickets http/1.1"), "{lines}");
    for line in
        ["x-integration-key: k3y", "idempotency-key: oncall-incident-inc_1", "user-agent: theoneoncall/0.1.0"]
    {
        assert!(lines.lines().any(|said| said == line), "{line} is not in {lines}");
    }
    assert_eq!(
        body,
        json!({
            "tenant_id": "3f6d", "org_id": "3f6d", "title": "CPU critical on SRV-1",
            "description": "CPU at 98 %\n\nAlert source: RMM", "source": "On-Call Auto", "priority": "P1",
            "client": "Contoso", "created_date": "2026-11-20T21:04:05Z", "external_ref": "oncall-incident-inc_1",
            "assigned_tech": {"user_id": "usr_1", "email": "sam@msp.example", "name": "Sam"},
        })
    );

    assert_eq!(psa.find(&tenant(), "a&b", 1).await.unwrap(), None);
    let (lines, _) = next(&heard);
    assert!(
        lines.starts_with("get /psa/api/integrations/oncall/tickets?tenant_id=3f6d&external_ref=a%26b "),
        "{lines}"
    );

    assert_eq!(psa.read(&tenant(), "7").await.unwrap().filed.id, "7");
    let (lines, _) = next(&heard);
    assert!(lines.starts_with("get /psa/api/integrations/oncall/tickets/7?tenant_id=3f6d "), "{lines}");

    psa.add_note(&tenant(), "7", &note()).await.unwrap();
    let (lines, body) = next(&heard);
    assert!(lines.starts_with("post /psa/api/integrations/oncall/tickets/7/notes "), "{lines}");
    assert!(lines.lines().any(|line| line == "idempotency-key: oncall-note_1"), "{lines}");
    assert_eq!(
        body,
        json!({
            "tenant_id": "3f6d", "body": "[On-Call] Sam: restarted", "internal": true, "author": "Sam",
            "created_at": "2026-11-20T21:04:05Z", "external_ref": "oncall-note_1",
        })
    );

    psa.complete(&tenant(), "7", &end()).await.unwrap();
    let (lines, body) = next(&heard);
    assert!(lines.starts_with("patch /psa/api/integrations/oncall/tickets/7 "), "{lines}");
    assert_eq!(
        body,
        json!({
            "tenant_id": "3f6d", "status": "Completed", "resolved_at": "2026-11-20T21:04:05Z",
            "resolved_by": "Sam", "resolution_summary": "all good",
        })
    );
}

#[tokio::test]
async fn a_ticket_without_technician_and_client_says_so() {
    let (psa, heard) = serve(&[CREATED], Timeouts::default());
    psa.create(&ticket()).await.unwrap();
    let (_, body) = next(&heard);
    assert_eq!(body.get("assigned_tech"), Some(&Value::Null));
    assert_eq!(body.get("client"), None);
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_done() {
    let (nowhere, _held) = peer::nowhere();
    let psa = TheOnePsa::new(&format!("http://{nowhere}"), key(), Http::default()).unwrap();
    let told = psa.create(&ticket()).await.unwrap_err();
    assert!(matches!(told, TicketError::Unavailable { after: None, .. }), "{told:?}");
    assert!(!told.to_string().contains("tenant"), "{told}");
}

#[tokio::test]
async fn a_call_that_was_sent_and_not_answered_may_have_been_done() {
    let cut = "HTTP/1.1 201 Cre";
    let cut_body = "HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{\"id\":";
    let (psa, _) = serve(&[cut, cut_body, cut, cut], Timeouts::default());
    for _ in 0..2 {
        let told = psa.create(&ticket()).await;
        assert!(matches!(told, Err(TicketError::Unknown { .. })), "{told:?}");
    }
    let told = psa.add_note(&tenant(), "7", &note()).await;
    assert!(matches!(told, Err(TicketError::Unknown { .. })), "{told:?}");
    let told = psa.read(&tenant(), "7").await;
    assert!(matches!(told, Err(TicketError::Unavailable { .. })), "{told:?}");

    let (psa, _) = serve(&[""], within(Duration::from_millis(500)));
    let told = psa.create(&ticket()).await;
    assert!(matches!(told, Err(TicketError::Unknown { .. })), "{told:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let away =
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let (psa, _) = serve(&[away], Timeouts::default());
    let told = psa.create(&ticket()).await;
    assert!(matches!(told, Err(TicketError::Refused(_))), "{told:?}");
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(8 << 20));
    let (psa, _) = serve(&[&endless], Timeouts::default());
    let told = psa.find(&tenant(), "x", 1).await;
    assert!(matches!(told, Err(TicketError::Unavailable { .. })), "{told:?}");
}

mod keys;
mod late;
