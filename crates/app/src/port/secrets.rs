//! Secrets that may change while the process runs: read where they are used, each time.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;

/// Why a secret can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is none of this name.
    #[error("there is no secret {0}")]
    Missing(&'static str),
    /// Whoever keeps it can't be reached now, and it was never read before: try again.
    #[error("the secret {name} can't be read now: {reason}")]
    Unavailable {
        /// Its name.
        name: &'static str,
        /// What stands against it.
        reason: String,
    },
}

/// Keeps secrets by name, such as `PSA-SERVICE-KEY`.
#[async_trait]
pub trait Secrets: fmt::Debug + Send + Sync {
    /// The secret's present value, at most a few minutes old.
    async fn get(&self, name: &'static str) -> Result<SecretString, SecretError>;
}

/// One secret, and who keeps it; cheap to clone.
#[derive(Debug, Clone)]
pub struct Secret {
    name: &'static str,
    keeper: Arc<dyn Secrets>,
}

impl Secret {
    /// The secret `name` of `keeper`.
    pub fn new(name: &'static str, keeper: Arc<dyn Secrets>) -> Self {
        Self { name, keeper }
    }

    /// A secret that was given as a setting, and stays as it is.
    pub fn fixed(name: &'static str, value: SecretString) -> Self {
        Self::new(name, Arc::new(Fixed(value)))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its present value.
    pub async fn read(&self) -> Result<SecretString, SecretError> {
        self.keeper.get(self.name).await
    }
}

#[derive(Debug)]
struct Fixed(SecretString);

#[async_trait]
impl Secrets for Fixed {
    async fn get(&self, _: &'static str) -> Result<SecretString, SecretError> {
        Ok(self.0.clone())
    }
}
