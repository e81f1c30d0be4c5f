//! Batches: all of it or nothing, each for itself.

use store::document::{MOST_BYTES, MOST_WRITES};
use store::{Document, Etag, Write};
use tokio::task::JoinSet;

use super::Backend;
use super::partition::{Partition, conflict, document};

const IDS: [&str; 5] = ["old", "gone", "taken", "changed", "new"];

/// A good create, replace and delete, and for each kind of write one that must fail.
async fn writes(org: &Partition) -> ([Write; 3], [Write; 5]) {
    org.create(["old", "gone", "taken", "changed"].map(|id| document(id, "1"))).await;
    let stale = org.etag("changed").await;
    org.replace(document("changed", "2")).await;
    let good = [
        Write::Create(document("new", "1")),
        Write::Replace(document("old", "2"), org.etag("old").await),
        Write::Delete("gone".to_owned(), org.etag("gone").await),
    ];
    let bad = [
        Write::Create(document("taken", "2")),
        Write::Replace(document("changed", "3"), stale.clone()),
        Write::Delete("changed".to_owned(), stale.clone()),
        Write::Replace(document("never", "1"), stale.clone()),
        Write::Delete("never".to_owned(), stale),
    ];
    (good, bad)
}

async fn etags(org: &Partition) -> Vec<Option<Etag>> {
    let mut etags = Vec::new();
    for id in IDS {
        etags.push(org.get(id).await.map(|stored| stored.etag));
    }
    etags
}

pub async fn one_bad_write_and_nothing_of_its_batch_is_written(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let (good, bad) = writes(&org).await;
    let before = etags(&org).await;
    for write in bad {
        for place in 0..=good.len() {
            let mut batch = good.to_vec();
            batch.insert(place, write.clone());
            assert_eq!(org.commit(batch).await, conflict(write.id()), "{write:?} in place {place}");
            assert_eq!(etags(&org).await, before, "{write:?} in place {place}");
        }
    }
    assert_eq!(org.commit(good.to_vec()).await, Ok(()));
}

pub async fn a_conflict_names_the_first_write_that_failed(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let (good, bad) = writes(&org).await;
    let batch = |order: [&Write; 3]| order.map(Clone::clone).to_vec();
    assert_eq!(org.commit(batch([&good[0], &bad[0], &bad[1]])).await, conflict("taken"));
    assert_eq!(org.commit(batch([&bad[1], &good[0], &bad[0]])).await, conflict("changed"));
}

/// However a backend puts together what comes at once: of those who want the same seat one gets it, and the others
/// leave nothing behind.
pub async fn batches_at_once_fail_each_for_itself(backend: &impl Backend) {
    const SEATS: usize = 20;
    const EACH: usize = 8;
    let documents = backend.open().await;
    let mut tasks = JoinSet::new();
    for seat in 0..SEATS {
        for who in 0..EACH {
            let org = Partition::new(&documents, "org");
            let (seat, mine) = (format!("seat-{seat}"), format!("mine-{seat}-{who}"));
            let mut writes = vec![Write::Create(document(&mine, "1")), Write::Create(document(&seat, &mine))];
            if who % 2 == 0 {
                writes.reverse();
            }
            tasks.spawn(async move { (org.commit(writes).await, seat, mine) });
        }
    }
    let org = Partition::new(&documents, "org");
    let mut seated = 0;
    for (told, seat, mine) in tasks.join_all().await {
        let holder = org.text(&seat).await.expect("a seat that somebody got");
        let got_it = holder == mine;
        assert_eq!(told, if got_it { Ok(()) } else { conflict(&seat) });
        assert_eq!(org.get(&mine).await.is_some(), got_it, "{mine} at {seat}");
        seated += usize::from(got_it);
    }
    assert_eq!(seated, SEATS);
}

pub async fn a_hundred_writes_are_one_batch(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let name = |index: usize| format!("svc_{index:03}");
    let all: Vec<Document> = (0..MOST_WRITES).map(|index| document(&name(index), "1")).collect();
    // One that exists already, as the last: 99 have to be taken back.
    org.create([all[MOST_WRITES - 1].clone()]).await;
    let creates: Vec<_> = all.iter().cloned().map(Write::Create).collect();
    assert_eq!(org.commit(creates).await, conflict(&name(MOST_WRITES - 1)));
    assert_eq!(org.get(&name(0)).await, None);
    org.delete(&name(MOST_WRITES - 1)).await;
    org.create(all).await;
    let mut replaces = Vec::new();
    for index in 0..MOST_WRITES {
        replaces.push(Write::Replace(document(&name(index), "2"), org.etag(&name(index)).await));
    }
    assert_eq!(org.commit(replaces).await, Ok(()));
    for index in 0..MOST_WRITES {
        assert_eq!(org.text(&name(index)).await.as_deref(), Some("2"));
    }
}

pub async fn the_most_bytes_are_one_batch(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let envelope = document("svc_1", "").body.len();
    let text = "x".repeat(MOST_BYTES / 2 - envelope);
    let writes: Vec<_> = ["svc_1", "svc_2"].map(|id| Write::Create(document(id, &text))).to_vec();
    assert_eq!(writes.iter().map(Write::size).sum::<usize>(), MOST_BYTES);
    assert_eq!(org.commit(writes).await, Ok(()));
    assert!(org.text("svc_2").await.is_some_and(|read| read == text));
}
