//! The way in: where tokens are given out, the token, and each call with it.
//!
//! Invariants: a token is used until 60 seconds before it ends, and one that is refused is replaced once for each call; the
//! client secret is read when a token is fetched, so that a rotated one is used from then on, and it goes only to where
//! HaloPSA itself says, never to plain HTTP from a HaloPSA behind HTTPS.

use std::fmt;
use std::time::Duration;

use app::port::{Secret, TicketError};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::Serializer;

use super::answer::{self, Call, NAME};
use super::wire::number;
use crate::http::{Answer, Http};
use crate::psa::patience::Until;

/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_mins(1);

/// How long a token lives that doesn't say so.
const USUAL_LIFE: u64 = 3600;

/// HaloPSA, as an API application reaches it.
pub(super) struct Access {
    base: Url,
    client_id: String,
    secret: Secret,
    http: Http,
    /// Where tokens are given out, once that is known.
    door: Mutex<Option<Url>>,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: SecretString,
    good_until: Instant,
}

/// Why there is no token.
enum NoToken {
    /// Application and secret don't fit.
    WrongSecret(TicketError),
    Other(TicketError),
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Access {
    pub(super) fn new(base: Url, client_id: String, secret: Secret, http: Http) -> Self {
        Self { base, client_id, secret, http, door: Mutex::default(), token: Mutex::default() }
    }

    /// `{base}/{path}?{query}`.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        // Never fails: the base is a web address.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    pub(super) async fn get(&self, call: Call, url: &Url) -> Result<Answer, TicketError> {
        self.call(call, None, |client| client.request(Method::GET, url.clone())).await
    }

    /// Posts one object, in the array that every body is, unless it is too late for it.
    pub(super) async fn post(
        &self,
        call: Call,
        until: Until,
        path: &str,
        body: &Value,
    ) -> Result<Answer, TicketError> {
        let url = self.url(&["api", path], &[]);
        let body = Value::Array(vec![body.clone()]);
        self.call(call, Some(until), |client| client.request(Method::POST, url.clone()).json(&body)).await
    }

    async fn call(
        &self,
        call: Call,
        until: Option<Until>,
        build: impl Fn(&Client) -> RequestBuilder + Send + Sync,
    ) -> Result<Answer, TicketError> {
        let token = self.token().await?;
        let send = async |token: &SecretString| {
            // The token may have been a long time coming.
            until.map_or(Ok(()), |until| until.check(NAME))?;
            Ok(self.http.call(|client| build(client).bearer_auth(token.expose_secret())).await)
        };
        let mut answered = send(&token).await?;
        // Refused means that nothing was done; the token may have been taken back before its time.
        if answered.as_ref().is_ok_and(|answer| answer.status == StatusCode::UNAUTHORIZED) {
            self.drop_token(&token).await;
            answered = send(&self.token().await?).await?;
        }
        answer::checked(call, answered)
    }

    /// Signs in, unless that was done already.
    pub(super) async fn token(&self) -> Result<SecretString, TicketError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|token| Instant::now() < token.good_until) {
            return Ok(token.text.clone());
        }
        let secret = self.secret.read().await.map_err(|error| answer::no_secret(&error))?;
        let fetched = match self.fetch(&secret).await {
            Err(NoToken::WrongSecret(refused)) => match self.secret.instead_of(&secret).await {
                Ok(Some(rotated)) => self.fetch(&rotated).await,
                _ => Err(NoToken::WrongSecret(refused)),
            },
            fetched => fetched,
        };
        match fetched {
            Ok(token) => Ok(kept.insert(token).text.clone()),
            Err(NoToken::WrongSecret(error) | NoToken::Other(error)) => Err(error),
        }
    }

    /// Forgets every token that there is, so that the next call signs in.
    pub(super) async fn sign_out(&self) {
        *self.token.lock().await = None;
    }

    /// Forgets a token that was refused, unless there is another by now.
    async fn drop_token(&self, refused: &SecretString) {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|token| token.text.expose_secret() == refused.expose_secret()) {
            *kept = None;
        }
    }

    async fn fetch(&self, secret: &SecretString) -> Result<Token, NoToken> {
        let door = self.door().await.map_err(NoToken::Other)?;
        let form = self.form(secret);
        let asked_at = Instant::now();
        let build = |client: &Client| {
            let request = client.request(Method::POST, door);
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
        };
        // A token that was given out and not received harms nobody, so that this is asked like any list.
        let answered = self.http.call(build).await;
        if let Ok(answer) = &answered
            && matches!(answer.status.as_u16(), 400 | 401 | 403)
        {
            let (status, said) = (answer.status.as_u16(), answer::message(&answer.body));
            let reason = format!("{NAME} refused the application's client id and secret ({status}: {said})");
            return Err(NoToken::WrongSecret(TicketError::Refused(reason)));
        }
        let answer = answer::checked(Call::List, answered).map_err(NoToken::Other)?;
        token(&answer.body, asked_at).ok_or_else(|| NoToken::Other(answer::not_understood("a token")))
    }

    fn form(&self, secret: &SecretString) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials").append_pair("client_id", &self.client_id);
        form.append_pair("client_secret", secret.expose_secret().trim()).append_pair("scope", "all");
        form.finish()
    }

    /// Where tokens are given out: as HaloPSA says, else below its own address.
    async fn door(&self) -> Result<Url, TicketError> {
        let mut kept = self.door.lock().await;
        if let Some(door) = kept.as_ref() {
            return Ok(door.clone());
        }
        let info = self.url(&["api", "authinfo"], &[]);
        let answered = self.http.call(|client| client.request(Method::GET, info)).await;
        let said = match answer::checked(Call::List, answered) {
            Ok(answer) => self.door_in(&answer.body),
            // An old one on the customer's own machine has no such page.
            Err(TicketError::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(kept.insert(said.unwrap_or_else(|| self.url(&["auth", "token"], &[]))).clone())
    }

    fn door_in(&self, body: &[u8]) -> Option<Url> {
        let info: Value = serde_json::from_slice(body).ok()?;
        let mut door = Url::parse(info.get("auth_url")?.as_str()?.trim()).ok()?;
        if door.scheme() != "https" && door.scheme() != self.base.scheme() {
            return None;
        }
        door.path_segments_mut().ok()?.pop_if_empty().push("token");
        if let Some(tenant) =
            info.get("tenant_id").and_then(Value::as_str).filter(|tenant| !tenant.is_empty())
        {
            door.query_pairs_mut().append_pair("tenant", tenant);
        }
        Some(door)
    }
}

fn token(body: &[u8], asked_at: Instant) -> Option<Token> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let text = answer.get("access_token")?.as_str().filter(|text| !text.is_empty() && text.is_ascii())?;
    let life = number(&answer, &["expires_in"]).and_then(|life| u64::try_from(life).ok());
    let life = Duration::from_secs(life.unwrap_or(USUAL_LIFE).min(24 * 3600));
    Some(Token { text: SecretString::from(text), good_until: asked_at + life.saturating_sub(MARGIN) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(base: &str, said: &str) -> Option<String> {
        let secret = Secret::fixed("psa-halo", "s3cret".into());
        let access = Access::new(Url::parse(base).unwrap(), "app".into(), secret, Http::default());
        access.door_in(said.as_bytes()).map(String::from)
    }

    #[test]
    fn tokens_are_fetched_where_halopsa_says_and_the_secret_never_goes_from_https_to_http() {
        let said = r#"{"auth_url":"https://contoso.halopsa.com/auth","tenant_id":"contoso & co"}"#;
        let there = "https://contoso.halopsa.com/auth/token?tenant=contoso+%26+co";
        assert_eq!(door("https://contoso.halopsa.com/", said).as_deref(), Some(there));
        assert_eq!(door("http://127.0.0.1:1/", said).as_deref(), Some(there));
        let plain = r#"{"auth_url":"http://contoso.halopsa.com/auth/","tenant_id":""}"#;
        assert_eq!(door("https://contoso.halopsa.com/", plain), None);
        let there = "http://contoso.halopsa.com/auth/token";
        assert_eq!(door("http://contoso.halopsa.com/", plain).as_deref(), Some(there));
        for said in ["", "{}", r#"{"auth_url":"/auth"}"#, r#"{"auth_url":"file:///auth"}"#] {
            assert_eq!(door("https://contoso.halopsa.com/", said), None, "{said}");
        }
    }
}
