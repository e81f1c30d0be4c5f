//! The app: the store, the ports and the settings, in one plain struct that every use-case takes.

use std::sync::Arc;

use domain::id::IncidentId;
use domain::user::ChannelKind;
use store::Store;

use crate::ack_link::AckLinks;
use crate::clock::{Clock, Entropy};
use crate::dropped::Dropped;
use crate::effects::Runner;
use crate::intake::{Lanes, Watched};
use crate::port::{Bus, Calendars, Channel, SecretStore, SignIn, SignalReader, TicketSystem, TicketSystems};
use crate::psa::Desks;
use crate::turns::Turns;

/// What the use-cases need to know about the deployment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address in links, without a slash at the end.
    pub public_url: String,
}

/// What an app is made of.
#[derive(Debug)]
#[expect(missing_docs, reason = "the types say it")]
pub struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub channels: Vec<Arc<dyn Channel>>,
    pub tickets: Option<Arc<dyn TicketSystem>>,
    pub psas: Arc<dyn TicketSystems>,
    pub secrets: Arc<dyn SecretStore>,
    pub bus: Option<Arc<dyn Bus>>,
    pub reader: Arc<dyn SignalReader>,
    pub sign_in: Arc<dyn SignIn>,
    pub calendars: Arc<dyn Calendars>,
    pub links: AckLinks,
    pub settings: Settings,
}

/// The app.
#[derive(Debug)]
pub struct App {
    /// The state.
    pub store: Store,
    /// Asked once for each invocation.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids and names of commits.
    pub entropy: Arc<dyn Entropy>,
    /// Who signs people in.
    pub sign_in: Arc<dyn SignIn>,
    /// The deployment.
    pub settings: Settings,
    /// What the products' rules dropped.
    pub dropped: Dropped,
    pub(crate) channels: Vec<Arc<dyn Channel>>,
    /// The deployment's PSA, for tenants that have none of their own.
    pub(crate) tickets: Option<Arc<dyn TicketSystem>>,
    pub(crate) psas: Arc<dyn TicketSystems>,
    pub(crate) desks: Desks,
    pub(crate) secrets: Arc<dyn SecretStore>,
    pub(crate) bus: Option<Arc<dyn Bus>>,
    pub(crate) reader: Arc<dyn SignalReader>,
    pub(crate) calendars: Arc<dyn Calendars>,
    pub(crate) links: AckLinks,
    pub(crate) turns: Turns,
    pub(crate) lanes: Lanes,
    pub(crate) watched: Watched,
    pub(crate) runner: Runner,
}

impl App {
    /// An app of these parts.
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            store: parts.store,
            clock: parts.clock,
            entropy: parts.entropy,
            sign_in: parts.sign_in,
            settings: parts.settings,
            dropped: Dropped::default(),
            channels: parts.channels,
            tickets: parts.tickets,
            psas: parts.psas,
            desks: Desks::default(),
            secrets: parts.secrets,
            bus: parts.bus,
            reader: parts.reader,
            calendars: parts.calendars,
            links: parts.links,
            turns: Turns::default(),
            lanes: Lanes::default(),
            watched: Watched::default(),
            runner: Runner::default(),
        })
    }

    /// Waits until nothing is being done for what was committed so far.
    pub async fn settled(&self) {
        self.runner.settled().await;
    }

    pub(crate) fn sending(&self) -> Vec<ChannelKind> {
        self.channels.iter().map(|channel| channel.kind()).collect()
    }

    pub(crate) fn channel(&self, kind: ChannelKind) -> Option<&Arc<dyn Channel>> {
        self.channels.iter().find(|channel| channel.kind() == kind)
    }

    /// Where people see an incident.
    pub fn incident_url(&self, incident: &IncidentId) -> String {
        format!("{}/app/incidents/{incident}", self.settings.public_url)
    }
}
