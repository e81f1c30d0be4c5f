//! The stand-in by itself: what is strict stays strict.

use reqwest::{Client, StatusCode};
use url::Url;

use super::*;
use crate::world::HandClock;

#[expect(clippy::disallowed_methods, reason = "a client of the Hub's own")]
fn client() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

async fn hub() -> Hub {
    let hub = Hub::start().await;
    hub.follow(Arc::new(HandClock::at("2026-11-20T21:00:00Z")));
    hub
}

/// The verifier's hash is the example of RFC 7636, appendix B.
async fn code(hub: &Hub) -> String {
    hub.sign_in_as(Some(&person("msp", "ann", "member")));
    let page = format!(
        "{}/authorize?response_type=code&client_id=oncall&redirect_uri=http%3A%2F%2Foncall.test%2Fapp%2Fsign-in%2Fcallback\
         &scope=openid&state=s&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
        hub.issuer()
    );
    let answer = client().get(page).send().await.unwrap();
    let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    back.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned()).unwrap()
}

async fn redeem(hub: &Hub, code: &str, verifier: &str, secret: &str) -> StatusCode {
    let body = format!(
        "grant_type=authorization_code&code={code}&code_verifier={verifier}\
         &redirect_uri=http%3A%2F%2Foncall.test%2Fapp%2Fsign-in%2Fcallback"
    );
    let request = client().post(format!("{}/token", hub.issuer())).basic_auth("oncall", Some(secret));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    request.send().await.unwrap().status()
}

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SECRET: &str = "s3cret%2Bof%2Fon-call%25%3D";

#[tokio::test]
async fn a_code_works_once_for_whoever_knows_the_verifier_and_the_secret() {
    let hub = hub().await;
    let first = code(&hub).await;
    assert_eq!(redeem(&hub, &first, VERIFIER, "wrong").await, 401);
    assert_eq!(redeem(&hub, &first, VERIFIER, SECRET).await, 200);
    assert_eq!(redeem(&hub, &first, VERIFIER, SECRET).await, 400);
    let second = code(&hub).await;
    assert_eq!(redeem(&hub, &second, "another", SECRET).await, 400);
}

#[tokio::test]
async fn every_forgery_differs_from_the_real_token() {
    let hub = hub().await;
    let ann = person("msp", "ann", "member");
    let real = hub.token(&ann);
    assert_eq!(real, hub.token(&ann));
    for forgery in Forgery::EVERYWHERE {
        assert_ne!(hub.forge(&ann, forgery), real, "{forgery:?}");
    }
    hub.rotate_keys();
    assert_ne!(hub.token(&ann), real);
}
