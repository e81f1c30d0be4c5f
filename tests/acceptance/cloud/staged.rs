//! The product in the whole cloud, on loopback: the state in Cosmos DB over HTTP, which the app's identity opens, the keys in
//! a vault, the events on a topic. First the staged app, started as the host starts it; then the binary by itself.
//!
//! Invariant: what the cloud does to a process (kills it, starts a second one, throttles it, loses an answer, goes away)
//! loses nothing that was answered and does nothing twice.

mod away;
mod kill;
mod main_job;
mod outside;
mod standalone;
mod storm;
mod two;

use std::sync::Arc;
use std::time::Duration;

use acceptance::functions_host::FunctionsHost;
use app::tenants::DEMO_TENANT;
use app::{Clock as _, SystemClock};
use chrono::{DateTime, TimeDelta, Utc};
use handlers::compose::Machine;
use serde_json::Value;
use store::{Changes, Entity, Range};

use crate::package::hosted::{Hosted, machine_of};
use crate::process::site::Site;
use crate::process::{SOON, api, eventually};

/// Longer than any answer takes, whatever is away: the client of Cosmos DB gives up after 8 seconds.
const NEVER_LONGER: Duration = Duration::from_secs(12);

/// The staged app in a cloud of its own, with the demo tenant.
async fn staged() -> Hosted {
    Hosted::open_at(Site::open_in_the_cloud().await, &[]).await
}

/// The product on the site's state, in this process.
fn machine(site: &Site) -> Machine {
    machine_of(site, Arc::new(SystemClock))
}

/// Time passes for one sort of thing: whatever of it would be due within the hour is due now. Answers how many are.
async fn comes_due<T: Entity>(machine: &Machine, set: impl Fn(&mut T, DateTime<Utc>)) -> usize {
    let (store, entropy) = (&machine.edge.app.store, &machine.edge.app.entropy);
    let (tenant, now) = (DEMO_TENANT.parse().expect("a tenant id"), SystemClock.now());
    eventually("nobody else writes meanwhile", async || {
        let waiting = store.due::<T>(now + TimeDelta::hours(1), &Range::first(100)).await.expect("a store");
        let mut changes = Changes::new();
        let count = waiting.items.len();
        for mut item in waiting.items {
            set(&mut item.value, now);
            changes.replace(&item).expect("a document");
        }
        let written = store.commit_unless_lost(&tenant, entropy.operation(), changes).await;
        written.expect("a store").then_some(count)
    })
    .await
}

/// Fires the tick; answers its report.
async fn tick(host: &FunctionsHost) -> Value {
    let fired = host.fire_timer("escalation-tick").await;
    assert!(fired.success(), "{fired:#?}");
    let mut answer: Value = serde_json::from_str(&fired.body).expect("JSON");
    answer["ReturnValue"].take()
}

/// A tick finds nothing of what it does for incidents.
fn is_idle(report: &Value) {
    for count in ["escalations", "pages", "tickets", "events", "failed"] {
        assert_eq!(report[count], 0, "{report}");
    }
}

/// Waits until every page of an incident is sent.
async fn all_sent(api: &api::Api, incident: &str, count: usize) -> Vec<Value> {
    eventually("pages that are sent", async || {
        let pages = api.pages(incident).await;
        (pages.len() == count && pages.iter().all(|page| page["state"] == "sent")).then_some(pages)
    })
    .await
}

/// The ids of the incidents that the topic was told of with this event, sorted.
fn told(site: &Site, kind: &str) -> Vec<String> {
    let messages = site.cloud().bus.messages();
    let of_kind = messages.iter().filter(|message| message.subject.as_deref() == Some(kind));
    let mut ids: Vec<_> =
        of_kind.map(|message| api::text(&message.json()["data"], "incident_id").to_owned()).collect();
    ids.sort_unstable();
    ids
}

/// The incidents' ids, sorted.
fn ids(incidents: &[Value]) -> Vec<String> {
    let mut ids: Vec<_> = incidents.iter().map(|incident| api::text(incident, "id").to_owned()).collect();
    ids.sort_unstable();
    ids
}

/// Waits until the topic was told of each of these incidents once.
async fn each_is_told_once(site: &Site, kind: &str, incidents: &[String]) {
    let of_kind = |message: &acceptance::service_bus::Message| message.subject.as_deref() == Some(kind);
    let enough =
        |messages: &[_]| messages.iter().filter(|message| of_kind(message)).count() >= incidents.len();
    site.cloud().bus.wait_for(enough, SOON).await;
    assert_eq!(told(site, kind), incidents, "{kind}");
}
