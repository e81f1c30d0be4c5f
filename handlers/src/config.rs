//! The configuration: the only reader of the environment, read once, all its problems told together.
//!
//! Invariant: a setting that is there but wrong stops the start; one that is missing turns something off, and what is off,
//! and why, is said at the start, by `oncall check` and in the health answer. Nothing falls back to a stand-in silently.

mod cloud;
mod people;
mod read;
mod report;
mod settings;
mod timetable;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use azure::cosmos::Account;
use azure::identity::Credential;
use azure::service_bus::Connection;
use secrecy::SecretString;
use url::Url;

use crate::telemetry::Destination;

pub use settings::Problem;
pub(crate) use timetable::Timetable;

/// The product's fixed address on one machine.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:7071";

/// How the process is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By itself: own timers, own bus, own sign-in.
    Standalone {
        /// Where it listens.
        listen: SocketAddr,
    },
    /// Under the Functions host, which triggers everything.
    Functions {
        /// Where the host expects it, on loopback.
        port: u16,
    },
}

/// Where the state is kept.
#[derive(Debug, Clone)]
pub(crate) enum State {
    /// In SQLite, in the data folder.
    Folder,
    /// In Cosmos DB.
    Cosmos(Box<Account>),
}

/// Where a secret comes from.
#[derive(Debug, Clone)]
pub(crate) enum Given {
    /// It is a setting.
    Here(SecretString),
    /// It is read from Key Vault, and again when it may have changed.
    Vault,
}

/// A vault, and who opens it.
#[derive(Debug, Clone)]
pub(crate) struct Vault {
    pub(crate) url: String,
    pub(crate) credential: Credential,
}

/// Where life-cycle events go.
#[derive(Debug, Clone)]
pub(crate) struct Topic {
    pub(crate) connection: Connection,
    pub(crate) name: String,
}

/// Who signs people in.
#[derive(Debug, Clone)]
pub(crate) struct Hub {
    pub(crate) issuer: Url,
    pub(crate) client_id: String,
    pub(crate) client_secret: Given,
}

/// Where telemetry goes.
#[derive(Debug, Clone)]
pub(crate) struct Insights {
    pub(crate) destination: Destination,
    /// Who tells, where the destination's own key opens nothing.
    pub(crate) credential: Option<Credential>,
}

/// Where pages go by mail.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) url: SecretString,
    pub(crate) from: String,
}

/// The PSA.
#[derive(Debug, Clone)]
pub(crate) struct Psa {
    pub(crate) url: String,
    pub(crate) key: Given,
}

/// Something that doesn't run, and what would make it run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Off {
    pub(crate) what: &'static str,
    pub(crate) why: String,
}

/// Everything the environment says.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) mode: Mode,
    /// What one machine keeps: state, bus, mail, secret. `None` where nothing is kept on this machine.
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) state: State,
    /// Signs what leaves the process and comes back: acknowledge links, forms, sessions. `None`: the data folder has one.
    pub(crate) link_secret: Option<SecretString>,
    pub(crate) vault: Option<Vault>,
    /// `None`: one machine has its own bus, and under the host there is none.
    pub(crate) topic: Option<Topic>,
    /// `None`: one machine signs people in by itself.
    pub(crate) hub: Option<Hub>,
    /// The address in links, without a slash at the end; `None`: where it listens.
    pub(crate) public_url: Option<Url>,
    /// `None`: mail is kept as files, where there is a data folder.
    pub(crate) mail: Option<Mail>,
    pub(crate) psa: Option<Psa>,
    pub(crate) defend_key: Option<Given>,
    /// Where telemetry goes; `None`: there is none.
    pub(crate) telemetry: Option<Insights>,
    /// The standalone process's own timer for what is due.
    pub(crate) tick: Timetable,
    /// The standalone process's own timer for the scan for coverage gaps.
    pub(crate) gap_scan: Timetable,
    /// What is logged, in the usual directive syntax.
    pub(crate) log: String,
    pub(crate) off: Vec<Off>,
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, Vec<Problem>> {
        #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
        let vars = std::env::vars();
        Self::from_vars(vars.collect())
    }

    /// Reads settings from anywhere; an empty one counts as missing, since that is how hosts pass a missing one on.
    pub fn from_vars(vars: BTreeMap<String, String>) -> Result<Self, Vec<Problem>> {
        read::read(vars)
    }

    /// The settings as they took effect, secrets hidden, and what is off: lines for people.
    pub(crate) fn report(&self) -> Vec<String> {
        report::lines(self)
    }

    /// Whether only this machine can reach the process, as far as the settings say.
    pub(crate) fn is_local(&self) -> bool {
        let here = matches!(self.mode, Mode::Standalone { listen } if listen.ip().is_loopback());
        let named = match self.public_url.as_ref().map(Url::host) {
            None => true,
            Some(Some(url::Host::Ipv4(ip))) => ip.is_loopback(),
            Some(Some(url::Host::Ipv6(ip))) => ip.is_loopback(),
            Some(Some(url::Host::Domain(name))) => name == "localhost",
            Some(None) => false,
        };
        here && named
    }
}

#[cfg(test)]
mod tests;
