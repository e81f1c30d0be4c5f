//! What the SDK's errors mean to the port.

use std::time::Duration;

use azure_data_cosmos::CosmosError;
use store::StoreError;

/// "The container or its database isn't there": a 404 that is not about a document.
const OWNER_NOT_FOUND: u32 = 1003;

/// "One partition key holds no more": a 403 that is not about who asks.
pub(super) const PARTITION_FULL: u32 = 1014;

/// An error, by what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// There is no such document.
    NotFound,
    /// Too many request units at once, also after the SDK's own repeats.
    Throttled(Option<Duration>),
    /// Larger than Cosmos DB takes.
    TooLarge,
    /// Anything else: it may work later.
    Unavailable(String),
}

impl Failure {
    /// The partition takes no more, until something in it is deleted.
    pub(super) fn full() -> Self {
        Self::Unavailable(
            "the tenant's partition is full: Cosmos DB keeps at most 20 GB under one partition key"
                .to_owned(),
        )
    }
}

impl From<&CosmosError> for Failure {
    fn from(error: &CosmosError) -> Self {
        let status = error.status();
        let sub_status = status.sub_status().map(|sub| u32::from(sub.value()));
        if status.is_not_found() && sub_status != Some(OWNER_NOT_FOUND) {
            return Self::NotFound;
        }
        if status.is_throttled() {
            let after = error.response().and_then(|response| response.headers().retry_after_ms);
            return Self::Throttled(after.map(Duration::from_millis));
        }
        match u16::from(status.status_code()) {
            413 => Self::TooLarge,
            403 if sub_status == Some(PARTITION_FULL) => Self::full(),
            401 | 403 => Self::Unavailable(format!(
                "Cosmos DB refuses this identity ({status}): it needs the role 'Cosmos DB Built-in Data Contributor'"
            )),
            404 => Self::Unavailable(format!("the database or its container is not there ({status})")),
            // The status says it in one line; the error's own text may hold more than a log should.
            _ => Self::Unavailable(format!("Cosmos DB answers {status}")),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound => Self::Unavailable("a document that was expected is not there".to_owned()),
            Failure::Throttled(after) => Self::Throttled { after },
            Failure::TooLarge => Self::TooLarge { writes: 0, bytes: 0 },
            Failure::Unavailable(reason) => Self::Unavailable(reason),
        }
    }
}

/// The port's error for an SDK error that is about no document in particular.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(super) fn store_error(error: CosmosError) -> StoreError {
    Failure::from(&error).into()
}
