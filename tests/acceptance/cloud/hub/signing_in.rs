//! Signing in at the Hub with a browser.

use acceptance::hub::person;
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;

use super::tab::Tab;
use super::{Office, ann};

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_through_the_hub_and_back_to_the_page() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::default();
    let page = tab.visit(&mut office, "/app/incidents?state=all").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("ann Hubble") && page.text.contains("northwind Ltd"), "{}", page.text);
    assert_eq!(tab.cookie_names(), ["oncall_session"], "the attempt is over");
    let asked = Url::parse(&tab.at_the_hub[0]).expect("an address");
    let asked: std::collections::BTreeMap<String, String> = asked.query_pairs().into_owned().collect();
    assert_eq!(asked["redirect_uri"], "http://oncall.test/app/sign-in/callback");
    assert_eq!(asked["code_challenge_method"], "S256");
    let proofs = ["state", "nonce", "code_challenge"].map(|name| asked[name].as_str());
    assert!(proofs.iter().all(|proof| proof.len() == 43), "{proofs:?}");
    assert!(!asked.contains_key("prompt"));
    let again = tab.open(&mut office, "/app/incidents").await;
    assert_eq!(again.status, StatusCode::OK, "the other instance knows the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookies_tell_nothing_that_could_be_used_elsewhere() {
    let mut office = Office::open_with(&[("ONCALL_PUBLIC_URL", "https://oncall.test")]).await;
    office.hub.sign_in_as(Some(&ann()));
    let answer = Tab::default().open(&mut office, "/app/sign-in?next=/app/on-call").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let cookie = answer.headers[header::SET_COOKIE].to_str().expect("a cookie").to_owned();
    assert!(cookie.ends_with("; Path=/app/sign-in; HttpOnly; SameSite=Lax; Max-Age=600; Secure"), "{cookie}");
    let body = cookie.split('.').nth(1).expect("a token");
    let told: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).expect("text")).expect("JSON");
    assert_eq!(told["next"], "/app/on-call");
    let names: Vec<&String> = told.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["aud", "iat", "next", "seed"], "neither nonce nor verifier");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_takes_the_secret_in_the_form_gets_it_there() {
    let mut office = Office::open().await;
    office.hub.take_secrets_in_forms();
    office.hub.sign_in_as(Some(&ann()));
    Tab::signed_in(&mut office).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_the_console_are_gone_on_to() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    for next in
        ["https%3A%2F%2Fevil.example%2Fapp%2F", "%2F%2Fevil.example", "%2Fapi%2Fme", "%2Fapp%2F..%2Fapi"]
    {
        let mut tab = Tab::default();
        let away = tab.open(&mut office, &format!("/app/sign-in?next={next}")).await;
        let back = tab.at_the_hub(away.headers[header::LOCATION].to_str().expect("an address")).await;
        let on = tab.open(&mut office, &back).await;
        assert_eq!(
            (on.status, &on.headers[header::LOCATION]),
            (StatusCode::SEE_OTHER, &"/app/incidents".parse().expect("a value"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_sign_in_side_by_side() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::default();
    let mut backs = Vec::new();
    for next in ["/app/on-call", "/app/schedules"] {
        let away = tab.open(&mut office, &format!("/app/sign-in?next={next}")).await;
        backs.push(tab.at_the_hub(away.headers[header::LOCATION].to_str().expect("an address")).await);
    }
    for (back, next) in backs.iter().zip(["/app/on-call", "/app/schedules"]) {
        let on = tab.open(&mut office, back).await;
        assert_eq!(on.headers[header::LOCATION], next);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_outlives_the_hub_and_its_token_and_ends_after_a_week() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    office.hub.go_down();
    office.pass(TimeDelta::hours(11));
    assert_eq!(
        tab.open(&mut office, "/app/incidents").await.status,
        StatusCode::OK,
        "long after the token's end"
    );
    assert_eq!(tab.open(&mut office, "/api/me").await.status, StatusCode::OK, "a page's own reading, too");
    office.pass(TimeDelta::days(6));
    // The first visit would lead to the Hub; whoever comes back from an address that doesn't open is let in.
    tab.open(&mut office, "/app/sign-in?renew=yes&next=/app/incidents").await;
    assert_eq!(tab.open(&mut office, "/app/incidents").await.status, StatusCode::OK);
    office.pass(TimeDelta::hours(13));
    let ended = tab.open(&mut office, "/app/incidents").await;
    assert_eq!(ended.headers[header::LOCATION], "/app/sign-in?next=%2Fapp%2Fincidents");
    assert_eq!(tab.open(&mut office, "/api/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_disabled_is_out_at_the_next_request() {
    let mut office = Office::open().await;
    let ben = person("northwind", "ben", "member");
    office.hub.sign_in_as(Some(&ben));
    let mut tab = Tab::signed_in(&mut office).await;
    let id = office.get(&ben, "/api/me").await["id"].as_str().expect("an id").to_owned();
    let token = office.hub.token(&ann());
    let answer = office.call(&token, "PATCH", &format!("/api/users/{id}"), json!({ "disabled": true })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let out = tab.visit(&mut office, "/app/incidents").await;
    assert_eq!(out.status, StatusCode::FORBIDDEN, "the Hub signs Ben in, and On-Call doesn't");
    assert!(out.text.contains("an admin has disabled you here"), "{}", out.text);
    assert_eq!(office.status(&office.hub.token(&ben)).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_changed_counts_in_every_session_from_the_next_sign_in_anywhere() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&person("northwind", "ben", "admin")));
    let mut desk = Tab::signed_in(&mut office).await;
    assert!(desk.open(&mut office, "/app/coverage-gaps").await.text.contains("/app/coverage-gaps/scan"));
    office.hub.sign_in_as(Some(&person("northwind", "ben", "viewer")));
    Tab::signed_in(&mut office).await;
    let page = desk.open(&mut office, "/app/coverage-gaps").await;
    assert!(!page.text.contains("/app/coverage-gaps/scan"), "{}", page.text);
    let fields = [("csrf", page.form_token())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let scan = desk.submit(&mut office, "/app/coverage-gaps/scan", &fields).await;
    assert_eq!(scan.status, StatusCode::FORBIDDEN);
}
