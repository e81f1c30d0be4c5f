//! The same operation again: a backend that retries by itself must not take its own work for somebody else's.

use std::sync::Arc;

use store::{Etag, Write};
use tokio::task::JoinSet;

use super::Backend;
use super::partition::{Partition, conflict, document, operation};

/// Everything that a partition holds under these ids, etags included.
async fn state(org: &Partition, ids: &[&str]) -> Vec<Option<store::Stored>> {
    let mut state = Vec::new();
    for id in ids {
        state.push(org.get(id).await);
    }
    state
}

/// Commits the writes as one operation, twice: answered alike, written once.
async fn commit_twice(org: &Partition, writes: &[Write]) {
    let (operation, ids) = (operation(), writes.iter().map(Write::id).collect::<Vec<_>>());
    assert_eq!(org.commit_as(&operation, writes.to_vec()).await, Ok(()), "{writes:?}");
    let once = state(org, &ids).await;
    assert_eq!(org.commit_as(&operation, writes.to_vec()).await, Ok(()), "again: {writes:?}");
    assert_eq!(state(org, &ids).await, once, "{writes:?}");
}

pub async fn the_same_create_again_is_done_already(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    commit_twice(&org, &[Write::Create(document("svc_1", "1"))]).await;
    commit_twice(&org, &[Write::Create(document("svc_2", "1")), Write::Create(document("svc_3", "1"))]).await;
}

pub async fn the_same_replace_again_is_done_already(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1"), document("svc_2", "1")]).await;
    commit_twice(&org, &[Write::Replace(document("svc_1", "2"), org.etag("svc_1").await)]).await;
    let both = ["svc_1", "svc_2"].map(|id| (id, document(id, "3")));
    let mut writes = Vec::new();
    for (id, document) in both {
        writes.push(Write::Replace(document, org.etag(id).await));
    }
    commit_twice(&org, &writes).await;
}

pub async fn the_same_delete_again_is_done_already(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1"), document("svc_2", "1"), document("svc_3", "1")]).await;
    commit_twice(&org, &[Write::Delete("svc_1".to_owned(), org.etag("svc_1").await)]).await;
    let mut writes = Vec::new();
    for id in ["svc_2", "svc_3"] {
        writes.push(Write::Delete(id.to_owned(), org.etag(id).await));
    }
    commit_twice(&org, &writes).await;
}

pub async fn a_mixed_batch_again_is_done_already_whatever_its_order(backend: &impl Backend) {
    let documents = backend.open().await;
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let org = Partition::new(&documents, &format!("org-{order:?}").replace([' ', ',', '[', ']'], ""));
        org.create([document("old", "1"), document("gone", "1")]).await;
        let writes = [
            Write::Create(document("new", "1")),
            Write::Replace(document("old", "2"), org.etag("old").await),
            Write::Delete("gone".to_owned(), org.etag("gone").await),
        ];
        commit_twice(&org, &order.map(|index| writes[index].clone())).await;
        let texts = [org.text("new").await, org.text("old").await, org.text("gone").await];
        assert_eq!(texts, [Some("1".to_owned()), Some("2".to_owned()), None]);
    }
}

/// A part of what it wrote has been replaced or deleted: it was done all the same, and isn't done once more.
pub async fn an_operation_again_leaves_alone_what_others_did_since(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let ids = ["svc_1", "svc_2", "svc_3"];
    for replaced in 0..ids.len() {
        for deleted in (0..ids.len()).filter(|deleted| *deleted != replaced) {
            let (operation, writes) = (operation(), ids.map(|id| Write::Create(document(id, "1"))).to_vec());
            assert_eq!(org.commit_as(&operation, writes.clone()).await, Ok(()));
            org.replace(document(ids[replaced], "by somebody else")).await;
            org.delete(ids[deleted]).await;
            let since = state(&org, &ids).await;
            assert_eq!(org.commit_as(&operation, writes).await, Ok(()), "{replaced} {deleted}");
            assert_eq!(state(&org, &ids).await, since, "{replaced} {deleted}");
            for id in ids.into_iter().filter(|id| *id != ids[deleted]) {
                org.delete(id).await;
            }
        }
    }
}

pub async fn the_same_writes_by_another_operation_are_a_conflict(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("old", "1"), document("gone", "1")]).await;
    let [old, gone]: [Etag; 2] = [org.etag("old").await, org.etag("gone").await];
    let writes = vec![
        Write::Create(document("new", "1")),
        Write::Replace(document("old", "2"), old),
        Write::Delete("gone".to_owned(), gone),
    ];
    assert_eq!(org.commit(writes.clone()).await, Ok(()));
    let before = state(&org, &["new", "old"]).await;
    assert_eq!(org.commit(writes.clone()).await, conflict("new"));
    assert_eq!(org.commit(vec![writes[1].clone(), writes[0].clone()]).await, conflict("old"));
    assert_eq!(state(&org, &["new", "old"]).await, before);
}

/// A retry may overtake what it retries, in this process and in another.
pub async fn the_same_operation_at_once_is_written_once(backend: &impl Backend) {
    let handles = [backend.open().await, backend.open().await];
    let org = Partition::new(&handles[0], "org");
    org.create([document("old", "1")]).await;
    let old = org.etag("old").await;
    let writes = vec![Write::Replace(document("old", "2"), old), Write::Create(document("new", "1"))];
    let operation: Arc<str> = operation().into();
    let mut tasks = JoinSet::new();
    for documents in handles.iter().cycle().take(16) {
        let (org, operation, writes) =
            (Partition::new(documents, "org"), Arc::clone(&operation), writes.clone());
        tasks.spawn(async move { org.commit_as(&operation, writes).await });
    }
    assert_eq!(tasks.join_all().await, vec![Ok(()); 16]);
    assert_eq!(org.text("old").await.as_deref(), Some("2"));
    let writes = [Write::Replace(document("old", "3"), org.etag("old").await)];
    assert_eq!(org.commit(writes.to_vec()).await, Ok(()));
}

pub async fn an_operation_is_known_in_its_own_partition_only(backend: &impl Backend) {
    let (documents, operation) = (backend.open().await, operation());
    for name in ["org-1", "org-2"] {
        let org = Partition::new(&documents, name);
        assert_eq!(org.commit_as(&operation, vec![Write::Create(document("svc_1", name))]).await, Ok(()));
        assert_eq!(org.text("svc_1").await.as_deref(), Some(name));
    }
}
