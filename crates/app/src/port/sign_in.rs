//! Who is it? The Hub says, or on one machine its stand-in.

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
}
