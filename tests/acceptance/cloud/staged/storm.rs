//! A storm while Cosmos DB throttles and loses answers: senders may be told to come back, and nothing is counted twice.

use super::{each_is_told_once, ids, staged};
use crate::package::hosted::Hosted;
use crate::process::storm::{one_incident_with, storm};
use crate::process::{SOON, site::Site};

const SENDERS: usize = 8;
const ALERTS: usize = 240;

/// Waits until the first page is mailed, by when the storm is in full swing.
async fn in_full_swing(site: &Site) {
    site.smtp.wait_for_count(1, SOON).await;
}

async fn every_alert_is_counted_once(hosted: &Hosted) {
    one_incident_with(&hosted.api, ALERTS, &hosted.site).await;
    let incidents = hosted.api.incidents().await;
    each_is_told_once(&hosted.site, "incident.created", &ids(&incidents)).await;
    assert_eq!(hosted.site.smtp.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_of_8_senders_that_meet_throttling_are_all_counted_once() {
    let hosted = staged().await;
    let throttled = async {
        in_full_swing(&hosted.site).await;
        // Some are repeated by the client in time, others are not, and their senders come again.
        hosted.site.cloud().cosmos.refuse(429, 25);
    };
    tokio::join!(storm(vec![hosted.door.clone()], SENDERS, ALERTS), throttled);
    every_alert_is_counted_once(&hosted).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_of_8_senders_that_meet_lost_answers_are_all_counted_once() {
    let hosted = staged().await;
    let lost = async {
        in_full_swing(&hosted.site).await;
        hosted.site.cloud().cosmos.lose_answers(12);
    };
    tokio::join!(storm(vec![hosted.door.clone()], SENDERS, ALERTS), lost);
    every_alert_is_counted_once(&hosted).await;
}
