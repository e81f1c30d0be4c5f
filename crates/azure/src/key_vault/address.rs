//! Where a vault is: `https://` anywhere, `http://` on loopback only.
//!
//! Invariant: a token leaves the machine over TLS only.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{
    AsyncRawResponse, ExponentialRetryOptions, HttpClient, Request, RetryOptions, Transport,
};
use azure_core::time::Duration;
use azure_security_keyvault_secrets::SecretClientOptions;
use url::{Host, Url};

/// An address that no vault can have: what is wrong with it, never the address itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key vault's address {0}")]
pub struct KeyVaultError(String);

fn wrong(problem: impl Into<String>) -> KeyVaultError {
    KeyVaultError(problem.into())
}

/// A vault's address.
#[derive(Debug, Clone)]
pub(super) struct Address {
    url: Url,
    /// On this machine, without TLS.
    plain: bool,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, KeyVaultError> {
        let url = Url::parse(text.trim()).map_err(|error| wrong(format!("is not an address: {error}")))?;
        let plain = match (url.scheme(), url.host()) {
            ("https", Some(_)) => false,
            ("http", Some(host)) if is_loopback(&host) => true,
            ("http", Some(_)) => {
                return Err(wrong("has to start with https://, since it isn't on this machine"));
            }
            _ => return Err(wrong("has to look like https://NAME.vault.azure.net")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("contains a user or password; the app's identity opens the vault"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("names something inside the vault; only the vault's own address is needed"));
        }
        Ok(Self { url, plain })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The address as the SDK sees it, which sends no token to any other than `https://`.
    pub(super) fn endpoint(&self) -> String {
        if self.plain { self.url.as_str().replacen("http://", "https://", 1) } else { self.url.to_string() }
    }

    /// The SDK's own options, with fewer repetitions: whoever waits for a key doesn't wait for long. On loopback no name
    /// can match the vault's certificate or challenge.
    pub(super) fn options(&self) -> Result<SecretClientOptions, azure_core::Error> {
        let mut options = SecretClientOptions::default();
        options.client_options.retry = RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: 2,
            initial_delay: Duration::milliseconds(100),
            ..Default::default()
        });
        if self.plain {
            options.verify_challenge_resource = Some(false);
            options.client_options.transport = Some(Transport::new(Arc::new(Loopback::new()?)));
        }
        Ok(options)
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Sends what was meant for `https://` over plain HTTP to the same host and port, which is this machine.
#[derive(Debug)]
struct Loopback(reqwest::Client);

impl Loopback {
    fn new() -> Result<Self, azure_core::Error> {
        #[expect(clippy::disallowed_methods, reason = "the time limit is set around all of a fetch")]
        let client =
            reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self(client.map_err(|error| azure_core::Error::new(azure_core::error::ErrorKind::Other, error))?))
    }
}

#[async_trait]
impl HttpClient for Loopback {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut url = request.url().clone();
        // It was http:// before `Address::endpoint`, so it can be again.
        let _ = url.set_scheme("http");
        let mut plain = Request::new(url, request.method());
        for (name, value) in request.headers().iter() {
            plain.insert_header(name.clone(), value.clone());
        }
        plain.set_body(request.body().clone());
        self.0.execute_request(&plain).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_has_an_https_address_or_is_on_this_machine() {
        for (text, endpoint) in [
            ("https://kv.vault.azure.net", "https://kv.vault.azure.net/"),
            (" https://kv.vault.azure.net/ ", "https://kv.vault.azure.net/"),
            ("http://127.0.0.1:8080", "https://127.0.0.1:8080/"),
            ("http://localhost:8080", "https://localhost:8080/"),
            ("http://[::1]:8080/", "https://[::1]:8080/"),
        ] {
            assert_eq!(Address::parse(text).unwrap().endpoint(), endpoint);
        }
        for (text, problem) in [
            ("", "is not an address"),
            ("kv.vault.azure.net", "is not an address"),
            ("ftp://kv.vault.azure.net", "has to look like"),
            ("http://kv.vault.azure.net", "has to start with https://"),
            ("http://127.0.0.1.example", "has to start with https://"),
            ("https://me:hunter2@kv.vault.azure.net", "contains a user or password"),
            ("https://kv.vault.azure.net/secrets/hunter2", "names something inside"),
            ("https://kv.vault.azure.net/?x=hunter2", "names something inside"),
        ] {
            let told = Address::parse(text).unwrap_err().to_string();
            assert!(told.contains(problem) && !told.contains("hunter2"), "{text}: {told}");
        }
    }

    #[test]
    fn only_on_this_machine_is_the_challenge_not_compared() {
        let verified = |text| Address::parse(text).unwrap().options().unwrap().verify_challenge_resource;
        assert_eq!(verified("https://kv.vault.azure.net"), Some(true));
        assert_eq!(verified("https://127.0.0.1"), Some(true));
        assert_eq!(verified("http://127.0.0.1:1"), Some(false));
    }
}
