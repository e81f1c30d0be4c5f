//! Several handles on one store, as several processes have them.

use std::sync::Arc;

use store::{Documents, StoreError, Write};
use tokio::task::JoinSet;

use super::Backend;
use super::partition::{Partition, conflict, document, text_of};

pub async fn a_commit_is_seen_through_every_handle(backend: &impl Backend) {
    let [one, other] =
        [backend.open().await, backend.open().await].map(|documents| Partition::new(&documents, "org"));
    assert_eq!(other.get("svc_1").await, None);
    one.create([document("svc_1", "0")]).await;
    for round in 1..20 {
        let text = round.to_string();
        let (writer, reader) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        writer.replace(document("svc_1", &text)).await;
        assert_eq!(reader.text("svc_1").await, Some(text));
    }
    one.delete("svc_1").await;
    assert_eq!(other.get("svc_1").await, None);
}

pub async fn an_etag_is_good_through_every_handle(backend: &impl Backend) {
    let [one, other] =
        [backend.open().await, backend.open().await].map(|documents| Partition::new(&documents, "org"));
    one.create([document("svc_1", "1")]).await;
    let seen = one.etag("svc_1").await;
    assert_eq!(other.etag("svc_1").await, seen);
    assert_eq!(other.commit(vec![Write::Replace(document("svc_1", "2"), seen.clone())]).await, Ok(()));
    assert_eq!(one.commit(vec![Write::Replace(document("svc_1", "3"), seen)]).await, conflict("svc_1"));
}

/// Reads, adds one and writes if nobody was faster, `times` times.
async fn increment(org: Partition, times: u32) {
    for _ in 0..times {
        loop {
            let stored = org.get("counter").await.expect("the counter");
            let count: u32 = text_of(&stored).parse().expect("a count");
            let next = Write::Replace(document("counter", &(count + 1).to_string()), stored.etag);
            match org.commit(vec![next]).await {
                Ok(()) => break,
                Err(StoreError::Conflict { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn count_with(handles: &[Arc<dyn Documents>], tasks: u32, times: u32) {
    let org = Partition::new(&handles[0], "org");
    org.create([document("counter", "0")]).await;
    let mut running = JoinSet::new();
    for (_, documents) in (0..tasks).zip(handles.iter().cycle()) {
        running.spawn(increment(Partition::new(documents, "org"), times));
    }
    running.join_all().await;
    assert_eq!(org.text("counter").await, Some((tasks * times).to_string()));
}

pub async fn increments_at_once_add_up(backend: &impl Backend) {
    count_with(&[backend.open().await], 16, 50).await;
}

pub async fn increments_through_two_handles_add_up(backend: &impl Backend) {
    count_with(&[backend.open().await, backend.open().await], 8, 25).await;
}

pub async fn what_was_answered_is_there_after_opening_again(backend: &impl Backend) {
    for round in 0..3 {
        let org = Partition::new(&backend.open().await, "org");
        for earlier in 0..round {
            assert_eq!(org.text(&format!("svc_{earlier}")).await, Some(earlier.to_string()));
        }
        assert_eq!(org.get("gone").await, None);
        org.create([document(&format!("svc_{round}"), &round.to_string()), document("gone", "1")]).await;
        org.delete("gone").await;
    }
}
