//! Waiting for a stand-in to have seen something: woken by the change itself, bounded by a deadline.

use std::time::Duration;

use tokio::{sync::watch, time};

/// The first state that is `wanted`, or, as the error, the state at the deadline.
///
/// A state that is wanted already is returned at once.
pub(crate) async fn until<T: Clone>(
    state: &watch::Sender<T>,
    within: Duration,
    wanted: impl FnMut(&T) -> bool,
) -> Result<T, T> {
    let mut changes = state.subscribe();
    let reached =
        time::timeout(within, async { changes.wait_for(wanted).await.map(|now| now.clone()) }).await;
    reached.ok().and_then(Result::ok).ok_or_else(|| state.borrow().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_from_another_thread_wakes_the_waiter() {
        let state = watch::Sender::new(0);
        let writer = state.clone();
        let thread = std::thread::spawn(move || (1..=3).for_each(|n| _ = writer.send_replace(n)));
        assert_eq!(until(&state, Duration::from_secs(5), |n| *n == 3).await, Ok(3));
        thread.join().unwrap();
    }

    #[tokio::test]
    async fn the_deadline_hands_back_what_there_was() {
        let state = watch::Sender::new(7);
        assert_eq!(until(&state, Duration::ZERO, |n| *n == 8).await, Err(7));
    }
}
