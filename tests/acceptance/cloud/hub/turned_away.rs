//! Sign-ins that come to nothing: each with the right status, a way on, and not a word too much.

use acceptance::hub::{Forgery, person};
use acceptance::world::Answer;
use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use serde_json::json;

use super::tab::Tab;
use super::{Office, ann};

/// What somebody gets who signs in now.
async fn try_it(office: &mut Office) -> Answer {
    let mut tab = Tab::default();
    let page = tab.visit(office, "/app/incidents").await;
    assert_eq!(tab.cookie("oncall_session"), None, "{}", page.text);
    assert!(page.text.contains("href=\"/app/sign-in?next="), "there is a way on: {}", page.text);
    for secret in ["secret words", "code-", "eyJ", "127.0.0.1", "s3cret"] {
        assert!(!page.text.contains(secret), "{secret}: {}", page.text);
    }
    page
}

/// Begins a sign-in; answers the path that the Hub leads back to.
async fn led_back(tab: &mut Tab, office: &mut Office) -> String {
    let away = tab.open(office, "/app/sign-in?next=/app/on-call").await;
    tab.at_the_hub(away.headers[header::LOCATION].to_str().expect("an address")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_token_signs_nobody_in() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    for forgery in Forgery::EVERYWHERE.into_iter().chain(Forgery::AT_SIGN_IN) {
        office.hub.forge_codes(Some(forgery));
        let page = try_it(&mut office).await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{forgery:?}: {}", page.text);
    }
    office.hub.forge_codes(None);
    Tab::signed_in(&mut office).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_down_is_said_to_be_and_nothing_else_stops() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut signed_in = Tab::signed_in(&mut office).await;
    let mut halfway = Tab::default();
    let back = led_back(&mut halfway, &mut office).await;
    office.hub.go_down();
    let page = halfway.open(&mut office, &back).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.headers.contains_key(header::RETRY_AFTER) && page.text.contains("The Hub can’t be reached"));
    assert_eq!(signed_in.open(&mut office, "/app/incidents").await.status, StatusCode::OK);
    office.hub.come_back();
    office.hub.fail(Some(503));
    let mut another = Tab::default();
    let page = another.open(&mut office, "/app/sign-in").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "where its page is, is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_anything_is_known_of_the_hub_nobody_is_sent_there() {
    let mut office = Office::open().await;
    office.hub.go_down();
    let page = try_it(&mut office).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    office.hub.come_back();
    office.hub.sign_in_as(Some(&ann()));
    office.pass(TimeDelta::seconds(10));
    Tab::signed_in(&mut office).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_hub_refuses_is_told_so() {
    let mut office = Office::open().await;
    let page = try_it(&mut office).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("The Hub did not sign you in."), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_whoever_runs_on_calls_to_put_right() {
    let mut office = Office::open_with(&[("HUB_CLIENT_SECRET", "wrong")]).await;
    office.hub.sign_in_as(Some(&ann()));
    let page = try_it(&mut office).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(page.text.contains("Tell whoever runs On-Call"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_in_the_browser_that_asked_within_ten_minutes() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::default();
    let back = led_back(&mut tab, &mut office).await;
    let elsewhere = Tab::default().open(&mut office, &back).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST, "another browser");
    let mut other = Tab::default();
    led_back(&mut other, &mut office).await;
    assert_eq!(other.open(&mut office, &back).await.status, StatusCode::BAD_REQUEST, "another attempt");
    for changed in
        [back.replace("state=", "state=x"), back.replace("state=", "stat="), back.replace("&iss=", "x&iss=")]
    {
        assert_eq!(tab.clone().open(&mut office, &changed).await.status, 400, "{changed}");
    }
    let mut copied = tab.clone();
    assert_eq!(tab.open(&mut office, &back).await.status, StatusCode::SEE_OTHER);
    assert_eq!(tab.open(&mut office, &back).await.status, StatusCode::BAD_REQUEST, "it was taken away");
    let twice = copied.open(&mut office, &back).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST, "the Hub takes no code twice");
    assert_eq!(copied.cookie("oncall_session"), None);
    let late = led_back(&mut copied, &mut office).await;
    office.pass(TimeDelta::minutes(10));
    assert_eq!(copied.open(&mut office, &late).await.status, StatusCode::BAD_REQUEST, "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_issuer_is_not_believed() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::default();
    let back = led_back(&mut tab, &mut office).await;
    let (back, _) = back.split_once("&iss=").expect("the Hub says who it is");
    let page = tab.clone().open(&mut office, &format!("{back}&iss=https%3A%2F%2Fhub.evil.example")).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert_eq!(tab.open(&mut office, back).await.status, StatusCode::SEE_OTHER, "it needn't say so");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_products_lack_on_call_is_kept_out_and_an_empty_list_says_nothing() {
    let mut office = Office::open().await;
    let mut carl = person("northwind", "carl", "member");
    carl["entitlements"] = json!(["psa", "rmm"]);
    office.hub.sign_in_as(Some(&carl));
    let page = try_it(&mut office).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("Ask an admin of your organization to add it at the Hub"), "{}", page.text);
    assert_eq!(office.status(&office.hub.token(&carl)).await, 403);
    assert_eq!(
        office.get(&ann(), "/api/users").await["users"].as_array().map(Vec::len),
        Some(1),
        "nor is Carl added"
    );
    for open in [json!([]), json!(null), json!(["On-Call"])] {
        carl["entitlements"] = open;
        assert_eq!(office.status(&office.hub.token(&carl)).await, 200, "{carl}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_names_nor_tokens_nor_cookies_of_ones_own_sign_in_past_the_hub() {
    let mut office = Office::open().await;
    let olivia = office.world.user_id("olivia");
    let good = office.hub.token(&ann());
    let mut tab = Tab::default();
    for fields in [("user_id", olivia.as_str()), ("token", good.as_str())] {
        let page = tab.submit(&mut office, "/app/sign-in", &[fields]).await;
        assert_eq!((page.status, tab.cookie("oncall_session")), (StatusCode::FORBIDDEN, None), "{fields:?}");
    }
    for cookie in [good.as_str(), "x", "eyJhbGciOiJub25lIn0.e30."] {
        tab.set_cookie("oncall_session", cookie);
        let page = tab.open(&mut office, "/app/incidents").await;
        assert_eq!(page.headers[header::LOCATION], "/app/sign-in?next=%2Fapp%2Fincidents", "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_a_session_is_answered_with_a_page_since_no_form_may_lead_to_another_site() {
    let mut office = Office::open().await;
    let mut tab = Tab::default();
    let fields = [("csrf", "x"), ("next", "/app/incidents?state=all")];
    let answer = tab.submit(&mut office, "/app/incidents/inc_1/acknowledge", &fields).await;
    let next = answer.headers[header::LOCATION].to_str().expect("an address").to_owned();
    let page = tab.open(&mut office, &next).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.text.contains("What you sent was not carried out"), "{}", page.text);
    assert!(
        page.text.contains("href=\"/app/sign-in?next=%2Fapp%2Fincidents%3Fstate%3Dall\""),
        "{}",
        page.text
    );
}
