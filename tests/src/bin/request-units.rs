//! What each use-case asks of the store and costs in Cosmos DB, as JSON on stdout; or, with the argument `account`, an
//! emulated account on loopback for as long as stdin is open. For `cargo xtask bench cosmos`.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::io::Read as _;
use std::sync::Arc;

use acceptance::cosmos::{Cosmos, HostedCosmos};
use acceptance::metered::Metering;
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => count().await,
        Some("account") => host().await,
        Some(other) => anyhow::bail!("what is '{other}'? There is 'account', or nothing."),
    }
}

/// Counts a night on Cosmos DB.
async fn count() -> anyhow::Result<()> {
    let documents = Cosmos::empty().await.documents().await;
    let night = Metering::open(Arc::new(documents)).await.night().await;
    let rows = night.iter().map(|(use_case, tally)| json!({ "use_case": use_case.name(), "tally": tally }));
    println!("{}", rows.collect::<Value>());
    Ok(())
}

/// Hosts an account, and prints where it is.
async fn host() -> anyhow::Result<()> {
    let cosmos = HostedCosmos::start().await?;
    println!("{}", cosmos.url());
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}
