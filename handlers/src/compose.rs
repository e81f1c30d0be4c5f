//! Putting the parts together: the only place that names adapters.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use app::port::{Bus, Channel, NoVault, Secret, SecretStore, Secrets, SignalReader, TicketSystem};
use app::{AckLinks, App, Clock, Entropy, Parts, Settings};
use axum::Router;
use azure::cosmos::CosmosDocuments;
use azure::key_vault::{KeyVault, Timing};
use azure::service_bus::ServiceBus;
use embedded::bus::LocalBus;
use embedded::hub::LocalHub;
use embedded::secret::Secret as Seed;
use embedded::secrets::SealedSecrets;
use embedded::sqlite::SqliteDocuments;
use integrations::alert_source::Readers;
use integrations::calendar::{ICalendar, Reachable};
use integrations::channel::Email;
use integrations::http::Http;
use integrations::hub::Hub;
use integrations::psa::{Psas, TheOnePsa};
use secrecy::ExposeSecret as _;
use store::{Documents, Store};

use crate::config::{Config, Given, Mode, State, Vault};
use crate::door::Door;
use crate::edge::{Edge, WatchedVault};
use crate::{functions, http};

/// Everything put together, and not yet listening.
#[derive(Debug)]
pub struct Machine {
    /// What the routes work on.
    pub edge: Arc<Edge>,
    /// The state.
    pub backend: Backend,
    /// The bus of one machine.
    pub bus: Option<LocalBus>,
    /// Issues sign-in tokens.
    pub hub: LocalHub,
    /// The key of the demo's alert source.
    pub demo_key: String,
    mode: Mode,
}

/// Where the documents are.
#[derive(Debug, Clone)]
pub enum Backend {
    /// In a file on this machine.
    Sqlite(Arc<SqliteDocuments>),
    /// In Cosmos DB.
    Cosmos(Arc<CosmosDocuments>),
    /// Wherever whoever composes says.
    Elsewhere(Arc<dyn Documents>),
}

impl Backend {
    /// As the store sees it.
    pub fn documents(&self) -> Arc<dyn Documents> {
        match self {
            Self::Sqlite(documents) => Arc::clone(documents) as Arc<dyn Documents>,
            Self::Cosmos(documents) => Arc::clone(documents) as Arc<dyn Documents>,
            Self::Elsewhere(documents) => Arc::clone(documents),
        }
    }
}

/// Builds a machine as `config` says; `public_url` is used in links where the configuration names none. Connects to nothing.
pub fn compose(
    config: &Config,
    public_url: &str,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Machine> {
    make_folder(config)?;
    compose_on(backend(config)?, config, public_url, clock, entropy)
}

/// The same on documents that are there already.
pub fn compose_on(
    backend: Backend,
    config: &Config,
    public_url: &str,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Machine> {
    let reader = Arc::new(Readers::new(Http::default()));
    compose_with(backend, reader, config, public_url, clock, entropy)
}

/// The same with somebody else to read deliveries, for whoever can't reach those who sign them.
pub fn compose_with(
    backend: Backend,
    reader: Arc<dyn SignalReader>,
    config: &Config,
    public_url: &str,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Machine> {
    make_folder(config)?;
    let seed = seed(config, entropy.as_ref())?;
    let keys = Keys::of(config)?;
    let bus = bus(config)?;
    let hub = LocalHub::new(&seed.derive("hub"));
    let door = door(config, &keys, &hub, &seed)?;
    let (channels, mail_dir) = channels(config)?;
    // Whoever can reach only this machine may read calendars from it and its network.
    let reachable = if config.is_local() { Reachable::Anywhere } else { Reachable::PublicOnly };
    let public_url = config.public_url.as_ref().map_or(public_url, |url| url.as_str());
    let app = App::new(Parts {
        store: Store::new(backend.documents()),
        clock,
        entropy,
        channels,
        tickets: psa(config, &keys)?,
        psas: Arc::new(Psas::new(tenants_http(config))),
        secrets: keys.store(config, &seed)?,
        bus: publisher(config, bus.as_ref())?,
        reader,
        calendars: Arc::new(ICalendar::new(Http::default(), reachable)),
        sign_in: door.sign_in(),
        links: AckLinks::new(&seed.derive("acknowledge links")),
        settings: Settings { public_url: public_url.trim_end_matches('/').to_owned() },
    });
    let defend_key = config.defend_key.as_ref().map(|given| keys.secret(DEFEND_KEY, given)).transpose()?;
    let edge = Edge {
        app,
        defend_key,
        vault: keys.watched(config),
        hub: door,
        open_sign_in: config.is_local(),
        form_secret: seed.derive("forms"),
        mail_dir,
        bus: bus.clone(),
        off: config.off.clone(),
    };
    let demo_key = hex(&seed.derive("demo alert source")[..16]);
    Ok(Machine { edge: Arc::new(edge), backend, bus, hub, demo_key, mode: config.mode })
}

impl Machine {
    /// The host's triggers by themselves, as the host calls them.
    pub fn triggers(&self) -> Router {
        functions::router(Arc::clone(&self.edge))
    }

    /// The routes that this process serves: the public ones, and under the host also the triggers.
    pub fn router(&self) -> Router {
        let public = http::router(Arc::clone(&self.edge));
        match self.mode {
            Mode::Standalone { .. } => public.route("/", axum::routing::get(http::home)),
            Mode::Functions { .. } => public.merge(self.triggers()),
        }
    }
}

/// For addresses that tenants enter: in the cloud they share the machine, and its network is none of their business.
fn tenants_http(config: &Config) -> Http {
    match config.state {
        State::Cosmos(_) => Http::default().public_only(),
        State::Folder => Http::default(),
    }
}

fn make_folder(config: &Config) -> anyhow::Result<()> {
    let Some(folder) = &config.data_dir else { return Ok(()) };
    embedded::private::folder(folder)
        .with_context(|| format!("the data folder {} can't be made", folder.display()))
}

/// What signs links, forms and sessions: given where several processes share the state, else made in the data folder.
fn seed(config: &Config, entropy: &dyn Entropy) -> anyhow::Result<Seed> {
    match (&config.link_secret, &config.data_dir) {
        (Some(secret), _) => Ok(Seed::of(secret.expose_secret())),
        (None, Some(folder)) => Seed::open(folder, || entropy.draw())
            .with_context(|| format!("the secret in {} can't be read", folder.display())),
        (None, None) => bail!("there is nothing to sign links with: set ONCALL_LINK_SECRET"),
    }
}

/// Where `config` says that the documents are.
pub fn backend(config: &Config) -> anyhow::Result<Backend> {
    match (&config.state, &config.data_dir) {
        (State::Cosmos(account), _) => {
            Ok(Backend::Cosmos(Arc::new(CosmosDocuments::new(account.as_ref().clone()))))
        }
        (State::Folder, Some(folder)) => {
            let documents = SqliteDocuments::open(&folder.join("oncall.db"))
                .with_context(|| format!("the database in {} can't be opened", folder.display()))?;
            Ok(Backend::Sqlite(Arc::new(documents)))
        }
        (State::Folder, None) => bail!("there is no place for the state: set ONCALL_DATA_DIR"),
    }
}

/// The bus of one machine; under the host messages come from the host.
fn bus(config: &Config) -> anyhow::Result<Option<LocalBus>> {
    match (config.mode, &config.data_dir) {
        (Mode::Standalone { .. }, Some(folder)) => Ok(Some(LocalBus::open(&folder.join("bus.db"))?)),
        _ => Ok(None),
    }
}

/// Where events go: to the topic that is configured, else to whoever listens on this machine.
fn publisher(config: &Config, local: Option<&LocalBus>) -> anyhow::Result<Option<Arc<dyn Bus>>> {
    let Some(topic) = &config.topic else {
        return Ok(local.map(|bus| Arc::new(bus.clone()) as Arc<dyn Bus>));
    };
    Ok(Some(Arc::new(ServiceBus::new(topic.connection.clone(), &topic.name)?)))
}

type Channels = Vec<Arc<dyn Channel>>;

/// Mail as configured; without a server it is kept as files where there is a folder for them, which is answered.
fn channels(config: &Config) -> anyhow::Result<(Channels, Option<PathBuf>)> {
    let (email, folder) = match (&config.mail, &config.data_dir) {
        (Some(mail), _) => (Email::by_smtp(mail.url.expose_secret(), &mail.from)?, None),
        (None, Some(folder)) => {
            let folder = folder.join("mail");
            (Email::into_folder(folder.clone(), "On-Call <oncall@localhost>")?, Some(folder))
        }
        (None, None) => return Ok((Vec::new(), None)),
    };
    Ok((vec![Arc::new(email)], folder))
}

fn psa(config: &Config, keys: &Keys) -> anyhow::Result<Option<Arc<dyn TicketSystem>>> {
    let Some(psa) = &config.psa else { return Ok(None) };
    let key = keys.secret(PSA_KEY, &psa.key)?;
    Ok(Some(Arc::new(TheOnePsa::new(&psa.url, key, Http::default())?)))
}

/// The Hub's door where there is one, else this machine's own.
fn door(config: &Config, keys: &Keys, local: &LocalHub, seed: &Seed) -> anyhow::Result<Door> {
    let Some(hub) = &config.hub else { return Ok(Door::Local(local.clone())) };
    let secret = keys.secret(HUB_SECRET, &hub.client_secret)?;
    let pages = Arc::new(Hub::new(&hub.issuer, &hub.client_id, secret)?);
    Ok(Door::hub(pages, &seed.derive("sessions")))
}

const PSA_KEY: &str = "PSA-SERVICE-KEY";
const DEFEND_KEY: &str = "DEFEND-SERVICE-KEY";
const HUB_SECRET: &str = "HUB-CLIENT-SECRET";

/// Where keys come from: the settings, or the vault.
struct Keys(Option<KeyVault>);

impl Keys {
    fn of(config: &Config) -> anyhow::Result<Self> {
        let open = |vault: &Vault| KeyVault::new(&vault.url, &vault.credential, Timing::default());
        Ok(Self(config.vault.as_ref().map(open).transpose()?))
    }

    fn secret(&self, name: &'static str, given: &Given) -> anyhow::Result<Secret> {
        match (given, &self.0) {
            (Given::Here(secret), _) => Ok(Secret::fixed(name, secret.clone())),
            (Given::Vault, Some(vault)) => Ok(Secret::new(name, Arc::new(vault.clone()) as Arc<dyn Secrets>)),
            (Given::Vault, None) => bail!("there is no vault to read {name} from"),
        }
    }

    /// Where secrets that people enter are kept: in the vault, else in the data folder.
    fn store(&self, config: &Config, seed: &Seed) -> anyhow::Result<Arc<dyn SecretStore>> {
        match (&self.0, &config.data_dir) {
            (Some(vault), _) => Ok(Arc::new(vault.clone())),
            (None, Some(folder)) => {
                let secrets = SealedSecrets::new(folder.join("secrets"), &seed.derive("secrets"))?;
                Ok(Arc::new(secrets))
            }
            (None, None) => Ok(Arc::new(NoVault)),
        }
    }

    /// The vault with the keys that will be read from it, so that they can be read before they are needed.
    fn watched(self, config: &Config) -> Option<WatchedVault> {
        let read = [
            (PSA_KEY, config.psa.as_ref().map(|psa| &psa.key)),
            (DEFEND_KEY, config.defend_key.as_ref()),
            (HUB_SECRET, config.hub.as_ref().map(|hub| &hub.client_secret)),
        ];
        let from_vault = |(name, given): (&'static str, Option<&Given>)| {
            matches!(given, Some(Given::Vault)).then_some(name)
        };
        let names = read.into_iter().filter_map(from_vault).collect();
        self.0.map(|vault| WatchedVault { vault, names })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
