//! Scripts with tokens of the Hub: good ones, forged ones, and a Hub that can't be asked.

use acceptance::hub::{Forgery, person};
use axum::http::header;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Office, ann};
use crate::cloud::hub::tab::Tab;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_the_hub_opens_the_api_to_the_person_it_names() {
    let mut office = Office::open().await;
    let me = office.get(&ann(), "/api/me").await;
    assert_eq!((&me["name"], &me["email"]), (&json!("ann Hubble"), &json!("ann@msp.example")));
    assert_eq!(me["role"], "owner");
    assert_eq!(me["contact_methods"][0]["address"], "ann@msp.example", "pages reach them at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_forged_token_is_refused_in_the_same_words() {
    let mut office = Office::open().await;
    let good = office.hub.token(&ann());
    for keys in ["RSA", "EC"] {
        for forgery in Forgery::EVERYWHERE {
            let token = office.hub.forge(&ann(), forgery);
            assert_eq!(office.status(&token).await, 401, "{keys} {forgery:?}");
        }
        // Between the two sorts of keys.
        office.hub.rotate_keys();
        office.pass(TimeDelta::minutes(2));
    }
    for nonsense in ["x", "a.b.c", "..", &format!("{good}.{good}"), &"a".repeat(20_000)] {
        assert_eq!(office.status(nonsense).await, 401);
    }
    let refused =
        office.call(&office.hub.forge(&ann(), Forgery::ForeignKey), "GET", "/api/me", Value::Null).await;
    assert_eq!(refused.headers[header::WWW_AUTHENTICATE], "Bearer");
    assert!(!refused.text.contains("signature"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_until_a_minute_after_its_end() {
    let mut office = Office::open().await;
    let token = office.hub.token(&ann());
    office.pass(TimeDelta::seconds(3659));
    assert_eq!(office.status(&token).await, 200);
    office.pass(TimeDelta::seconds(1));
    assert_eq!(office.status(&token).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_down_makes_nobody_unknown() {
    let mut office = Office::open().await;
    let token = office.hub.token(&ann());
    office.hub.go_down();
    assert_eq!(office.status(&token).await, 503, "nothing is known of the Hub yet");
    let answer = office.call(&token, "GET", "/api/me", Value::Null).await;
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    assert!(!answer.text.contains("127.0.0.1"), "{}", answer.text);
    office.hub.come_back();
    office.pass(TimeDelta::seconds(10));
    assert_eq!(office.status(&token).await, 200);

    office.hub.go_down();
    office.pass(TimeDelta::minutes(2));
    let later = office.hub.token(&ann());
    assert_eq!(office.status(&later).await, 200, "its keys are known");
    assert_eq!(
        office.status(&office.hub.forge(&ann(), Forgery::Changed)).await,
        401,
        "also to be somebody else's"
    );
    office.hub.rotate_keys();
    let new = office.hub.token(&ann());
    assert_eq!(office.status(&new).await, 503, "who knows whether that key is the Hub's");
    office.hub.come_back();
    office.pass(TimeDelta::minutes(1));
    assert_eq!(office.status(&new).await, 200);
    assert_eq!(office.status(&later).await, 401, "a key that was taken back counts no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_answers_nonsense_is_as_good_as_down() {
    let mut office = Office::open().await;
    let token = office.hub.token(&ann());
    office.hub.fail(Some(500));
    assert_eq!(office.status(&token).await, 503);
    office.hub.fail(None);
    office.hub.call_itself("https://hub.evil.example");
    office.pass(TimeDelta::minutes(1));
    assert_eq!(office.status(&token).await, 503);
    assert_eq!(office.hub.asked_for("jwks"), 0, "another issuer's keys are not even asked for");
    office.hub.call_itself(&office.hub.issuer());
    office.pass(TimeDelta::minutes(1));
    assert_eq!(office.status(&token).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_is_asked_for_its_keys_twice_a_day_and_for_unknown_ones_once_a_minute() {
    let mut office = Office::open().await;
    let instances = 2;
    for _ in 0..5 {
        assert_eq!(office.status(&office.hub.token(&ann())).await, 200);
    }
    assert_eq!(office.hub.asked_for("jwks"), instances);
    for minute in 1..=3 {
        office.pass(TimeDelta::minutes(1));
        for _ in 0..5 {
            assert_eq!(office.status(&office.hub.forge(&ann(), Forgery::UnknownKey)).await, 401);
        }
        assert_eq!(office.hub.asked_for("jwks"), instances * (1 + minute));
    }
    office.pass(TimeDelta::hours(12) - TimeDelta::seconds(1));
    assert_eq!(office.status(&office.hub.token(&ann())).await, 200);
    assert_eq!(office.hub.asked_for("jwks"), instances * 4);
    office.pass(TimeDelta::seconds(1));
    assert_eq!(office.status(&office.hub.token(&ann())).await, 200);
    assert_eq!(office.hub.asked_for("jwks"), instances * 5);
    office.hub.fail(Some(503));
    office.pass(TimeDelta::days(3));
    assert_eq!(office.status(&office.hub.token(&ann())).await, 200, "old keys are better than none");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_hubs_tokens_opens_the_api() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let tab = Tab::signed_in(&mut office).await;
    let session = tab.cookie("oncall_session").expect("a session").to_owned();
    assert_eq!(office.status(&session).await, 401, "a session opens pages only");
    let claims = serde_json::from_value(json!({
        "sub": "olivia", "email": "olivia@msp.example", "tenantId": "demo", "orgRole": "owner", "exp": 4_000_000_000_i64,
    }));
    let own = office.world.machine().hub.issue(claims.expect("claims")).expect("a token");
    assert_eq!(office.status(&own).await, 401, "nor does what one machine makes for itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_token_does_not_undo_what_a_newer_one_said() {
    let mut office = Office::open().await;
    let (ben_then, ben_now) = (person("northwind", "ben", "admin"), person("northwind", "ben", "member"));
    let old = office.hub.token(&ben_then);
    assert_eq!(office.status(&old).await, 200);
    office.pass(TimeDelta::minutes(10));
    let me = office.get(&ben_now, "/api/me").await;
    assert_eq!(me["role"], "member");
    assert_eq!(office.status(&old).await, 200, "it is good for its hour");
    let people = office.get(&ann(), "/api/users").await;
    let ben =
        people["users"].as_array().expect("users").iter().find(|user| user["email"] == "ben@msp.example");
    assert_eq!(ben.expect("Ben")["role"], "member");
}
