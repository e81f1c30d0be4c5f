//! Who the process is in Azure: one credential for Cosmos DB, Service Bus, Key Vault and telemetry.
//!
//! Invariant: each of them has a token of its own, and none waits for another's.

mod kept;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use azure_identity::{
    DeveloperToolsCredential, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
};
use secrecy::{ExposeSecret as _, SecretString};

use kept::{KeptTokens, Timing};

/// Which identity opens Azure's doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The app's own, given by the platform; where it has several, the one with this client id.
    Managed {
        /// The client id of a user-assigned identity.
        client_id: Option<String>,
    },
    /// Whoever is signed in to the developer's tools on this machine.
    Developer,
}

/// The identity can't be used at all, as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the identity can't be used: {0}")]
pub struct IdentityError(String);

/// A credential, shared by whatever needs one; it fetches tokens when they are needed and keeps them until they expire.
#[derive(Clone)]
pub struct Credential(Arc<dyn TokenCredential>);

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

impl Credential {
    /// The credential of an identity. Asks nobody yet.
    pub fn of(identity: &Identity) -> Result<Self, IdentityError> {
        // Whether it can be used is told now, not when the first token is wanted.
        source(identity).map_err(wrong)?;
        let identity = identity.clone();
        Ok(Self(Arc::new(KeptTokens::new(Box::new(move || source(&identity)), Timing::USUAL))))
    }

    /// A token that is there already and is sent to whoever asks for one, for ever: for servers that stand in for Azure.
    pub fn fixed(token: SecretString) -> Self {
        Self(Arc::new(Fixed(token)))
    }

    /// A token for a scope; kept until it expires, so it may be asked for before every call. Waits 5 s at the longest.
    pub async fn token(&self, scope: &str) -> Result<SecretString, IdentityError> {
        let token = self.0.get_token(&[scope], None).await.map_err(wrong)?;
        Ok(token.token.secret().to_owned().into())
    }

    pub(crate) fn shared(&self) -> Arc<dyn TokenCredential> {
        Arc::clone(&self.0)
    }
}

/// What fetches an identity's tokens.
fn source(identity: &Identity) -> azure_core::Result<Arc<dyn TokenCredential>> {
    Ok(match identity {
        Identity::Managed { client_id } => {
            let options = ManagedIdentityCredentialOptions {
                user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
                ..Default::default()
            };
            ManagedIdentityCredential::new(Some(options))?
        }
        Identity::Developer => DeveloperToolsCredential::new(None)?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn wrong(error: azure_core::Error) -> IdentityError {
    IdentityError(error.to_string())
}

#[derive(Debug)]
struct Fixed(SecretString);

/// 1 January 2100, in seconds of Unix time: later than any test runs.
const NEVER: i64 = 4_102_444_800;

#[async_trait]
impl TokenCredential for Fixed {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let until = OffsetDateTime::from_unix_timestamp(NEVER).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Ok(AccessToken::new(Secret::new(self.0.expose_secret().to_owned()), until))
    }
}
