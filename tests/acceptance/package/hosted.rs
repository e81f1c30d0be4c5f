//! A site whose On-Call runs under the Functions host.

use std::sync::Arc;

use acceptance::functions_host::FunctionsHost;
use acceptance::world::HandClock;
use app::port::ReceivedBody;
use app::tenants::{DEMO_TENANT, first_start};
use app::{Clock, Delivery, OsEntropy, SystemClock};
use chrono::TimeDelta;
use domain::user::User;
use embedded::hub;
use handlers::compose::{Machine, compose};

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
        Self::open_at(Site::open().await, more).await
    }

    /// The same at this site.
    pub(crate) async fn open_at(site: Site, more: &[(&str, &str)]) -> Self {
        let machine = machine_of(&site, Arc::new(SystemClock));
        make_demo(&machine).await;
        Self::start(site, &machine, more).await
    }

    /// With an incident whose second step has been due for a minute.
    pub(crate) async fn open_with_an_overdue_step() -> Self {
        Self::open_with_an_overdue_step_and(&[]).await
    }

    /// The same with more settings.
    pub(crate) async fn open_with_an_overdue_step_and(more: &[(&str, &str)]) -> Self {
        Self::open_at_with_an_overdue_step(Site::open().await, more).await
    }

    /// The same at this site.
    pub(crate) async fn open_at_with_an_overdue_step(site: Site, more: &[(&str, &str)]) -> Self {
        let past = SystemClock.now() - TimeDelta::minutes(6);
        let machine = machine_of(&site, Arc::new(HandClock::at(&past.to_rfc3339())));
        make_demo(&machine).await;
        let body = br#"{"title":"Disk full on SRV-1","severity":"critical","dedup_key":"srv-1-disk"}"#;
        let received = ReceivedBody::bare(body);
        let delivery = Delivery { key: &machine.demo_key, received };
        app::deliver(&machine.edge.app, delivery).await.expect("it is taken");
        machine.edge.app.settled().await;
        site.smtp.wait_for_count(1, SOON).await;
        Self::start(site, &machine, more).await
    }

    async fn start(site: Site, machine: &Machine, more: &[(&str, &str)]) -> Self {
        let host = host_at(&site, more).await;
        let api = Api::new(&host.url(), &token_of(machine, "olivia").await);
        let door = Door::new(&host.url(), &machine.demo_key);
        Self { host, api, door, site }
    }
}

/// A host with a handler on the site, which may be one of several.
pub(crate) async fn host_at(site: &Site, more: &[(&str, &str)]) -> FunctionsHost {
    let hosts = [
        ("ONCALL_PUBLIC_URL", PUBLIC_URL),
        ("ESCALATION_TICK_SCHEDULE", "*/15 * * * * *"),
        ("GAP_SCAN_SCHEDULE", "0 0 6 * * *"),
    ];
    let own = site.settings();
    let own = own.iter().map(|(name, value)| (*name, value.as_str()));
    let settings: Vec<_> = own.chain(hosts).chain(more.iter().copied()).collect();
    FunctionsHost::start(staged().await, &settings).await.expect("the host starts")
}

/// The product on the site's state, in this process.
pub(crate) fn machine_of(site: &Site, clock: Arc<dyn Clock>) -> Machine {
    compose(&site.config(), PUBLIC_URL, clock, Arc::new(OsEntropy)).expect("a machine")
}

async fn make_demo(machine: &Machine) {
    first_start(&machine.edge.app, &machine.demo_key).await.expect("the demo tenant");
}

/// A sign-in token of one of the demo's people.
pub(crate) async fn token_of(machine: &Machine, person: &str) -> String {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let id = User::id_of(&tenant, person);
    let found = machine.edge.app.store.get::<User>(&tenant, id.as_str()).await.expect("a store");
    let person = found.expect("somebody of the demo").value;
    let exp = (SystemClock.now() + TimeDelta::hours(1)).timestamp();
    machine.hub.issue(hub::claims(&tenant, &person, exp)).expect("a token")
}
