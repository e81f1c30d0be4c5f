//! The secrets that senders sign with: they come in once, and go to where secrets are kept.
//!
//! Invariants: a secret is kept before a source names it, and forgotten after none does any more; it is in no answer.

use domain::input::Wrong;
use domain::source::SourceType;
use domain::vault::SecretName;
use secrecy::{ExposeSecret as _, SecretString};

use crate::app::App;
use crate::ctx::Ctx;
use crate::entered_secret;
use crate::error::Error;

/// Longer than any sender's.
const MOST_CHARACTERS: usize = 1_000;

/// What becomes of a source's signing secret.
#[derive(Debug, Clone)]
pub enum SigningSecret {
    /// It stays as it is; a new source has none.
    Keep,
    /// Signatures are not looked at any more.
    Remove,
    /// It is this one from now on.
    Set(SecretString),
}

impl SigningSecret {
    /// What is wrong with it for a type.
    pub(super) fn problem(&self, source_type: SourceType) -> Option<Wrong> {
        let Self::Set(value) = self else { return None };
        let value = value.expose_secret();
        let problem = if !source_type.can_sign() {
            format!("{source_type} signs nothing with a secret")
        } else if value.trim().is_empty() {
            "must not be empty; null takes it away".to_owned()
        } else if value.chars().count() > MOST_CHARACTERS {
            format!("must not be longer than {MOST_CHARACTERS} characters")
        } else {
            return None;
        };
        Some(Wrong::new("signing_secret", problem))
    }
}

/// Keeps a new secret; answers where.
pub(super) async fn keep(app: &App, ctx: &Ctx, secret: &SigningSecret) -> Result<Option<SecretName>, Error> {
    let SigningSecret::Set(value) = secret else { return Ok(None) };
    let name = entered_secret::fresh_name(app, ctx);
    entered_secret::put(app.secrets.as_ref(), &name, value).await?;
    Ok(Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_signs_has_a_secret_and_it_says_something() {
        let set = |text: &str| SigningSecret::Set(text.to_owned().into());
        let is_wrong = |secret: SigningSecret, source_type| secret.problem(source_type).is_some();
        assert!(!is_wrong(set("s3cret"), SourceType::Grafana));
        assert!(is_wrong(set(" "), SourceType::Grafana));
        assert!(is_wrong(set(&"x".repeat(1_001)), SourceType::Grafana));
        assert!(is_wrong(set("s3cret"), SourceType::Nagios));
        assert!(!is_wrong(SigningSecret::Keep, SourceType::Nagios));
        assert!(!is_wrong(SigningSecret::Remove, SourceType::Nagios));
    }
}
