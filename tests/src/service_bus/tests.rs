//! The stand-in, asked over HTTP without the client that it is there to test.

use reqwest::{Client, RequestBuilder};
use serde_json::json;

use super::*;

const SOON: Duration = Duration::from_secs(10);

#[expect(
    clippy::disallowed_methods,
    reason = "the stand-in is tested without the client that it is there to test"
)]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

fn send(bus: &ServiceBus, path: &str, id: &str) -> RequestBuilder {
    let broker = json!({ "MessageId": id, "SessionId": "org-1", "Label": "incident.created" });
    client()
        .post(format!("http://{}{path}", bus.namespace()))
        .bearer_auth(TOKEN)
        .header("BrokerProperties", broker.to_string())
        .header("Content-Type", "application/cloudevents+json")
        .header("TenantId", "\"org-1\"")
        .header("attempt", "3")
        .body("{}")
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_message_is_kept_with_its_properties_and_once() {
    let bus = ServiceBus::start("oncall").await;
    for id in ["m1", "m1", "m2"] {
        assert_eq!(status(send(&bus, "/oncall/messages", id)).await, 201);
    }
    let messages = bus.wait_for(|messages| messages.len() == 2, SOON).await;
    let first = &messages[0];
    assert_eq!((first.message_id.as_str(), first.session_id.as_deref()), ("m1", Some("org-1")));
    assert_eq!(
        serde_json::Value::from(first.application_properties.clone()),
        json!({ "tenantid": "org-1", "attempt": 3 })
    );
    let delivery = first.delivery();
    assert_eq!((delivery.message_id.as_str(), delivery.subject.as_deref()), ("m1", Some("incident.created")));
    assert_eq!((delivery.body.as_slice(), delivery.delivery_count), (&b"{}"[..], 1));
    assert_eq!(bus.requests().len(), 3);
}

#[tokio::test]
async fn what_the_bus_would_refuse_is_refused() {
    let bus = ServiceBus::start("oncall").await;
    let fine = || send(&bus, "/oncall/messages", "m1");
    for (request, expected) in [
        (send(&bus, "/other/messages", "m1"), 404),
        (send(&bus, "/oncall", "m1"), 404),
        (send(&bus, "/oncall/messages", ""), 400),
        (send(&bus, "/oncall/messages", &"m".repeat(129)), 400),
        (fine().header("severity", "high"), 400),
        (fine().header("severity", "{}"), 400),
        (fine().body("x".repeat(LARGEST + 1)), 403),
        (client().post(format!("http://{}/oncall/messages", bus.namespace())).bearer_auth(TOKEN), 400),
        (client().post(format!("http://{}/oncall/messages", bus.namespace())), 401),
        (client().get(format!("http://{}/oncall/messages", bus.namespace())).bearer_auth(TOKEN), 405),
    ] {
        assert_eq!(status(request).await, expected);
    }
    assert_eq!(bus.messages(), []);
}

#[tokio::test]
async fn it_misbehaves_on_command_and_behaves_again() {
    let bus = ServiceBus::start("oncall").await;
    let one = |id: &'static str| send(&bus, "/oncall/messages", id);
    bus.misbehave_once(Fault::Busy(429, 7));
    let busy = one("m1").send().await.unwrap();
    assert_eq!((busy.status().as_u16(), busy.headers()["Retry-After"].to_str().unwrap()), (429, "7"));
    bus.misbehave_once(Fault::Fails(503));
    assert_eq!(status(one("m1")).await, 503);
    assert_eq!(bus.messages(), []);
    bus.misbehave_once(Fault::TakesThenFails(500));
    assert_eq!(status(one("m1")).await, 500);
    bus.misbehave_once(Fault::TakesThenCuts);
    assert!(one("m2").send().await.is_err());
    bus.misbehave_once(Fault::TakesThenHangs);
    assert!(one("m3").timeout(Duration::from_millis(300)).send().await.unwrap_err().is_timeout());
    bus.misbehave_once(Fault::Slow(Duration::from_millis(1)));
    assert_eq!(status(one("m4")).await, 201);
    bus.misbehave(Fault::Down);
    assert!(one("m5").send().await.unwrap_err().is_connect());
    bus.misbehave(Fault::None);
    assert_eq!(status(one("m6")).await, 201);
    let ids: Vec<_> = bus.messages().into_iter().map(|message| message.message_id).collect();
    assert_eq!(ids, ["m1", "m2", "m3", "m4", "m6"]);
}
