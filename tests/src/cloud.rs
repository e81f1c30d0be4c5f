//! What a deployed On-Call finds in Azure, on loopback: Cosmos DB over HTTP, a topic, a vault, and the identity that opens
//! account and vault.
//!
//! Invariant: a process gets the settings that the deployment gives it, and no more: no key of the account, no key of a
//! product, no folder. All processes of one cloud share the state.

use crate::cosmos::{DATABASE, HostedCosmos, KEY};
use crate::key_vault::{Identity, Vault};
use crate::service_bus::ServiceBus;

/// The topic that events go to.
pub const TOPIC: &str = "oncall";

/// Signs links, the same in every process.
const LINK_SECRET: &str = "one-secret-for-all-the-processes-of-this-cloud";

/// A cloud. Dropping it ends it, with everything that it kept.
#[derive(Debug)]
pub struct Cloud {
    /// Where the state is.
    pub cosmos: HostedCosmos,
    /// Where events go.
    pub bus: ServiceBus,
    /// Where the keys are.
    pub vault: Vault,
    /// Who a process is.
    pub identity: Identity,
}

impl Cloud {
    /// An empty account, an empty topic, and a vault with these secrets.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start(secrets: &[(&str, &str)]) -> Self {
        let identity = Identity::start().await;
        let vault = Vault::start(&identity).await;
        for (name, value) in secrets {
            vault.put(name, value);
        }
        let cosmos = HostedCosmos::start().await.expect("an account on loopback");
        Self { cosmos, bus: ServiceBus::start(TOPIC).await, vault, identity }
    }

    /// The settings that a deployment gives every process.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.shared();
        settings.push(("KEY_VAULT_URL", self.vault.url()));
        settings.extend(self.identity.env());
        settings
    }

    /// The same state and topic for a product that is put together in the test's own process, which has no identity.
    pub fn settings_without_identity(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.shared();
        settings.push(("COSMOS_KEY", KEY.to_owned()));
        settings
    }

    fn shared(&self) -> Vec<(&'static str, String)> {
        vec![
            ("COSMOS_ENDPOINT", self.cosmos.url().to_string()),
            ("COSMOS_DATABASE", DATABASE.to_owned()),
            ("ONCALL_LINK_SECRET", LINK_SECRET.to_owned()),
            ("BUS_CONNECTION_STRING", self.bus.connection_string()),
            ("BUS_TOPIC", TOPIC.to_owned()),
        ]
    }
}
