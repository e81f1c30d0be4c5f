//! Which ticket a delivery of Autotask is about.

use app::port::ReceivedBody;
use domain::source::SourceType;
use serde_json::json;

use super::*;
use crate::alert_source::fixture::said;

fn read(query: &str, content_type: &str, body: &str) -> Result<Said, Unreadable> {
    Autotask.read(&Came::of(ReceivedBody {
        content_type: Some(content_type),
        query,
        ..ReceivedBody::bare(body.as_bytes())
    }))
}

fn number() -> Said {
    Said::Ticket(TicketName::Number("T20261120.0042".into()))
}

fn id() -> Said {
    Said::Ticket(TicketName::Id("128926".into()))
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn a_ticket_is_found_wherever_a_callout_names_it() {
    for (query, kind, body, said) in [
        ("key=k&TicketNumber=T20261120.0042", "", "", number()),
        ("TicketID=128926", FORM, "", id()),
        ("key=k", FORM, "id=128926&number=T20261120.0042&domain=ww5.autotask.example", number()),
        ("", FORM, "ticketid=128926", id()),
        ("", "text/plain", "ticket_id=128926", id()),
        ("", "application/json", "{\"ticketId\": 128926, \"ticketNumber\": \"T20261120.0042\"}", number()),
        ("", "application/json", "{\"Ticket\": {\"Data\": [{\"AutotaskTicketID\": \"128926\"}]}}", id()),
        ("", "application/json", "{\"anything\": \"T20261120.0042\"}", number()),
        ("", "text/plain", " T20261120.0042\n", number()),
        ("", FORM, "ticketNumber=SUP-0042", Said::Ticket(TicketName::Number("SUP-0042".into()))),
        ("x=1", "text/xml", "<?xml version=\"1.0\"?><Ticket><id>128926</id><!-- no --></Ticket>", id()),
        (
            "",
            "text/xml",
            "<a:t xmlns:a=\"x\"><a:Number> <![CDATA[T20261120.0042]]></a:Number></a:t>",
            number(),
        ),
        ("", "text/xml", "<t>\n<what>ever</what><b/><other>T20261120.0042</other></t>", number()),
    ] {
        assert_eq!(read(query, kind, body), Ok(said), "{query} {body}");
    }
}

#[test]
fn what_names_no_ticket_is_refused_with_the_names_that_came_and_none_of_the_values() {
    for (query, kind, body, names) in [
        ("key=secret", FORM, "", "no field"),
        ("key=secret&When=secret", FORM, "Company=secret&Status=secret", "When, Company, Status"),
        ("", "text/xml", "<Ticket><Title>secret</Title><id>secret</id></Ticket>", "Title, id"),
        (
            "",
            "application/json",
            "{\"id\": 0, \"number\": \"<<secret>>\", \"more\": {\"x\": true}}",
            "id, x, number",
        ),
        ("", "application/json", "{\"number\"", "no field"),
        ("", "text/plain", "secret words", "no field"),
        ("", "text/xml", "<id>12", "no field"),
    ] {
        let told = read(query, kind, body).unwrap_err();
        assert_eq!(told.field, "ticketNumber");
        // The order of fields in JSON is the alphabet's.
        assert!(told.problem.ends_with(&format!("what came has {names}")), "{body}: {}", told.problem);
        assert!(!told.problem.contains("secret"), "{}", told.problem);
    }
}

#[test]
fn a_webhook_names_its_ticket_by_id_and_says_no_more_of_it_than_that_it_is_gone() {
    let event = |action: &str, kind: &str| {
        let body = json!({"Action": action, "Guid": "6d2f8a4e", "EntityType": kind, "Id": 128_926, "SequenceNumber": 117,
            "Fields": {"TicketNumber": "T20261120.0042", "Title": "Server down"}, "PersonID": 4});
        read("", "application/json", &body.to_string()).unwrap()
    };
    assert_eq!(event("Create", "Ticket"), id());
    assert_eq!(event("Update", "Ticket"), id());
    assert!(matches!(event("Delete", "Ticket"), Said::Alerts(ended) if ended.len() == 1));
    for (action, kind) in [("Deactivated", "Ticket"), ("Delete", "TicketNote"), ("Create", "TicketNote")] {
        assert!(matches!(event(action, kind), Said::Nothing(_)), "{action} {kind}");
    }
}

macro_rules! fixture {
    ($name:literal) => {
        said(
            SourceType::Autotask,
            include_str!(concat!("../../../../../tests/fixtures/alerts/autotask/", $name)),
        )
    };
}

#[test]
fn the_fixtures_say_what_their_names_say() {
    for said in [fixture!("problem.http.json"), fixture!("repeat.http.json"), fixture!("xml.http.json")] {
        assert_eq!(said, Ok(number()));
    }
    assert_eq!(fixture!("recovery.http.json"), Ok(number()));
    assert_eq!(fixture!("webhook_update.json"), Ok(id()));
    assert!(matches!(fixture!("webhook_deactivated.json"), Ok(Said::Nothing(_))));
    let Ok(Said::Alerts(deleted)) = fixture!("webhook_delete.json") else { panic!("an end") };
    assert_eq!(deleted[0].signal.action, domain::signal::Action::Resolve);
    assert_eq!(deleted[0].signal.ticket.as_ref().map(|ticket| ticket.id.as_str()), Some("128926"));
    assert_eq!(fixture!("malformed.http.json").unwrap_err().field, "ticketNumber");
    assert_eq!(fixture!("malformed_xml.http.json").unwrap_err().field, "ticketNumber");
}

#[test]
fn a_webhooks_message_has_a_name_of_its_own_and_a_callout_has_none() {
    let named = |body: &str| {
        crate::alert_source::reading::redelivery_id(SourceType::Autotask, ReceivedBody::bare(body.as_bytes()))
    };
    let message = json!({
        "Action": "Update", "Guid": "6d2f", "EntityType": "Ticket", "Id": 128_926, "SequenceNumber": 117,
        "EventTime": "2026-11-20T21:04:05Z",
    });
    let name = named(&message.to_string());
    assert!(name.is_some());
    let mut again = message.clone();
    again["SequenceNumber"] = json!(118);
    assert_eq!(named(&again.to_string()), name, "sent once more");
    let lower = message.to_string().replace("Guid", "guid").replace("Action", "ACTION");
    assert_eq!(named(&lower), name, "in any case");
    for (field, value) in [
        ("Guid", json!("7d2f")),
        ("Action", json!("Delete")),
        ("Id", json!(128_927)),
        ("EventTime", json!("2026-11-20T21:04:06Z")),
    ] {
        let mut other = message.clone();
        other[field] = value;
        let other = named(&other.to_string());
        assert!(other.is_some() && other != name, "{field}");
    }
    for body in [
        r#"{"Guid": "6d2f", "id": 128926}"#,
        r#"{"Action": "Update", "EntityType": "Ticket", "Id": 128926}"#,
        r#"{"Action": "Update", "EntityType": "Ticket", "Id": 128926, "Guid": " "}"#,
        "Action=Update&Guid=6d2f&EntityType=Ticket&Id=128926",
        "",
    ] {
        assert_eq!(named(body), None, "{body}");
    }
}
