//! The account: where it is, what opens it, and how patient the client is with it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::Secret;
use azure_data_cosmos::options::{
    BinaryEncodingOptions, ConnectionPoolOptions, EndToEndOperationLatencyPolicy, OperationOptions, Region,
    ThrottlingRetryOptions,
};
use azure_data_cosmos::{
    AccountEndpoint, AccountReference, ContainerClient, CosmosClient, CosmosError, CosmosRuntime,
    RoutingStrategy,
};
use secrecy::{ExposeSecret as _, SecretString};
use store::StoreError;
use tokio::sync::OnceCell;
use tracing::{info, warn};
use url::Url;

use super::container;
use super::failure::Failure;
use super::meter::Meter;
use crate::identity::Credential;

/// How long an operation may take, with everything that the client repeats by itself. The host's senders wait longer.
const PATIENCE: Duration = Duration::from_secs(8);

/// How often, and for how long altogether, an operation that is throttled is repeated before the caller is told.
const THROTTLED_TRIES: u32 = 4;
const THROTTLED_WAIT: Duration = Duration::from_secs(3);

/// How long making a connection, and reading where things are, may take.
const CONNECT: Duration = Duration::from_secs(3);
const METADATA: Duration = Duration::from_secs(8);

/// What opens the account.
#[derive(Debug, Clone)]
pub enum Access {
    /// An identity with a role in the account.
    Identity(Credential),
    /// The account's key: emulators only.
    Key(SecretString),
}

/// An account, and the database in it.
#[derive(Clone)]
pub struct Account {
    endpoint: AccountEndpoint,
    url: Url,
    database: String,
    region: Region,
    access: Access,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("url", &self.url.as_str())
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// The account can't be one as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not the address of an account: {0}")]
pub struct AccountError(String);

impl Account {
    /// An account. `region` is where this process runs, by Azure's name; it decides which replica is asked, where the
    /// account has several.
    pub fn new(
        endpoint: &Url,
        database: &str,
        region: Option<&str>,
        access: Access,
    ) -> Result<Self, AccountError> {
        Ok(Self {
            endpoint: endpoint
                .as_str()
                .parse()
                .map_err(|error: CosmosError| AccountError(error.to_string()))?,
            url: endpoint.clone(),
            database: database.to_owned(),
            region: region.map_or(Region::EAST_US, |region| Region::new(region.to_owned())),
            access,
        })
    }

    /// Where it is.
    pub fn endpoint(&self) -> &Url {
        &self.url
    }

    /// The database in it.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Connects by way of `runtime`, which is made when it is missing, and serves all attempts.
    pub(super) async fn connect(
        &self,
        runtime: &OnceCell<CosmosRuntime>,
    ) -> Result<ContainerClient, StoreError> {
        let connected = async { self.client_on(runtime.get_or_try_init(make_runtime).await?.clone()).await };
        match connected.await {
            Ok(container) => {
                info!(account = %self.url, database = self.database, "connected to Cosmos DB");
                Ok(container)
            }
            Err(error) => {
                let status = error.status();
                warn!(account = %self.url, database = self.database, %status, "Cosmos DB can't be reached");
                Err(match Failure::from(&error) {
                    Failure::NotFound => StoreError::Unavailable(format!(
                        "the account has no database '{}' with a container '{}'",
                        self.database,
                        container::NAME
                    )),
                    failure => failure.into(),
                })
            }
        }
    }

    /// The container, reached by way of `runtime`.
    pub(super) async fn client_on(&self, runtime: CosmosRuntime) -> Result<ContainerClient, CosmosError> {
        let account = match &self.access {
            Access::Identity(credential) => {
                AccountReference::with_credential(self.endpoint.clone(), credential.shared())
            }
            Access::Key(key) => AccountReference::with_authentication_key(
                self.endpoint.clone(),
                Secret::new(key.expose_secret().to_owned()),
            ),
        };
        let client = CosmosClient::builder()
            .with_runtime(runtime)
            .with_default_operation_options(patience())
            // Bodies are read as the text they are.
            .with_binary_encoding_options(BinaryEncodingOptions::new().with_enabled(false))
            .with_diagnostics_handler(Arc::new(Meter))
            .build(account, RoutingStrategy::ProximityTo(self.region.clone()))
            .await?;
        client.database_client(&self.database).container_client(container::NAME, None).await
    }
}

async fn make_runtime() -> Result<CosmosRuntime, CosmosError> {
    let pool = ConnectionPoolOptions::builder()
        .with_max_connect_timeout(CONNECT)
        .with_max_metadata_request_timeout(METADATA)
        // One more kind of endpoint to be let through; it serves larger fleets than ours.
        .with_gateway_v2_disabled(true)
        .build()?;
    CosmosRuntime::builder().with_connection_pool(pool).build().await
}

fn patience() -> OperationOptions {
    let mut throttling = ThrottlingRetryOptions::default();
    throttling.max_retry_count = Some(THROTTLED_TRIES);
    throttling.max_retry_wait_time = Some(THROTTLED_WAIT);
    let mut options = OperationOptions::default();
    options.throttling_retry_options = Some(throttling);
    options.end_to_end_latency_policy = Some(EndToEndOperationLatencyPolicy::new(PATIENCE));
    options
}
