//! The authorization code: proven to be ours with PKCE (RFC 7636), and redeemed for a token.
//!
//! Invariant: a code is sent once, and again only where the Hub didn't get as far as the code, because our secret was rotated.

use app::port::{Ask, FinishError, SecretError};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::Hub;
use super::discovery::{ClientAuth, Discovery};
use crate::http::{Answer, NoAnswer};

/// What the Hub is shown of a verifier beforehand.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[derive(Deserialize)]
struct Granted {
    id_token: String,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// The token that `code` stands for, unread.
pub(super) async fn redeem(
    hub: &Hub,
    discovery: &Discovery,
    code: &str,
    ask: &Ask,
) -> Result<String, FinishError> {
    let secret = hub.secret.read().await.map_err(|error| no_secret(&error))?;
    let answer = post(hub, discovery, form(code, ask), &secret).await?;
    if refused(&answer).as_deref() == Some("invalid_client")
        && let Some(other) = hub.secret.instead_of(&secret).await.map_err(|error| no_secret(&error))?
    {
        return token(&post(hub, discovery, form(code, ask), &other).await?);
    }
    token(&answer)
}

fn no_secret(error: &SecretError) -> FinishError {
    match error {
        SecretError::Missing(_) => FinishError::Misconfigured(error.to_string()),
        SecretError::Unavailable { .. } => FinishError::Unavailable(error.to_string()),
    }
}

async fn post(
    hub: &Hub,
    discovery: &Discovery,
    mut body: String,
    secret: &SecretString,
) -> Result<Answer, FinishError> {
    let mut authorization = None;
    match discovery.client_auth {
        ClientAuth::Basic => authorization = Some(basic(&hub.client_id, secret)?),
        ClientAuth::Post => {
            let own =
                [("client_id", hub.client_id.as_str()), ("client_secret", secret.expose_secret().trim())];
            body = Serializer::new(body).extend_pairs(own).finish();
        }
    }
    let answer = hub.http.call(|client| {
        let request = client.post(discovery.token.clone()).header(ACCEPT, "application/json");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        match authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    });
    answer
        .await
        .map_err(|(NoAnswer::NotSent(reason) | NoAnswer::Sent(reason))| FinishError::Unavailable(reason))
}

fn form(code: &str, ask: &Ask) -> String {
    Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &ask.redirect_uri)
        .append_pair("code_verifier", &ask.verifier)
        .finish()
}

/// Both parts are encoded as in a form first (RFC 6749, section 2.3.1).
fn basic(client_id: &str, secret: &SecretString) -> Result<HeaderValue, FinishError> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id), encoded(secret.expose_secret().trim()));
    let header = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)));
    let mut header =
        header.map_err(|_| FinishError::Misconfigured("no header can carry the secret".into()))?;
    header.set_sensitive(true);
    Ok(header)
}

fn token(answer: &Answer) -> Result<String, FinishError> {
    let status = answer.status;
    if status == StatusCode::OK {
        let granted = serde_json::from_slice::<Granted>(&answer.body);
        return granted
            .map(|granted| granted.id_token)
            .map_err(|_| FinishError::Untrusted("it granted something without an ID token"));
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(FinishError::Unavailable(format!("the Hub answered the code with {}", status.as_u16())));
    }
    match refused(answer).as_deref().unwrap_or_default() {
        "invalid_grant" => Err(FinishError::CodeRefused),
        error => {
            // Only what can be one of the standard's own names is passed on.
            let is_name = error.len() <= 40 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            let error = if is_name { error } else { "" };
            let told = format!("it answered the code with {} {error}", status.as_u16());
            Err(FinishError::Misconfigured(told.trim_end().to_owned()))
        }
    }
}

/// Why the Hub grants nothing, in the standard's own names (RFC 6749, section 5.2).
fn refused(answer: &Answer) -> Option<String> {
    if answer.status == StatusCode::OK {
        return None;
    }
    serde_json::from_slice::<Refused>(&answer.body).ok().map(|refused| refused.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Result<String, FinishError> {
        let status = StatusCode::from_u16(status).unwrap();
        token(&Answer { status, wait: None, body: body.as_bytes().to_vec() })
    }

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_the_verifiers_hash() {
        let challenge = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn the_pair_in_the_header_survives_odd_characters() {
        let header = basic("on:call", &SecretString::from("s p+a%c:e\n")).unwrap();
        let encoded = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        assert_eq!(STANDARD.decode(encoded).unwrap(), b"on%3Acall:s+p%2Ba%25c%3Ae");
        assert!(header.is_sensitive());
    }

    #[test]
    fn each_answer_says_what_to_do() {
        assert_eq!(answered(200, "{\"id_token\":\"t\"}"), Ok("t".to_owned()));
        assert!(matches!(answered(200, "{}"), Err(FinishError::Untrusted(_))));
        assert_eq!(answered(400, "{\"error\":\"invalid_grant\"}"), Err(FinishError::CodeRefused));
        let told = "it answered the code with 401 invalid_client";
        assert_eq!(
            answered(401, "{\"error\":\"invalid_client\"}"),
            Err(FinishError::Misconfigured(told.into()))
        );
        let told = "it answered the code with 403";
        assert_eq!(answered(403, "{\"error\":\"<b>\"}"), Err(FinishError::Misconfigured(told.into())));
        assert!(matches!(answered(503, ""), Err(FinishError::Unavailable(_))));
        assert!(matches!(answered(429, ""), Err(FinishError::Unavailable(_))));
    }
}
