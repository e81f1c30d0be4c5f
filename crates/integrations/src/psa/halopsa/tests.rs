//! What HaloPSA is sent, and what its answers come to.

use std::sync::mpsc;

use chrono::{DateTime, TimeZone as _, Utc};
use domain::severity::Severity;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::peer::{self, Asked, answer};

mod access;
mod late;

/// What HaloPSA says to a request, by its first line in lower case; `None`: the usual.
type Says = Box<dyn Fn(&str) -> Option<String> + Send>;

const TOKEN: &str = r#"{"access_token":"t0ken","expires_in":3600,"token_type":"Bearer"}"#;
const TICKET: &str = r#"{"id":4713,"status_name":"New","details":"On-Call: oncall-incident-inc_1"}"#;

fn secret() -> Secret {
    Secret::fixed("psa-halo", SecretString::from("s3cret & more"))
}

fn tenant() -> TenantId {
    "3f6d".parse().unwrap()
}

fn at(minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 21, minute, 5).unwrap()
}

fn sam() -> Technician {
    Technician { user_id: "usr_1".parse().unwrap(), email: "Sam@msp.example".into(), name: "Sam".into() }
}

fn ticket() -> NewTicket {
    NewTicket {
        tenant_id: tenant(),
        title: "CPU critical on SRV-1".into(),
        description: "CPU at 98 % <high>\n\nAlert source: RMM".into(),
        priority: "P1",
        severity: Severity::Critical,
        number: 42,
        client: Some("Contoso Ltd".into()),
        assignee: Some(sam()),
        created_at: at(4),
        external_ref: "oncall-incident-inc_1".into(),
    }
}

fn note() -> TicketNote {
    TicketNote { external_ref: "oncall-not_1".into(), author: "Sam".into(), text: "a < b".into(), at: at(14) }
}

fn ok(body: &str) -> Option<String> {
    status(200, body)
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where there may be nothing to say")]
fn status(status: u16, body: &str) -> Option<String> {
    Some(answer(status, body))
}

/// What a HaloPSA says that has one of everything.
fn usual(line: &str) -> Option<String> {
    let path = line.split_whitespace().nth(1).unwrap_or_default();
    ok(match path.split('?').next().unwrap_or_default() {
        "/halo/auth/token" => TOKEN,
        "/halo/api/status" => {
            r#"[{"id":1,"name":"New"},{"id":2,"name":"In Progress"},{"id":9,"name":"Closed"}]"#
        }
        "/halo/api/outcome" => r#"[{"id":3,"outcome":"Email User"},{"id":7,"outcome":"Private Note"}]"#,
        "/halo/api/priority" => r#"[{"id":"9c1e","priorityid":11,"slaid":1,"name":"Critical"}]"#,
        "/halo/api/agent" => r#"[{"id":71,"name":"Sam","email":"sam@msp.example"}]"#,
        "/halo/api/client" => {
            r#"{"clients":[{"id":13,"name":"Contoso Ltd Inc"},{"id":12,"name":"contoso ltd"}]}"#
        }
        "/halo/api/actions" => r#"{"actions":[]}"#,
        "/halo/api/tickets" if line.starts_with("get") => r#"{"tickets":[]}"#,
        "/halo/api/tickets" | "/halo/api/tickets/4713" => TICKET,
        _ => return status(404, ""),
    })
}

/// A HaloPSA there, and what it was asked.
fn serve(secret: Secret, mapping: &PsaMapping, says: Says) -> (HaloPsa, mpsc::Receiver<Asked>) {
    let (address, heard) = peer::listen(move |asked| says(asked.line()).or_else(|| usual(asked.line())));
    let base_url = format!("http://{address}/halo/api/");
    let settings = HaloSettings { base_url, client_id: "app".into(), ..HaloSettings::default() };
    (HaloPsa::new(&settings, mapping, secret, Http::default()).unwrap(), heard)
}

fn usual_halo() -> (HaloPsa, mpsc::Receiver<Asked>) {
    serve(secret(), &PsaMapping::default(), Box::new(|_| None))
}

/// The bodies of what was posted to this path.
fn posted(heard: &mpsc::Receiver<Asked>, path: &str) -> Vec<Value> {
    let start = format!("post /halo/{path} ");
    heard.try_iter().filter(|asked| asked.head.starts_with(&start)).map(|asked| asked.json()).collect()
}

#[test]
fn settings_that_cannot_work_are_named_all_at_once() {
    let open = |base_url: &str, client_id: &str| {
        let settings = HaloSettings {
            base_url: base_url.into(),
            client_id: client_id.into(),
            ..HaloSettings::default()
        };
        HaloPsa::new(&settings, &PsaMapping::default(), secret(), Http::default())
    };
    for (url, problem) in [
        ("", "is not an address"),
        ("msp.halopsa.com", "is not an address"),
        ("ftp://msp.halopsa.com", "starts with neither"),
        ("https://me:hunter2@msp.halopsa.com", "contains a user or password"),
        ("https://msp.halopsa.com/?key=hunter2", "has a query"),
    ] {
        let told = open(url, "app").unwrap_err();
        assert!(told.len() == 1 && told[0].field == "base_url", "{told:?}");
        assert!(told[0].problem.contains(problem) && !told[0].problem.contains("hunter2"), "{told:?}");
    }
    let told = open("", " ").unwrap_err();
    let fields: Vec<&str> = told.iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["base_url", "client_id"]);
    for url in ["https://msp.halopsa.com", " https://msp.halopsa.com/ ", "https://msp.halopsa.com/api/"] {
        let halo = open(url, "app").unwrap();
        assert_eq!(halo.filed(7).url.as_deref(), Some("https://msp.halopsa.com/tickets?id=7"), "{url}");
        assert!(!format!("{halo:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn a_ticket_is_one_object_in_an_array_with_halopsas_own_numbers() {
    let (halo, heard) = usual_halo();
    let filed = halo.create(&ticket()).await.unwrap();
    assert_eq!((filed.id.as_str(), &filed.number), ("4713", &None));
    assert!(filed.url.unwrap().ends_with("/halo/tickets?id=4713"));
    let sent = posted(&heard, "api/tickets");
    assert_eq!(
        sent,
        [json!([{
            "summary": "CPU critical on SRV-1",
            "details_html": "<p>CPU at 98 % &lt;high&gt;<br><br>Alert source: RMM<br><br>On-Call: oncall-incident-inc_1</p>",
            "priority_id": 11, "client_id": 12, "agent_id": 71, "third_party_id": 42,
            "dateoccurred": "2026-11-20T21:04:05Z", "reportedby": "On-Call Auto", "usertype": 1,
            "userlookup": {"id": -1, "lookupdisplay": "Enter Details Manually"},
            "_forcereassign": true, "donotapplytemplateintheapi": true, "_novalidate": true,
        }])]
    );
}

#[tokio::test]
async fn what_halopsa_does_not_know_is_left_out_and_stands_in_the_details() {
    let nothing = |line: &str| match line {
        line if line.contains("/api/outcome") || line.contains("/api/priority") => status(403, "no"),
        line if line.contains("/api/agent") => ok("[]"),
        line if line.contains("/api/client") => ok(r#"{"clients":[{"id":13,"name":"Contoso Ltd Inc"}]}"#),
        _ => None,
    };
    let (halo, heard) = serve(secret(), &PsaMapping::default(), Box::new(nothing));
    assert!(halo.recognizes(&sam()), "nobody has looked yet");
    halo.create(&ticket()).await.unwrap();
    let sent = posted(&heard, "api/tickets").remove(0);
    for name in ["priority_id", "client_id", "agent_id", "tickettype_id"] {
        assert_eq!(sent[0].get(name), None, "{name}");
    }
    let details = sent[0]["details_html"].as_str().unwrap();
    for line in ["Client: Contoso Ltd (not found in HaloPSA)", "Acknowledged by: Sam (not found"] {
        assert!(details.contains(line), "{details}");
    }
    assert!(!halo.recognizes(&sam()), "now it is known");

    halo.add_note(&tenant(), "4713", &note()).await.unwrap();
    assert_eq!(posted(&heard, "api/actions")[0][0]["outcome"], "Private Note");
}

#[tokio::test]
async fn a_note_is_private_says_who_and_when_and_ends_with_our_key() {
    let (halo, heard) = usual_halo();
    halo.add_note(&tenant(), "4713", &note()).await.unwrap();
    assert_eq!(
        posted(&heard, "api/actions"),
        [json!([{
            "ticket_id": 4713, "outcome_id": 7, "hiddenfromuser": true, "sendemail": false, "dont_do_rules": true,
            "note_html": "<p>[On-Call] Sam: a &lt; b<br>[oncall:oncall-not_1]</p>", "who": "Sam",
            "actiondatecreated": "2026-11-20T21:14:05Z",
        }])]
    );
}

#[tokio::test]
async fn the_end_of_a_ticket_and_the_time_that_it_took_are_told_as_halopsa_has_them() {
    let (halo, heard) = usual_halo();
    let end = TicketResolution { at: at(44), by: "Sam".into(), summary: " all well\n".into() };
    halo.complete(&tenant(), "4713", &end).await.unwrap();
    let note = "Resolved in On-Call at 2026-11-20 21:44:05 UTC by Sam\nall well";
    let sent = posted(&heard, "api/tickets");
    assert_eq!(sent, [json!([{"id": 4713, "status_id": 9, "closure_note": note}])]);

    let time = TimeSpent {
        external_ref: "oncall-time-inc_1".into(),
        technician: sam(),
        from: at(4),
        to: at(44),
        summary: String::new(),
    };
    halo.add_time(&tenant(), "4713", &time).await.unwrap();
    let sent = posted(&heard, "api/actions").remove(0);
    for (name, value) in [
        ("timetaken", json!(0.67)),
        ("who_agentid", json!(71)),
        ("actreviewed", json!(false)),
        ("actisreadyforprocessing", json!(false)),
        ("hiddenfromuser", json!(true)),
        ("actionarrivaldate", json!("2026-11-20T21:04:05Z")),
        ("actioncompletiondate", json!("2026-11-20T21:44:05Z")),
    ] {
        assert_eq!(sent[0].get(name), Some(&value), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_from_what_was_merged_and_a_word_is_no_number() {
    let other = |line: &str| match line {
        line if line.contains("/api/tickets/1?") => ok("null"),
        line if line.contains("/api/tickets/2?") => ok(r#"{"id":0}"#),
        line if line.contains("/api/tickets/3?") => ok(TICKET),
        line if line.contains("/api/tickets/4?") => ok("<html>"),
        _ => None,
    };
    let (halo, heard) = serve(secret(), &PsaMapping::default(), Box::new(other));
    for id in ["1", "2", "5"] {
        assert_eq!(halo.read(&tenant(), id).await, Err(TicketError::NotFound), "{id}");
        assert_eq!(halo.fetch(&tenant(), &TicketName::Number(id.into())).await, Ok(None), "{id}");
    }
    let merged = halo.read(&tenant(), "3").await.unwrap();
    assert_eq!((merged.filed.id.as_str(), merged.closed), ("3", true));
    assert!(matches!(halo.read(&tenant(), "4").await, Err(TicketError::Unavailable { .. })));
    while heard.try_recv().is_ok() {}
    for id in ["", "T-1", "0", "../1"] {
        assert_eq!(halo.read(&tenant(), id).await, Err(TicketError::NotFound), "{id}");
    }
    assert_eq!(heard.try_iter().count(), 0);
}

#[tokio::test]
async fn a_list_of_actions_that_is_too_long_is_asked_for_in_part() {
    let long = |line: &str| match line {
        line if line.contains("count=200") => {
            ok(&format!(r#"{{"actions":[{{"note":"{}"#, "x".repeat(2 << 20)))
        }
        line if line.contains("count=25") => ok(
            r#"{"actions":[{"note":"[On-Call] Sam: a\n[oncall:n2]"},{"note_html":"<p>[On-Call] Sam: b<br>[oncall:n1]</p>"},
                {"note":"No!\n> [On-Call] Sam: c\n> [oncall:n3]"},{"note":"by hand"}]}"#,
        ),
        _ => None,
    };
    let (halo, _heard) = serve(secret(), &PsaMapping::default(), Box::new(long));
    assert_eq!(halo.read(&tenant(), "4713").await.unwrap().note_refs, ["n2", "n1"]);
}
