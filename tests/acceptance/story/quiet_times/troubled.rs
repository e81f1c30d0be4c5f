//! Windows that can't be looked at when they open: the store fails them, or takes its time.
//!
//! Invariant: no time passes here but by hand, save what the timer itself waits for windows.

use std::sync::Arc;

use acceptance::cosmos::Cosmos;
use acceptance::world::World;
use app::TickReport;
use async_trait::async_trait;
use chrono::TimeDelta;
use domain::incident::Incident;
use serde_json::json;
use store::{Batch, Documents, Entity as _, Found, Lookup, Range, StoreError, Stored};
use tokio::sync::watch;

/// What happens to whoever lists incidents, as looking at a window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listing {
    Behaves,
    Fails,
    Hangs,
}

#[derive(Debug)]
struct Troubled {
    documents: Arc<dyn Documents>,
    listing: watch::Sender<Listing>,
}

#[async_trait]
impl Documents for Troubled {
    async fn get(&self, partition: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        self.documents.get(partition, id).await
    }

    async fn find(&self, lookup: &Lookup, range: &Range) -> Result<Found, StoreError> {
        if matches!(lookup, Lookup::Newest { kind, .. } if *kind == Incident::KIND) {
            let mut listing = self.listing.subscribe();
            let now = *listing.wait_for(|now| *now != Listing::Hangs).await.expect("the sender is ours");
            if now == Listing::Fails {
                return Err(StoreError::Unavailable("it is down".to_owned()));
            }
        }
        self.documents.find(lookup, range).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.documents.commit(batch).await
    }

    async fn health(&self) -> Result<(), StoreError> {
        self.documents.health().await
    }
}

/// The timer fires when a window opens in which a step is due, and the window can't be looked at then.
async fn step_in_a_window_that(is: Listing) -> TickReport {
    let documents = Arc::new(Cosmos::empty().await.documents().await);
    let troubled = Arc::new(Troubled { documents, listing: watch::channel(Listing::Behaves).0 });
    let mut world = World::open_on(Arc::clone(&troubled) as Arc<dyn Documents>).await;
    world.tick().await;
    let id = world.incident("Disk", "critical").await;
    world.mail_to("ben");
    let starts = world.now() + TimeDelta::minutes(5);
    let window = json!({ "name": "Patching", "starts": starts, "ends": starts + TimeDelta::hours(1) });
    assert_eq!(world.post("olivia", "/api/maintenance-windows", window).await.status, 201);
    world.sleep_through(TimeDelta::minutes(5));
    troubled.listing.send_replace(is);
    let app = Arc::clone(&world.machine().edge.app);
    let report = app::tick(&app).await.expect("a tick");
    troubled.listing.send_replace(Listing::Behaves);
    world.settle().await;
    world.no_mail();
    let held = world.timeline(&id).await;
    assert_eq!(held.iter().filter(|event| *event == "held_for_maintenance").count(), 1, "{held:?}");
    world.advance(TimeDelta::minutes(59)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(2)).await;
    world.mail_to("ben");
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_asks_the_windows_itself_when_they_can_not_be_looked_at() {
    let report = step_in_a_window_that(Listing::Fails).await;
    assert_eq!((report.failed, report.maintenance, report.escalations), (1, 0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_takes_long_holds_nothing_up_and_is_looked_at_beside() {
    let report = step_in_a_window_that(Listing::Hangs).await;
    assert_eq!((report.failed, report.maintenance, report.escalations), (0, 0, 1));
}
