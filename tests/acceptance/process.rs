//! The product as a process of its own: the real binary, a mail server, a PSA that keeps books, and signals.
//!
//! Invariant: no test lets time pass to be on the safe side. What a stand-in sees wakes the test; what only a process
//! knows it is asked for, again and again, by [`eventually`] and by nothing else.

pub(crate) mod api;
pub(crate) mod browser;
mod command;
pub(crate) mod door;
pub(crate) mod kill;
pub(crate) mod main_job;
mod settings;
pub(crate) mod site;
pub(crate) mod storm;
pub(crate) mod transfer;
pub(crate) mod two_processes;

use std::time::{Duration, Instant};

/// Far more than anything here takes, on a machine that is busy building.
pub(crate) const SOON: Duration = Duration::from_secs(30);

const ASK_AGAIN: Duration = Duration::from_millis(20);

/// Asks until there is an answer.
///
/// # Panics
/// When there is none within [`SOON`].
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within {SOON:?}");
        tokio::time::sleep(ASK_AGAIN).await;
    }
}
