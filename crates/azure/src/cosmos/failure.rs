//! What the SDK's errors mean to the port.

use std::time::Duration;

use azure_data_cosmos::CosmosError;
use store::StoreError;

/// "The container or its database isn't there": a 404 that is not about a document.
const OWNER_NOT_FOUND: u32 = 1003;

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

impl From<&CosmosError> for Failure {
    fn from(error: &CosmosError) -> Self {
        let status = error.status();
        let owner_is_gone = status.sub_status().is_some_and(|sub| u32::from(sub.value()) == OWNER_NOT_FOUND);
        if status.is_not_found() && !owner_is_gone {
            return Self::NotFound;
        }
        if status.is_throttled() {
            let after = error.response().and_then(|response| response.headers().retry_after_ms);
            return Self::Throttled(after.map(Duration::from_millis));
        }
        match u16::from(status.status_code()) {
            413 => Self::TooLarge,
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
