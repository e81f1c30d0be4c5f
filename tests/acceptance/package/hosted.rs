//! A site whose On-Call runs under the Functions host.

use std::sync::Arc;

use acceptance::functions_host::FunctionsHost;
use acceptance::world::HandClock;
use app::port::ReceivedBody;
use app::tenants::{DEMO_TENANT, first_start};
use app::{Clock, Delivery, OsEntropy, SystemClock};
use chrono::{DateTime, TimeDelta, Utc};
use domain::user::User;
use embedded::hub;
use handlers::compose::{Machine, compose};
use handlers::config::Config;

use super::staging::staged;
use crate::process::SOON;
use crate::process::api::Api;
use crate::process::door::Door;
use crate::process::site::Site;

/// What people know the deployment by.
pub(crate) const PUBLIC_URL: &str = "https://oncall.msp.example";

/// The host, the site around it, and who calls it from outside: both through the public side.
#[derive(Debug)]
pub(crate) struct Hosted {
    // Before the site, whose data its process has open: fields are dropped in order.
    pub(crate) host: FunctionsHost,
    pub(crate) api: Api,
    pub(crate) door: Door,
    pub(crate) site: Site,
}

impl Hosted {
    /// With the demo tenant, and nothing else.
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// The same with more settings.
    pub(crate) async fn open_with(more: &[(&str, &str)]) -> Self {
        let site = Site::open().await;
        let machine = demo(&site, SystemClock.now()).await;
        Self::start(site, &machine, more).await
    }

    /// With an incident whose second step has been due for a minute.
    pub(crate) async fn open_with_an_overdue_step() -> Self {
        Self::open_with_an_overdue_step_and(&[]).await
    }

    /// The same with more settings.
    pub(crate) async fn open_with_an_overdue_step_and(more: &[(&str, &str)]) -> Self {
        let site = Site::open().await;
        let machine = demo(&site, SystemClock.now() - TimeDelta::minutes(6)).await;
        let body = br#"{"title":"Disk full on SRV-1","severity":"critical","dedup_key":"srv-1-disk"}"#;
        let received = ReceivedBody { content_type: None, query: "", body };
        let delivery = Delivery { key: &machine.demo_key, received };
        app::deliver(&machine.edge.app, delivery).await.expect("it is taken");
        machine.edge.app.settled().await;
        site.smtp.wait_for_count(1, SOON).await;
        Self::start(site, &machine, more).await
    }

    async fn start(site: Site, machine: &Machine, more: &[(&str, &str)]) -> Self {
        let own = site.settings();
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let hosts = [
            ("ONCALL_PUBLIC_URL", PUBLIC_URL),
            ("BUS_CONNECTION_STRING", "Endpoint=sb://oncall-test.servicebus.windows.net/"),
            ("BUS_TOPIC", "oncall"),
            ("ESCALATION_TICK_SCHEDULE", "*/15 * * * * *"),
            ("GAP_SCAN_SCHEDULE", "0 0 6 * * *"),
        ];
        let settings: Vec<_> = own.chain(hosts).chain(more.iter().copied()).collect();
        let host = FunctionsHost::start(staged().await, &settings).await.expect("the host starts");
        let api = Api::new(&host.url(), &token(machine).await);
        let door = Door::new(&host.url(), &machine.demo_key);
        Self { host, api, door, site }
    }
}

/// The demo tenant, which the host's process leaves to others to make, and the product at that time.
async fn demo(site: &Site, time: DateTime<Utc>) -> Machine {
    let settings = site.settings().into_iter().map(|(name, value)| (name.to_owned(), value));
    let config = Config::from_vars(settings.collect()).expect("good settings");
    let clock: Arc<dyn Clock> = Arc::new(HandClock::at(&time.to_rfc3339()));
    let machine = compose(&config, PUBLIC_URL, clock, Arc::new(OsEntropy)).expect("a machine");
    first_start(&machine.edge.app, &machine.demo_key).await.expect("the demo tenant");
    machine
}

/// A sign-in token of the owner.
async fn token(machine: &Machine) -> String {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let id = User::id_of(&tenant, "olivia");
    let found = machine.edge.app.store.get::<User>(&tenant, id.as_str()).await.expect("a store");
    let owner = found.expect("an owner").value;
    let exp = (SystemClock.now() + TimeDelta::hours(1)).timestamp();
    machine.hub.issue(hub::claims(&tenant, &owner, exp)).expect("a token")
}
