//! Defend's door: `POST /api/internal/escalations/create`, with the key that both products share.
//!
//! Invariant: without the key nothing is taken in; and as long as the key can't be read, nobody is told that theirs is
//! wrong.

use std::sync::Arc;

use app::port::{Secret, SecretError};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::webhooks::Answer;
use crate::edge::Edge;
use crate::extract::Bounded;
use crate::problem::Problem;

/// Takes a detection in. A wrong key, none, and none configured here are answered alike.
pub(super) async fn escalate(
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    Bounded(body): Bounded,
) -> Result<Json<Answer>, Problem> {
    let presented = headers.get("x-integration-key").map_or(&b""[..], |value| value.as_bytes());
    match opens(edge.defend_key.as_ref(), presented).await {
        Ok(true) => {}
        Ok(false) | Err(SecretError::Missing(_)) => {
            return Err(Problem::unauthenticated("X-Integration-Key is not the key for this"));
        }
        // An escalation that is turned away for good is a page that nobody gets: the sender has to try again.
        Err(error @ SecretError::Unavailable { .. }) => {
            return Err(app::Error::Unavailable(error.to_string()).into());
        }
    }
    let received = app::escalate_detection(&edge.app, &body).await?;
    Ok(Json(Answer::of(&edge.app, received)))
}

/// Whether it is the key. One that isn't may be the next one already: then it is read again before it is refused.
async fn opens(key: Option<&Secret>, presented: &[u8]) -> Result<bool, SecretError> {
    let Some(key) = key.filter(|_| !presented.is_empty()) else { return Ok(false) };
    let known = key.read().await?;
    if equal(&known, presented) {
        return Ok(true);
    }
    let rotated = key.instead_of(&known).await?;
    Ok(rotated.is_some_and(|rotated| equal(&rotated, presented)))
}

fn equal(key: &SecretString, presented: &[u8]) -> bool {
    key.expose_secret().as_bytes().ct_eq(presented).into()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use app::port::Secrets;
    use async_trait::async_trait;

    use super::*;

    /// What is said to a reading, and from the first renewal on.
    #[derive(Debug)]
    struct Vault(Mutex<(Said, Said)>);

    type Said = Result<&'static str, SecretError>;

    #[async_trait]
    impl Secrets for Vault {
        async fn get(&self, _: &str) -> Result<SecretString, SecretError> {
            self.0.lock().unwrap().0.clone().map(SecretString::from)
        }

        async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
            let mut said = self.0.lock().unwrap().clone();
            said.0 = said.1.clone();
            *self.0.lock().unwrap() = said;
            self.get(name).await
        }
    }

    fn key(now: Said, renewed: Said) -> Secret {
        Secret::new("DEFEND-SERVICE-KEY", Arc::new(Vault(Mutex::new((now, renewed)))))
    }

    fn down() -> SecretError {
        SecretError::Unavailable { name: "DEFEND-SERVICE-KEY".to_owned(), reason: "down".to_owned() }
    }

    #[tokio::test]
    async fn only_the_key_opens() {
        let right = key(Ok("k"), Ok("k"));
        assert_eq!(opens(Some(&right), b"k").await, Ok(true));
        for wrong in [&b"K"[..], b"k ", b"", b"kk", b"\xff"] {
            assert_eq!(opens(Some(&right), wrong).await, Ok(false), "{wrong:?}");
        }
        assert_eq!(opens(None, b"").await, Ok(false));
        assert_eq!(opens(None, b"k").await, Ok(false));
        assert_eq!(opens(Some(&key(Ok(""), Ok(""))), b"").await, Ok(false), "an empty key opens nothing");
    }

    #[tokio::test]
    async fn a_rotated_key_opens_at_once_and_the_one_before_no_more() {
        let rotated = key(Ok("old"), Ok("new"));
        assert_eq!(opens(Some(&rotated), b"new").await, Ok(true));
        assert_eq!(opens(Some(&rotated), b"old").await, Ok(false));
    }

    #[tokio::test]
    async fn a_key_that_cannot_be_read_neither_opens_nor_refuses() {
        assert_eq!(opens(Some(&key(Err(down()), Ok("k"))), b"k").await, Err(down()));
        let missing = SecretError::Missing("DEFEND-SERVICE-KEY".to_owned());
        assert_eq!(opens(Some(&key(Err(missing.clone()), Ok("k"))), b"k").await, Err(missing));
    }
}
