//! Asking the vault: one fetch, and the one table of what its failures mean.
//!
//! Invariants: a fetch ends within its limit; the client, with its TLS, is made for the first one; nothing that the vault
//! or the identity sent is told, since either may contain what nobody is to see.

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::Duration;

use azure_core::error::ErrorKind;
use azure_core::http::StatusCode;
use azure_security_keyvault_secrets::SecretClient;
use azure_security_keyvault_secrets::models::SetSecretParameters;
use secrecy::SecretString;
use serde::Deserialize;

use super::address::Address;
use super::kept::Trouble;
use crate::identity::Credential;

/// The vault itself.
pub(super) struct Source {
    address: Address,
    credential: Credential,
    client: OnceLock<SecretClient>,
}

impl Source {
    pub(super) fn new(address: Address, credential: Credential) -> Self {
        Self { address, credential, client: OnceLock::new() }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The secret's value, without the white space around it, which a file adds; `None`: there is none, or it is empty.
    pub(super) async fn fetch(&self, name: &str, within: Duration) -> Result<Option<SecretString>, Trouble> {
        let asked = async {
            let secret = self.client()?.get_secret(name, None).await?.into_model()?;
            let value = secret.value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            Ok(value.map(SecretString::from))
        };
        match tokio::time::timeout(within, Box::pin(asked)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) if is_missing(&error) => Ok(None),
            Ok(Err(error)) => Err(trouble(&error)),
            Err(_) => {
                Err(failing(format!("no good answer from the vault or the identity within {within:?}")))
            }
        }
    }

    /// Keeps a secret. One of the same name gets another version.
    pub(super) async fn put(&self, name: &str, value: &str, within: Duration) -> Result<(), Trouble> {
        let parameters =
            SetSecretParameters { value: Some(value.to_owned()), ..SetSecretParameters::default() };
        let asked = async {
            self.client()?.set_secret(name, parameters.try_into()?, None).await?;
            Ok(())
        };
        done(asked, within).await
    }

    /// Deletes a secret; one that isn't there is deleted already. The vault can bring it back for as long as it keeps what
    /// was deleted.
    pub(super) async fn delete(&self, name: &str, within: Duration) -> Result<(), Trouble> {
        let asked = async {
            match self.client()?.delete_secret(name, None).await {
                Err(error) if is_missing(&error) => Ok(()),
                deleted => deleted.map(drop),
            }
        };
        done(asked, within).await
    }

    fn client(&self) -> Result<&SecretClient, azure_core::Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let (endpoint, options) = (self.address.endpoint(), self.address.options()?);
        let client = SecretClient::new(&endpoint, self.credential.shared(), Some(options))?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// A write that ends within its limit.
async fn done(
    asked: impl Future<Output = Result<(), azure_core::Error>>,
    within: Duration,
) -> Result<(), Trouble> {
    match tokio::time::timeout(within, Box::pin(asked)).await {
        Ok(done) => done.map_err(|error| trouble(&error)),
        Err(_) => Err(failing(format!("no good answer from the vault or the identity within {within:?}"))),
    }
}

fn failing(reason: impl Into<String>) -> Trouble {
    Trouble { reason: reason.into(), revoked: false }
}

/// The codes of an answer that says no.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    error: Option<Code>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: Option<String>,
    innererror: Option<Box<Code>>,
}

/// The code, and the code inside, such as `Forbidden` and `SecretDisabled`.
fn codes(error: &azure_core::Error) -> [String; 2] {
    let ErrorKind::HttpResponse { raw_response: Some(response), .. } = error.kind() else {
        return Default::default();
    };
    let refusal: Refusal = serde_json::from_slice(response.body().as_ref()).unwrap_or_default();
    let outer = refusal.error;
    let inner = outer.as_ref().and_then(|outer| outer.innererror.as_ref()?.code.clone());
    [outer.and_then(|outer| outer.code).unwrap_or_default(), inner.unwrap_or_default()]
}

/// Only a vault says it like that: any other server's 404 means that the address is wrong.
fn is_missing(error: &azure_core::Error) -> bool {
    error.http_status() == Some(StatusCode::NotFound) && codes(error)[0] == "SecretNotFound"
}

fn trouble(error: &azure_core::Error) -> Trouble {
    match error.kind() {
        ErrorKind::HttpResponse { status: StatusCode::Forbidden, .. } => forbidden(error),
        ErrorKind::HttpResponse { status: StatusCode::Unauthorized, .. } => {
            failing("the vault does not accept the token of the app's identity")
        }
        ErrorKind::HttpResponse { status: StatusCode::TooManyRequests, .. } => {
            failing("the vault is asked too much (429)")
        }
        ErrorKind::HttpResponse { status, .. } if u16::from(*status) >= 500 => {
            failing(format!("the vault answered {}", u16::from(*status)))
        }
        ErrorKind::HttpResponse { status, .. } => failing(format!(
            "{} is no answer of a key vault: is KEY_VAULT_URL its address?",
            u16::from(*status)
        )),
        ErrorKind::Connection | ErrorKind::Io => {
            failing(format!("the vault can't be reached: {}", first_cause(error)))
        }
        ErrorKind::Credential => failing(format!("the app's identity got no token{}", token_service(error))),
        _ => failing("what answers there is no key vault: is KEY_VAULT_URL its address?"),
    }
}

fn forbidden(error: &azure_core::Error) -> Trouble {
    match codes(error)[1].as_str() {
        "SecretDisabled" => Trouble { reason: "it is disabled in the vault (403)".to_owned(), revoked: true },
        "ForbiddenByFirewall" | "ForbiddenByConnection" => {
            failing("the vault's network rules keep the app out (403)")
        }
        _ => failing("the app's identity needs the role 'Key Vault Secrets Officer' on the vault (403)"),
    }
}

/// What is at the bottom of a connection that failed: the system's own words, which name neither secret nor token.
fn first_cause(error: &azure_core::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| "the connection failed".to_owned(), ToString::to_string)
}

/// How the token service refused, if it answered.
fn token_service(error: &azure_core::Error) -> String {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let status = inner.downcast_ref::<azure_core::Error>().and_then(azure_core::Error::http_status);
        if let Some(status) = status {
            return format!(": its token service answered {}", u16::from(status));
        }
        cause = inner.source();
    }
    String::new()
}
