//! What the settings come to.

use std::collections::BTreeMap;

use super::{Config, Mode};

fn read(vars: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let vars: BTreeMap<String, String> =
        vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::from_vars(vars).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn without_settings_it_is_one_machine_on_the_fixed_address() {
    let config = read(&[]).expect("good settings");
    assert_eq!(config.mode, Mode::Standalone { listen: "127.0.0.1:7071".parse().expect("an address") });
    assert_eq!(config.data_dir.as_ref().and_then(|folder| folder.to_str()), Some("data"));
    assert!(config.is_local());
    let off: Vec<_> = config.off.iter().map(|off| off.what).collect();
    assert_eq!(off, ["sending mail", "tickets in the PSA", "escalations from Defend"]);
}

#[test]
fn every_problem_is_told_at_once() {
    let problems = read(&[
        ("ONCALL_LISTEN", "everywhere"),
        ("ONCALL_DATADIR", "/tmp"),
        ("SMTP_URL", "mail.example"),
        ("PSA_API_URL", "ftp://psa.example"),
        ("COSMOS_ENDPOINT", "http://cosmos.example"),
        ("ESCALATION_TICK_SCHEDULE", "sometimes"),
        ("GAP_SCAN_SCHEDULE", "daily"),
    ])
    .expect_err("bad settings");
    let named: Vec<_> = problems.iter().filter_map(|problem| problem.split(':').next()).collect();
    assert_eq!(
        named,
        [
            "ONCALL_DATADIR",
            "ONCALL_LISTEN",
            "COSMOS_ENDPOINT",
            "MAIL_FROM",
            "SMTP_URL",
            "PSA_API_URL",
            "ESCALATION_TICK_SCHEDULE",
            "GAP_SCAN_SCHEDULE"
        ]
    );
}

#[test]
fn an_empty_setting_is_a_missing_one() {
    let config = read(&[("SMTP_URL", ""), ("DEFEND_SERVICE_KEY", " ")]).expect("good settings");
    assert!(config.mail.is_none() && config.defend_key.is_none());
}

#[test]
fn secrets_are_never_shown() {
    let config = read(&[
        ("SMTP_URL", "smtp://user:hunter2@mail.example:587"),
        ("MAIL_FROM", "oncall@msp.example"),
        ("PSA_API_URL", "https://psa.example"),
        ("PSA_SERVICE_KEY", "hunter2"),
        ("DEFEND_SERVICE_KEY", "hunter2"),
    ])
    .expect("good settings");
    assert!(config.off.is_empty());
    let shown = format!("{config:?} {:?}", config.report());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_public_address_is_not_local() {
    let config = read(&[("ONCALL_PUBLIC_URL", "https://oncall.msp.example")]).expect("good settings");
    assert!(!config.is_local());
    assert!(!read(&[("ONCALL_LISTEN", "0.0.0.0:80")]).expect("good settings").is_local());
}

#[test]
fn under_the_host_in_azure_it_refuses_to_keep_state_in_files() {
    let host = [
        ("FUNCTIONS_CUSTOMHANDLER_PORT", "5000"),
        ("ONCALL_DATA_DIR", "/tmp/x"),
        ("ONCALL_PUBLIC_URL", "https://oncall.msp.example"),
    ];
    let config = read(&host).expect("good settings");
    assert_eq!(config.mode, Mode::Functions { port: 5000 });
    let in_azure = [&host[..], &[("WEBSITE_SITE_NAME", "oncall")]].concat();
    let problems = read(&in_azure).expect_err("bad settings");
    assert!(problems[0].starts_with("COSMOS_ENDPOINT: is needed in Azure"), "{problems:?}");
}
