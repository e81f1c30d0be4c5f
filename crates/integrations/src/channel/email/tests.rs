//! Which settings make a mail channel.

use chrono::{TimeZone as _, Utc};
use domain::page::Purpose;
use domain::severity::Severity;

use super::*;

pub(super) fn page() -> PageMessage {
    PageMessage {
        page_id: "page_1".parse().unwrap(),
        attempt: 1,
        address: "sam@msp.example".into(),
        name: "Sam Tech".into(),
        purpose: Purpose::Step,
        incident_id: "inc_1".parse().unwrap(),
        number: 42,
        title: "Disk full on SRV-1".into(),
        severity: Severity::Critical,
        facts: vec![("Device", "SRV-1".into()), ("Client", "Contoso".into())],
        description: "/ is 97 % used".into(),
        acknowledge_url: "https://oncall.example/app/acknowledge/abc".into(),
        incident_url: "https://oncall.example/app/incidents/inc_1".into(),
        at: Utc.with_ymd_and_hms(2026, 11, 20, 21, 4, 5).unwrap(),
    }
}

#[test]
fn a_wrong_sender_is_named() {
    for from in ["", "On-Call", "oncall@", "a@b@c", "oncall@msp.example, two@msp.example"] {
        let told = Email::by_smtp("smtp://127.0.0.1:2525", from).unwrap_err();
        assert_eq!(told.name, "MAIL_FROM", "{from:?}");
    }
    assert!(Email::by_smtp("smtp://127.0.0.1:2525", " On-Call <oncall@msp.example> ").is_ok());
}

#[test]
fn the_password_is_not_in_the_debug_text() {
    let email = Email::by_smtp("smtps://me:hunter2@mail.msp.example", "oncall@msp.example").unwrap();
    assert!(!format!("{email:?}").contains("hunter2"));
}

#[tokio::test]
async fn without_a_mail_server_every_attempt_is_a_file() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("mail");
    let email = Email::into_folder(folder.clone(), "oncall@msp.example").unwrap();
    assert_eq!(email.kind(), ChannelKind::Email);

    let first = email.send(&page()).await.unwrap();
    let again = email.send(&page()).await.unwrap();
    let second = email.send(&PageMessage { attempt: 2, ..page() }).await.unwrap();

    assert_eq!(first, "1795208645000-page_1-1.eml");
    assert_eq!(first, again, "the same attempt is the same file");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [first.clone(), second]);
    let mail = std::fs::read_to_string(folder.join(first)).unwrap();
    assert!(mail.contains("Subject: [CRITICAL] #42 Disk full on SRV-1"), "{mail}");
}

#[tokio::test]
async fn a_notice_is_kept_beside_the_pages() {
    let home = tempfile::tempdir().unwrap();
    let email = Email::into_folder(home.path().to_owned(), "oncall@msp.example").unwrap();
    let page = page();
    let notice = NoticeMessage {
        notice_id: "ntc_1".parse().unwrap(),
        attempt: 1,
        address: page.address,
        name: page.name,
        subject: "Nobody is on call".into(),
        text: "Put somebody on call.".into(),
        url: None,
        at: page.at,
    };
    assert_eq!(email.notify(&notice).await.unwrap(), "1795208645000-ntc_1-1.eml");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_tried_again() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let email = Email::into_folder(file.join("mail"), "oncall@msp.example").unwrap();
    assert!(matches!(email.send(&page()).await, Err(ChannelError::Unavailable(_))));
}
