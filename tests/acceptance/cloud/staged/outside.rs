//! What comes from outside: invocations that somebody makes up, messages that come again, messages that nobody understands.

use acceptance::functions_host::BusDelivery;
use serde_json::json;

use super::{each_is_told_once, ids, staged};
use crate::package::bus::{
    AT_ONCE, MOST_DELIVERIES, NEVER, deliver, event, rmm_alert, the_same_message_is_one_alert,
};
use crate::package::forgery::no_path_reaches_a_trigger;
use crate::package::hosted::Hosted;
use crate::process::SOON;
use crate::process::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_invocations_from_outside_are_404_for_every_function() {
    let site = Site::open_in_the_cloud().await;
    no_path_reaches_a_trigger(&Hosted::open_at_with_an_overdue_step(site, &[]).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_delivered_again_is_one_alert_also_at_once_and_after_a_kill() {
    let hosted = staged().await;
    the_same_message_is_one_alert(&hosted).await;
    each_is_told_once(&hosted.site, "incident.created", &ids(&hosted.api.incidents().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poisoned_message_fails_until_it_is_dead_lettered_and_the_others_go_on() {
    let hosted = staged().await;
    let poisoned = async |name: &str, body: &[u8]| {
        for delivery_count in 1..=3 {
            let message = BusDelivery { delivery_count, ..BusDelivery::new(name, body) };
            let invoked = hosted.host.deliver("bus-rmm", &message).await;
            assert_eq!((invoked.status, invoked.success()), (Some(500), false), "{name}: {invoked:#?}");
        }
        deliver(&hosted, "bus-rmm", &BusDelivery::new(name, body)).await
    };
    let mut stranger = rmm_alert("stranger");
    stranger["tenantid"] = json!("somebody-else");
    let stranger = stranger.to_string();
    let good = async {
        for n in 0..10 {
            let data =
                json!({ "job_id": n.to_string(), "title": format!("Backup {n} failed"), "severity": "low" });
            let message = event("backups", &n.to_string(), "backup.failed", &data);
            let settled =
                deliver(&hosted, "bus-backups", &BusDelivery::json(&format!("bk-{n}"), &message)).await;
            assert_eq!(settled, AT_ONCE);
        }
    };
    let (cut, strange, ()) = tokio::join!(
        poisoned("cut off", br#"{"specversion":"1.0","id":"#),
        poisoned("unknown tenant", stranger.as_bytes()),
        good
    );
    assert_eq!((cut, strange), (NEVER, NEVER), "after {MOST_DELIVERIES} deliveries");
    hosted.site.smtp.wait_for_count(10, SOON).await;
    let incidents = hosted.api.incidents().await;
    assert!(incidents.iter().all(|incident| incident["source"] == "backups"), "{incidents:#?}");
    assert_eq!(incidents.len(), 10);
    each_is_told_once(&hosted.site, "incident.created", &ids(&incidents)).await;
}
