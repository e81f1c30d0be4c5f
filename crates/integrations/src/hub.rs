//! The Hub, over OIDC: reads its tokens, and signs people in at its pages with the authorization code flow.
//!
//! Invariants: a token counts only with the signature of a key that the Hub publishes, from this one issuer and for this one
//! client, on the caller's clock; a Hub that can't be reached is said to be unavailable and never makes a good token a bad one.

mod claims;
mod code;
mod discovery;
mod keys;
mod knowledge;
mod token;

use std::sync::Arc;
use std::time::Duration;

use app::claims::Claims;
use app::port::{Ask, FinishError, Secret, SignIn, SignInError, SignInPages};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use url::Url;

use self::discovery::Issuer;
use self::knowledge::{Knowledge, Known};
use self::token::{Bad, Said};
use crate::SettingError;
use crate::http::{Http, Timeouts};

/// Somebody waits at a browser or with a request for every call, so they are short.
const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(3), total: Duration::from_secs(5) };

/// What is asked to be in a token; the Hub's own claims come with it.
const SCOPE: &str = "openid profile email";

/// The Hub.
#[derive(Debug)]
pub struct Hub {
    client_id: String,
    secret: Secret,
    http: Http,
    knowledge: Knowledge,
}

impl Hub {
    /// The Hub that calls itself `issuer` (`HUB_ISSUER`), which knows On-Call as `client_id` (`HUB_CLIENT_ID`) with `secret`.
    /// Nothing is connected to yet.
    pub fn new(issuer: &Url, client_id: &str, secret: Secret) -> Result<Self, SettingError> {
        let issuer = Issuer::new(issuer).map_err(|problem| SettingError::new("HUB_ISSUER", problem))?;
        let client_id = client_id.trim();
        if client_id.is_empty() {
            return Err(SettingError::new("HUB_CLIENT_ID", "is empty"));
        }
        let http = Http::new(TIMEOUTS);
        let knowledge = Knowledge::new(issuer, http.clone());
        Ok(Self { client_id: client_id.to_owned(), secret, http, knowledge })
    }

    /// What a token says. One that is signed with a key that isn't known yet makes the Hub be asked for its keys again.
    async fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Said, Unread> {
        let known = self.known(now).await?;
        match token::read(token, &known, &self.client_id, now) {
            Err(Bad::UnknownKey) => {}
            read => return read.map_err(Unread::Bad),
        }
        match self.knowledge.newer_than(&known, now).await {
            Ok(Some(newer)) => token::read(token, &newer, &self.client_id, now).map_err(Unread::Bad),
            Ok(None) => Err(Unread::Bad(Bad::UnknownKey)),
            Err(reason) => Err(Unread::Unavailable(reason)),
        }
    }

    async fn known(&self, now: DateTime<Utc>) -> Result<Arc<Known>, Unread> {
        self.knowledge.current(now).await.map_err(Unread::Unavailable)
    }
}

/// Why a token wasn't read.
#[derive(Debug)]
enum Unread {
    Bad(Bad),
    Unavailable(String),
}

impl From<Unread> for SignInError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Bad(Bad::Expired) => Self::Expired,
            Unread::Bad(Bad::UnknownKey | Bad::Because(_)) => Self::Invalid,
            Unread::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

impl From<Unread> for FinishError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Bad(Bad::Expired) => Self::Untrusted("its token has expired"),
            Unread::Bad(Bad::UnknownKey) => Self::Untrusted("its token is signed with none of its keys"),
            Unread::Bad(Bad::Because(why)) => Self::Untrusted(why),
            Unread::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

#[async_trait]
impl SignIn for Hub {
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, SignInError> {
        Ok(self.read(token, now).await?.claims)
    }

    fn vouches_for_organizations(&self) -> bool {
        true
    }
}

#[async_trait]
impl SignInPages for Hub {
    async fn begin(&self, ask: &Ask, now: DateTime<Utc>) -> Result<String, SignInError> {
        let known = self.known(now).await?;
        let mut url = known.discovery.authorization.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &ask.redirect_uri)
            .append_pair("scope", SCOPE)
            .append_pair("state", &ask.state)
            .append_pair("nonce", &ask.nonce)
            .append_pair("code_challenge", &code::challenge(&ask.verifier))
            .append_pair("code_challenge_method", "S256");
        if ask.silent {
            url.query_pairs_mut().append_pair("prompt", "none");
        }
        Ok(url.into())
    }

    async fn finish(&self, code: &str, ask: &Ask, now: DateTime<Utc>) -> Result<Claims, FinishError> {
        let known = self.known(now).await?;
        let token = code::redeem(self, &known.discovery, code, ask).await?;
        let said = self.read(&token, now).await?;
        if said.nonce.as_deref() != Some(ask.nonce.as_str()) {
            return Err(FinishError::Untrusted("its token belongs to another sign-in"));
        }
        if !said.is_made_for(&self.client_id) {
            return Err(FinishError::Untrusted("its token was made for another client"));
        }
        Ok(said.claims)
    }

    async fn sign_out(&self, back: &str, now: DateTime<Utc>) -> Option<String> {
        let mut url = self.known(now).await.ok()?.discovery.end_session.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("post_logout_redirect_uri", back);
        Some(url.into())
    }

    fn is_issuer(&self, name: &str) -> bool {
        self.knowledge.issuer().is_called(name)
    }
}
