//! Who is it? The Hub says, or on one machine its stand-in.
//!
//! Invariant: nobody is turned away as unknown because whoever knows them can't be reached.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::claims::Claims;

/// A token that doesn't sign anybody in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// It isn't a token of ours, or it has been changed.
    #[error("the token is not valid")]
    Invalid,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// Whoever could say can't be reached.
    #[error("sign-in is unavailable: {0}")]
    Unavailable(String),
}

/// Reads tokens.
#[async_trait]
pub trait SignIn: fmt::Debug + Send + Sync {
    /// What a token says, if it is good at `now`.
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, SignInError>;

    /// Whether an organization that isn't known here yet is taken in on this word alone.
    fn vouches_for_organizations(&self) -> bool {
        false
    }
}

/// What a browser is sent to the Hub with, and what the Hub's answer must fit.
#[derive(Clone)]
pub struct Ask {
    /// Where the Hub sends the browser back to.
    pub redirect_uri: String,
    /// Comes back with the browser.
    pub state: String,
    /// Comes back inside the token.
    pub nonce: String,
    /// Proves to the Hub that whoever brings the code began this; the Hub is sent only its hash before (PKCE).
    pub verifier: String,
    /// The Hub must answer without asking the person anything, or say that it can't.
    pub silent: bool,
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// A sign-in at the browser that came to nothing. None of the texts contains a code, a token or a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FinishError {
    /// The code was used before, is too old, or belongs to another sign-in.
    #[error("the Hub does not take the code")]
    CodeRefused,
    /// The Hub doesn't take us: whoever runs On-Call has to put something right.
    #[error("the Hub does not take On-Call: {0}")]
    Misconfigured(String),
    /// The answer doesn't prove who it is.
    #[error("the Hub's answer can't be trusted: {0}")]
    Untrusted(&'static str),
    /// The Hub, or whoever keeps its secret, can't be reached.
    #[error("sign-in is unavailable: {0}")]
    Unavailable(String),
}

/// Signs people in at pages of its own, where their browsers are sent.
#[async_trait]
pub trait SignInPages: SignIn {
    /// The address to send a browser to.
    async fn begin(&self, ask: &Ask, now: DateTime<Utc>) -> Result<String, SignInError>;

    /// Who came back with `code` from where [`SignInPages::begin`] sent them with the same `ask`.
    async fn finish(&self, code: &str, ask: &Ask, now: DateTime<Utc>) -> Result<Claims, FinishError>;

    /// Where a browser is signed out there as well, and from there back to `back`; `None` where there is no such page, or it
    /// isn't known now.
    async fn sign_out(&self, back: &str, now: DateTime<Utc>) -> Option<String>;

    /// Its name as it calls itself in answers (`iss`).
    fn is_issuer(&self, name: &str) -> bool;
}
