//! Settings, and what is told without asking Autotask. What it is told over the wire, a stand-in hears in the acceptance
//! tests.

use secrecy::SecretString;

use super::*;
use crate::http::Timeouts;

mod late;

fn settings() -> AutotaskSettings {
    AutotaskSettings {
        username: "api@msp.test".into(),
        integration_code: "CODE".into(),
        queue: "On-Call".into(),
        ..AutotaskSettings::default()
    }
}

fn open(settings: &AutotaskSettings, mapping: &PsaMapping) -> Result<Autotask, Vec<Wrong>> {
    let secret = Secret::fixed("psa-autotask", SecretString::from("hunter2"));
    Autotask::new(settings, mapping, secret, Http::new(Timeouts::default()))
}

fn technician(email: &str) -> Technician {
    let user_id = "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
    Technician { user_id, email: email.into(), name: "Sam".into() }
}

#[test]
fn every_setting_that_cannot_work_is_named_at_once_and_no_secret_is_shown() {
    let wrong = AutotaskSettings {
        username: "a\nb".into(),
        zone_url: Some("autotask".into()),
        due_hours: Some(0),
        ..AutotaskSettings::default()
    };
    let told = open(&wrong, &PsaMapping::default()).unwrap_err();
    let fields: Vec<&str> = told.iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["username", "integration_code", "zone_url", "queue", "due_hours"]);
    let psa = open(&settings(), &PsaMapping::default()).unwrap();
    assert!(!format!("{psa:?}").contains("hunter2"));
}

#[test]
fn whoever_is_mapped_or_has_a_mail_address_can_be_looked_for() {
    let mut mapping = PsaMapping::default();
    let psa = open(&settings(), &mapping).unwrap();
    assert!(psa.recognizes(&technician("sam@msp.test")) && !psa.recognizes(&technician(" ")));
    mapping.technicians.insert(technician("").user_id, "29682885".into());
    assert!(open(&settings(), &mapping).unwrap().recognizes(&technician("")));
}

#[tokio::test]
async fn a_text_that_is_no_number_is_no_ticket_and_nobody_is_asked() {
    let unreachable = AutotaskSettings { zone_url: Some("http://127.0.0.1:1".into()), ..settings() };
    let psa = open(&unreachable, &PsaMapping::default()).unwrap();
    let tenant = "org_1".parse().unwrap();
    for id in ["", "T20261120.0042", "7/../8", "-7", "99999999999999999999"] {
        assert_eq!(psa.read(&tenant, id).await, Err(TicketError::NotFound), "{id}");
    }
    let told = psa.read(&tenant, "7").await;
    assert!(matches!(told, Err(TicketError::Unavailable { .. })), "{told:?}");
}
