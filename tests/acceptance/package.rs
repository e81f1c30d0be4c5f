//! The function app as `cargo xtask package` stages it, under a host that is as strict as the real one.
//!
//! Invariant: what comes through the host's public side can do what the public may do, and nothing else; what the host
//! itself invokes is done once, however often it is delivered and whenever the handler is killed.

pub(crate) mod bus;
pub(crate) mod forgery;
pub(crate) mod hosted;
pub(crate) mod kill;
mod raw;
mod staging;

use acceptance::functions_host::Outcome;
use serde_json::{Value, json};

use self::hosted::{Hosted, PUBLIC_URL};
use crate::process::api::{http, text};
use crate::process::browser::Browser;
use crate::process::site::acknowledge_link;
use crate::process::{SOON, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_staged_folder_starts_answers_the_hosts_ping_and_says_what_is_off() {
    let hosted = Hosted::open().await;
    let ping = http().get(hosted.host.handler_url()).send().await.expect("an answer");
    assert_eq!(ping.status(), 200);
    assert!(!ping.text().await.expect("a body").is_empty());
    assert_eq!(
        hosted.host.functions(),
        ["api", "app", "bus-backups", "bus-rmm", "bus-security", "escalation-tick", "gap-scan", "v2"]
    );
    let health = hosted.api.get("/api/health").await;
    assert_eq!((&health["live"], &health["ready"]), (&json!(true), &json!(true)));
    let off = health["off"].as_array().expect("a list");
    assert!(
        off.iter().any(|off| off["what"].as_str().is_some_and(|what| what.contains("events"))),
        "{health}"
    );
    assert!(hosted.host.errors().is_empty(), "an error in the host's log: {:#?}", hosted.host.errors());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_job_runs_through_the_host() {
    let hosted = Hosted::open().await;
    let (api, site) = (&hosted.api, &hosted.site);
    let alert = json!({ "title": "Disk full on SRV-1", "severity": "critical", "dedup_key": "srv-1-disk" });
    let answer = hosted.door.send(&alert).await;
    let incident = text(&answer, "incident_id");
    let mail = site.smtp.wait_for_count(1, SOON).await.remove(0);
    let link = acknowledge_link(&mail);
    let path = link.strip_prefix(PUBLIC_URL).expect("the link leads to the public address");
    let link = format!("{}{path}", hosted.host.url());
    assert_eq!(Browser::new().get(&link).await.0, 200);
    assert_eq!(api.incident(incident).await["status"], "triggered", "looking changes nothing");
    assert_eq!(Browser::new().press_the_button(&link).await.0, 200);
    assert_eq!(api.incident(incident).await["status"], "acknowledged");

    let ticket = site.psa.wait_for(|tickets| !tickets.is_empty(), SOON).await.remove(0);
    assert_eq!((ticket.priority.as_str(), ticket.source.as_str()), ("P1", "On-Call Auto"));
    assert_eq!(api.work(incident, "notes", &json!({ "text": "Freed 2 GB" })).await.0, 201);
    assert_eq!(api.work(incident, "resolve", &json!({ "note": "Done" })).await.0, 200);
    let ticket = site.psa.wait_for(|tickets| tickets[0].completion.is_some(), SOON).await.remove(0);
    assert_eq!((ticket.notes.len(), ticket.status.as_str()), (1, "Completed"));
    assert_eq!(site.psa.tickets().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosts_timer_escalates_what_is_due_and_fired_twice_at_once_mails_once() {
    let hosted = Hosted::open_with_an_overdue_step().await;
    let (site, host) = (&hosted.site, &hosted.host);
    assert_eq!(site.smtp.mails().len(), 1, "under the host nothing ticks by itself");

    let fire = || host.fire_timer("escalation-tick");
    let both = [tokio::join!(fire(), fire())].map(|(one, two)| [one, two]).concat();
    assert!(both.iter().all(|fired| fired.outcome == Outcome::Success), "{both:#?}");
    let mails = site.smtp.wait_for_count(2, SOON).await;
    assert_eq!(mails[1].to, ["olivia@msp.example"]);

    let incident = hosted.api.incidents().await.remove(0);
    eventually("both pages are sent", async || {
        let pages = hosted.api.pages(text(&incident, "id")).await;
        (pages.len() == 2 && pages.iter().all(|page| page["state"] == "sent")).then_some(())
    })
    .await;
    let idle = fire().await;
    let report: Value = serde_json::from_str(&idle.body).expect("JSON");
    for count in ["escalations", "pages", "tickets", "failed"] {
        assert_eq!(report["ReturnValue"][count], 0, "{report}");
    }
    assert_eq!(site.smtp.mails().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hosts_daily_timer_scans_for_coverage_gaps_and_fired_again_scans_nobody() {
    let hosted = Hosted::open().await;
    assert_eq!(hosted.api.get("/api/coverage-gaps").await["scanned_at"], Value::Null);
    let fire = async || -> Value {
        let fired = hosted.host.fire_timer("gap-scan").await;
        assert_eq!(fired.outcome, Outcome::Success, "{fired:#?}");
        serde_json::from_str(&fired.body).expect("JSON")
    };
    assert_eq!(fire().await["ReturnValue"], json!({ "scanned": 1, "failed": 0, "more": false }));
    assert_eq!(fire().await["ReturnValue"]["scanned"], 0);
    let report = hosted.api.get("/api/coverage-gaps").await;
    assert!(report["scanned_at"].is_string() && report["findings"] == json!([]), "{report}");
}
