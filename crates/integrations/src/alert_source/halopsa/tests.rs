//! What a ticket of HaloPSA says, in every form of its body.

use domain::severity::Severity;
use domain::signal::{Action, Signal, WhenNoneOpen};
use domain::source::{Meaning, SourceType};
use serde_json::json;

use super::*;
use crate::alert_source::fixture::{said, said_to, signal, signals, source};

macro_rules! fixture {
    ($name:literal) => {
        said(
            SourceType::Halopsa,
            include_str!(concat!("../../../../../tests/fixtures/alerts/halopsa/", $name)),
        )
    };
}

fn read(ticket: &Value) -> Signal {
    signal(said(SourceType::Halopsa, &json!({"ticket": ticket}).to_string()))
}

#[test]
fn a_new_ticket_is_a_problem_in_both_bodies() {
    let problem = signal(fixture!("problem.json"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::Critical));
    assert_eq!(&*problem.title, "Server SRV-DB-01 unreachable");
    assert_eq!(problem.description, "A user reports that the ERP is down.\nDomain: CONTOSO\\erp");
    assert_eq!(problem.dedup_key.as_deref(), Some("halopsa:4711"));
    assert_eq!(problem.client.as_deref(), Some("Contoso Ltd"));
    assert_eq!(problem.when_none_open(), WhenNoneOpen::Open);
    assert_eq!((problem.link, problem.degraded), (None, None));
    let mention = problem.ticket.unwrap();
    assert_eq!((&*mention.id, mention.number, mention.external_ref), ("4711", None, None));

    let full = signal(fixture!("full_problem.json"));
    assert_eq!((full.action, full.severity), (Action::Trigger, Severity::High));
    assert_eq!(full.description, "A user reports that the ERP is down.");
    assert_eq!((full.dedup_key.as_deref(), full.degraded), (Some("halopsa:4711"), None));
}

#[test]
fn every_form_of_a_ticket_says_whether_it_is_closed() {
    for (said, action) in [
        (fixture!("repeat.json"), Action::Trigger),
        (fixture!("in_progress.json"), Action::Trigger),
        (fixture!("empty_date_is_open.json"), Action::Trigger),
        (fixture!("reopened.json"), Action::Trigger),
        (fixture!("webhook_events.json"), Action::Trigger),
        (fixture!("recovery.json"), Action::Resolve),
        (fixture!("full_recovery.json"), Action::Resolve),
        (fixture!("resolved_by_status_only.json"), Action::Resolve),
        (fixture!("own_closed_status.json"), Action::Resolve),
    ] {
        let signal = signal(said);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, Some("halopsa:4711")));
        let none = if action == Action::Resolve { WhenNoneOpen::Ignore } else { WhenNoneOpen::Open };
        assert_eq!(signal.when_none_open(), none);
    }
}

#[test]
fn any_mark_of_a_close_counts_until_the_status_says_open() {
    for (ticket, action) in [
        (json!({}), Action::Trigger),
        (json!({"hasbeenclosed": true}), Action::Resolve),
        (json!({"hasbeenclosed": "True"}), Action::Resolve),
        (json!({"hasbeenclosed": false, "dateclosed": ""}), Action::Trigger),
        (json!({"dateclosed": "2026-11-20"}), Action::Resolve),
        (json!({"dateclosed": "soon"}), Action::Trigger),
        (json!({"dateclosed": "0001-01-01T00:00:00Z"}), Action::Trigger),
        (json!({"status_id": "9"}), Action::Resolve),
        (json!({"status": {"id": 8}}), Action::Resolve),
        (json!({"status_id": 1, "hasbeenclosed": true}), Action::Trigger),
        (json!({"status_id": 22, "hasbeenclosed": true}), Action::Resolve),
        (json!({"status_id": 22, "hasbeenclosed": true, "dateclosed": null}), Action::Trigger),
        (json!({"status_id": 22, "hasbeenclosed": true, "dateclosed": ""}), Action::Trigger),
        (
            json!({"status_id": 22, "hasbeenclosed": true, "dateclosed": "1900-01-01T00:00:00"}),
            Action::Trigger,
        ),
        (
            json!({"status_id": 22, "hasbeenclosed": true, "dateclosed": "<<ticket^dateclosed>>"}),
            Action::Resolve,
        ),
        (json!({"status_id": 9, "hasbeenclosed": true, "dateclosed": null}), Action::Resolve),
        (json!({"status": "In Arbeit", "hasbeenclosed": true, "dateclosed": null}), Action::Trigger),
        (json!({"status": "Merged"}), Action::Resolve),
        (json!({"status": {"id": 22, "name": "COMPLETED"}}), Action::Resolve),
        (json!({"status": {"id": 22, "name": "x", "shortname": "cancelled"}}), Action::Resolve),
        (json!({"status": "Closed"}), Action::Resolve),
        (json!({"status": {"id": 9, "name": "On Hold"}}), Action::Trigger),
        (json!({"status": {"id": 2, "name": "Closed"}}), Action::Resolve),
    ] {
        let mut whole = ticket.clone();
        whole["id"] = json!("4711");
        let signal = read(&whole);
        assert_eq!((signal.action, &*signal.title), (action, "HaloPSA ticket 4711"), "{ticket}");
    }
}

#[test]
fn a_ticket_tells_its_status_and_when_it_was_last_touched() {
    let touched = "2026-11-20T21:04:05.617";
    for (ticket, status, state) in [
        (json!({"status": {"id": 24, "name": "In Arbeit", "shortname": "IA"}}), Some("In Arbeit"), None),
        (json!({"status_id": 24, "lastactiondate": touched}), Some("24"), Some(format!("24 {touched}"))),
        (
            json!({"status_id": 24, "status_name": " In Arbeit", "lastactiondate": touched}),
            Some("In Arbeit"),
            Some(format!("In Arbeit {touched}")),
        ),
        (json!({"status_id": 24, "lastactiondate": "1900-01-01T00:00:00"}), Some("24"), None),
        (json!({"status_name": "<<status^name>>", "lastactiondate": touched}), None, None),
    ] {
        let mut whole = ticket.clone();
        whole["id"] = json!(4711);
        let mention = read(&whole).ticket.unwrap();
        assert_eq!((mention.status.as_deref(), mention.state), (status, state), "{ticket}");
    }
}

#[test]
fn a_priority_is_read_by_name_else_by_id() {
    for (priority, severity, is_known) in [
        (json!({"priority": {"id": 4, "name": "Critical"}}), Severity::Critical, true),
        (json!({"priority": {"id": 1, "label": "low"}}), Severity::Low, true),
        (json!({"priority": {"priorityid": 2, "name": "Gold"}}), Severity::High, true),
        (json!({"priority": {"id": 1, "name": "3 - Medium"}}), Severity::Medium, true),
        (json!({"priority_id": "4"}), Severity::Low, true),
        (json!({"priority": 2}), Severity::High, true),
        (json!({"priority": "P1"}), Severity::Critical, true),
        (json!({}), Severity::Medium, true),
        (json!({"priority": {"id": 17, "name": "Gold"}}), Severity::Medium, false),
    ] {
        let mut ticket = priority.clone();
        ticket["id"] = json!(1);
        let signal = read(&ticket);
        assert_eq!((signal.severity, signal.degraded.is_none()), (severity, is_known), "{priority}");
    }
}

#[test]
fn webhooks_may_come_together() {
    let both = signals(fixture!("webhook_batch.json"));
    let told: Vec<_> = both.iter().map(|signal| (signal.dedup_key.as_deref(), signal.severity)).collect();
    assert_eq!(told, [(Some("halopsa:4711"), Severity::High), (Some("halopsa:4712"), Severity::Low)]);

    let many: Vec<_> = (0..550).map(|id| json!({"ticket": {"id": id, "summary": "x"}})).collect();
    let signals = signals(said(SourceType::Halopsa, &Value::Array(many).to_string()));
    assert_eq!((signals.len(), &*signals[500].title), (501, "And 50 more alerts not listed"));
}

#[test]
fn a_ticket_that_we_made_is_known_by_our_key() {
    let mention = signal(fixture!("made_by_us.json")).ticket.unwrap();
    assert_eq!(mention.external_ref.as_deref(), Some("oncall-incident-inc_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
    let key = "oncall-incident-inc_01ARZ3NDEKTSV4RRFFQ69G5FAV-2";
    let second = json!({"id": 1, "details_html": format!("<p>No ping.<br><br>On-Call: {key}</p>")});
    assert_eq!(read(&second).ticket.unwrap().external_ref.as_deref(), Some(key));
}

#[test]
fn a_ticket_that_quotes_one_of_ours_is_not_ours() {
    let line = "On-Call: oncall-incident-inc_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    for ticket in [
        json!({"details": format!("Please help!\n\n> -----Original-----\n> Alert source: x\n> {line}")}),
        json!({"details": format!("{line}\nis here again")}),
        json!({"details": format!("No ping.\n\n{line}"), "reportedby": "jane@customer.example"}),
        json!({"details_html": format!("<p>Help!</p><blockquote><p>No ping.<br>{line}</p></blockquote>")}),
        json!({"summary": line, "customfields": [{"value": line}], "thirdpartyid": line}),
        json!({"details": "see oncall-incident-"}),
    ] {
        let mut whole = ticket.clone();
        whole["id"] = json!(1);
        assert_eq!(read(&whole).ticket.unwrap().external_ref, None, "{ticket}");
    }
}

#[test]
fn empty_values_are_mended_and_told() {
    let signal = signal(fixture!("empty_values.http.json"));
    assert_eq!((signal.action, signal.dedup_key.as_deref()), (Action::Trigger, Some("halopsa:4711")));
    assert!(signal.degraded.is_some_and(|told| told.contains("repaired")));
}

#[test]
fn marks_that_nobody_escaped_still_open_and_end_the_tickets_incident() {
    for (said, action, severity) in [
        (fixture!("quotes_problem.http.json"), Action::Trigger, Severity::Critical),
        (fixture!("quotes_recovery.http.json"), Action::Resolve, Severity::Critical),
        (fixture!("quotes_full_problem.http.json"), Action::Trigger, Severity::High),
        (fixture!("quotes_full_recovery.http.json"), Action::Resolve, Severity::High),
    ] {
        let signal = signal(said);
        assert_eq!((signal.action, signal.severity), (action, severity));
        assert_eq!(signal.dedup_key.as_deref(), Some("halopsa:4711"));
        assert_eq!(&*signal.title, r#"User says "ERP" is down, and "it won't start", again: "now""#);
        let lines = ["Shown: \"Can't open \"C:\\ERP\\data\"\"", "Since \"this morning\", she says."];
        assert_eq!(signal.description, format!("{}\n{}\n\"Please hurry\"", lines[0], lines[1]));
        assert_eq!(signal.client.as_deref(), Some("Contoso \"East\" Ltd"));
        assert!(signal.degraded.is_some_and(|told| told.contains("guessing where its texts end")));
    }
}

#[test]
fn variables_that_were_not_filled_in_page_nobody() {
    assert!(matches!(fixture!("test_button.http.json"), Ok(Said::Nothing(_))));
    for body in [
        "{\"ticket\": <<ticket>>}",
        "{\"ticket\": {\"summary\": \"a \"b\"\", \"id\": <<ticket^id>>}}",
        "{\"ticket\": {\"id\": \"<<ticket^id>>\", \"summary\": \"<<ticket^summary>>\"}}",
    ] {
        assert!(matches!(said(SourceType::Halopsa, body), Ok(Said::Nothing(_))), "{body}");
    }
    let partly = signal(said(
        SourceType::Halopsa,
        "{\"ticket\": {\"id\": 1, \"summary\": \"<<x^y>>\", \"client_name\": \"<<a^b>>\"}}",
    ));
    assert_eq!((&*partly.title, partly.client), ("HaloPSA ticket 1", None));
}

#[test]
fn what_is_no_ticket_is_refused_and_what_is_no_json_pages() {
    let told = fixture!("malformed.json").unwrap_err();
    assert_eq!(told.to_string(), "'ticket' is missing");
    let told = said(SourceType::Halopsa, "{\"ticket\": {\"status\": 1}}").unwrap_err();
    assert_eq!(told.to_string(), "'ticket' has neither an id nor a summary");
    let signal = signal(said(SourceType::Halopsa, "Server << 5 is down >>"));
    assert!(
        signal.degraded.is_some_and(|told| told.contains("this is no HaloPSA delivery ('body' is not JSON)"))
    );
}

#[test]
fn a_ticket_without_an_id_still_pages() {
    let signal = read(&json!({"summary": "No id", "details_html": "<p>one &amp; two</p><br>\nthree"}));
    assert_eq!((&*signal.title, &*signal.description), ("No id", "one & two\nthree"));
    assert_eq!((signal.dedup_key, signal.ticket), (None, None));
    assert_eq!(signal.degraded.as_deref(), Some("the ticket has no id"));
}

#[test]
fn a_manager_may_say_what_a_status_means() {
    let mut mapped = source(SourceType::Halopsa);
    mapped.mapping.statuses = [
        ("in progress".to_owned(), Meaning::Acknowledge),
        ("23".to_owned(), Meaning::Resolve),
        ("Parked".to_owned(), Meaning::Ignore),
    ]
    .into();
    let in_progress = include_str!("../../../../../tests/fixtures/alerts/halopsa/in_progress.json");
    let acknowledged = signal(said_to(&mapped, in_progress));
    assert_eq!(acknowledged.action, Action::Acknowledge);
    assert_eq!(acknowledged.ticket.as_ref().unwrap().status, None, "nobody else says what that means");
    assert_eq!(acknowledged.when_none_open(), WhenNoneOpen::Open, "a ticket that was new a moment ago");
    let full = |id: u32| json!({"ticket": {"id": 1, "summary": "x", "status_id": id}}).to_string();
    let resolved = signal(said_to(&mapped, &full(23)));
    assert_eq!((resolved.action, resolved.when_none_open()), (Action::Resolve, WhenNoneOpen::Ignore));
    let other = signal(said_to(&mapped, &full(24)));
    assert_eq!(other.ticket.unwrap().status.as_deref(), Some("24"), "of this one it says nothing");
    let parked =
        json!({"ticket": {"id": 1, "summary": "x", "status": {"id": 5, "name": "parked"}}}).to_string();
    assert!(matches!(said_to(&mapped, &parked), Ok(Said::Nothing(_))));
}
