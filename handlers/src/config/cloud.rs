//! The settings of the cloud: where the state, the keys and the events are, and who opens them.
//!
//! Invariant: nothing in the cloud falls back to a stand-in. Where the state is shared, what only one machine has (its
//! secret, its own sign-in) is no substitute, and the process refuses to start without the real one.

use azure::cosmos::{Access, Account};
use azure::identity::{Credential, Identity};
use azure::key_vault::{KeyVault, Timing};
use azure::service_bus::{Connection, ServiceBus};
use secrecy::SecretString;
use url::{Host, Url};

use super::settings::Settings;
use super::{Given, Hub, Insights, Mode, Off, State, Topic, Vault};
use crate::telemetry::Destination;

/// Characters of the shortest secret that signs links: as many as 128 random bits take in hexadecimal digits.
const SHORTEST_SECRET: usize = 32;

/// Who the process is, if anything needs to know; asked at most once.
pub(super) struct Who(Option<Credential>);

impl Who {
    pub(super) fn new() -> Self {
        Self(None)
    }

    fn credential(&mut self, settings: &mut Settings) -> Option<Credential> {
        if self.0.is_none() {
            let client_id = settings.text("AZURE_CLIENT_ID").map(str::to_owned);
            self.0 = Self::of(settings, "AZURE_CLIENT_ID", client_id);
        }
        self.0.clone()
    }

    /// The identity that `setting` names; where that is the usual one, the same credential.
    fn named(&mut self, settings: &mut Settings, setting: &str, client_id: &str) -> Option<Credential> {
        if settings.text("AZURE_CLIENT_ID") == Some(client_id) {
            return self.credential(settings);
        }
        Self::of(settings, setting, Some(client_id.to_owned()))
    }

    fn of(settings: &mut Settings, setting: &str, client_id: Option<String>) -> Option<Credential> {
        // Azure gives its processes an address to ask for tokens at; whoever works here uses their own tools.
        let is_managed = settings.text("IDENTITY_ENDPOINT").is_some();
        let identity = if is_managed { Identity::Managed { client_id } } else { Identity::Developer };
        Credential::of(&identity).map_err(|error| settings.wrong(setting, error.to_string())).ok()
    }
}

/// Where the state is.
pub(super) fn state(settings: &mut Settings, who: &mut Who) -> State {
    let Some(endpoint) = settings.parsed("COSMOS_ENDPOINT", endpoint) else {
        for name in ["COSMOS_DATABASE", "COSMOS_KEY"] {
            if settings.text(name).is_some() && !settings.is_wrong("COSMOS_ENDPOINT") {
                settings.wrong(name, "is of no use without COSMOS_ENDPOINT");
            }
        }
        return State::Folder;
    };
    let access = match settings.secret("COSMOS_KEY") {
        Some(key) if is_here(&endpoint) => Some(Access::Key(key)),
        Some(_) => {
            settings.wrong(
                "COSMOS_KEY",
                "is for emulators on this machine; in Azure the app's identity opens the account",
            );
            None
        }
        None => who.credential(settings).map(Access::Identity),
    };
    let database = settings.text("COSMOS_DATABASE").unwrap_or("oncall").to_owned();
    let region = settings.text("REGION_NAME").map(str::to_owned);
    let Some(access) = access else { return State::Folder };
    match Account::new(&endpoint, &database, region.as_deref(), access) {
        Ok(account) => State::Cosmos(Box::new(account)),
        Err(error) => {
            settings.wrong("COSMOS_ENDPOINT", error.to_string());
            State::Folder
        }
    }
}

/// The secret that signs links; needed where several processes share the state.
pub(super) fn link_secret(settings: &mut Settings, is_shared: bool) -> Option<SecretString> {
    let secret = settings.parsed("ONCALL_LINK_SECRET", |text| {
        if text.len() < SHORTEST_SECRET {
            return Err(format!(
                "has {} characters, and needs {SHORTEST_SECRET} at least, random ones",
                text.len()
            ));
        }
        Ok(SecretString::from(text))
    });
    let is_missing =
        settings.text("ONCALL_LINK_SECRET").is_none() && !settings.is_wrong("ONCALL_LINK_SECRET");
    if is_shared && is_missing {
        settings.wrong(
            "ONCALL_LINK_SECRET",
            "is needed with COSMOS_ENDPOINT: a random text, the same for every process, that signs acknowledge links",
        );
    }
    secret
}

/// Key Vault.
pub(super) fn vault(settings: &mut Settings, who: &mut Who) -> Option<Vault> {
    let url = settings.text("KEY_VAULT_URL")?.to_owned();
    let credential = who.credential(settings)?;
    if let Err(error) = KeyVault::new(&url, &credential, Timing::default()) {
        settings.wrong("KEY_VAULT_URL", error.to_string());
    }
    Some(Vault { url, credential })
}

/// A secret from the settings, or else from the vault.
pub(super) fn given(settings: &Settings, name: &str, has_vault: bool) -> Option<Given> {
    match settings.secret(name) {
        Some(secret) => Some(Given::Here(secret)),
        None => has_vault.then_some(Given::Vault),
    }
}

/// The topic that events go to.
pub(super) fn topic(settings: &mut Settings, mode: Mode, who: &mut Who, off: &mut Vec<Off>) -> Option<Topic> {
    const STRING: &str = "BUS_CONNECTION_STRING";
    const NAMESPACE: &str = "BUS_CONNECTION_STRING__fullyQualifiedNamespace";
    let (setting, connection) = match (settings.secret(STRING), settings.text(NAMESPACE).map(str::to_owned)) {
        (Some(_), Some(_)) => {
            settings.wrong(NAMESPACE, format!("can't be used beside {STRING}: remove one of them"));
            return None;
        }
        (Some(text), None) => (STRING, Connection::parse(&text)),
        (None, Some(namespace)) => {
            (NAMESPACE, Connection::of_namespace(&namespace, bus_identity(settings, who)?))
        }
        (None, None) => {
            if matches!(mode, Mode::Functions { .. }) {
                let why = format!("neither {STRING} nor {NAMESPACE} is set");
                off.push(Off {
                    what: "alerts from RMM, Security and Backups over the bus",
                    why: why.clone(),
                });
                off.push(Off { what: "publishing life-cycle events", why });
            }
            return None;
        }
    };
    let connection = connection.map_err(|error| settings.wrong(setting, error.to_string())).ok()?;
    let Some(name) = settings.text("BUS_TOPIC").map(str::to_owned) else {
        settings.wrong("BUS_TOPIC", format!("is needed with {setting}: the topic that events go to"));
        return None;
    };
    // The client reads the topic's name and the connection together.
    if let Err(error) = ServiceBus::new(connection.clone(), &name) {
        settings.wrong("BUS_TOPIC", error.to_string());
    }
    if matches!(mode, Mode::Standalone { .. }) {
        let why = "only the Functions host receives from Service Bus; `oncall bus send` puts messages on this machine's own bus";
        off.push(Off { what: "alerts from RMM, Security and Backups over Service Bus", why: why.to_owned() });
    }
    Some(Topic { connection, name })
}

/// Who publishes: whom the host receives as, where it is told.
fn bus_identity(settings: &mut Settings, who: &mut Who) -> Option<Credential> {
    const CLIENT: &str = "BUS_CONNECTION_STRING__clientId";
    match settings.text(CLIENT).map(str::to_owned) {
        Some(client_id) => who.named(settings, CLIENT, &client_id),
        None => who.credential(settings),
    }
}

/// The Hub. Without one, a machine signs people in by itself; where the state is in the cloud, nobody else may.
pub(super) fn hub(settings: &mut Settings, state: &State, has_vault: bool) -> Option<Hub> {
    let issuer = settings.parsed("HUB_ISSUER", |text| {
        let url = Url::parse(text).map_err(|error| format!("'{text}' is not an address: {error}"))?;
        if url.scheme() == "https" || is_here(&url) {
            Ok(url)
        } else {
            Err("must begin with https://".to_owned())
        }
    });
    let Some(issuer) = issuer else {
        let in_cloud = matches!(state, State::Cosmos(account) if !is_here(account.endpoint()));
        if settings.is_wrong("HUB_ISSUER") {
            return None;
        }
        if in_cloud {
            settings.wrong("HUB_ISSUER", "is needed in the cloud: the Hub is who signs people in there");
        }
        for name in ["HUB_CLIENT_ID", "HUB_CLIENT_SECRET"] {
            if settings.text(name).is_some() && !in_cloud {
                settings.wrong(name, "is of no use without HUB_ISSUER");
            }
        }
        return None;
    };
    let Some(client_id) = settings.text("HUB_CLIENT_ID").map(str::to_owned) else {
        settings.wrong("HUB_CLIENT_ID", "is needed with HUB_ISSUER: the name that the Hub knows this app by");
        return None;
    };
    let Some(client_secret) = given(settings, "HUB_CLIENT_SECRET", has_vault) else {
        settings.wrong(
            "HUB_CLIENT_SECRET",
            "is needed with HUB_ISSUER, here or in Key Vault as HUB-CLIENT-SECRET",
        );
        return None;
    };
    Some(Hub { issuer, client_id, client_secret })
}

/// Application Insights, under the names that the host reads as well.
pub(super) fn telemetry(settings: &mut Settings, who: &mut Who) -> Option<Insights> {
    const HOW: &str = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";
    let destination = settings.parsed("APPLICATIONINSIGHTS_CONNECTION_STRING", |text| {
        Destination::parse(text).map_err(|problem| problem.to_string())
    })?;
    let Some(how) = settings.text(HOW).map(str::to_owned) else {
        return Some(Insights { destination, credential: None });
    };
    let parts = how.split(';').filter_map(|part| part.split_once('='));
    let parts: Vec<_> = parts.map(|(name, value)| (name.trim(), value.trim())).collect();
    let part = |name: &str| parts.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
    if !part("Authorization").is_some_and(|(_, value)| value.eq_ignore_ascii_case("AAD")) {
        let problem = "must be 'Authorization=AAD', after 'ClientId=…;' where the app has several identities";
        settings.wrong(HOW, problem);
        return None;
    }
    let credential = match part("ClientId") {
        Some((_, id)) => who.named(settings, HOW, id),
        None => who.credential(settings),
    };
    Some(Insights { destination, credential: Some(credential?) })
}

/// Whether an address is on this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("'{text}' is not an address: {error}"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here(&url) => Ok(url),
        _ => Err(format!("'{text}' must begin with https:// (http:// only on this machine)")),
    }
}
