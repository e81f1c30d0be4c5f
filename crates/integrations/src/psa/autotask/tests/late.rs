//! Whoever has run out of time sends nothing that somebody else may already be sending.

use std::sync::mpsc;

use chrono::{DateTime, Utc};
use domain::severity::Severity;
use serde_json::{Value, json};

use super::*;
use crate::peer::{self, Asked, answer};

/// Answers every request; the receiver hears them.
fn serve() -> (Autotask, mpsc::Receiver<Asked>) {
    let (address, heard) = peer::listen(|asked| {
        let host = asked.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        Some(answer(200, &said(&about(asked), &format!("http://{host}/ATServicesRest/")).to_string()))
    });
    let there = AutotaskSettings { zone_url: Some(format!("http://{address}")), ..settings() };
    let mapping = PsaMapping { default_company: Some("175".into()), ..PsaMapping::default() };
    (open(&there, &mapping).unwrap(), heard)
}

/// The method and what it is about.
fn about(asked: &Asked) -> String {
    let line = asked.line().replace("/atservicesrest/v1.0/", "");
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn said(line: &str, zone: &str) -> Value {
    let field = |name: &str, labels: &[&str]| {
        let values = labels.iter().zip(1..).map(|(label, value)| json!({ "value": value, "label": label }));
        json!({ "name": name, "picklistValues": values.collect::<Vec<_>>() })
    };
    match line {
        line if line.contains("zoneinformation") => json!({ "url": zone }),
        "get tickets/entityinformation/fields" => json!({ "fields": [
            field("status", &["New", "In Progress", "Complete"]),
            field("priority", &["Critical"]),
            field("queueID", &["On-Call"]),
        ] }),
        "get ticketnotes/entityinformation/fields" => json!({ "fields": [
            field("noteType", &["Task Notes"]),
            field("publish", &["Internal Project Team"]),
        ] }),
        "get tickets/7" => json!({ "item": { "id": 7, "status": 1 } }),
        "post resources/query" => json!({ "items": [{ "id": 3, "isActive": true }] }),
        "post resourceservicedeskroles/query" => json!({ "items": [{ "roleID": 4, "isActive": true }] }),
        line if line.ends_with("/query") => json!({ "items": [] }),
        _ => json!({ "itemId": 7 }),
    }
}

fn at() -> DateTime<Utc> {
    "2026-11-20T21:04:05Z".parse().unwrap()
}

fn ticket() -> NewTicket {
    NewTicket {
        tenant_id: "org_1".parse().unwrap(),
        title: "CPU".into(),
        description: String::new(),
        priority: "P1",
        severity: Severity::Critical,
        number: 42,
        client: None,
        assignee: Some(technician("sam@msp.test")),
        created_at: at(),
        external_ref: "oncall-incident-inc_1".into(),
    }
}

fn is_put_off<T>(told: &Result<T, TicketError>) -> bool {
    matches!(told, Err(TicketError::Unavailable { reason, .. }) if reason.contains("nothing was sent"))
}

#[tokio::test]
async fn nothing_is_changed_after_look_ups_that_took_too_long() {
    let tenant = "org_1".parse().unwrap();
    let note =
        TicketNote { external_ref: "oncall-not_1".into(), author: "Sam".into(), text: "x".into(), at: at() };
    let end = TicketResolution { at: at(), by: "Sam".into(), summary: String::new() };
    let time = TimeSpent {
        external_ref: "oncall-time-1".into(),
        technician: technician("sam@msp.test"),
        from: at(),
        to: at(),
        summary: String::new(),
    };
    let (mut psa, heard) = serve();
    assert_eq!(psa.create(&ticket()).await.unwrap().id, "7");
    // From now on everything is known that a new ticket needs, and the time for it is over.
    while heard.try_recv().is_ok() {}
    psa.patience = Duration::ZERO;
    let created = psa.create(&ticket()).await;
    assert!(is_put_off(&created), "{created:?}");
    for told in [
        psa.add_note(&tenant, "7", &note).await,
        psa.complete(&tenant, "7", &end).await,
        psa.take(&tenant, "7", &technician("sam@msp.test")).await,
        psa.add_time(&tenant, "7", &time).await,
    ] {
        assert!(is_put_off(&told), "{told:?}");
    }
    let is_change = |line: &String| !line.starts_with("get") && !line.ends_with("/query");
    let changed: Vec<String> = heard.try_iter().map(|asked| about(&asked)).filter(is_change).collect();
    assert_eq!(changed, Vec::<String>::new());
    psa.patience = PATIENCE;
    psa.add_time(&tenant, "7", &time).await.unwrap();
    assert!(heard.try_iter().any(|asked| about(&asked) == "post timeentries"));
}

#[tokio::test]
async fn a_look_for_what_may_be_there_ends_in_time_for_making_it() {
    let hurried = || {
        let (mut psa, heard) = serve();
        psa.patience = Duration::ZERO;
        (psa, heard)
    };
    let tenant = "org_1".parse().unwrap();
    let (psa, _heard) = hurried();
    let found = psa.find(&tenant, "oncall-incident-inc_1", 1).await;
    assert!(is_put_off(&found), "{found:?}");
    // Who hung up on the one before is not asked again.
    let (psa, _heard) = hurried();
    let read = psa.read(&tenant, "7").await;
    assert!(is_put_off(&read), "{read:?}");
}
