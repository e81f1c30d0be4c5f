//! `oncall bus send <subscription> <file>`: a message for the serving process, which takes it in within a second.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use app::{Entropy as _, OsEntropy};
use clap::Subcommand;
use embedded::bus::LocalBus;

use crate::config::{Config, Mode};
use crate::{queue, standalone};

#[derive(Debug, Subcommand)]
pub(super) enum Bus {
    /// Send a file's content to a subscription.
    Send {
        /// `rmm`, `security` or `backups`.
        subscription: String,
        /// The message's body, such as a `CloudEvents` event in JSON.
        file: PathBuf,
    },
}

impl Bus {
    /// Does it; answers what was done.
    pub(super) fn perform(&self, config: &Config) -> anyhow::Result<String> {
        let Self::Send { subscription, file } = self;
        let (Mode::Standalone { .. }, Some(folder)) = (config.mode, &config.data_dir) else {
            bail!("the bus of this machine is used only where the process runs by itself");
        };
        if queue::product(subscription).is_none() {
            bail!("there is no subscription '{subscription}'; there are rmm, security, backups");
        }
        let body = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
        embedded::private::folder(folder).with_context(|| format!("{} can't be made", folder.display()))?;
        let bus = LocalBus::open(&folder.join("bus.db"))?;
        bus.send(subscription, &body, OsEntropy.draw(), standalone::now())?;
        Ok(format!("sent to {subscription}; the serving process takes it in, see its log"))
    }
}
