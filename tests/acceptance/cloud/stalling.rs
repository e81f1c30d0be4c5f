//! A store that stalls: each request takes its whole time-out and fails. Whoever waits waits for one time-out and not for
//! everybody's in turn, and what went out is written down for as long as that is ours to do.
//!
//! Invariant: no time passes here but by hand; a time-out is counted, not waited for.

mod stalled;

use std::sync::Arc;

use acceptance::cosmos::Cosmos;
use acceptance::world::World;
use app::port::ReceivedBody;
use app::tenants::DEMO_TENANT;
use app::{App, Delivery, Error};
use chrono::TimeDelta;
use domain::id::TenantId;
use domain::source::AlertSource;
use futures::future::join_all;
use serde_json::json;
use store::Documents;

use self::stalled::Stalled;

/// As long as a request takes to fail.
const TIME_OUT: TimeDelta = TimeDelta::seconds(10);

/// The demo MSP on a store that may stall.
async fn open() -> (World, Arc<Stalled>) {
    let documents = Arc::new(Cosmos::empty().await.documents().await);
    let stalled = Arc::new(Stalled::new(documents));
    let mut world = World::open_on(Arc::clone(&stalled) as Arc<dyn Documents>).await;
    // The first look at the demo's handoffs.
    world.tick().await;
    (world, stalled)
}

/// Sends an alert about a thing of its own.
async fn alert(app: &Arc<App>, key: &str, number: usize) -> Result<(), Error> {
    let body = json!({ "title": format!("Disk {number}"), "severity": "critical" }).to_string();
    let received =
        ReceivedBody { content_type: Some("application/json"), ..ReceivedBody::bare(body.as_bytes()) };
    app::deliver(app, Delivery { key, received }).await.map(|_| ())
}

// On one thread, so that who has passed the door is in the lane before anything else happens.
#[tokio::test]
async fn alerts_that_wait_together_wait_for_one_time_out() {
    const SENDERS: usize = 150;
    let (mut world, stalled) = open().await;
    let (app, key) = (Arc::clone(&world.machine().edge.app), world.key());
    let tenant: TenantId = DEMO_TENANT.parse().expect("a tenant id");
    let doors = world.store().all::<AlertSource>(&tenant).await.expect("a store");
    stalled.stall(doors.into_iter().map(|door| door.value.id.to_string()).collect(), SENDERS);
    let answers = join_all((0..SENDERS).map(|number| alert(&app, &key, number))).await;
    let turned_away = answers.iter().filter(|answer| matches!(answer, Err(Error::Unavailable(_)))).count();
    assert_eq!(turned_away, SENDERS, "{answers:?}");
    assert_eq!(stalled.time_outs(), 1, "more than one batch, and one time-out");
    stalled.behave();
    alert(&app, &key, 0).await.expect("a store that is there again");
    world.settle().await;
    world.mail_to("ben");
}

/// Opens an incident, of which Ben is told by mail.
async fn page(world: &mut World) {
    world.incident("Disk full on SRV-1", "critical").await;
}

/// Takes Ann off call, of which she is told by mail.
async fn notice(world: &mut World) {
    let schedules = world.get("olivia", "/api/schedules").await;
    let starts = world.now() + TimeDelta::hours(1);
    let off = json!({
        "schedule_id": schedules["schedules"][0]["id"], "kind": "remove", "user_id": world.user_id("ann"),
        "start_at": starts, "end_at": starts + TimeDelta::hours(2),
    });
    let made = world.post("olivia", "/api/overrides", off).await;
    assert_eq!(made.status, 201, "{}", made.text);
    world.settle().await;
}

/// Its lease ends.
async fn lease_ends(world: &mut World) {
    world.sleep_through(TimeDelta::seconds(45));
    world.tick().await;
}

#[tokio::test]
async fn a_page_that_could_not_be_written_down_at_first_is_mailed_once() {
    let (mut world, stalled) = open().await;
    stalled.refuse_receipts(2);
    page(&mut world).await;
    lease_ends(&mut world).await;
    world.mail_to("ben");
    assert_eq!(stalled.refused().len(), 2);
}

#[tokio::test]
async fn a_notice_that_could_not_be_written_down_at_first_is_mailed_once() {
    let (mut world, stalled) = open().await;
    stalled.refuse_receipts(2);
    notice(&mut world).await;
    lease_ends(&mut world).await;
    world.mail_to("ann");
    assert_eq!(stalled.refused().len(), 2);
}

/// Every try to write down takes its time-out: there are as many as the lease has room for, and one operation.
fn tried_while_the_lease_lasted(stalled: &Stalled) {
    let refused = stalled.refused();
    assert_eq!(refused.len(), 3, "30 seconds of lease: {refused:?}");
    assert!(refused.iter().all(|operation| *operation == refused[0]), "{refused:?}");
}

#[tokio::test]
async fn a_page_is_tried_to_be_written_down_no_longer_than_its_lease_lasts() {
    let (mut world, stalled) = open().await;
    stalled.refuse_receipts(usize::MAX);
    stalled.takes(&world.clock, TIME_OUT);
    page(&mut world).await;
    tried_while_the_lease_lasted(&stalled);
    world.mail_to("ben");
}

#[tokio::test]
async fn a_notice_is_tried_to_be_written_down_no_longer_than_its_lease_lasts() {
    let (mut world, stalled) = open().await;
    stalled.refuse_receipts(usize::MAX);
    stalled.takes(&world.clock, TIME_OUT);
    notice(&mut world).await;
    tried_while_the_lease_lasted(&stalled);
    world.mail_to("ann");
}
