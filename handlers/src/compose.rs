//! Putting the parts together: the only place that names adapters.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use app::port::{Bus, Channel, TicketSystem};
use app::{AckLinks, App, Clock, Entropy, Parts, Settings};
use axum::Router;
use embedded::bus::LocalBus;
use embedded::hub::LocalHub;
use embedded::secret::Secret;
use embedded::sqlite::SqliteDocuments;
use integrations::alert_source::Readers;
use integrations::calendar::{ICalendar, Reachable};
use integrations::channel::Email;
use integrations::http::Http;
use integrations::psa::TheOnePsa;
use store::Store;

use crate::config::{Config, Mode};
use crate::edge::Edge;
use crate::{functions, http};

/// Everything put together, and not yet listening.
#[derive(Debug)]
pub struct Machine {
    /// What the routes work on.
    pub edge: Arc<Edge>,
    /// The database.
    pub documents: Arc<SqliteDocuments>,
    /// The bus of one machine.
    pub bus: LocalBus,
    /// Issues sign-in tokens.
    pub hub: LocalHub,
    /// The key of the demo's alert source.
    pub demo_key: String,
    mode: Mode,
}

/// Builds a machine as `config` says; `public_url` is used in links where the configuration names none.
pub fn compose(
    config: &Config,
    public_url: &str,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<Machine> {
    let folder = &config.data_dir;
    fs::create_dir_all(folder)
        .with_context(|| format!("the data folder {} can't be made", folder.display()))?;
    let secret = Secret::open(folder, || entropy.draw())
        .with_context(|| format!("the secret in {} can't be read", folder.display()))?;
    let documents = Arc::new(
        SqliteDocuments::open(&folder.join("oncall.db"))
            .with_context(|| format!("the database in {} can't be opened", folder.display()))?,
    );
    let bus = LocalBus::open(&folder.join("bus.db"))?;
    let hub = LocalHub::new(&secret.derive("hub"));
    let standalone = matches!(config.mode, Mode::Standalone { .. });
    let (email, mail_dir) = email(config)?;
    let channels: Vec<Arc<dyn Channel>> = vec![Arc::new(email)];
    // Whoever can reach only this machine may read calendars from it and its network.
    let reachable = if config.is_local() { Reachable::Anywhere } else { Reachable::PublicOnly };
    let public_url = config.public_url.as_ref().map_or(public_url, |url| url.as_str());
    let app = App::new(Parts {
        store: Store::new(Arc::clone(&documents) as Arc<dyn store::Documents>),
        clock,
        entropy,
        channels,
        tickets: psa(config)?,
        bus: standalone.then(|| Arc::new(bus.clone()) as Arc<dyn Bus>),
        reader: Arc::new(Readers),
        calendars: Arc::new(ICalendar::new(Http::default(), reachable)),
        sign_in: Arc::new(hub.clone()),
        links: AckLinks::new(&secret.derive("acknowledge links")),
        settings: Settings { public_url: public_url.trim_end_matches('/').to_owned() },
    });
    let edge = Edge {
        app,
        defend_key: config.defend_key.clone(),
        hub: hub.clone(),
        open_sign_in: config.is_local(),
        form_secret: secret.derive("forms"),
        mail_dir,
        bus: standalone.then(|| bus.clone()),
        off: config.off.clone(),
    };
    let demo_key = hex(&secret.derive("demo alert source")[..16]);
    Ok(Machine { edge: Arc::new(edge), documents, bus, hub, demo_key, mode: config.mode })
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

/// Mail as configured; without a server it is kept as files, and the folder is answered.
fn email(config: &Config) -> anyhow::Result<(Email, Option<PathBuf>)> {
    use secrecy::ExposeSecret as _;
    if let Some(mail) = &config.mail {
        return Ok((Email::by_smtp(mail.url.expose_secret(), &mail.from)?, None));
    }
    let folder = config.data_dir.join("mail");
    Ok((Email::into_folder(folder.clone(), "On-Call <oncall@localhost>")?, Some(folder)))
}

fn psa(config: &Config) -> anyhow::Result<Option<Arc<dyn TicketSystem>>> {
    let Some(psa) = &config.psa else { return Ok(None) };
    Ok(Some(Arc::new(TheOnePsa::new(&psa.url, &psa.key, Http::default())?)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
