//! Documents in Cosmos DB: one container, divided by tenant, through the SDK.
//!
//! Invariants: a batch is one transaction; a lookup is one stretch of one index; a write whose answer was lost is told from
//! somebody else's by the operation that stands in the document, before anybody is blamed. Nothing connects before it is
//! used; a connection that could not be made is tried again at the next use, but at most about once a second, however many
//! ask. Nobody waits longer than ten seconds.

mod account;
mod commit;
mod container;
mod envelope;
mod failure;
mod key;
mod meter;
mod opened;
mod query;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use azure_data_cosmos::models::ItemResponse;
use azure_data_cosmos::{ContainerClient, CosmosRuntime};
use store::{Batch, DIRECTORY, Documents, Found, Lookup, Range, StoreError, Stored};
use tokio::sync::OnceCell;
use tokio::time::timeout;

pub use account::{Access, Account, AccountError};
pub use container::{DEFINITION, Definition};

use envelope::Read;
use failure::Failure;
use opened::Opened;

/// The longest that anybody waits for anything here. The client has a shorter patience of its own with an operation, but not
/// with whoever issues its tokens, nor while it connects.
const LONGEST: Duration = Duration::from_secs(10);

/// How long one attempt to connect may take. It is shorter than [`LONGEST`], so that whoever waits for it is told how it ended.
const CONNECTING: Duration = Duration::from_secs(8);

/// How long an attempt that failed is everybody's answer.
const REST: Duration = Duration::from_secs(1);

/// A container, found at its first use.
pub struct CosmosDocuments {
    account: Account,
    /// The connections, and what they trust: made once, also where the account is away for long.
    runtime: OnceCell<CosmosRuntime>,
    container: Opened<ContainerClient>,
}

impl fmt::Debug for CosmosDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosmosDocuments").field("account", &self.account).finish_non_exhaustive()
    }
}

impl CosmosDocuments {
    /// The documents of an account. Asks nobody yet.
    pub fn new(account: Account) -> Self {
        Self { account, runtime: OnceCell::new(), container: Opened::new(REST) }
    }

    /// The same, but an attempt to connect that failed is everybody's answer for so long.
    #[must_use]
    pub fn resting(self, rest: Duration) -> Self {
        Self { container: Opened::new(rest), ..self }
    }

    /// The documents of an account that is reached by way of `runtime`, such as one that has its server inside.
    pub async fn through(runtime: CosmosRuntime, account: Account) -> Result<Self, StoreError> {
        let container = account.client_on(runtime).await.map_err(failure::store_error)?;
        Ok(Self { account, runtime: OnceCell::new(), container: Opened::with(container) })
    }

    /// Connects, unless that has been done.
    pub async fn connect(&self) -> Result<(), StoreError> {
        in_time(async { self.container().await.map(|_| ()) }).await
    }

    async fn container(&self) -> Result<&ContainerClient, StoreError> {
        let connecting = async {
            // Boxed, since the client's futures are large.
            let connected = timeout(CONNECTING, Box::pin(self.account.connect(&self.runtime))).await;
            connected
                .unwrap_or_else(|_| Err(StoreError::Unavailable("Cosmos DB can't be reached".to_owned())))
        };
        self.container.get(connecting).await
    }

    async fn read(&self, partition: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        let read = self.container().await?.read_item(partition.to_owned(), id, None).await;
        match read.and_then(ItemResponse::into_model::<Read>) {
            Ok(read) => Ok(Some(read.into())),
            Err(error) => match Failure::from(&error) {
                Failure::NotFound => Ok(None),
                failure => Err(failure.into()),
            },
        }
    }
}

#[async_trait]
impl Documents for CosmosDocuments {
    async fn get(&self, partition: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        in_time(self.read(partition, id)).await
    }

    async fn find(&self, lookup: &Lookup, range: &Range) -> Result<Found, StoreError> {
        in_time(async { query::find(self.container().await?, lookup, range).await }).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        in_time(async { commit::commit(self.container().await?, &batch).await }).await
    }

    /// One point read; that it finds nothing is health enough.
    async fn health(&self) -> Result<(), StoreError> {
        self.get(DIRECTORY, "health").await.map(|_| ())
    }
}

/// Gives up when it takes too long. A commit that is given up may have been done, as one whose answer was lost.
async fn in_time<T>(asked: impl Future<Output = Result<T, StoreError>> + Send) -> Result<T, StoreError> {
    // Boxed, since the client's futures are large.
    let answer = timeout(LONGEST, Box::pin(asked)).await;
    answer.unwrap_or_else(|_| Err(StoreError::Unavailable("Cosmos DB gives no answer in time".to_owned())))
}
