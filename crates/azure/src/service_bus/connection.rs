//! Where the bus is and what opens it: a connection string as Azure's portal gives it, or a namespace and an identity.
//!
//! Invariants: plain HTTP is spoken with this machine only; no text made here contains the key, nor anything of what was
//! given that might be one in the wrong place.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use crate::identity::Credential;

const ENDPOINT: &str = "Endpoint";
const KEY_NAME: &str = "SharedAccessKeyName";
const KEY: &str = "SharedAccessKey";
const SIGNATURE: &str = "SharedAccessSignature";
const ENTITY_PATH: &str = "EntityPath";
const EMULATOR: &str = "UseDevelopmentEmulator";
/// What AMQP clients are told; it says nothing here.
const TRANSPORT: &str = "TransportType";

const PARTS: [&str; 7] = [ENDPOINT, KEY_NAME, KEY, SIGNATURE, ENTITY_PATH, EMULATOR, TRANSPORT];

/// The namespaces of Azure's public cloud.
const PUBLIC_CLOUD: &str = ".servicebus.windows.net";

/// Why there is no connection. The texts follow a setting's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// A part isn't `name=value`; counted from 1.
    #[error("part {0} has no `=`")]
    Malformed(usize),
    /// A part has a name that no part has; counted from 1.
    #[error("part {0} is none of {parts}", parts = PARTS.join(", "))]
    Unknown(usize),
    /// A part is there twice.
    #[error("{0} is given twice")]
    Repeated(&'static str),
    /// A part has no value.
    #[error("{0} is empty")]
    Blank(&'static str),
    /// A part that is needed isn't there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The endpoint can't be used.
    #[error("Endpoint: {0}")]
    Endpoint(&'static str),
    /// The fully qualified namespace can't be used.
    #[error("{0}")]
    Namespace(&'static str),
    /// The key's name can't be one.
    #[error(
        "SharedAccessKeyName has 1 to 50 characters: letters, digits, `.`, `-`, `_`; it begins and ends with a letter or digit"
    )]
    KeyName,
    /// A signature was given.
    #[error(
        "a SharedAccessSignature ends some day and can't be renewed here: give SharedAccessKeyName and SharedAccessKey, or \
         use the identity"
    )]
    Signature,
    /// The emulator's flag is neither true nor false.
    #[error("UseDevelopmentEmulator is true or false")]
    Emulator,
    /// The emulator's flag is set for a namespace elsewhere.
    #[error("UseDevelopmentEmulator=true goes with an Endpoint on this machine")]
    EmulatorElsewhere,
    /// A key for a namespace of a cloud that keys don't work in.
    #[error("a key works for *.servicebus.windows.net only: in any other cloud use the identity")]
    Cloud,
    /// The connection string belongs to another entity than the topic.
    #[error("EntityPath is not the topic {topic}")]
    OtherEntity {
        /// The topic that was asked for.
        topic: String,
    },
    /// That can't be a topic's name.
    #[error(
        "a topic's name has 1 to 260 characters: letters, digits, `.`, `-`, `_`, and `/` between; it begins and ends with a \
         letter or digit"
    )]
    Topic,
    /// The client refused it.
    #[error("the client refused it: {0}")]
    Client(String),
}

/// A namespace and what opens it.
#[derive(Debug, Clone)]
pub struct Connection {
    origin: Url,
    access: Access,
    entity_path: Option<String>,
}

/// What opens a namespace.
#[derive(Debug, Clone)]
pub(super) enum Access {
    /// A shared access key.
    Key { name: String, key: SecretString },
    /// Whoever the process is.
    Identity(Credential),
}

impl Connection {
    /// The connection that a connection string describes.
    pub fn parse(text: &SecretString) -> Result<Self, ConnectionError> {
        let parts = parts(text.expose_secret())?;
        if parts.contains_key(SIGNATURE) {
            return Err(ConnectionError::Signature);
        }
        let required = |name| parts.get(name).copied().ok_or(ConnectionError::Missing(name));
        let origin = endpoint(required(ENDPOINT)?)?;
        let is_emulator = parts.get(EMULATOR).map_or(Ok(false), |value| value.to_ascii_lowercase().parse());
        if is_emulator.map_err(|_| ConnectionError::Emulator)? && !is_local(&origin) {
            return Err(ConnectionError::EmulatorElsewhere);
        }
        let (name, key) = (required(KEY_NAME)?, required(KEY)?);
        if name.len() > 50 || !is_name(name) {
            return Err(ConnectionError::KeyName);
        }
        let connection = Self {
            access: Access::Key { name: name.to_owned(), key: SecretString::from(key) },
            entity_path: parts.get(ENTITY_PATH).map(|path| (*path).to_owned()),
            origin,
        };
        // What is signed names the host, and the client that signs knows the public cloud only.
        if connection.namespace().is_none() { Err(ConnectionError::Cloud) } else { Ok(connection) }
    }

    /// The connection to `namespace.servicebus.windows.net`, or to `127.0.0.1:PORT`, opened by an identity.
    pub fn of_namespace(namespace: &str, credential: Credential) -> Result<Self, ConnectionError> {
        let namespace = namespace.trim();
        if namespace.is_empty() {
            return Err(ConnectionError::Empty);
        }
        let origin = origin(namespace).map_err(ConnectionError::Namespace)?;
        Ok(Self { origin, access: Access::Identity(credential), entity_path: None })
    }

    /// Whether the topic can be one and, where the connection string names an entity, is that.
    pub(super) fn leads_to(&self, topic: &str) -> Result<(), ConnectionError> {
        if topic.len() > 260 || !topic.split('/').all(is_name) {
            return Err(ConnectionError::Topic);
        }
        match &self.entity_path {
            Some(path) if !path.eq_ignore_ascii_case(topic) => {
                Err(ConnectionError::OtherEntity { topic: topic.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Scheme, host and port.
    pub(super) fn origin(&self) -> &Url {
        &self.origin
    }

    /// Whether it leads to this machine, in plain HTTP.
    pub(super) fn is_local(&self) -> bool {
        is_local(&self.origin)
    }

    /// The host, for whoever reads an error.
    pub(super) fn host(&self) -> &str {
        self.origin.host_str().unwrap_or_default()
    }

    /// The namespace's own name, in the public cloud; a name that stands for it, on this machine.
    pub(super) fn namespace(&self) -> Option<&str> {
        if self.is_local() {
            return Some("loopback");
        }
        self.host().strip_suffix(PUBLIC_CLOUD).filter(|name| !name.contains('.'))
    }

    pub(super) fn access(&self) -> &Access {
        &self.access
    }
}

fn parts(text: &str) -> Result<BTreeMap<&'static str, &str>, ConnectionError> {
    let mut parts = BTreeMap::new();
    for (index, part) in text.split(';').map(str::trim).enumerate().filter(|(_, part)| !part.is_empty()) {
        // A part that isn't recognised is told by its place: it may be the key.
        let (name, value) = part.split_once('=').ok_or(ConnectionError::Malformed(index + 1))?;
        let known = PARTS.into_iter().find(|known| known.eq_ignore_ascii_case(name.trim()));
        let name = known.ok_or(ConnectionError::Unknown(index + 1))?;
        if value.trim().is_empty() {
            return Err(ConnectionError::Blank(name));
        }
        if parts.insert(name, value.trim()).is_some() {
            return Err(ConnectionError::Repeated(name));
        }
    }
    if parts.is_empty() { Err(ConnectionError::Empty) } else { Ok(parts) }
}

fn endpoint(text: &str) -> Result<Url, ConnectionError> {
    let (scheme, rest) = text.split_at_checked("sb://".len()).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("sb://") {
        return Err(ConnectionError::Endpoint("it begins with sb://"));
    }
    origin(rest).map_err(ConnectionError::Endpoint)
}

/// The origin of `host[:port][/]`: plain HTTP on this machine, HTTPS elsewhere.
fn origin(authority: &str) -> Result<Url, &'static str> {
    const NO_HOST: &str = "a host's name is expected, such as name.servicebus.windows.net";
    if authority.contains("://") {
        return Err("the host's name alone is expected, without a scheme");
    }
    let mut url = Url::parse(&format!("http://{authority}")).map_err(|_| NO_HOST)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("nothing may stand before the host's name");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("nothing may follow the host's name");
    }
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if is_local {
        return Ok(url);
    }
    if !matches!(url.port(), None | Some(443)) {
        return Err("a port is for this machine only: the bus is reached at 443");
    }
    if !url.domain().is_some_and(|name| name.contains('.')) {
        return Err("the full name is expected, such as name.servicebus.windows.net");
    }
    url.set_scheme("https").map_err(|()| NO_HOST)?;
    Ok(url)
}

fn is_local(origin: &Url) -> bool {
    origin.scheme() == "http"
}

/// What Azure permits in the names of keys and, between slashes, of entities.
fn is_name(text: &str) -> bool {
    let outer = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(outer)
        && text.ends_with(outer)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests;
