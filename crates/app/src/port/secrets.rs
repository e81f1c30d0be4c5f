//! Secrets that may change while the process runs: read where they are used, each time.
//!
//! Invariant: a value is shown only to whoever asks for it; neither a handle nor an error prints it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use domain::vault::SecretName;
use secrecy::{ExposeSecret as _, SecretString};

/// Why a secret can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is none of this name.
    #[error("there is no secret {0}")]
    Missing(String),
    /// Whoever keeps it can't be reached now, and it was never read before: try again.
    #[error("the secret {name} can't be read now: {reason}")]
    Unavailable {
        /// Its name.
        name: String,
        /// What stands against it.
        reason: String,
    },
}

/// Keeps secrets by name, such as `PSA-SERVICE-KEY`.
#[async_trait]
pub trait Secrets: fmt::Debug + Send + Sync {
    /// The secret's present value, at most a few minutes old where its source can be reached.
    async fn get(&self, name: &str) -> Result<SecretString, SecretError>;

    /// The same, for whoever was just told that the value is wrong: read anew, unless that was done moments ago, so that
    /// a value which stays wrong costs the source little.
    async fn renew(&self, name: &str) -> Result<SecretString, SecretError>;
}

/// Keeps secrets that people enter, such as a tenant's PSA key.
#[async_trait]
pub trait SecretStore: Secrets {
    /// Keeps a secret under a name that was never used before.
    async fn put(&self, name: &SecretName, value: &SecretString) -> Result<(), SecretError>;

    /// Forgets a secret; one that isn't there is forgotten already.
    async fn forget(&self, name: &SecretName) -> Result<(), SecretError>;
}

/// There is no place for secrets that people enter.
#[derive(Debug, Clone, Copy)]
pub struct NoVault;

impl NoVault {
    fn refuse(name: &str) -> SecretError {
        let reason = "there is no place to keep secrets: set KEY_VAULT_URL".to_owned();
        SecretError::Unavailable { name: name.to_owned(), reason }
    }
}

#[async_trait]
impl Secrets for NoVault {
    async fn get(&self, name: &str) -> Result<SecretString, SecretError> {
        Err(Self::refuse(name))
    }

    async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
        Err(Self::refuse(name))
    }
}

#[async_trait]
impl SecretStore for NoVault {
    async fn put(&self, name: &SecretName, _: &SecretString) -> Result<(), SecretError> {
        Err(Self::refuse(name.as_str()))
    }

    async fn forget(&self, _: &SecretName) -> Result<(), SecretError> {
        Ok(())
    }
}

/// One secret, and who keeps it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Secret {
    name: Arc<str>,
    keeper: Arc<dyn Secrets>,
}

impl Secret {
    /// The secret `name` of `keeper`.
    pub fn new(name: &str, keeper: Arc<dyn Secrets>) -> Self {
        Self { name: name.into(), keeper }
    }

    /// A secret that was given as a setting, and stays as it is.
    pub fn fixed(name: &str, value: SecretString) -> Self {
        Self::new(name, Arc::new(Fixed(value)))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its present value.
    pub async fn read(&self) -> Result<SecretString, SecretError> {
        self.keeper.get(&self.name).await
    }

    /// What there is instead of `refused`, a value that was read before and turned out to be wrong: a rotated secret has
    /// another one at once. `None`: it still is the same.
    pub async fn instead_of(&self, refused: &SecretString) -> Result<Option<SecretString>, SecretError> {
        let other = |value: SecretString| (value.expose_secret() != refused.expose_secret()).then_some(value);
        // Somebody else may have renewed it already.
        match other(self.read().await?) {
            Some(value) => Ok(Some(value)),
            None => Ok(other(self.keeper.renew(&self.name).await?)),
        }
    }
}

#[derive(Debug)]
struct Fixed(SecretString);

#[async_trait]
impl Secrets for Fixed {
    async fn get(&self, _: &str) -> Result<SecretString, SecretError> {
        Ok(self.0.clone())
    }

    async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
        self.get(name).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has another value from the first renewal on.
    #[derive(Debug, Default)]
    struct Rotated(std::sync::atomic::AtomicU8);

    #[async_trait]
    impl Secrets for Rotated {
        async fn get(&self, _: &str) -> Result<SecretString, SecretError> {
            let renewals = self.0.load(std::sync::atomic::Ordering::Relaxed);
            Ok(if renewals == 0 { "old" } else { "new" }.into())
        }

        async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            self.get(name).await
        }
    }

    #[tokio::test]
    async fn a_refused_value_is_replaced_if_there_is_another_and_asked_for_again_only_then() {
        let keeper = Arc::new(Rotated::default());
        let secret = Secret::new("KEY", Arc::clone(&keeper) as Arc<dyn Secrets>);
        let old = secret.read().await.unwrap();
        for _ in 0..2 {
            let new = secret.instead_of(&old).await.unwrap().expect("another value");
            assert_eq!(new.expose_secret(), "new");
        }
        assert_eq!(keeper.0.load(std::sync::atomic::Ordering::Relaxed), 1);
        assert!(secret.instead_of(&"new".into()).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_fixed_secret_stays_and_is_not_printed() {
        let secret = Secret::fixed("KEY", "hunter2".into());
        let value = secret.read().await.unwrap();
        assert!(secret.instead_of(&value).await.unwrap().is_none());
        assert!(!format!("{secret:?} {value:?}").contains("hunter2"));
    }
}
