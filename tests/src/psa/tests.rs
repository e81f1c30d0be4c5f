//! The stand-in, asked over HTTP with a client that gives up when told to.

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::*;

const SOON: Duration = Duration::from_secs(10);
const TICKETS: &str = "/api/integrations/oncall/tickets";

#[expect(
    clippy::disallowed_methods,
    reason = "the stand-in is tested without the client that it is there to test"
)]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

fn ask(psa: &Psa, method: Method, path: &str) -> RequestBuilder {
    client().request(method, format!("{}{TICKETS}{path}", psa.url())).header("X-Integration-Key", "k")
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn order() -> Value {
    json!({
        "tenant_id": "t1", "org_id": "o1", "title": "CPU critical", "description": "98%", "priority": "P1",
        "source": "On-Call Auto", "assigned_tech": { "user_id": "u", "email": "sam@msp.test", "name": "Sam" },
        "created_date": "2026-11-20T21:04:05Z", "external_ref": "oncall-incident-1"
    })
}

fn note() -> Value {
    json!({
        "tenant_id": "t1", "body": "restarted", "internal": true, "author": "Sam",
        "created_at": "2026-11-20T21:14:05Z", "external_ref": "oncall-note-1"
    })
}

fn completion() -> Value {
    json!({
        "tenant_id": "t1", "status": "Completed", "resolved_at": "2026-11-20T21:44:05Z", "resolved_by": "Sam",
        "resolution_summary": "all well"
    })
}

fn create(psa: &Psa) -> RequestBuilder {
    ask(psa, Method::POST, "").header("Idempotency-Key", "oncall-incident-1").json(&order())
}

#[tokio::test]
async fn a_ticket_lives_from_creation_over_notes_to_completion() {
    let psa = Psa::start("k").await;
    assert_eq!(answer(create(&psa)).await, (201, json!({ "id": "T-1001", "status": "New" })));
    assert_eq!(
        answer(ask(&psa, Method::POST, "/T-1001/notes").json(&note())).await,
        (201, json!({ "id": "N-1" }))
    );
    let read = answer(ask(&psa, Method::GET, "/T-1001?tenant_id=t1")).await;
    let notes = json!([{ "external_ref": "oncall-note-1" }]);
    assert_eq!(read, (200, json!({ "id": "T-1001", "status": "New", "notes": notes })));
    assert_eq!(answer(ask(&psa, Method::PATCH, "/T-1001").json(&completion())).await.0, 200);
    let tickets = psa.tickets();
    let [ticket] = tickets.as_slice() else { panic!("{tickets:?}") };
    assert_eq!((ticket.priority.as_str(), ticket.status.as_str()), ("P1", "Completed"));
    assert_eq!(ticket.assigned.as_ref().unwrap().email, "sam@msp.test");
    assert_eq!(ticket.notes[0].author, "Sam");
    assert_eq!(ticket.completion.as_ref().unwrap().resolution_summary.as_deref(), Some("all well"));
    assert_eq!(ticket.raw, order());
    let requests = psa.requests();
    assert_eq!(
        requests.iter().filter_map(|request| request.status).collect::<Vec<_>>(),
        [201, 201, 200, 200]
    );
    assert_eq!(requests[0].idempotency_key.as_deref(), Some("oncall-incident-1"));
}

#[tokio::test]
async fn a_ticket_is_found_by_its_external_ref_in_its_own_tenant_only() {
    let psa = Psa::start("k").await;
    answer(create(&psa)).await;
    let by_ref = |tenant: &str| {
        answer(ask(&psa, Method::GET, &format!("?tenant_id={tenant}&external_ref=oncall-incident-1")))
    };
    assert_eq!(by_ref("t1").await.1, json!({ "tickets": [{ "id": "T-1001", "status": "New" }] }));
    assert_eq!(by_ref("t2").await.1, json!({ "tickets": [] }));
    assert_eq!(answer(ask(&psa, Method::GET, "/T-1001?tenant_id=t2")).await.0, 404);
    let mut foreign = note();
    foreign["tenant_id"] = json!("t2");
    assert_eq!(answer(ask(&psa, Method::POST, "/T-1001/notes").json(&foreign)).await.0, 404);
}

#[tokio::test]
async fn requests_that_break_the_contract_are_refused_and_change_nothing() {
    let psa = Psa::start("k").await;
    let mut untitled = order();
    untitled.as_object_mut().unwrap().remove("title");
    let refused = answer(ask(&psa, Method::POST, "").json(&untitled)).await;
    assert_eq!(refused, (422, json!({ "error": "missing field `title`" })));
    let mut nobodys = order();
    nobodys.as_object_mut().unwrap().remove("tenant_id");
    assert_eq!(answer(ask(&psa, Method::POST, "").json(&nobodys)).await.0, 404);
    assert_eq!(answer(ask(&psa, Method::POST, "").body("{")).await.0, 400);
    assert_eq!(answer(ask(&psa, Method::GET, "?tenant_id=t1")).await.0, 422);
    let keyless = client().post(format!("{}{TICKETS}", psa.url())).json(&order());
    assert_eq!(answer(keyless).await.0, 401);
    assert!(psa.tickets().is_empty());
}

#[tokio::test]
async fn a_closed_ticket_takes_nothing_more() {
    let psa = Psa::start("k").await;
    answer(create(&psa)).await;
    psa.close("T-1001");
    let closed = (409, json!({ "error": "ticket is closed" }));
    assert_eq!(answer(ask(&psa, Method::POST, "/T-1001/notes").json(&note())).await, closed);
    assert_eq!(answer(ask(&psa, Method::PATCH, "/T-1001").json(&completion())).await, closed);
    assert_eq!(psa.tickets()[0].status, "Closed");
}

#[tokio::test]
async fn a_repeated_post_makes_a_second_ticket_unless_keys_are_honoured() {
    let psa = Psa::start("k").await;
    answer(create(&psa)).await;
    assert_eq!(answer(create(&psa)).await.1["id"], "T-1002");
    psa.honour_idempotency_keys(true);
    assert_eq!(answer(create(&psa)).await.1["id"], "T-1002");
    assert_eq!(psa.tickets().len(), 2);
}

#[tokio::test]
async fn a_fault_may_strike_after_the_work() {
    let psa = Psa::start("k").await;
    psa.misbehave(Fault::WorksThenHangs);
    let gives_up = create(&psa).timeout(Duration::from_millis(100)).send().await.unwrap_err();
    assert!(gives_up.is_timeout());
    assert_eq!((psa.tickets().len(), psa.requests()[0].status), (1, None));
    psa.misbehave(Fault::WorksThen500);
    assert_eq!(answer(create(&psa)).await.0, 500);
    assert_eq!(psa.tickets().len(), 2);
    psa.misbehave(Fault::Slow(Duration::from_millis(20)));
    let start = std::time::Instant::now();
    assert_eq!(answer(create(&psa)).await.0, 201);
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[tokio::test]
async fn a_fault_may_strike_before_the_work() {
    let psa = Psa::start("k").await;
    psa.misbehave_once(Fault::Fails(503));
    psa.misbehave_once(Fault::TooMany { retry_after: Duration::from_secs(7) });
    assert_eq!(answer(create(&psa)).await.0, 503);
    let throttled = create(&psa).send().await.unwrap();
    assert_eq!(
        (throttled.status(), &throttled.headers()["Retry-After"]),
        (StatusCode::TOO_MANY_REQUESTS, &"7".parse().unwrap())
    );
    psa.misbehave_once(Fault::Down);
    assert!(create(&psa).send().await.unwrap_err().is_request(), "the connection is cut");
    assert!(psa.tickets().is_empty());
    assert_eq!(answer(create(&psa)).await.0, 201);
}

#[tokio::test]
async fn a_psa_that_is_down_refuses_connections_and_comes_back_with_its_tickets() {
    let psa = Psa::start("k").await;
    answer(create(&psa)).await;
    psa.misbehave(Fault::Down);
    assert!(create(&psa).send().await.unwrap_err().is_connect());
    psa.misbehave(Fault::None);
    assert_eq!(answer(ask(&psa, Method::GET, "/T-1001?tenant_id=t1")).await.0, 200);
}

#[tokio::test]
async fn waiting_is_woken_by_the_ticket_and_by_the_answer() {
    let psa = Psa::start("k").await;
    let request = tokio::spawn(create(&psa).send());
    assert_eq!(psa.wait_for(|tickets| !tickets.is_empty(), SOON).await[0].id, "T-1001");
    let answered = |requests: &[Request]| matches!(requests, [one] if one.status == Some(201));
    psa.wait_for_requests(answered, SOON).await;
    request.await.unwrap().unwrap();
}
