//! Events to the bus, by the adapter as it is, over its wire: what arrives, what a fault comes to, and what no text shows.

use std::time::Duration;

use acceptance::service_bus::{Fault, KEY, ServiceBus as Stand, TOKEN};
use app::port::{Bus as _, BusError};
use azure::identity::Credential;
use azure::service_bus::{Connection, Limits, ServiceBus};
use domain::event::CloudEvent;
use secrecy::SecretString;
use serde_json::{Value, json};

const ID: &str = "inc_1:incident.acknowledged:2";

/// Long enough for loopback under load, short enough to wait for.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(3),
    answer: Duration::from_millis(1_500),
    waits: Duration::from_secs(2),
};

fn event_of(tenant: &str, id: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/theone/oncall", "type": "incident.acknowledged",
        "subject": "incident/inc_1", "time": "2026-11-20T21:04:05Z", "datacontenttype": "application/json",
        "tenantid": tenant,
        "data": {
            "incident_id": "inc_1", "number": 7, "tenant_id": tenant, "title": "Größe „98 %“ \"/var\"\n",
            "severity": "high", "status": "acknowledged", "source": "rmm", "service_id": "svc_1",
            "dedup_key": "disk-1", "client": null, "created_at": "2026-11-20T21:00:00Z",
            "acknowledged_at": "2026-11-20T21:04:05Z",
            "acknowledged_by": { "user_id": "usr_1", "name": "Ann" }, "resolved_at": null, "resolved_by": null,
            "psa_ticket_id": null, "url": "https://oncall.example/app/incidents/inc_1",
        },
    })
}

fn event(id: &str) -> CloudEvent {
    serde_json::from_value(event_of("org-1", id)).expect("an event")
}

fn keyed(text: &str) -> ServiceBus {
    let connection = Connection::parse(&SecretString::from(text)).expect("a connection");
    ServiceBus::with_limits(connection, "oncall", LIMITS).expect("a topic")
}

fn with_key(stand: &Stand) -> ServiceBus {
    keyed(&stand.connection_string())
}

fn with_token(stand: &Stand, token: &str, topic: &str) -> ServiceBus {
    let credential = Credential::fixed(SecretString::from(token));
    let connection = Connection::of_namespace(&stand.namespace(), credential).expect("a connection");
    ServiceBus::with_limits(connection, topic, LIMITS).expect("a topic")
}

fn statuses(stand: &Stand) -> Vec<Option<u16>> {
    stand.requests().into_iter().map(|request| request.status).collect()
}

fn kept(stand: &Stand) -> Vec<String> {
    stand.messages().into_iter().map(|message| message.message_id).collect()
}

/// Publishes one event against a bus with this fault; what came of it, and how often it was sent.
async fn under(fault: Fault) -> (Result<(), BusError>, usize, Vec<String>) {
    let stand = Stand::start("oncall").await;
    stand.misbehave(fault);
    let published = with_key(&stand).publish(&event(ID)).await;
    (published, stand.requests().len(), kept(&stand))
}

#[tokio::test]
async fn an_event_arrives_as_documented_with_a_key_and_with_an_identity() {
    for has_key in [true, false] {
        let stand = Stand::start("oncall").await;
        let bus = if has_key { with_key(&stand) } else { with_token(&stand, TOKEN, "oncall") };
        assert_eq!(stand.requests(), [], "nothing is sent before there is something to send");
        bus.publish(&event(ID)).await.unwrap();
        let [message] = stand.messages().try_into().unwrap();
        assert_eq!(message.message_id, ID);
        assert_eq!(message.session_id.as_deref(), Some("org-1"));
        assert_eq!(message.subject.as_deref(), Some("incident.acknowledged"));
        assert_eq!(message.correlation_id.as_deref(), Some("inc_1"));
        assert_eq!(message.content_type.as_deref(), Some("application/cloudevents+json"));
        assert_eq!(message.json(), event_of("org-1", ID));
        assert_eq!(
            Value::from(message.application_properties),
            json!({
                "type": "incident.acknowledged", "tenantid": "org-1", "severity": "high", "status": "acknowledged",
                "serviceid": "svc_1",
            })
        );
    }
}

#[tokio::test]
async fn an_event_published_twice_is_kept_once_and_each_tenant_is_a_session() {
    let stand = Stand::start("oncall").await;
    let bus = with_key(&stand);
    for (tenant, id) in [("org-1", "a"), ("org-1", "a"), ("org-2", "b"), ("org-1", "c")] {
        let event: CloudEvent = serde_json::from_value(event_of(tenant, id)).unwrap();
        bus.publish(&event).await.unwrap();
    }
    let sessions: Vec<_> =
        stand.messages().into_iter().map(|m| (m.message_id, m.session_id.unwrap())).collect();
    let expected = [("a", "org-1"), ("b", "org-2"), ("c", "org-1")];
    assert_eq!(sessions, expected.map(|(id, session)| (id.to_owned(), session.to_owned())));
    assert_eq!(statuses(&stand), [Some(201); 4]);
}

#[tokio::test]
async fn one_connection_carries_many_events_and_answers_of_every_kind() {
    let stand = Stand::start("oncall").await;
    let bus = with_key(&stand);
    for number in 0..20 {
        if number % 5 == 0 {
            stand.misbehave_once(Fault::Busy(503, 0));
        }
        bus.publish(&event(&format!("e{number}"))).await.unwrap();
    }
    let requests = stand.requests();
    assert_eq!(requests.len(), 24);
    assert!(requests.iter().all(|request| request.connection == requests[0].connection));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_id() {
    for fault in [Fault::TakesThenCuts, Fault::TakesThenFails(500), Fault::TakesThenFails(503)] {
        let stand = Stand::start("oncall").await;
        stand.misbehave_once(fault.clone());
        assert_eq!(with_key(&stand).publish(&event(ID)).await, Ok(()), "{fault:?}");
        assert_eq!((stand.requests().len(), kept(&stand)), (2, vec![ID.to_owned()]), "{fault:?}");
    }
}

#[tokio::test]
async fn a_busy_bus_gets_the_wait_that_it_asks_for_if_that_is_short() {
    for fault in [Fault::Busy(429, 0), Fault::Busy(503, 1), Fault::Fails(429), Fault::Fails(503)] {
        let stand = Stand::start("oncall").await;
        stand.misbehave_once(fault.clone());
        let begun = std::time::Instant::now();
        assert_eq!(with_key(&stand).publish(&event(ID)).await, Ok(()), "{fault:?}");
        assert_eq!(stand.requests().len(), 2, "{fault:?}");
        if let Fault::Busy(_, seconds) = fault {
            assert!(begun.elapsed() >= Duration::from_secs(seconds), "it asked to be left alone");
        }
    }
    for (status, times) in [(429, 1), (503, 1)] {
        let (published, sent, kept) = under(Fault::Busy(status, 30)).await;
        assert!(published.unwrap_err().to_string().contains(&status.to_string()));
        assert_eq!((sent, kept), (times, Vec::new()), "a long wait is the outbox's");
    }
}

#[tokio::test]
async fn a_bus_that_stays_busy_or_broken_is_left_to_the_outbox_after_two_quick_retries() {
    for status in [429, 500, 503, 504] {
        let (published, sent, _) = under(Fault::Fails(status)).await;
        let text = published.unwrap_err().to_string();
        assert!(text.contains(&status.to_string()) && text.contains("topic oncall"), "{text}");
        assert_eq!(sent, 3, "{status}");
    }
}

#[tokio::test]
async fn what_people_must_change_is_sent_once_and_the_error_says_what() {
    for (status, words) in [
        (400, "defect"),
        (401, "Azure Service Bus Data Sender"),
        (403, "too large"),
        (404, "correct the topic's name"),
        (410, "deleted or disabled"),
        (307, "failed"),
    ] {
        let (published, sent, _) = under(Fault::Fails(status)).await;
        let text = published.unwrap_err().to_string();
        assert!(text.contains(&status.to_string()) && text.contains(words), "{text}");
        assert_eq!(sent, 1, "{text}");
    }
}

#[tokio::test]
async fn a_wrong_key_a_wrong_token_and_a_wrong_topic_are_told_apart() {
    let stand = Stand::start("oncall").await;
    let other_key = stand.connection_string().replace(KEY, "b3RoZXI=");
    let other_name = stand.connection_string().replace("publisher", "listener");
    for (bus, status) in [
        (keyed(&other_key), "401"),
        (keyed(&other_name), "401"),
        (with_token(&stand, "other", "oncall"), "401"),
        (with_token(&stand, TOKEN, "alerts"), "404"),
    ] {
        let text = bus.publish(&event(ID)).await.unwrap_err().to_string();
        assert!(text.contains(status), "{text}");
    }
    assert_eq!(statuses(&stand), [401, 401, 401, 404].map(Some));
}

#[tokio::test]
async fn a_bus_that_hangs_is_waited_for_once() {
    let (published, sent, kept) = under(Fault::TakesThenHangs).await;
    assert!(published.unwrap_err().to_string().contains("no answer in time"));
    assert_eq!((sent, kept), (1, vec![ID.to_owned()]));
}

#[tokio::test]
async fn a_bus_that_was_down_is_found_again_by_itself() {
    let stand = Stand::start("oncall").await;
    stand.misbehave(Fault::Down);
    let bus = with_key(&stand);
    let text = bus.publish(&event(ID)).await.unwrap_err().to_string();
    assert!(text.contains("can't be reached"), "{text}");
    stand.misbehave(Fault::None);
    bus.publish(&event(ID)).await.unwrap();
    stand.misbehave(Fault::Down);
    assert!(bus.publish(&event("next")).await.is_err());
    stand.misbehave(Fault::None);
    bus.publish(&event("next")).await.unwrap();
    assert_eq!(kept(&stand), [ID, "next"]);
}

#[tokio::test]
async fn no_text_shows_a_key_a_token_or_an_event() {
    for fault in
        [Fault::Down, Fault::Fails(400), Fault::Fails(401), Fault::Busy(429, 60), Fault::TakesThenCuts]
    {
        let stand = Stand::start("oncall").await;
        stand.misbehave(fault.clone());
        for bus in [with_key(&stand), with_token(&stand, TOKEN, "oncall")] {
            let error = bus.publish(&event(ID)).await.unwrap_err();
            let texts = format!("{error} {error:?} {bus:?} {bus:#?}");
            for secret in [KEY, TOKEN, "SharedAccessSignature", "Bearer", "Ann", "TrackingId"] {
                assert!(!texts.contains(secret), "{fault:?} shows {secret}: {texts}");
            }
        }
    }
}
