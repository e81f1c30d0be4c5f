//! The stand-in, asked over HTTP without the client that it is there to test.

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
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

fn ask(vault: &Vault, path: &str, token: &str) -> RequestBuilder {
    client().get(format!("{}{path}?api-version=2025-07-01", vault.url())).bearer_auth(token)
}

#[tokio::test]
async fn a_secret_is_shown_for_a_token_of_its_identity_only() {
    let (identity, other) = (Identity::start().await, Identity::start().await);
    let vault = Vault::start(&identity).await;
    vault.put("KEY", "s3cret");
    let bare = client().get(format!("{}/secrets/KEY?api-version=7.6", vault.url())).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    let challenge = bare.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(r#"resource="https://vault.azure.net""#), "{challenge}");

    let good = identity.tokens().issue("https://vault.azure.net/");
    let (status, secret) = answer(ask(&vault, "/secrets/key/", &good)).await;
    assert_eq!((status, &secret["value"]), (200, &json!("s3cret")));
    for wrong in [other.tokens().issue(RESOURCE), identity.tokens().issue("https://servicebus.azure.net")] {
        assert_eq!(answer(ask(&vault, "/secrets/KEY", &wrong)).await.0, 401);
    }
    assert_eq!(vault.reads("KEY"), 3, "with a token");
    identity.tokens().revoke_all();
    assert_eq!(answer(ask(&vault, "/secrets/KEY", &good)).await.0, 401);
}

#[tokio::test]
async fn the_identity_issues_tokens_to_whoever_knows_its_header() {
    let identity = Identity::start().await;
    let [(_, endpoint), (_, header)] = identity.env();
    let ask = |header: &str, query: &str| {
        client().get(format!("{endpoint}?{query}")).header("X-IDENTITY-HEADER", header)
    };
    let query = "api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net&client_id=c";
    let (status, issued) = answer(ask(&header, query)).await;
    assert_eq!((status, &issued["expires_on"]), (200, &json!("4102444800")));
    let vault = Vault::start(&identity).await;
    let token = issued["access_token"].as_str().unwrap();
    assert_eq!(answer(super::tests::ask(&vault, "/secrets", token)).await.0, 200);

    assert_eq!(answer(ask("guessed", query)).await.0, 401);
    assert_eq!(answer(ask(&header, "api-version=2017-09-01&resource=r")).await.0, 400);
    identity.refuse(Some(503));
    assert_eq!(answer(ask(&header, query)).await.0, 503);
    let asked: Vec<_> = identity.requests().into_iter().map(|request| request.status).collect();
    assert_eq!(asked, [200, 401, 400, 503]);
    assert_eq!(identity.requests()[0].client_id.as_deref(), Some("c"));
    identity.go_away();
    assert!(ask(&header, query).send().await.is_err());
    identity.come_back();
    assert_eq!(answer(ask(&header, query)).await.0, 503);
}

#[tokio::test]
async fn a_vault_says_no_as_the_real_one_does() {
    let identity = Identity::start().await;
    let vault = Vault::start(&identity).await;
    let token = identity.tokens().issue(RESOURCE);
    vault.put("KEY", "one");
    vault.put("KEY", "two");
    vault.put("OFF", "x");
    vault.disable("OFF");
    let said = async |path: &str| {
        let (status, body) = answer(ask(&vault, path, &token)).await;
        let inner = body["error"]["innererror"]["code"].as_str().unwrap_or_default();
        (status, format!("{} {inner}", body["error"]["code"].as_str().unwrap_or_default()))
    };
    assert_eq!(said("/secrets/NONE").await, (404, "SecretNotFound ".to_owned()));
    assert_eq!(said("/secrets/OFF").await, (403, "Forbidden SecretDisabled".to_owned()));
    assert_eq!(answer(ask(&vault, "/secrets/KEY", &token)).await.1["value"], "two");
    let (_, list) = answer(ask(&vault, "/secrets", &token)).await;
    assert_eq!(list["value"].as_array().map(Vec::len), Some(2));
    assert!(!list.to_string().contains("two"), "the list shows no value");
    let without_version = client().get(format!("{}/secrets/KEY", vault.url())).bearer_auth(&token);
    assert_eq!(answer(without_version).await.0, 400);

    vault.misbehave(Fault::Forbids);
    assert_eq!(said("/secrets/KEY").await, (403, "Forbidden ForbiddenByRbac".to_owned()));
    vault.misbehave(Fault::TooMany { retry_after: Duration::from_secs(7) });
    let busy = ask(&vault, "/secrets/KEY", &token).send().await.unwrap();
    assert_eq!((busy.status().as_u16(), &busy.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    vault.misbehave(Fault::Fails(503));
    assert_eq!(said("/secrets/KEY").await.0, 503);
    vault.misbehave(Fault::Down);
    assert!(ask(&vault, "/secrets/KEY", &token).send().await.is_err());
    vault.misbehave(Fault::None);
    vault.remove("KEY");
    assert_eq!(said("/secrets/KEY").await.0, 404);
}

#[tokio::test]
async fn a_vault_that_holds_answers_when_it_stops_holding() {
    let identity = Identity::start().await;
    let vault = Vault::start(&identity).await;
    vault.put("KEY", "k");
    vault.misbehave(Fault::Holds);
    let request = ask(&vault, "/secrets/KEY", &identity.tokens().issue(RESOURCE));
    let waiting = tokio::spawn(answer(request));
    vault.wait_for_reads("KEY", 1, Duration::from_secs(10)).await;
    assert!(!waiting.is_finished());
    vault.misbehave(Fault::None);
    assert_eq!(waiting.await.unwrap().0, 200);
}
