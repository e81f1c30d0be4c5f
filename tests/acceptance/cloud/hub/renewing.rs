//! Sessions that are renewed at the Hub behind people's backs, and never taken away by that.

use acceptance::hub::{Forgery, person};
use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use serde_json::json;

use super::tab::Tab;
use super::{Office, ann};

fn half_a_day() -> TimeDelta {
    TimeDelta::hours(12)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_half_a_day_a_visit_asks_the_hub_without_a_word() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    let before = tab.open(&mut office, "/app/incidents").await.form_token();
    // Twenty times half a day: longer than any one session.
    for visits in 2..22 {
        office.pass(half_a_day());
        let page = tab.visit(&mut office, "/app/incidents").await;
        assert_eq!((page.status, tab.at_the_hub.len()), (StatusCode::OK, visits));
        assert!(tab.at_the_hub[visits - 1].contains("prompt=none"));
        assert_eq!(page.form_token(), before, "forms in other tabs still work");
    }
    assert_eq!(tab.open(&mut office, "/app/incidents").await.status, StatusCode::OK, "once was enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_brings_the_new_role() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&person("northwind", "ben", "admin")));
    let mut tab = Tab::signed_in(&mut office).await;
    office.hub.sign_in_as(Some(&person("northwind", "ben", "viewer")));
    office.pass(half_a_day());
    let page = tab.visit(&mut office, "/app/coverage-gaps").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("/app/coverage-gaps/scan"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_hub_does_not_remember_stays_signed_in_and_is_asked_again_an_hour_later() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    office.hub.sign_in_as(None);
    office.pass(half_a_day());
    for _ in 0..3 {
        assert_eq!(tab.visit(&mut office, "/app/on-call").await.status, StatusCode::OK);
    }
    assert_eq!(tab.at_the_hub.len(), 2, "tried once");
    office.pass(TimeDelta::hours(1));
    assert_eq!(tab.visit(&mut office, "/app/on-call").await.status, StatusCode::OK);
    assert_eq!(tab.at_the_hub.len(), 3);
    office.pass(TimeDelta::days(7) - half_a_day() - TimeDelta::hours(1));
    assert_eq!(
        tab.visit(&mut office, "/app/on-call").await.status,
        StatusCode::FORBIDDEN,
        "a week is a week"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_fails_in_any_way_takes_no_session_away() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    office.pass(half_a_day());
    office.hub.forge_codes(Some(Forgery::Nonce));
    assert_eq!(tab.visit(&mut office, "/app/on-call").await.status, StatusCode::OK);
    office.hub.forge_codes(None);
    office.pass(TimeDelta::hours(1));
    office.hub.sign_in_as(Some(&person("northwind", "ben", "owner")));
    let page = tab.visit(&mut office, "/app/on-call").await;
    assert!(page.text.contains("ann Hubble"), "nobody becomes somebody else: {}", page.text);
    office.hub.sign_in_as(Some(&ann()));
    office.pass(TimeDelta::hours(1));
    office.hub.go_down();
    let away = tab.open(&mut office, "/app/on-call").await;
    let away = tab.open(&mut office, away.headers[header::LOCATION].to_str().expect("an address")).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER, "to a page that doesn't open");
    assert_eq!(tab.open(&mut office, "/app/on-call").await.status, StatusCode::OK, "and back again");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_and_calls_are_never_led_away() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    let page = tab.open(&mut office, "/app/coverage-gaps").await;
    let csrf = page.form_token();
    office.pass(half_a_day());
    let scan = tab.submit(&mut office, "/app/coverage-gaps/scan", &[("csrf", &csrf)]).await;
    assert_eq!(scan.status, StatusCode::SEE_OTHER);
    assert!(scan.headers[header::LOCATION].to_str().expect("a path").starts_with("/app/coverage-gaps"));
    assert_eq!(tab.open(&mut office, "/api/me").await.status, StatusCode::OK);
    office.world.skip_mails();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_use_on_call_any_more_is_out_with_the_renewal() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    let mut without = ann();
    without["entitlements"] = json!(["psa"]);
    office.hub.sign_in_as(Some(&without));
    office.pass(half_a_day());
    let page = tab.visit(&mut office, "/app/on-call").await;
    assert_eq!((page.status, tab.cookie("oncall_session")), (StatusCode::FORBIDDEN, None));
}
