//! SIGKILL under load: what was answered is there, what was committed is done, and nothing is done twice.
//!
//! The process is killed at drawn moments and started again on its data. What the last kill left undone is leased for
//! up to a minute and a half; it is taken up in this process, on a clock set ahead.

mod books;
mod load;
pub(crate) mod recovery;

use std::path::Path;
use std::sync::Arc;

use acceptance::process::{self, Oncall};
use acceptance::psa::Fault;
use serde_json::json;
use tempfile::TempDir;
use tokio::task;

use self::books::Books;
use self::load::Load;
use super::SOON;
use super::api::Api;
use super::door::Door;
use super::site::Site;

const SEED: u64 = 0x0A11_CE55;
const KILLS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_again_and_again_under_load_it_loses_no_alert_no_page_and_files_no_second_ticket() {
    nothing_is_lost_or_doubled_by(KILLS, &Site::open().await).await;
}

/// Kills a process on the site under load, so many times, and holds against each other what everybody saw.
pub(crate) async fn nothing_is_lost_or_doubled_by(kills: usize, site: &Site) {
    let mut oncall = site.start().await;
    let load = Load::start(&Door::of(&oncall).await, &Api::of(&oncall).await);
    let mut random = Random(SEED);
    for kill in 0..kills {
        match kill {
            0 => site.psa.misbehave_once(Fault::WorksThenHangs),
            3 => site.psa.misbehave_once(Fault::WorksThen500),
            5 => site.psa.misbehave_once(Fault::Fails(503)),
            _ => {}
        }
        a_moment(&mut random, site, &load).await;
        oncall.kill().expect("it runs");
        if kill + 1 < kills {
            oncall.restart().await.expect("it starts on what the kill left");
            load.goes_on();
        }
    }
    let tally = load.end().await;

    recovery::catch_up(site).await;
    oncall.restart().await.expect("it starts");
    let books = Books::read(&Api::of(&oncall).await).await;
    let told = format!("seed {SEED:#x}, {} alerts answered", tally.answered());
    books.have_every_answered_alert(&tally, &told);
    books.have_every_answered_acknowledgement(&tally, &told);
    books.are_numbered_without_gaps(&told);
    books.have_one_page_for_each_incident(&site.smtp.mails(), kills, &told);
    books.have_one_ticket_for_each_acknowledged_incident(&site.psa.tickets(), &told);
}

/// Waits for a drawn number of answers, mails or requests to the PSA: whatever it is, much else is under way then.
async fn a_moment(random: &mut Random, site: &Site, load: &Arc<Load>) {
    let more = usize::try_from(random.below(60)).expect("a small number") + 10;
    match random.below(3) {
        0 => load.answers_more(more).await,
        1 => {
            let count = site.smtp.mails().len() + more;
            site.smtp.wait_for_count(count, SOON).await;
        }
        _ => {
            let count = site.psa.requests().len() + more / 4;
            site.psa.wait_for_requests(|requests| requests.len() >= count, SOON).await;
        }
    }
}

/// Numbers that are the same in every run (`SplitMix64`).
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_its_first_start_it_starts_the_next_time_with_one_demo_tenant() {
    // Builds the binary, so that the starts below are only starts.
    process::run_cli(&["--version"], &[]).await.expect("the command runs");
    for made in ["secret.key", "oncall.db", "oncall.db-wal", "bus.db"] {
        let data = TempDir::new().expect("a temporary folder");
        let file = data.path().join(made);
        tokio::select! {
            () = appears(&file) => {}
            started = Oncall::start_in(data.path(), &[]) => drop(started.expect("oncall starts")),
        }
        let oncall = Oncall::start_in(data.path(), &[]).await.expect("it starts on what the kill left");
        let alert = json!({ "title": "Disk full", "severity": "low", "dedup_key": "disk" });
        assert_eq!(Door::of(&oncall).await.send(&alert).await["number"], 1, "killed when {made} was made");
        let people = Api::of(&oncall).await.get("/api/on-call/now").await;
        assert_eq!(people["schedules"].as_array().map(Vec::len), Some(1), "{people}");
    }
}

async fn appears(path: &Path) {
    while !path.exists() {
        task::yield_now().await;
    }
}
