//! Finding what one doesn't know the id of: each lookup's condition and order.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use store::{Cursor, Document, Documents, Index, Kind, Lookup};

use super::Backend;
use super::partition::{Partition, at, document, found, ids, indexed, page};

pub(super) fn of_kind(kind: Kind) -> Lookup {
    Lookup::OfKind { partition: "org".to_owned(), kind }
}

pub(super) fn of_parent(kind: Kind, parent: &str) -> Lookup {
    Lookup::OfParent { partition: "org".to_owned(), kind, parent: parent.to_owned() }
}

pub(super) fn newest_of_parent(kind: Kind, parent: &str) -> Lookup {
    Lookup::NewestOfParent { partition: "org".to_owned(), kind, parent: parent.to_owned() }
}

pub(super) fn newest(state: Option<&'static str>) -> Lookup {
    Lookup::Newest { partition: "org".to_owned(), kind: Kind::Incident, state }
}

pub(super) fn due(kind: Kind, now: DateTime<Utc>) -> Lookup {
    Lookup::Due { kind, now }
}

pub(super) fn any_due(kinds: &[Kind], now: DateTime<Utc>) -> Lookup {
    Lookup::AnyDue { kinds: kinds.to_vec(), now }
}

pub(super) fn everything(partition: &str) -> Lookup {
    Lookup::Everything { partition: partition.to_owned() }
}

pub(super) fn child(kind: Kind, id: &str, parent: &str, sort: i64) -> Document {
    indexed(kind, id, Index { parent: Some(parent.to_owned()), sort: Some(sort), ..Index::default() })
}

pub(super) fn incident(
    id: &str,
    number: i64,
    state: &'static str,
    due_at: Option<DateTime<Utc>>,
) -> Document {
    let index = Index { state: Some(state), sort: Some(number), due_at, ..Index::default() };
    indexed(Kind::Incident, id, index)
}

pub(super) fn queue(id: &str, due_at: Option<DateTime<Utc>>) -> Document {
    indexed(Kind::TicketQueue, id, Index { due_at, ..Index::default() })
}

/// Something of every kind of index in two partitions, of which only the first is asked.
async fn furnished(backend: &impl Backend) -> Arc<dyn Documents> {
    let documents = backend.open().await;
    for partition in ["org", "org-2"] {
        Partition::new(&documents, partition)
            .create([
                document("svc_b", "1"),
                document("svc_a", "1"),
                document("SVC_C", "1"),
                indexed(Kind::User, "usr_a", Index::default()),
                child(Kind::Alert, "alt_b", "inc_1", 10),
                child(Kind::Alert, "alt_a", "inc_1", 10),
                child(Kind::Alert, "alt_c", "inc_1", 9),
                child(Kind::Alert, "alt_d", "inc_1", 100),
                child(Kind::Alert, "alt_e", "inc_10", 1),
                child(Kind::Timeline, "tl_a", "inc_1", 1),
                incident("inc_1", 9, "triggered", Some(at(60))),
                incident("inc_2", 10, "acknowledged", None),
                incident("inc_3", 100, "triggered", None),
                incident("inc_4", 11, "resolved", None),
                queue("tq_a", Some(at(60))),
                queue("tq_b", None),
            ])
            .await;
    }
    documents
}

pub async fn nothing_is_found_in_an_empty_store(backend: &impl Backend) {
    let documents = backend.open().await;
    let lookups = [
        of_kind(Kind::Service),
        of_parent(Kind::Alert, "inc_1"),
        newest_of_parent(Kind::Alert, "inc_1"),
        newest(None),
        newest(Some("triggered")),
        due(Kind::Incident, at(0)),
        any_due(&[Kind::Incident, Kind::Page], at(0)),
        everything("org"),
    ];
    for lookup in lookups {
        assert_eq!(page(&documents, &lookup, None, 10).await, (Vec::new(), None));
    }
}

pub async fn of_kind_finds_every_document_of_a_kind_by_id(backend: &impl Backend) {
    let documents = furnished(backend).await;
    assert_eq!(ids(&documents, &of_kind(Kind::Service)).await, ["SVC_C", "svc_a", "svc_b"]);
    assert_eq!(ids(&documents, &of_kind(Kind::User)).await, ["usr_a"]);
    assert_eq!(ids(&documents, &of_kind(Kind::Team)).await, [""; 0]);
}

pub async fn of_parent_finds_what_belongs_to_it_by_sort_then_id(backend: &impl Backend) {
    let documents = furnished(backend).await;
    let alerts = ids(&documents, &of_parent(Kind::Alert, "inc_1")).await;
    assert_eq!(alerts, ["alt_c", "alt_a", "alt_b", "alt_d"]);
    assert_eq!(ids(&documents, &of_parent(Kind::Timeline, "inc_1")).await, ["tl_a"]);
    assert_eq!(ids(&documents, &of_parent(Kind::Alert, "inc_2")).await, [""; 0]);
}

pub async fn newest_of_parent_is_of_parent_from_its_end(backend: &impl Backend) {
    let documents = furnished(backend).await;
    let alerts = newest_of_parent(Kind::Alert, "inc_1");
    assert_eq!(ids(&documents, &alerts).await, ["alt_d", "alt_b", "alt_a", "alt_c"]);
    assert_eq!(ids(&documents, &newest_of_parent(Kind::Alert, "inc_10")).await, ["alt_e"]);
    assert_eq!(ids(&documents, &newest_of_parent(Kind::Timeline, "inc_1")).await, ["tl_a"]);
    assert_eq!(ids(&documents, &newest_of_parent(Kind::Alert, "inc_2")).await, [""; 0]);
    for (sort, expected) in [
        (101, vec!["alt_d", "alt_b", "alt_a", "alt_c"]),
        (100, vec!["alt_b", "alt_a", "alt_c"]),
        (10, vec!["alt_c"]),
        (9, vec![]),
    ] {
        let (page, next) = page(&documents, &alerts, Some(Cursor::Beyond(sort)), 10).await;
        assert_eq!(page.into_iter().map(|stored| stored.id).collect::<Vec<_>>(), expected, "before {sort}");
        assert_eq!(next, None);
    }
}

pub async fn newest_finds_the_greatest_sort_first_in_all_states_or_one(backend: &impl Backend) {
    let documents = furnished(backend).await;
    assert_eq!(ids(&documents, &newest(None)).await, ["inc_3", "inc_4", "inc_2", "inc_1"]);
    assert_eq!(ids(&documents, &newest(Some("triggered"))).await, ["inc_3", "inc_1"]);
    assert_eq!(ids(&documents, &newest(Some("suppressed"))).await, [""; 0]);
}

pub async fn newest_goes_on_before_a_sort_that_the_caller_names(backend: &impl Backend) {
    let documents = furnished(backend).await;
    for (state, sort, expected) in [
        (None, 1_000, vec!["inc_3", "inc_4", "inc_2", "inc_1"]),
        (None, 100, vec!["inc_4", "inc_2", "inc_1"]),
        (None, 99, vec!["inc_4", "inc_2", "inc_1"]),
        (None, 9, vec![]),
        (Some("triggered"), 100, vec!["inc_1"]),
    ] {
        let (page, next) = page(&documents, &newest(state), Some(Cursor::Beyond(sort)), 10).await;
        assert_eq!(page.into_iter().map(|stored| stored.id).collect::<Vec<_>>(), expected, "before {sort}");
        assert_eq!(next, None);
    }
}

pub async fn of_parent_goes_on_after_a_sort_that_the_caller_names(backend: &impl Backend) {
    let documents = furnished(backend).await;
    for (sort, expected) in [
        (8, vec!["alt_c", "alt_a", "alt_b", "alt_d"]),
        (9, vec!["alt_a", "alt_b", "alt_d"]),
        (10, vec!["alt_d"]),
        (100, vec![]),
    ] {
        let (page, next) =
            page(&documents, &of_parent(Kind::Alert, "inc_1"), Some(Cursor::Beyond(sort)), 10).await;
        assert_eq!(page.into_iter().map(|stored| stored.id).collect::<Vec<_>>(), expected, "after {sort}");
        assert_eq!(next, None);
    }
}

pub async fn due_finds_what_is_due_by_now_in_every_partition(backend: &impl Backend) {
    let documents = backend.open().await;
    let (now, instant) = (at(0), TimeDelta::microseconds(1));
    Partition::new(&documents, "org-1")
        .create([
            queue("tq_never", None),
            queue("tq_exactly", Some(now)),
            queue("tq_next", Some(now + instant)),
            queue("tq_long_ago", Some(at(-9_000))),
            incident("inc_1", 1, "triggered", Some(at(-10))),
        ])
        .await;
    Partition::new(&documents, "org-2")
        .create([queue("tq_lately", Some(at(-10))), queue("tq_exactly", Some(now - instant))])
        .await;
    let pair = |(partition, id): (&str, &str)| (partition.to_owned(), id.to_owned());
    let mut expected = vec![
        ("org-1", "tq_long_ago"),
        ("org-2", "tq_lately"),
        ("org-2", "tq_exactly"),
        ("org-1", "tq_exactly"),
    ];
    let told = found(&documents, &due(Kind::TicketQueue, now), 10).await;
    assert_eq!(told, expected.iter().copied().map(pair).collect::<Vec<_>>());
    let told = found(&documents, &due(Kind::TicketQueue, now - instant), 10).await;
    expected.pop();
    assert_eq!(told, expected.into_iter().map(pair).collect::<Vec<_>>());
    assert_eq!(found(&documents, &due(Kind::Incident, now), 10).await, [pair(("org-1", "inc_1"))]);
    assert_eq!(ids(&documents, &due(Kind::Page, now)).await, [""; 0]);
}

pub async fn any_due_finds_what_is_due_of_the_named_kinds_in_every_partition(backend: &impl Backend) {
    let documents = backend.open().await;
    let instant = TimeDelta::microseconds(1);
    Partition::new(&documents, "org-1")
        .create([
            queue("tq_never", None),
            queue("tq_due", Some(at(10))),
            incident("inc_due", 1, "triggered", Some(at(20))),
            document("svc_a", "1"),
        ])
        .await;
    let notice = |due_at| Index { due_at, ..Index::default() };
    Partition::new(&documents, "org-2")
        .create([indexed(Kind::Notice, "ntc_due", notice(Some(at(30)))), queue("tq_due", Some(at(40)))])
        .await;
    let told = async |kinds: &[Kind], now| {
        let mut told = found(&documents, &any_due(kinds, now), 10).await;
        told.sort();
        told.into_iter().map(|(partition, id)| format!("{partition} {id}")).collect::<Vec<_>>()
    };
    let all = [Kind::TicketQueue, Kind::Incident, Kind::Notice];
    assert_eq!(told(&all, at(10) - instant).await, [""; 0]);
    assert_eq!(told(&all, at(10)).await, ["org-1 tq_due"]);
    assert_eq!(told(&all, at(900)).await, ["org-1 inc_due", "org-1 tq_due", "org-2 ntc_due", "org-2 tq_due"]);
    assert_eq!(told(&[Kind::TicketQueue], at(900)).await, ["org-1 tq_due", "org-2 tq_due"]);
    assert_eq!(told(&[Kind::Notice, Kind::Page], at(900)).await, ["org-2 ntc_due"]);
    assert_eq!(told(&[Kind::Page, Kind::Service], at(900)).await, [""; 0], "no index, not due");
    assert_eq!(told(&[], at(900)).await, [""; 0], "of no kinds, nothing");
    assert_eq!(page(&documents, &any_due(&all, at(900)), None, 1).await.0.len(), 1, "one is enough to know");
}

pub async fn everything_finds_every_document_of_a_partition_by_id(backend: &impl Backend) {
    let documents = furnished(backend).await;
    Partition::new(&documents, "$directory").create([document("svc_a", "1"), document("0", "1")]).await;
    let all = [
        "SVC_C", "alt_a", "alt_b", "alt_c", "alt_d", "alt_e", "inc_1", "inc_2", "inc_3", "inc_4", "svc_a",
        "svc_b", "tl_a", "tq_a", "tq_b", "usr_a",
    ];
    assert_eq!(ids(&documents, &everything("org")).await, all);
    assert_eq!(ids(&documents, &everything("$directory")).await, ["0", "svc_a"]);
    assert_eq!(ids(&documents, &everything("or")).await, [""; 0]);
    assert!(
        found(&documents, &everything("org-2"), 5).await.iter().all(|(partition, _)| partition == "org-2")
    );
}

pub async fn what_is_read_says_what_kind_it_is(backend: &impl Backend) {
    let documents = furnished(backend).await;
    let org = Partition::new(&documents, "org");
    org.create([indexed(Kind::HandoffWatch, "hw_a", Index::default())]).await;
    let kinds = [("svc_a", "service"), ("tl_a", "timeline"), ("inc_1", "incident"), ("tq_a", "ticket_queue")];
    for (id, kind) in kinds.into_iter().chain([("hw_a", "handoff_watch")]) {
        let stored = org.get(id).await.expect("what was created");
        assert_eq!((&*stored.kind, Kind::parse(&stored.kind).map(Kind::as_str)), (kind, Some(kind)), "{id}");
        let (everything, _) = page(&documents, &everything("org"), None, 100).await;
        assert!(everything.contains(&stored), "{id} is found as it is read");
    }
}

pub async fn what_is_found_is_what_would_be_read(backend: &impl Backend) {
    let documents = furnished(backend).await;
    let lookups = [
        of_kind(Kind::Service),
        of_parent(Kind::Alert, "inc_1"),
        newest(Some("triggered")),
        due(Kind::Incident, at(60)),
        any_due(&[Kind::Incident, Kind::TicketQueue], at(60)),
        everything("org"),
    ];
    for lookup in lookups {
        let (page, _) = page(&documents, &lookup, None, 10).await;
        assert!(!page.is_empty(), "{lookup:?}");
        for stored in page {
            let read = Partition::new(&documents, &stored.partition).get(&stored.id).await;
            assert_eq!(read, Some(stored), "{lookup:?}");
        }
    }
}

pub async fn lookups_follow_a_replace(backend: &impl Backend) {
    let documents = furnished(backend).await;
    let org = Partition::new(&documents, "org");
    let org_due = |now| {
        let documents = Arc::clone(&documents);
        async move {
            let found = found(&documents, &due(Kind::Incident, now), 10).await;
            found
                .into_iter()
                .filter(|(partition, _)| partition == "org")
                .map(|(_, id)| id)
                .collect::<Vec<_>>()
        }
    };
    org.replace(incident("inc_1", 9, "acknowledged", None)).await;
    assert_eq!(ids(&documents, &newest(Some("triggered"))).await, ["inc_3"]);
    assert_eq!(ids(&documents, &newest(Some("acknowledged"))).await, ["inc_2", "inc_1"]);
    assert_eq!(org_due(at(900)).await, [""; 0]);
    org.replace(incident("inc_1", 101, "triggered", Some(at(300)))).await;
    assert_eq!(ids(&documents, &newest(Some("triggered"))).await, ["inc_1", "inc_3"]);
    assert_eq!(ids(&documents, &newest(Some("acknowledged"))).await, ["inc_2"]);
    assert_eq!(org_due(at(299)).await, [""; 0]);
    assert_eq!(org_due(at(300)).await, ["inc_1"]);
    org.replace(child(Kind::Alert, "alt_b", "inc_10", 0)).await;
    assert_eq!(ids(&documents, &of_parent(Kind::Alert, "inc_1")).await, ["alt_c", "alt_a", "alt_d"]);
    assert_eq!(ids(&documents, &of_parent(Kind::Alert, "inc_10")).await, ["alt_b", "alt_e"]);
}

pub async fn what_is_deleted_is_found_no_more(backend: &impl Backend) {
    let documents = furnished(backend).await;
    let org = Partition::new(&documents, "org");
    for id in ["svc_a", "alt_a", "inc_1", "tq_a"] {
        org.delete(id).await;
    }
    assert_eq!(ids(&documents, &of_kind(Kind::Service)).await, ["SVC_C", "svc_b"]);
    assert_eq!(ids(&documents, &of_parent(Kind::Alert, "inc_1")).await, ["alt_c", "alt_b", "alt_d"]);
    assert_eq!(ids(&documents, &newest(Some("triggered"))).await, ["inc_3"]);
    for kind in [Kind::Incident, Kind::TicketQueue] {
        let left = found(&documents, &due(kind, at(60)), 10).await;
        assert_eq!(left.into_iter().map(|(partition, _)| partition).collect::<Vec<_>>(), ["org-2"]);
    }
}
