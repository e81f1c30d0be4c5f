//! SIGKILL under load, and a start on the same account.

use std::collections::BTreeMap;

use super::{each_is_told_once, ids, staged};
use crate::package::kill::keeps_every_alert_that_was_answered_and_every_message_once;
use crate::process::api::text;
use crate::process::kill::recovery;
use crate::process::site::page_id;

/// How many more answers come before each kill.
const KILLS: [usize; 4] = [5, 30, 1, 15];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_moment_it_keeps_what_was_answered_and_takes_and_tells_everything_once() {
    let (hosted, incidents) =
        keeps_every_alert_that_was_answered_and_every_message_once(staged().await, &KILLS).await;
    // What the last kill left leased is taken up without waiting for the leases.
    recovery::catch_up(&hosted.site).await;
    each_is_told_once(&hosted.site, "incident.created", &ids(&incidents)).await;

    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for mail in hosted.site.smtp.mails() {
        *copies.entry(page_id(&mail).to_owned()).or_default() += 1;
    }
    for incident in &incidents {
        let pages = hosted.api.pages(text(incident, "id")).await;
        let [page] = pages.as_slice() else { panic!("one page, not {pages:#?}") };
        let mailed = copies.remove(text(page, "id")).unwrap_or_default();
        // Killed between mail and ledger, the next life sends it again, under the same name.
        assert!((1..=1 + KILLS.len()).contains(&mailed), "mailed {mailed} times: {page}");
    }
    assert!(copies.is_empty(), "mails of unknown pages {copies:?}");
}
