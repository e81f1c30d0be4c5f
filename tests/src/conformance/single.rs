//! One document: created, read, replaced, deleted.

use serde_json::Value;
use store::{Document, Write};

use super::Backend;
use super::partition::{Partition, conflict, document};

pub async fn what_was_never_written_is_not_there(backend: &impl Backend) {
    let documents = backend.open().await;
    assert_eq!(Partition::new(&documents, "org").get("svc_1").await, None);
}

pub async fn what_is_created_is_read_as_it_was_written(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let created = Document { schema: 7, ..document("svc_1", "Servers") };
    assert_eq!(org.commit(vec![Write::Create(created)]).await, Ok(()));
    let stored = org.get("svc_1").await.expect("what was created");
    assert_eq!((&*stored.partition, &*stored.id, stored.schema), ("org", "svc_1", 7));
    assert_eq!(org.text("svc_1").await.as_deref(), Some("Servers"));
}

pub async fn creating_what_exists_is_a_conflict(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1")]).await;
    let before = org.get("svc_1").await;
    assert_eq!(org.commit(vec![Write::Create(document("svc_1", "2"))]).await, conflict("svc_1"));
    assert_eq!(org.get("svc_1").await, before);
}

pub async fn a_replace_takes_the_place_of_what_was_read(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1")]).await;
    let first = org.etag("svc_1").await;
    let replaced = Document { schema: 2, ..document("svc_1", "2") };
    assert_eq!(org.commit(vec![Write::Replace(replaced, first.clone())]).await, Ok(()));
    let stored = org.get("svc_1").await.expect("what was replaced");
    assert_eq!((org.text("svc_1").await.as_deref(), stored.schema), (Some("2"), 2));
    assert_ne!(stored.etag, first);
    // Also where the body stays the same: somebody has decided on it.
    org.replace(document("svc_1", "2")).await;
    assert_ne!(org.etag("svc_1").await, stored.etag);
}

pub async fn replacing_what_was_changed_meanwhile_is_a_conflict(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1")]).await;
    let seen = org.etag("svc_1").await;
    org.replace(document("svc_1", "2")).await;
    assert_eq!(org.commit(vec![Write::Replace(document("svc_1", "3"), seen)]).await, conflict("svc_1"));
    assert_eq!(org.text("svc_1").await.as_deref(), Some("2"));
}

pub async fn replacing_what_is_not_there_is_a_conflict(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1")]).await;
    let seen = org.etag("svc_1").await;
    org.delete("svc_1").await;
    for id in ["svc_1", "svc_2"] {
        let replace = Write::Replace(document(id, "2"), seen.clone());
        assert_eq!(org.commit(vec![replace]).await, conflict(id));
        assert_eq!(org.get(id).await, None);
    }
}

pub async fn a_deleted_document_is_gone_and_its_id_is_free(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1")]).await;
    let first = org.etag("svc_1").await;
    org.delete("svc_1").await;
    assert_eq!(org.get("svc_1").await, None);
    org.create([document("svc_1", "again")]).await;
    // What had been read is not what is there now.
    let stale =
        [Write::Replace(document("svc_1", "2"), first.clone()), Write::Delete("svc_1".to_owned(), first)];
    for write in stale {
        assert_eq!(org.commit(vec![write]).await, conflict("svc_1"));
    }
    assert_eq!(org.text("svc_1").await.as_deref(), Some("again"));
}

pub async fn deleting_what_was_changed_meanwhile_is_a_conflict(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    org.create([document("svc_1", "1")]).await;
    let seen = org.etag("svc_1").await;
    org.replace(document("svc_1", "2")).await;
    assert_eq!(org.commit(vec![Write::Delete("svc_1".to_owned(), seen)]).await, conflict("svc_1"));
    assert_eq!(org.text("svc_1").await.as_deref(), Some("2"));
}

/// Also where one's name begins another's, or differs from it by case alone.
pub async fn partitions_do_not_see_each_other(backend: &impl Backend) {
    let documents = backend.open().await;
    let names = ["org", "org-1", "ORG", "$directory"];
    for name in names {
        Partition::new(&documents, name).create([document("svc_1", name), document(name, "mine")]).await;
    }
    for name in names {
        let org = Partition::new(&documents, name);
        assert_eq!(org.text("svc_1").await.as_deref(), Some(name));
        for other in names.into_iter().filter(|other| *other != name) {
            assert_eq!(org.get(other).await, None, "{name} sees {other}");
        }
    }
    let etag = Partition::new(&documents, "org").etag("svc_1").await;
    let stranger = Partition::new(&documents, "stranger");
    let writes =
        [Write::Replace(document("svc_1", "theirs"), etag.clone()), Write::Delete("svc_1".to_owned(), etag)];
    for write in writes {
        let told = stranger.commit(vec![write, Write::Create(document("svc_2", "2"))]).await;
        assert_eq!(told, conflict("svc_1"));
    }
    Partition::new(&documents, "org").delete("svc_1").await;
    assert_eq!(Partition::new(&documents, "org-1").text("svc_1").await.as_deref(), Some("org-1"));
}

/// Ids of every form that is stored (two of them differ by case alone), and bodies that are easily broken.
pub async fn ids_and_bodies_come_back_whole(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let long = "0123456789abcdef".repeat(65_536);
    let texts = [
        ("counter", ""),
        ("inc_01KA4F3Q1QWXYZ0123456789AB", r#"Größe ≥ 98 % "full" \ 磁盘 🔥"#),
        ("inc_01ka4f3q1qwxyz0123456789ab", "\0\n\t\u{1f}\u{7f}\u{2028}\u{feff}"),
        ("tl_inc_01KA4F3Q1QWXYZ0123456789AB_000001", "</script>'; --"),
        ("tl_inc_01KA_page_01KB-12", "e\u{301} is not \u{e9}"),
        ("ev_inc_01KA:incident.created:1", "$ {} %s"),
        ("key_e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", &*long),
    ];
    org.create(texts.map(|(id, text)| document(id, text))).await;
    for (id, text) in texts {
        assert_eq!(org.get(id).await.map(|stored| stored.id).as_deref(), Some(id));
        assert!(org.text(id).await.as_deref() == Some(text), "the body of '{id}' came back changed");
    }
}

pub async fn numbers_and_structure_of_a_body_come_back(backend: &impl Backend) {
    let org = Partition::new(&backend.open().await, "org");
    let body = r#"{"n":[0,-1,9007199254740991,0.5,-2.25],"o":{"a":{"b":[[],{}]}},"t":true,"z":null,"":""}"#;
    org.create([Document { body: body.to_owned(), ..document("svc_1", "") }]).await;
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    assert_eq!(org.get("svc_1").await.map(|stored| read(&stored.body)), Some(read(body)));
}

pub async fn a_store_that_can_be_read_is_healthy(backend: &impl Backend) {
    assert_eq!(backend.open().await.health().await, Ok(()));
}
