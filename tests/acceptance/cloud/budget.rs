//! What each use-case may ask of the store. Request units are money, and each of these happens all night long.
//!
//! The table is the budget: a use-case that needs more fails here, and whoever changes the table says why. What it costs in
//! request units is in docs/benchmarks.md.

use std::sync::Arc;

use acceptance::cosmos::Cosmos;
use acceptance::metered::{Metering, Operations, UseCase};
use domain::id::{IncidentId, TenantId};
use domain::incident::{Incident, Status};
use domain::tenant::Tenant;
use embedded::sqlite::SqliteDocuments;
use store::{Changes, Documents, OperationId};

/// In the night's order.
const BUDGETS: [(UseCase, Operations); 13] = [
    (UseCase::GapScan, asks(2, 6, 1, 6, 1, 1)),
    (UseCase::IdleTick, asks(0, 0, 1, 0, 0, 0)),
    (UseCase::AlertThatOpens, asks(12, 2, 0, 0, 3, 11)),
    (UseCase::AlertThatRepeats, asks(4, 0, 0, 0, 1, 3)),
    (UseCase::OnCallNow, asks(2, 3, 0, 4, 0, 0)),
    (UseCase::IncidentRead, asks(4, 0, 0, 0, 0, 0)),
    (UseCase::Explain, asks(6, 2, 0, 3, 0, 0)),
    (UseCase::IncidentPage, asks(7, 7, 0, 12, 0, 0)),
    (UseCase::TickWithOneStep, asks(8, 1, 2, 2, 3, 7)),
    (UseCase::Acknowledge, asks(12, 0, 0, 0, 4, 10)),
    (UseCase::Note, asks(10, 0, 0, 0, 4, 7)),
    (UseCase::Resolve, asks(10, 0, 0, 0, 4, 10)),
    (UseCase::IncidentList, asks(2, 2, 0, 60, 0, 0)),
];

/// How often: point reads, lookups in a partition, lookups over all of them, rows, commits, writes.
const fn asks(
    reads: u32,
    queries: u32,
    wide_queries: u32,
    rows: u32,
    commits: u32,
    writes: u32,
) -> Operations {
    Operations { reads, queries, wide_queries, rows, commits, writes }
}

async fn on_cosmos() -> Arc<dyn Documents> {
    Arc::new(Cosmos::empty().await.documents().await)
}

/// In a folder that must outlive it.
fn on_sqlite(folder: &tempfile::TempDir) -> Arc<dyn Documents> {
    Arc::new(SqliteDocuments::open(&folder.path().join("oncall.db")).expect("a database"))
}

fn over_budget(asked: Operations, budget: Operations) -> Vec<String> {
    let counts = [
        ("point reads", asked.reads, budget.reads),
        ("queries", asked.queries, budget.queries),
        ("queries over all partitions", asked.wide_queries, budget.wide_queries),
        ("rows", asked.rows, budget.rows),
        ("commits", asked.commits, budget.commits),
        ("writes", asked.writes, budget.writes),
    ];
    let over = counts.into_iter().filter(|(_, asked, budget)| asked > budget);
    over.map(|(what, asked, budget)| format!("{asked} {what}, not {budget}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_use_case_asks_more_of_the_store_than_its_budget() {
    let night = Metering::open(on_cosmos().await).await.night().await;
    let known: Vec<UseCase> = night.iter().map(|(use_case, _)| *use_case).collect();
    assert_eq!(known, BUDGETS.map(|(use_case, _)| use_case), "each has its budget");
    let over = night.iter().zip(BUDGETS).filter_map(|((use_case, tally), (_, budget))| {
        let over = over_budget(tally.operations, budget);
        (!over.is_empty()).then(|| format!("{}: {}", use_case.name(), over.join("; ")))
    });
    let over: Vec<String> = over.collect();
    assert!(over.is_empty(), "{over:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_backends_are_asked_the_same() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let cosmos = Metering::open(on_cosmos().await).await.night().await;
    let sqlite = Metering::open(on_sqlite(&folder)).await.night().await;
    let operations = |night: &[(UseCase, acceptance::metered::Tally)]| -> Vec<_> {
        night.iter().map(|(use_case, tally)| (*use_case, tally.operations)).collect()
    };
    assert_eq!(operations(&sqlite), operations(&cosmos));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_tick_asks_one_thing_however_many_tenants_and_open_incidents_there_are() {
    let mut metering = Metering::open(on_cosmos().await).await;
    let alone = metering.idle_tick().await.operations;
    assert_eq!(alone, asks(0, 0, 1, 0, 0, 0));
    let incident = metering.world.incident("Disk full on SRV-1", "critical").await;
    metering.world.skip_mails();
    for tenant in 0..20 {
        crowd(&metering, &incident, tenant).await;
    }
    assert_eq!(metering.idle_tick().await.operations, alone);
}

/// A tenant more, with ten open incidents: half of them acknowledged, half waiting for their next step.
async fn crowd(metering: &Metering, incident: &str, number: u32) {
    let store = metering.world.store();
    let demo: TenantId = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let model = store.get::<Incident>(&demo, incident).await.expect("a store").expect("an incident").value;
    let mut tenant = store.get::<Tenant>(&demo, "tenant").await.expect("a store").expect("a tenant").value;
    tenant.id = format!("msp-{number}").parse().expect("a tenant id");
    let mut changes = Changes::new();
    changes.create(&tenant).expect("a document");
    for n in 1..=10 {
        let mut open = model.clone();
        open.id = IncidentId::derived(&[tenant.id.as_str(), &n.to_string()]);
        (open.tenant_id, open.number) = (tenant.id.clone(), n);
        if n % 2 == 0 {
            (open.status, open.escalation.due_at) = (Status::Acknowledged, None);
        }
        changes.create(&open).expect("a document");
    }
    let operation = OperationId(format!("crowd {number}"));
    store.commit(&tenant.id, operation, changes).await.expect("a tenant more");
}
