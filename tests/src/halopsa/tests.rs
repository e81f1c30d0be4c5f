//! The stand-in, asked over HTTP as its documents say.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::*;

#[expect(
    clippy::disallowed_methods,
    reason = "the stand-in is tested without the client that it is there to test"
)]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

async fn sign_in(halo: &HaloPsa, secret: &str) -> (u16, Value) {
    let info = answer(client().get(format!("{}/api/authinfo", halo.url()))).await.1;
    let url = format!(
        "{}/token?tenant={}",
        info["auth_url"].as_str().unwrap(),
        info["tenant_id"].as_str().unwrap()
    );
    let form =
        format!("grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={secret}&scope=all");
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    answer(client().post(url).header(kind.0, kind.1).body(form)).await
}

async fn token(halo: &HaloPsa) -> String {
    sign_in(halo, CLIENT_SECRET).await.1["access_token"].as_str().unwrap().to_owned()
}

async fn post(halo: &HaloPsa, token: &str, path: &str, body: Value) -> (u16, Value) {
    answer(client().post(format!("{}/api/{path}", halo.url())).bearer_auth(token).json(&body)).await
}

async fn get(halo: &HaloPsa, token: &str, path: &str) -> (u16, Value) {
    answer(client().get(format!("{}/api/{path}", halo.url())).bearer_auth(token)).await
}

#[tokio::test]
async fn a_token_is_given_for_the_present_secret_and_opens_until_it_is_taken_back() {
    let halo = HaloPsa::start().await;
    assert_eq!(sign_in(&halo, "wrong").await, (400, json!({ "error": "invalid_client" })));
    let token = token(&halo).await;
    assert_eq!(get(&halo, &token, "status").await.0, 200);
    assert_eq!(get(&halo, "token-9", "status").await.0, 401);
    halo.expire_tokens();
    assert_eq!(get(&halo, &token, "status").await.0, 401);
    halo.rotate_secret("new");
    assert_eq!(sign_in(&halo, CLIENT_SECRET).await.0, 400);
    assert_eq!(sign_in(&halo, "new").await.0, 200);
    assert!(!format!("{:?}", halo.requests()).contains(CLIENT_SECRET));
}

#[tokio::test]
async fn a_ticket_lives_from_creation_over_actions_to_its_end_and_back() {
    let halo = HaloPsa::start().await;
    let token = token(&halo).await;
    let order = json!([{ "summary": "CPU", "details_html": "<p>98 &lt; 99<br>x</p>", "client_id": 12, "agent_id": 71 }]);
    let (status, made) = post(&halo, &token, "tickets", order).await;
    assert_eq!((status, &made["id"], &made["status_name"]), (200, &json!(4711), &json!("New")));
    let note =
        json!([{ "ticket_id": 4711, "outcome_id": 7, "note_html": "<p>a<br>b</p>", "hiddenfromuser": true }]);
    assert_eq!(post(&halo, &token, "actions", note).await.0, 200);
    let listed = get(&halo, &token, "actions?ticket_id=4711").await.1;
    assert_eq!(listed["actions"][0]["note"], "a\nb");
    post(&halo, &token, "tickets", json!([{ "id": 4711, "status_id": 9, "closure_note": "done" }])).await;
    let read = get(&halo, &token, "tickets/4711").await.1;
    assert_eq!((&read["hasbeenclosed"], &read["details"]), (&json!(true), &json!("98 < 99\nx")));
    halo.reopen(4711);
    let read = get(&halo, &token, "tickets/4711").await.1;
    assert_eq!((&read["hasbeenclosed"], &read["dateclosed"]), (&json!(true), &json!("1900-01-01T00:00:00")));
    assert_eq!(halo.tickets()[0].closure_note, "done");
}

#[tokio::test]
async fn orders_that_break_the_contract_are_refused_and_change_nothing() {
    let halo = HaloPsa::start().await;
    let token = token(&halo).await;
    for (path, body, said) in [
        ("tickets", json!({ "summary": "no array" }), "array"),
        ("tickets", json!([{ "summary": "" }]), "Summary"),
        ("tickets", json!([{ "summary": "x", "agent_id": "71" }]), "Int32"),
        ("tickets", json!([{ "summary": "x", "agent_id": 7 }]), "Agent with ID 7"),
        ("tickets", json!([{ "summary": "x", "priority_id": 9 }]), "Priority"),
        ("actions", json!([{ "ticket_id": 4711, "note_html": "x" }]), "An Outcome must be entered"),
    ] {
        let (status, told) = post(&halo, &token, path, body).await;
        assert_eq!(status, 400, "{told}");
        assert!(told["Message"].as_str().unwrap().contains(said), "{told}");
    }
    assert!(halo.tickets().is_empty());
    assert_eq!(get(&halo, &token, "tickets/4711").await.0, 404);
}

#[tokio::test]
async fn the_search_finds_parts_of_what_a_ticket_says_unless_it_lags() {
    let halo = HaloPsa::start().await;
    let token = token(&halo).await;
    for details in ["key-1", "key-12", "other"] {
        post(&halo, &token, "tickets", json!([{ "summary": "s", "details": details }])).await;
    }
    assert_eq!(get(&halo, &token, "tickets?search=KEY-1").await.1["record_count"], 2);
    post(&halo, &token, "tickets", json!([{ "id": 4711, "third_party_id": 42 }])).await;
    assert_eq!(get(&halo, &token, "tickets?search=42").await.1["record_count"], 1);
    halo.let_search_skip_details(true);
    assert_eq!(get(&halo, &token, "tickets?search=KEY-1").await.1["record_count"], 0);
    halo.let_search_skip_details(false);
    halo.let_search_lag(true);
    assert_eq!(get(&halo, &token, "tickets?search=KEY-1").await.1["record_count"], 0);
    halo.keep_lists_brief(true);
    let latest = get(&halo, &token, "tickets?page_size=1").await.1;
    assert_eq!((&latest["tickets"][0]["id"], latest["tickets"][0].get("details")), (&json!(4713), None));
}

#[tokio::test]
async fn a_connection_may_be_cut_after_the_work() {
    let halo = HaloPsa::start().await;
    let token = token(&halo).await;
    halo.misbehave_at(Method::POST, "/api/tickets", Fault::WorksThenCuts);
    let order = client().post(format!("{}/api/tickets", halo.url())).bearer_auth(&token);
    assert!(order.json(&json!([{ "summary": "x" }])).send().await.is_err());
    assert_eq!(halo.tickets().len(), 1);
    halo.misbehave_once(Fault::TooManyForNow);
    assert_eq!(get(&halo, &token, "status").await.0, 429);
    assert_eq!(get(&halo, &token, "status").await.0, 200);
}
