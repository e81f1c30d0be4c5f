//! What a start does beside listening: it makes the demo, connects to what is far away, and says what to do next.
//!
//! Invariant: nothing far away is waited for. Whoever asks for the process gets an answer at once, and what can't be
//! reached is tried again until it can.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use azure::cosmos::CosmosDocuments;
use tokio::task::JoinSet;
use tracing::warn;

use crate::cli;
use crate::compose::{Backend, Machine};
use crate::config::Config;

/// How long to wait for the next try at what could not be reached.
const AGAIN: Duration = Duration::from_secs(5);

/// Begins, in tasks of their own, whatever takes time.
pub(super) async fn begin(config: &Config, machine: &Machine, tasks: &mut JoinSet<()>) -> anyhow::Result<()> {
    if let Some(vault) = machine.edge.vault.clone() {
        tasks.spawn(async move { vault.warm().await });
    }
    // Where the Hub signs people in, tenants come from there.
    let has_demo = config.hub.is_none();
    match &machine.backend {
        Backend::Sqlite(_) if has_demo => {
            // Wherever the state is this machine's own, a first start makes the demo; under the host that is `func start`.
            make_demo(config, &machine.edge.app, &machine.demo_key).await?;
        }
        Backend::Sqlite(_) | Backend::Elsewhere(_) => {
            for line in cli::greeting(&machine.edge.app) {
                cli::say(&line);
            }
        }
        Backend::Cosmos(documents) => {
            let (documents, app, key) =
                (Arc::clone(documents), Arc::clone(&machine.edge.app), machine.demo_key.clone());
            let config = config.clone();
            tasks.spawn(async move {
                connect(&documents).await;
                while has_demo && let Err(error) = make_demo(&config, &app, &key).await {
                    warn!(%error, "the demo tenant could not be made; it is tried again");
                    tokio::time::sleep(AGAIN).await;
                }
            });
        }
    }
    Ok(())
}

/// Connects to Cosmos DB before the first request needs it.
async fn connect(documents: &CosmosDocuments) {
    while let Err(error) = documents.connect().await {
        warn!(%error, "the state can't be reached; alerts are refused until it can");
        tokio::time::sleep(AGAIN).await;
    }
}

/// Makes the demo tenant unless it is there, and says what to do with it.
async fn make_demo(config: &Config, app: &App, key: &str) -> Result<(), app::Error> {
    let demo = app::tenants::first_start(app, key).await?;
    for line in cli::banner(config, app, key, &demo) {
        cli::say(&line);
    }
    Ok(())
}
