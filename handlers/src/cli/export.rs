//! `oncall export`: a tenant in a file, to be taken in elsewhere with `oncall import`.
//!
//! Invariant: what can't be read is told, and never left out without being asked for; a file that was begun and not ended is
//! not left behind.

mod snapshot;

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use app::tenants::DEMO_TENANT;
use chrono::{DateTime, Utc};
use clap::Args;
use domain::id::TenantId;
use store::transfer::{Inventory, is_there};
use store::{Documents, StoreError};

use super::archive::{Seal, Writer};
use super::patient::Patient;
use crate::compose::Backend;
use crate::config::{Config, Mode};
use crate::standalone;
use snapshot::Snapshot;

/// How many documents that can't be read are told one by one.
const TOLD: usize = 20;

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file; it must not exist. It holds people's names, addresses and telephone numbers, alerts, and hashes of keys: it
    /// is readable by its owner only, and should be kept like a backup.
    file: PathBuf,
    /// Which tenant.
    #[arg(long, default_value = DEMO_TENANT)]
    tenant: String,
    /// Leave out what this version can't read, and name it; without this, nothing is exported then.
    #[arg(long)]
    keep_going: bool,
}

impl Export {
    /// Writes the file; answers what was done and what is next.
    pub(super) async fn perform(&self, backend: &Backend, config: &Config) -> anyhow::Result<Vec<String>> {
        let now = standalone::now();
        let mut lines;
        if let (Backend::Sqlite(database), Some(folder)) = (backend, &config.data_dir) {
            let snapshot = Snapshot::of(database, folder).await?;
            lines = self.write(snapshot.documents(), now).await?;
            lines.push(format!(
                "It is the tenant as it was at {}, and nothing that happens later.",
                now.format("%F %T UTC")
            ));
        } else {
            lines = self.write(&Patient(backend.documents()), now).await?;
            lines.push(
                "It was read bit by bit: whatever changed meanwhile may be in it by halves.".to_owned(),
            );
        }
        lines.extend(next(&self.file, config));
        Ok(lines)
    }

    async fn write(&self, documents: &dyn Documents, now: DateTime<Utc>) -> anyhow::Result<Vec<String>> {
        let tenant: TenantId = self.tenant.parse().context("--tenant")?;
        ensure!(is_there(documents, &tenant).await?, "there is no tenant '{tenant}' here");
        let mut writer = Writer::create(&self.file, &tenant, now)?;
        let written = match self.copy(documents, &tenant, &mut writer).await {
            Ok(left_out) => writer.finish(left_out),
            Err(error) => Err(error),
        };
        let Seal { documents, sha256, left_out } = written.inspect_err(|_| {
            // All that is in it is still where it came from.
            drop(fs::remove_file(&self.file));
        })?;
        let file = self.file.display();
        let mut lines =
            vec![format!("exported '{tenant}': {documents} documents, sha256 {sha256}, to {file}")];
        if !left_out.is_empty() {
            let (count, ids) = (left_out.len(), left_out.join(", "));
            lines.push(format!("left out, since they can't be read ({count}): {ids}"));
        }
        Ok(lines)
    }

    /// Writes every record; answers the ids of those that can't be read.
    async fn copy(
        &self,
        documents: &dyn Documents,
        tenant: &TenantId,
        writer: &mut Writer,
    ) -> anyhow::Result<Vec<String>> {
        let mut inventory = Inventory::of(documents, tenant);
        let mut unreadable = Vec::new();
        while let Some(some) = inventory.next().await? {
            for record in some {
                match record {
                    Ok(record) => writer.add(&record)?,
                    Err(StoreError::Corrupt { id, reason }) => unreadable.push((id, reason)),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        if !self.keep_going && !unreadable.is_empty() {
            let told = unreadable.iter().take(TOLD).map(|(id, reason)| format!("\n  {id}: {reason}"));
            bail!(
                "{} documents can't be read by this version, so nothing was exported; --keep-going leaves them out:{}",
                unreadable.len(),
                told.collect::<String>()
            );
        }
        Ok(unreadable.into_iter().map(|(id, _)| id).collect())
    }
}

/// What is to be done then, in this order, so that nobody is paged twice and nothing is lost.
fn next(file: &Path, config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    if let Mode::Standalone { listen } = config.mode
        && is_answered(&listen)
    {
        lines.push(format!(
            "Something answers at {listen}: if that serves the tenant, stop it and export again."
        ));
    }
    let steps = format!(
        "
Next:
  1. Let nothing serve the tenant from here any more, after a restart of the machine neither:
     a tenant that runs in two places pages people twice.
  2. With the settings of the new store: oncall import {}
     It tells the same number and sha256.
  3. Give the senders of alerts the new address. Their keys stay as they are.
  4. Delete the file: people's addresses are in it.",
        file.display()
    );
    lines.extend(steps.lines().map(str::to_owned));
    lines
}

fn is_answered(address: &SocketAddr) -> bool {
    TcpStream::connect_timeout(address, Duration::from_millis(500)).is_ok()
}
