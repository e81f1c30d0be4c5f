//! Secrets that people enter: put where secrets are kept before anything names them, and forgotten when nothing does.
//!
//! Invariant: a secret is forgotten only where it is sure that nothing names it; it is in no answer.

use domain::id::SecretId;
use domain::vault::SecretName;
use secrecy::SecretString;
use tracing::warn;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::port::SecretStore;

/// A name that no secret has had.
pub(crate) fn fresh_name(app: &App, ctx: &Ctx) -> SecretName {
    SecretName::new(&ctx.tenant, &SecretId::fresh(ctx.now, app.entropy.draw()))
}

/// Keeps a secret under a fresh name.
pub(crate) async fn put(
    secrets: &dyn SecretStore,
    name: &SecretName,
    value: &SecretString,
) -> Result<(), Error> {
    secrets.put(name, value).await.map_err(|error| Error::Unavailable(error.to_string()))
}

/// Forgets a secret that nothing names. One that stays is read by nobody.
pub(crate) async fn forget(secrets: &dyn SecretStore, name: &SecretName) {
    if let Err(error) = secrets.forget(name).await {
        warn!(%error, %name, "a secret that nothing names any more stays");
    }
}

/// Passes on what became of a change that would have named a new secret, which is forgotten where the change surely came to
/// nothing. Where that isn't sure, the secret may be in use.
pub(crate) async fn unless_kept<T>(
    secrets: &dyn SecretStore,
    result: Result<T, Error>,
    name: Option<&SecretName>,
) -> Result<T, Error> {
    if let (Err(error), Some(name)) = (&result, name)
        && !matches!(error, Error::Unavailable(_) | Error::Internal(_) | Error::Overloaded)
    {
        forget(secrets, name).await;
    }
    result
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::port::{SecretError, Secrets};

    /// The names of the secrets that are there.
    #[derive(Debug, Default)]
    struct Vault(Mutex<Vec<String>>);

    #[async_trait]
    impl Secrets for Vault {
        async fn get(&self, name: &str) -> Result<SecretString, SecretError> {
            Err(SecretError::Missing(name.to_owned()))
        }

        async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
            self.get(name).await
        }
    }

    #[async_trait]
    impl SecretStore for Vault {
        async fn put(&self, name: &SecretName, _: &SecretString) -> Result<(), SecretError> {
            self.0.lock().unwrap().push(name.as_str().to_owned());
            Ok(())
        }

        async fn forget(&self, name: &SecretName) -> Result<(), SecretError> {
            self.0.lock().unwrap().retain(|kept| kept != name.as_str());
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_secret_is_forgotten_only_where_the_change_that_names_it_surely_came_to_nothing() {
        let name = SecretName::new(&"msp".parse().unwrap(), &SecretId::derived(&["one"]));
        for (result, stays) in [
            (Ok(()), true),
            (Err(Error::Unavailable("the answer was lost".to_owned())), true),
            (Err(Error::Internal("it can't be read".to_owned())), true),
            (Err(Error::Overloaded), true),
            (Err(Error::invalid("secret", "is missing")), false),
            (Err(Error::not_found("alert source", "src_1")), false),
        ] {
            let vault = Vault::default();
            put(&vault, &name, &"hunter2".into()).await.unwrap();
            assert_eq!(unless_kept(&vault, result.clone(), None).await, result);
            assert_eq!(vault.0.lock().unwrap().len(), 1, "another one is left alone: {result:?}");
            assert_eq!(unless_kept(&vault, result.clone(), Some(&name)).await, result);
            assert_eq!(!vault.0.lock().unwrap().is_empty(), stays, "{result:?}");
        }
    }
}
