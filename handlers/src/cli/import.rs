//! `oncall import`: takes in a tenant from the file that `oncall export` wrote.
//!
//! Invariant: the whole file is read and found good before the first write, and everything is read back before the tenant wakes
//! up; whatever an import stops at, the same command again goes on from there.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use store::Documents;
use store::transfer::{self, Received, TransferError, receive};

use super::archive::Archive;
use super::patient::Patient;

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file that `oncall export` wrote.
    file: PathBuf,
    /// Delete first what an import of this tenant left behind that was given up. A tenant that is there is never deleted.
    #[arg(long)]
    start_over: bool,
}

impl Import {
    /// Does it; answers what was done and what is next.
    pub(super) async fn perform(&self, documents: Arc<dyn Documents>) -> anyhow::Result<Vec<String>> {
        let archive = Archive::open(&self.file)?;
        let documents = Patient(documents);
        let tenant = &archive.header.tenant;
        let mut lines = Vec::new();
        if self.start_over {
            let swept = transfer::sweep(&documents, tenant).await.map_err(|error| explained(&error))?;
            lines.push(format!("deleted what an earlier import left: {swept} documents"));
        }
        let received = receive(&documents, tenant, &archive.seal.sha256, &archive)
            .await
            .map_err(|error| explained(&error))
            .with_context(|| format!("'{tenant}' was not taken in"))?;
        lines.extend(told(&archive, &received));
        Ok(lines)
    }
}

/// What stands against it, and what to do.
fn explained(error: &TransferError) -> anyhow::Error {
    let hint = match error {
        TransferError::Store(store::StoreError::Corrupt { .. }) => {
            "this version can't take that; the same or a newer version than the one that exported it can"
        }
        TransferError::Store(_) => "the same command again goes on from here",
        TransferError::Taken(_) => "a tenant is taken in only where it isn't yet",
        TransferError::Stranger { .. } => {
            "if another import of this tenant was given up, --start-over deletes what that left"
        }
        TransferError::NotVerified { .. } => {
            "the tenant is not in use; find out what else writes to this store"
        }
        TransferError::Source(_) | TransferError::Odd { .. } => "nothing was written",
    };
    anyhow::anyhow!("{error}: {hint}")
}

fn told(archive: &Archive, received: &Received) -> Vec<String> {
    let (header, seal) = (&archive.header, &archive.seal);
    let verified = if received.resumed == received.documents {
        "verified when it was taken in before"
    } else {
        "verified: each was read back and is the same"
    };
    let (tenant, documents, sha256) = (&header.tenant, received.documents, &seal.sha256);
    let mut lines = vec![format!("imported '{tenant}': {documents} documents, sha256 {sha256}, {verified}")];
    if received.resumed > 0 {
        lines.push(format!("{} of them were there from the same import before", received.resumed));
    }
    if !seal.left_out.is_empty() {
        let (count, ids) = (seal.left_out.len(), seal.left_out.join(", "));
        lines.push(format!("the export had left out what it could not read ({count}): {ids}"));
    }
    lines.push(String::new());
    lines.push(format!("It is the tenant as it was exported at {}.", header.exported_at.format("%F %T UTC")));
    if let Some(first) = received.first_due {
        lines.push(format!(
            "{} documents have something due, the first at {}: whoever serves this store does it when it is due,",
            received.due,
            first.format("%F %T UTC")
        ));
        lines.push(
            "and what is overdue within a tick. Be sure that the old store is not served any more."
                .to_owned(),
        );
    }
    lines
}
