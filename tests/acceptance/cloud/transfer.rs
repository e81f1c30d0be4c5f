//! A tenant taken in by either backend: whatever it stops at, doing it again ends the same, and nothing is done about it
//! before all of it is there.

mod frail;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use acceptance::cosmos::{Cosmos, DATABASE, HostedCosmos, KEY};
use chrono::{DateTime, Utc};
use domain::id::TenantId;
use domain::incident::Incident;
use embedded::sqlite::SqliteDocuments;
use store::transfer::{Inventory, Record, Source, TransferError, receive, sweep};
use store::{Changes, DIRECTORY, Documents, Kind, Lookup, OperationId, Range, Store};
use tempfile::TempDir;

use crate::process::door::Door;
use crate::process::site::Site;
use crate::process::transfer::lived::{folder, storm};
use crate::process::transfer::{count_and_hash, export, lived, path, run_with};
use frail::Frail;

/// Kinds that have something due.
const DUE: [Kind; 12] = [
    Kind::Incident,
    Kind::Page,
    Kind::TicketQueue,
    Kind::Event,
    Kind::Notice,
    Kind::HandoffWatch,
    Kind::CalendarWatch,
    Kind::CoverageReport,
    Kind::Delivery,
    Kind::SourceWatch,
    Kind::Maintenance,
    Kind::Psa,
];

/// The name that the transfers have here.
const NAME: &str = "a5";

/// A tenant's records, in memory.
#[derive(Debug, Clone)]
struct Luggage(Vec<Record>);

impl Source for Luggage {
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record, TransferError>> + '_> {
        Box::new(self.0.iter().cloned().map(Ok))
    }
}

impl Luggage {
    /// Of a demo tenant in which `incidents` are open.
    async fn with(incidents: usize) -> (Self, TempDir) {
        let files = folder();
        let site = Site::open().await;
        if incidents == 0 {
            lived::first_start(site.data.path()).await;
        } else {
            let oncall = site.start().await;
            storm(&Door::of(&oncall).await, incidents).await;
            oncall.kill().expect("it ends");
        }
        let (file, _) = export(site.data.path(), &files, "demo.jsonl").await;
        let text = fs::read_to_string(file).expect("the file");
        let lines: Vec<_> = text.lines().collect();
        let records =
            lines[1..lines.len() - 1].iter().map(|line| serde_json::from_str(line).expect("a record"));
        (Self(records.collect()), site.data)
    }
}

fn demo() -> TenantId {
    "demo".parse().expect("an id")
}

fn sqlite(folder: &TempDir) -> Arc<dyn Documents> {
    Arc::new(SqliteDocuments::open(&folder.path().join("oncall.db")).expect("a database"))
}

async fn take_in(
    documents: &dyn Documents,
    luggage: &Luggage,
) -> Result<store::transfer::Received, TransferError> {
    receive(documents, &demo(), NAME, luggage).await
}

/// Everything of the tenant.
async fn records(documents: &dyn Documents) -> Vec<Record> {
    let (demo, mut all) = (demo(), Vec::new());
    let mut inventory = Inventory::of(documents, &demo);
    while let Some(some) = inventory.next().await.expect("an inventory") {
        all.extend(some.into_iter().map(|record| record.expect("a record")));
    }
    all
}

/// What is due some day.
async fn due(documents: &dyn Documents) -> BTreeSet<String> {
    let now: DateTime<Utc> = "2100-01-01T00:00:00Z".parse().expect("a time");
    let mut due = BTreeSet::new();
    for kind in DUE {
        let lookup = Lookup::Due { kind, now };
        let found = documents.find(&lookup, &Range::first(10_000)).await.expect("a lookup");
        due.extend(found.documents.into_iter().map(|stored| stored.id));
    }
    due
}

async fn is_there(documents: &dyn Documents) -> bool {
    store::transfer::is_there(documents, &demo()).await.expect("an answer")
}

async fn doors(documents: &dyn Documents) -> usize {
    let lookup = Lookup::Everything { partition: DIRECTORY.to_owned() };
    documents.find(&lookup, &Range::first(100)).await.expect("a lookup").documents.len()
}

/// More than a batch of what is due, so that waking up takes several commits too.
const MANY: usize = 110;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_stops_anywhere_sleeps_until_it_is_gone_on_with_and_ends_the_same() {
    let (luggage, source) = Luggage::with(MANY).await;
    let source = sqlite(&source);
    let expected = (records(source.as_ref()).await, due(source.as_ref()).await);
    assert_eq!(expected.0, luggage.0);
    assert!(expected.1.len() > MANY, "{}", expected.1.len());
    let mut stopped_awake = 0;
    for commits in 0.. {
        // The one that failed was written all the same, every second time.
        let target = folder();
        let documents = sqlite(&target);
        let frail = Frail::after(Arc::clone(&documents), commits / 2, commits % 2 == 1);
        if take_in(&frail, &luggage).await.is_ok() {
            assert!(commits > 12, "it took several commits: {commits}");
            break;
        }
        if is_there(documents.as_ref()).await {
            stopped_awake += 1;
        } else {
            let left = (due(documents.as_ref()).await.len(), doors(documents.as_ref()).await);
            assert_eq!(left, (0, 0), "asleep, and shut, after {commits}");
        }
        let received = take_in(documents.as_ref(), &luggage).await.expect("it goes on");
        assert_eq!((received.documents, received.due), (luggage.0.len(), expected.1.len()));
        assert_eq!((records(documents.as_ref()).await, due(documents.as_ref()).await), expected, "{commits}");
    }
    assert!(stopped_awake >= 3, "it also stopped between waking up and the doors: {stopped_awake}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_between_two_parts_of_waking_up_is_not_written_over() {
    let (luggage, _source) = Luggage::with(MANY).await;
    let mut stopped = 0;
    for commits in 0.. {
        let target = folder();
        let documents = sqlite(&target);
        if take_in(&Frail::after(Arc::clone(&documents), commits, false), &luggage).await.is_ok() {
            break;
        }
        if !is_there(documents.as_ref()).await {
            continue;
        }
        stopped += 1;
        // A tick and a person, while the import is not gone on with: one of what is awake, one of what still sleeps.
        let (store, awake) = (Store::new(Arc::clone(&documents)), due(documents.as_ref()).await);
        let incidents = store.all_incidents().await;
        let pick = |is_awake: bool| incidents.iter().find(|id| awake.contains(*id) == is_awake).cloned();
        let touched: Vec<String> = [true, false].into_iter().filter_map(pick).collect();
        for id in &touched {
            let mut incident = store.get::<Incident>(&demo(), id).await.expect("read").expect("it is there");
            incident.value.title = "Somebody was here".to_owned();
            incident.value.escalation.due_at = None;
            let mut changes = Changes::new();
            changes.replace(&incident).expect("a change");
            let told = store.commit(&demo(), OperationId(format!("tick-{id}")), changes).await;
            assert_eq!(told, Ok(()));
        }
        take_in(documents.as_ref(), &luggage).await.expect("it goes on");
        let awake = due(documents.as_ref()).await;
        for id in &touched {
            let incident = store.get::<Incident>(&demo(), id).await.expect("read").expect("it is there");
            assert_eq!(incident.value.title, "Somebody was here");
            assert!(!awake.contains(id), "{id}");
        }
        let others = incidents.iter().filter(|id| !touched.contains(id));
        assert!(others.clone().all(|id| awake.contains(id)), "all the others are awake");
    }
    assert!(stopped >= 2, "{stopped}");
}

trait AllIncidents {
    async fn all_incidents(&self) -> Vec<String>;
}

impl AllIncidents for Store {
    async fn all_incidents(&self) -> Vec<String> {
        let found = self.newest::<Incident>(&demo(), None, &Range::first(1_000)).await.expect("a lookup");
        found.items.into_iter().map(|item| item.value.id.to_string()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_of_one_machine_is_the_same_in_cosmos_db_and_back() {
    let (luggage, source) = Luggage::with(20).await;
    let cosmos: Arc<dyn Documents> = Arc::new(Cosmos::empty().await.documents().await);
    let stopped = take_in(&Frail::after(Arc::clone(&cosmos), 0, true), &luggage).await;
    assert!(stopped.is_err() && !is_there(cosmos.as_ref()).await);
    assert_eq!(due(cosmos.as_ref()).await, BTreeSet::new());
    let received = take_in(cosmos.as_ref(), &luggage).await.expect("it goes on");
    assert_eq!(received.resumed, 100, "one batch was written: {received:?}");
    assert_eq!(records(cosmos.as_ref()).await, luggage.0);
    assert_eq!(due(cosmos.as_ref()).await, due(sqlite(&source).as_ref()).await);

    let back = folder();
    let documents = sqlite(&back);
    take_in(documents.as_ref(), &Luggage(records(cosmos.as_ref()).await)).await.expect("and back");
    assert_eq!(records(documents.as_ref()).await, luggage.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_given_up_import_left_stands_against_another_until_it_is_swept() {
    let (luggage, _source) = Luggage::with(0).await;
    let target = folder();
    let documents = sqlite(&target);
    take_in(&Frail::after(Arc::clone(&documents), 1, false), &luggage).await.expect_err("it stops");
    let left = records(documents.as_ref()).await;
    assert!(!left.is_empty() && !is_there(documents.as_ref()).await);
    // The source went on, and was exported again.
    let mut later = luggage.clone();
    let ann = later.0.iter_mut().find(|record| record.body["name"] == "Ann Archer").expect("Ann");
    ann.body["name"] = "Ann Married".into();
    let told = receive(documents.as_ref(), &demo(), "b6", &later).await;
    assert!(matches!(told, Err(TransferError::Stranger { .. })), "{told:?}");
    assert_eq!(records(documents.as_ref()).await, left, "nothing was written");
    assert_eq!(sweep(documents.as_ref(), &demo()).await.expect("swept"), left.len());
    receive(documents.as_ref(), &demo(), "b6", &later).await.expect("taken in");
    assert_eq!(records(documents.as_ref()).await, later.0);
    let told = sweep(documents.as_ref(), &demo()).await;
    assert!(matches!(told, Err(TransferError::Taken(_))), "a tenant is nobody's left-over: {told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_opens_another_tenants_door_here_is_refused_before_anything_is_written() {
    let (luggage, _source) = Luggage::with(0).await;
    let target = folder();
    let documents = sqlite(&target);
    let mut theirs: Vec<Record> = luggage.0.clone();
    theirs.retain(|record| record.kind == "key_entry");
    let store = Store::new(Arc::clone(&documents));
    let mut entry: store::KeyEntry = serde_json::from_value(theirs[0].body.clone()).expect("an entry");
    entry.tenant_id = "other".parse().expect("an id");
    let mut changes = Changes::new();
    changes.create(&entry).expect("a change");
    store.commit_to_directory(OperationId("theirs".to_owned()), changes).await.expect("written");
    let told = take_in(documents.as_ref(), &luggage).await;
    assert!(matches!(told, Err(TransferError::Stranger { .. })), "{told:?}");
    assert_eq!(records(documents.as_ref()).await, []);
    assert_eq!(
        store
            .get_from_directory::<store::KeyEntry>(entry.hash.as_str())
            .await
            .expect("read")
            .map(|found| found.value),
        Some(entry)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_moves_a_tenant_to_cosmos_db_and_tells_the_same_number_and_hash_at_every_end() {
    let (site, files, nowhere) = (folder(), folder(), folder());
    lived::first_start(site.path()).await;
    let (file, exported) = export(site.path(), &files, "demo.jsonl").await;
    let cosmos = HostedCosmos::start().await.expect("a server");
    let url = cosmos.url().to_string();
    let settings = [
        ("COSMOS_ENDPOINT", url.as_str()),
        ("COSMOS_KEY", KEY),
        ("COSMOS_DATABASE", DATABASE),
        ("ONCALL_LINK_SECRET", "0123456789abcdef0123456789abcdef"),
        ("ONCALL_DATA_DIR", path(nowhere.path())),
    ];
    let (good, imported) = run_with(&["import", path(&file)], &settings).await;
    assert!(good && imported.contains("verified"), "{imported}");
    let again = files.path().join("again.jsonl");
    let (good, told) = run_with(&["export", path(&again)], &settings).await;
    assert!(good && told.contains("read bit by bit"), "{told}");
    for told in [imported, told] {
        assert_eq!(count_and_hash(&told), count_and_hash(&exported));
    }
    assert!(!nowhere.path().join("oncall.db").exists(), "nothing was taken in on this machine");
}
