//! What the command does beside serving, next to a process that serves.

mod signal;

use std::fs;
use std::process::Output;
use std::time::{Duration, Instant};

use acceptance::process::{self, Oncall};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::api::{Api, http, text};
use super::door::Door;
use super::site::Site;
use super::{SOON, eventually};

async fn run(oncall: &Oncall, args: &[&str]) -> (Output, String) {
    let end = oncall.run_cli(args).await.expect("the command runs");
    let told = format!("{}{}", String::from_utf8_lossy(&end.stdout), String::from_utf8_lossy(&end.stderr));
    (end, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_printed_token_signs_in_as_the_person_it_was_asked_for_and_nothing_else_does() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let alert = json!({ "title": "UPS on battery", "severity": "high", "dedup_key": "ups" });
    let incident = text(&Door::of(&oncall).await.send(&alert).await, "incident_id").to_owned();
    let incidents = format!("{}/api/incidents", oncall.url());
    for refused in [http().get(&incidents), http().get(&incidents).bearer_auth("made-up")] {
        assert_eq!(refused.send().await.expect("an answer").status(), 401);
    }

    let (status, taken) =
        Api::of_person(&oncall, "ann").await.work(&incident, "acknowledge", &Value::Null).await;
    assert_eq!((status, &taken["acknowledged_by"]["name"]), (200, &json!("Ann Archer")));
    let (status, _) = Api::of(&oncall).await.work(&incident, "acknowledge", &Value::Null).await;
    assert_eq!(status, 409, "Olivia finds that Ann has it");

    let (end, told) = run(&oncall, &["token", "--user", "nobody@msp.example"]).await;
    assert_eq!(end.status.code(), Some(1));
    assert!(told.contains("ann@msp.example"), "who there is: {told}");
}

#[tokio::test]
async fn check_tells_every_setting_what_is_off_and_no_secret() {
    let settings = [
        ("SMTP_URL", "smtp://sender:s3cret-mail@mail.example:587"),
        ("MAIL_FROM", "oncall@msp.example"),
        ("PSA_API_URL", "https://psa.example"),
        ("PSA_SERVICE_KEY", "s3cret-psa"),
    ];
    let end = process::run_cli(&["check"], &settings).await.expect("the command runs");
    let told = String::from_utf8(end.stdout).expect("text");
    assert!(end.status.success(), "{told}");
    for expected in
        ["SMTP_URL", "oncall@msp.example", "https://psa.example", "PSA_SERVICE_KEY", "ONCALL_DATA_DIR"]
    {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    assert!(!told.contains("s3cret"), "{told}");
    let off: Vec<_> = told.lines().filter(|line| line.starts_with("off:")).collect();
    assert!(off.len() == 1 && off[0].contains("DEFEND_SERVICE_KEY"), "{off:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_serving_is_served_by_another_process_with_the_same_incident() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let door = Door::of(&oncall).await;
    let alert = json!({ "title": "Raid degraded", "severity": "high", "dedup_key": "raid" });
    let incident = text(&door.send(&alert).await, "incident_id").to_owned();
    let api = Api::of(&oncall).await;
    let settled = eventually("the page on the timeline", async || {
        let timeline = api.timeline(&incident).await;
        timeline.iter().any(|entry| entry["event"]["type"] == "page_sent").then_some(timeline)
    })
    .await;

    let folder = TempDir::new().expect("a temporary folder");
    let copy = folder.path().join("oncall.db");
    let copy_to = copy.to_str().expect("a plain path");
    let (end, told) = run(&oncall, &["backup", copy_to]).await;
    assert!(end.status.success() && told.contains(copy_to), "{told}");
    let bytes = fs::read(&copy).expect("a copy");
    let (end, told) = run(&oncall, &["backup", copy_to]).await;
    assert_eq!(end.status.code(), Some(1), "a copy is never written over: {told}");
    assert_eq!(fs::read(&copy).expect("a copy"), bytes);

    let restored = Oncall::start_in(folder.path(), &[]).await.expect("a second process");
    let second = Api::of(&restored).await;
    assert_eq!(second.incident(&incident).await["created_at"], api.incident(&incident).await["created_at"]);
    assert_eq!(second.timeline(&incident).await, settled);
    let repeat = door.at(&restored.url()).send(&alert).await;
    assert_eq!((&repeat["result"], &repeat["incident_id"]), (&json!("grouped"), &json!(incident)));
    assert_eq!(api.incident(&incident).await["alert_count"], 1, "the first one's data is its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_put_on_the_bus_by_command_opens_an_incident_in_the_serving_process() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let message = json!({
        "specversion": "1.0", "id": "rmm-1", "source": "/theone/rmm", "type": "rmm.alert.critical",
        "tenantid": "demo",
        "data": { "alert_id": "1", "device_name": "srv-2", "title": "CPU critical on srv-2", "severity": "critical" },
    });
    let file = site.data.path().join("message.json");
    let path = file.to_str().expect("a plain path");
    fs::write(&file, message.to_string()).expect("a file");
    let (end, told) = run(&oncall, &["bus", "send", "rmm", path]).await;
    assert!(end.status.success(), "{told}");

    let mail = site.smtp.wait_for_count(1, SOON).await.remove(0);
    assert!(mail.header("Subject").is_some_and(|subject| subject.contains("CPU critical on srv-2")));
    let incidents = Api::of(&oncall).await.incidents().await;
    let [incident] = incidents.as_slice() else { panic!("one incident, not {incidents:#?}") };
    assert_eq!((&incident["source"], &incident["severity"]), (&json!("rmm"), &json!("critical")));

    let (end, told) = run(&oncall, &["bus", "send", "weather", path]).await;
    assert_eq!(end.status.code(), Some(1));
    assert!(told.contains("rmm, security, backups"), "what there is: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_message_that_nobody_understands_ends_among_the_dead_letters_and_health_says_so() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let file = site.data.path().join("message.json");
    fs::write(&file, "{\"tenantid\":").expect("a file");
    let (end, told) = run(&oncall, &["bus", "send", "backups", file.to_str().expect("a plain path")]).await;
    assert!(end.status.success(), "{told}");
    let api = Api::of(&oncall).await;
    eventually("a dead letter", async || (api.get("/api/health").await["dead_letters"] == 1).then_some(()))
        .await;
    assert!(api.incidents().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_ends_well_and_soon_though_a_client_stays_connected() {
    let site = Site::open().await;
    let child = signal::Child::serve(&site.start().await, &site.settings()).await;
    // Its connection is kept open, as browsers and load balancers keep theirs.
    let client = http();
    let health = client.get(format!("{}/api/health", child.url())).send().await.expect("an answer");
    assert_eq!(health.status(), 200);

    let told = Instant::now();
    let end = child.terminate().await;
    assert!(told.elapsed() < Duration::from_secs(15), "it took {:?}", told.elapsed());
    assert_eq!(end.code(), Some(0), "{end}");
}
