//! The binary by itself on Cosmos DB, without a host: held to the same as on one machine's own files.

use std::time::Duration;

use crate::process::api::Api;
use crate::process::door::Door;
use crate::process::kill::nothing_is_lost_or_doubled_by;
use crate::process::main_job::main_job_runs;
use crate::process::site::Site;
use crate::process::storm::{one_incident_with, storm};
use crate::process::two_processes::{
    numbered_without_gaps_and_mailed_once, one_has_it_and_one_ticket_is_theirs,
};

/// A second, and what a debug build beside many others takes longer.
const ABOUT_A_SECOND: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_is_mailed_acknowledged_filed_noted_and_completed() {
    main_job_runs(&Site::open_in_the_cloud().await, ABOUT_A_SECOND).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_under_load_it_loses_no_alert_no_page_and_files_no_second_ticket() {
    nothing_is_lost_or_doubled_by(5, &Site::open_in_the_cloud().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_at_two_processes_are_numbered_without_gaps_and_mailed_once() {
    numbered_without_gaps_and_mailed_once(24, &Site::open_in_the_cloud().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_people_who_take_it_at_two_processes_at_once_one_has_it() {
    one_has_it_and_one_ticket_is_theirs(4, &Site::open_in_the_cloud().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_upon_two_processes_makes_one_incident_with_every_alert_counted_once() {
    let site = Site::open_in_the_cloud().await;
    let (one, two) = (site.start().await, site.start().await);
    let door = Door::of(&one).await;
    storm(vec![door.at(&two.url()), door], 8, 200).await;
    one_incident_with(&Api::of(&two).await, 200, &site).await;
}
