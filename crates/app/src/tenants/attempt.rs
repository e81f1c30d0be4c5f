//! One browser's attempt to sign in at the Hub: kept in the browser itself, since the instances share nothing.
//!
//! Invariant: what proves the attempt to the Hub (state, nonce, PKCE verifier) is derived from the attempt with our key and
//! stands in no cookie, so that whoever reads the cookie can't go on in the browser's place.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use super::session::{Session, Sessions};
use crate::error::Error;
use crate::port::Ask;

/// How long somebody has for the Hub's pages.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

const PURPOSE: &str = "oncall-sign-in";

/// An attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Makes it unlike any other.
    seed: String,
    /// The path to go on to.
    pub next: String,
    /// The session that this would renew, and that goes on if it doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<Session>,
    iat: i64,
}

impl Attempt {
    /// A new one; `draw` are random bits.
    pub fn begin(next: &str, renews: Option<Session>, draw: u128, now: DateTime<Utc>) -> Self {
        Self { seed: format!("{draw:032x}"), next: next.to_owned(), renews, iat: now.timestamp() }
    }
}

impl Sessions {
    /// The attempt as a cookie holds it.
    pub fn seal_attempt(&self, attempt: &Attempt) -> Result<String, Error> {
        self.sealed(PURPOSE, attempt)
    }

    /// The attempt in a cookie; `None` for one that isn't ours, was changed, or took too long.
    pub fn open_attempt(&self, token: &str, now: DateTime<Utc>) -> Option<Attempt> {
        let attempt: Attempt = self.opened(PURPOSE, token)?;
        let age = now.timestamp() - attempt.iat;
        (age < LIFETIME.num_seconds()).then_some(attempt)
    }

    /// What the Hub is asked in this attempt.
    pub fn ask(&self, attempt: &Attempt, redirect_uri: String) -> Result<Ask, Error> {
        Ok(Ask {
            redirect_uri,
            state: self.derive("state", attempt)?,
            nonce: self.derive("nonce", attempt)?,
            verifier: self.derive("verifier", attempt)?,
            silent: attempt.renews.is_some(),
        })
    }

    /// 43 characters of an address or a PKCE verifier. No token is signed over a text with spaces.
    fn derive(&self, what: &str, attempt: &Attempt) -> Result<String, Error> {
        let text = format!("{PURPOSE} {what} {}", attempt.seed);
        jsonwebtoken::crypto::sign(text.as_bytes(), &self.seal, Algorithm::HS256)
            .map_err(|error| Error::Internal(format!("deriving: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn an_attempt_has_ten_minutes() {
        let sessions = Sessions::new(&[7; 32]);
        let attempt = Attempt::begin("/app/on-call", None, 5, NOW);
        let token = sessions.seal_attempt(&attempt).expect("a token");
        assert_eq!(sessions.open_attempt(&token, NOW + TimeDelta::minutes(9)), Some(attempt));
        assert_eq!(sessions.open_attempt(&token, NOW + TimeDelta::minutes(10)), None);
        assert_eq!(Sessions::new(&[8; 32]).open_attempt(&token, NOW), None);
        assert!(sessions.open(&token, NOW).is_none(), "an attempt is no session");
    }

    #[test]
    fn what_proves_an_attempt_differs_by_use_attempt_and_key_and_is_not_in_its_cookie() {
        let (ours, theirs) = (Sessions::new(&[7; 32]), Sessions::new(&[8; 32]));
        let attempt = Attempt::begin("/app/on-call", None, 5, NOW);
        let other = Attempt::begin("/app/on-call", None, 6, NOW);
        let mut all = Vec::new();
        for (sessions, attempt) in [(&ours, &attempt), (&ours, &other), (&theirs, &attempt)] {
            let ask = sessions.ask(attempt, String::new()).expect("an ask");
            all.extend([ask.state, ask.nonce, ask.verifier]);
        }
        assert!(all.iter().all(|text| text.len() == 43));
        let cookie = ours.seal_attempt(&attempt).expect("a token");
        assert!(all.iter().all(|text| !cookie.contains(text.as_str())));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 9);
    }
}
