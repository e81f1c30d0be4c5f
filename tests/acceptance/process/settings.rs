//! Settings: what is wrong is told at once and nothing starts; what is missing is off, and that is said.

use std::net::TcpListener;

use acceptance::process::{self, Oncall};
use serde_json::json;
use tempfile::TempDir;

use super::api::{Api, http};
use super::eventually;

/// Runs a command that must refuse to; answers its exit code and what it said.
async fn refusal(args: &[&str], settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let end = process::run_cli(args, settings).await.expect("the command runs");
    assert!(end.stdout.is_empty(), "{}", String::from_utf8_lossy(&end.stdout));
    (end.status.code(), String::from_utf8(end.stderr).expect("text"))
}

#[tokio::test]
async fn every_bad_setting_is_named_at_once_and_nothing_is_started_or_made() {
    let folder = TempDir::new().expect("a temporary folder");
    let data = folder.path().join("data");
    let bad = [
        ("ONCALL_LISTEN", "everywhere"),
        ("ONCALL_PUBLIC_URL", "ftp://oncall.example"),
        ("ONCALL_DATADIR", "/typing/mistake"),
        ("SMTP_URL", "imap://sender:s3cret@mail.example"),
        ("PSA_API_URL", "psa"),
        ("COSMOS_ENDPOINT", "http://cosmos.example"),
        ("ESCALATION_TICK_SCHEDULE", "often"),
        ("GAP_SCAN_SCHEDULE", "0 0 25 * * *"),
    ];
    let settings: Vec<_> =
        bad.iter().copied().chain([("ONCALL_DATA_DIR", data.to_str().expect("a path"))]).collect();
    for args in [&[][..], &["serve"], &["check"], &["token"], &["backup", "copy.db"]] {
        let (code, told) = refusal(args, &settings).await;
        assert_eq!(code, Some(2), "{args:?}: {told}");
        for (name, _) in bad {
            let lines =
                told.lines().filter(|line| line.trim_start().starts_with(&format!("{name}:"))).count();
            assert_eq!(lines, 1, "{args:?}: {name} in {told}");
        }
        assert!(!told.contains("s3cret"), "{told}");
    }
    assert!(!data.exists());
}

#[tokio::test]
async fn a_mail_server_without_a_sender_is_refused_by_name() {
    let (code, told) = refusal(&["check"], &[("SMTP_URL", "smtp://mail.example")]).await;
    assert_eq!(code, Some(2));
    assert!(told.contains("MAIL_FROM"), "{told}");
}

#[tokio::test]
async fn under_the_functions_host_state_and_address_must_be_named() {
    let (code, told) = refusal(&[], &[("FUNCTIONS_CUSTOMHANDLER_PORT", "7072")]).await;
    assert_eq!(code, Some(2));
    assert!(told.contains("ONCALL_DATA_DIR") && told.contains("ONCALL_PUBLIC_URL"), "{told}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port of loopback");
    let address = taken.local_addr().expect("its address").to_string();
    let folder = TempDir::new().expect("a temporary folder");
    let settings =
        [("ONCALL_LISTEN", address.as_str()), ("ONCALL_DATA_DIR", folder.path().to_str().expect("a path"))];
    let (code, told) = refusal(&["serve"], &settings).await;
    assert_eq!(code, Some(1));
    assert!(told.contains(&address) && told.contains("ONCALL_LISTEN"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_set_is_off_and_health_and_the_log_say_why() {
    let oncall = Oncall::start(&[]).await.expect("it needs no setting");
    let answer = http().get(format!("{}/api/health", oncall.url())).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let health: serde_json::Value = answer.json().await.expect("JSON");
    assert_eq!((&health["live"], &health["ready"]), (&json!(true), &json!(true)));
    let off = health["off"].as_array().expect("a list");
    for setting in ["SMTP_URL", "PSA_API_URL", "PSA_SERVICE_KEY", "DEFEND_SERVICE_KEY"] {
        let said =
            off.iter().filter(|off| off["why"].as_str().is_some_and(|why| why.contains(setting))).count();
        assert_eq!(said, 1, "{setting} in {health}");
        assert!(
            oncall.output().iter().any(|line| line.contains(setting)),
            "{setting} in {:#?}",
            oncall.output()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_that_was_due_while_nothing_ran_is_made_up_for_at_the_start() {
    let oncall = Oncall::start(&[("GAP_SCAN_SCHEDULE", "0 0 0 29 2 *")]).await.expect("it starts");
    let api = Api::of(&oncall).await;
    eventually("a scan", async || {
        api.get("/api/coverage-gaps").await["scanned_at"].is_string().then_some(())
    })
    .await;
}
