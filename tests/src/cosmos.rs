//! Cosmos DB: Microsoft's own in-memory emulator, asked through the real SDK, in this process or over HTTP on loopback.
//!
//! Invariant: the container is made from the product's own definition, and reads see every answered write, as the deployed
//! account's do. What the emulator doesn't do (expire documents, refuse a query without its index, charge as the service
//! does) no test here rests on.

mod hosted;

use std::sync::Arc;

use azure::cosmos::{Access, Account, CosmosDocuments, DEFINITION};
use azure_core::http::{Method, Request};
use azure_data_cosmos::CosmosRuntimeBuilder;
use azure_data_cosmos_driver::fault_injection::FaultInjectionRule;
use azure_data_cosmos_driver::in_memory_emulator::{
    ConsistencyLevel, InMemoryEmulatorHttpClient, VirtualAccountConfig, VirtualRegion,
};
use url::Url;

pub use hosted::HostedCosmos;

/// The database's name.
pub const DATABASE: &str = "oncall";

/// The key, which the emulator doesn't look at.
pub const KEY: &str = "ZW11bGF0b3I=";

/// An account with the product's container in it, empty, in this process.
#[derive(Debug, Clone)]
pub struct Cosmos {
    emulator: Arc<InMemoryEmulatorHttpClient>,
    url: Url,
}

impl Cosmos {
    /// An account of its own.
    ///
    /// # Panics
    /// When the emulator can't do what it always could.
    pub async fn empty() -> Self {
        Self::at("https://eastus.emulator.local/".parse().expect("an address")).await
    }

    async fn at(url: Url) -> Self {
        let region = VirtualRegion::new("East US", url.clone());
        let config = VirtualAccountConfig::new(vec![region]).expect("a region");
        let config = config.with_consistency(ConsistencyLevel::Strong);
        let cosmos = Self { emulator: Arc::new(InMemoryEmulatorHttpClient::new(config)), url };
        cosmos.post("dbs", format!(r#"{{"id":"{DATABASE}"}}"#)).await;
        cosmos.post(&format!("dbs/{DATABASE}/colls"), DEFINITION.to_owned()).await;
        cosmos
    }

    async fn post(&self, path: &str, body: String) {
        let mut request = Request::new(self.url.join(path).expect("a path"), Method::Post);
        request.set_body(body);
        let answer = self.emulator.execute_request(&request).await.expect("an answer");
        let status = u16::from(answer.status());
        assert!(status == 201, "the emulator answers {status} to {path}");
    }

    /// Documents through a client of their own.
    pub async fn documents(&self) -> CosmosDocuments {
        self.documents_with(Vec::new()).await
    }

    /// Documents through a client of their own, on whose way `faults` happen.
    ///
    /// # Panics
    /// When the emulator can't do what it always could.
    pub async fn documents_with(&self, faults: Vec<Arc<FaultInjectionRule>>) -> CosmosDocuments {
        let runtime = CosmosRuntimeBuilder::from(self.emulator.runtime_builder_with_fault_rules(faults));
        let runtime = runtime.build().await.expect("a runtime");
        CosmosDocuments::through(runtime, self.account()).await.expect("a container")
    }

    fn account(&self) -> Account {
        Account::new(&self.url, DATABASE, None, Access::Key(KEY.into())).expect("an account")
    }
}
