//! What the Hub says about itself: where its pages and its keys are (OIDC Discovery 1.0).
//!
//! Invariant: whatever is sent to the Hub goes over TLS, or stays on this machine.

use serde::Deserialize;
use url::{Host, Url};

/// The Hub's name and where it describes itself.
#[derive(Debug, Clone)]
pub(super) struct Issuer {
    url: Url,
    description: Url,
}

impl Issuer {
    /// The error goes on after the setting's name.
    pub(super) fn new(url: &Url) -> Result<Self, String> {
        if !is_private(url) {
            return Err("must begin with https://".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("has a query or a fragment, which no issuer has".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("contains a user or a password".to_owned());
        }
        let mut description = url.clone();
        let path = format!("{}/.well-known/openid-configuration", url.path().trim_end_matches('/'));
        description.set_path(&path);
        Ok(Self { url: url.clone(), description })
    }

    /// Where it describes itself.
    pub(super) fn description(&self) -> &Url {
        &self.description
    }

    /// Whether this is its name, to the letter. An address without a path may be written with or without the slash.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let own = self.url.as_str();
        own == name || (self.url.path() == "/" && own.strip_suffix('/') == Some(name))
    }
}

/// How the Hub wants to be shown our secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientAuth {
    /// In the `Authorization` header.
    Basic,
    /// In the form.
    Post,
}

/// The Hub's description, as far as it matters here.
#[derive(Debug, Clone)]
pub(super) struct Discovery {
    /// The name that its tokens must carry.
    pub(super) issuer: String,
    pub(super) authorization: Url,
    pub(super) token: Url,
    pub(super) keys: Url,
    pub(super) end_session: Option<Url>,
    pub(super) client_auth: ClientAuth,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Discovery {
    /// Reads the description of `issuer`.
    pub(super) fn read(body: &[u8], issuer: &Issuer) -> Result<Self, String> {
        let document: Document = serde_json::from_slice(body)
            .map_err(|error| format!("its description can't be read: {error}"))?;
        if !issuer.is_called(&document.issuer) {
            return Err("its description is another issuer's".to_owned());
        }
        Ok(Self {
            issuer: document.issuer,
            authorization: address(&document.authorization_endpoint)?,
            token: address(&document.token_endpoint)?,
            keys: address(&document.jwks_uri)?,
            end_session: document.end_session_endpoint.as_deref().map(address).transpose()?,
            client_auth: client_auth(document.token_endpoint_auth_methods_supported.as_deref())?,
        })
    }
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(is_private);
    url.ok_or_else(|| "its description leads to an address that doesn't begin with https://".to_owned())
}

/// The first way that both know; the header's, where the Hub names none (RFC 8414, section 2).
fn client_auth(supported: Option<&[String]>) -> Result<ClientAuth, String> {
    let Some(supported) = supported else { return Ok(ClientAuth::Basic) };
    let has = |name: &str| supported.iter().any(|method| method == name);
    if has("client_secret_basic") {
        Ok(ClientAuth::Basic)
    } else if has("client_secret_post") {
        Ok(ClientAuth::Post)
    } else {
        Err("it takes no client secret".to_owned())
    }
}

/// Nobody on the way can read along.
fn is_private(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn issuer(text: &str) -> Result<Issuer, String> {
        Issuer::new(&Url::parse(text).unwrap())
    }

    fn description() -> Value {
        json!({
            "issuer": "https://hub.example/orgs",
            "authorization_endpoint": "https://hub.example/authorize",
            "token_endpoint": "https://hub.example/token",
            "jwks_uri": "https://keys.example/jwks",
        })
    }

    fn read(description: &Value) -> Result<Discovery, String> {
        Discovery::read(description.to_string().as_bytes(), &issuer("https://hub.example/orgs").unwrap())
    }

    #[test]
    fn the_description_is_below_the_issuer() {
        for (name, description) in [
            ("https://hub.example", "https://hub.example/.well-known/openid-configuration"),
            ("https://hub.example/a/v2.0", "https://hub.example/a/v2.0/.well-known/openid-configuration"),
            ("https://hub.example/a/", "https://hub.example/a/.well-known/openid-configuration"),
            ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x/.well-known/openid-configuration"),
        ] {
            assert_eq!(issuer(name).unwrap().description().as_str(), description);
        }
        for bad in
            ["http://hub.example", "ftp://hub.example", "https://hub.example/?a", "https://a:b@hub.example"]
        {
            assert!(issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_issuer_is_known_by_its_exact_name() {
        let root = issuer("https://hub.example").unwrap();
        assert!(root.is_called("https://hub.example") && root.is_called("https://hub.example/"));
        let path = issuer("https://hub.example/a").unwrap();
        assert!(path.is_called("https://hub.example/a") && !path.is_called("https://hub.example/a/"));
        assert!(!path.is_called("https://hub.example/A") && !path.is_called("https://hub.example"));
    }

    #[test]
    fn a_description_of_another_or_one_that_leads_into_the_open_is_refused() {
        assert!(read(&description()).is_ok());
        for (field, value) in [
            ("issuer", "https://hub.example/orgs/"),
            ("issuer", "https://evil.example"),
            ("token_endpoint", "http://hub.example/token"),
            ("jwks_uri", "http://hub.example/jwks"),
            ("jwks_uri", "not an address"),
            ("end_session_endpoint", "javascript:alert(1)"),
        ] {
            let mut bad = description();
            bad[field] = json!(value);
            assert!(read(&bad).is_err(), "{field}: {value}");
        }
        assert!(read(&json!({ "issuer": "https://hub.example/orgs" })).is_err());
    }

    #[test]
    fn the_secret_is_shown_in_a_way_that_the_hub_knows() {
        let by = |methods: Value| {
            let mut described = description();
            described["token_endpoint_auth_methods_supported"] = methods;
            read(&described).map(|discovery| discovery.client_auth)
        };
        assert_eq!(by(Value::Null), Ok(ClientAuth::Basic));
        assert_eq!(by(json!(["client_secret_post", "client_secret_basic"])), Ok(ClientAuth::Basic));
        assert_eq!(by(json!(["private_key_jwt", "client_secret_post"])), Ok(ClientAuth::Post));
        assert!(by(json!(["none"])).is_err());
    }
}
