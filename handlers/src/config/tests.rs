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

/// What a deployment gives the process.
const CLOUD: [(&str, &str); 9] = [
    ("FUNCTIONS_CUSTOMHANDLER_PORT", "5000"),
    ("WEBSITE_SITE_NAME", "oncall"),
    ("WEBSITE_HOSTNAME", "oncall.azurewebsites.net"),
    ("IDENTITY_ENDPOINT", "http://127.0.0.1:42356/msi/token"),
    ("COSMOS_ENDPOINT", "https://oncall.documents.azure.com"),
    ("ONCALL_LINK_SECRET", "0123456789abcdef0123456789abcdef"),
    ("KEY_VAULT_URL", "https://oncall.vault.azure.net"),
    ("HUB_ISSUER", "https://hub.example"),
    ("HUB_CLIENT_ID", "oncall"),
];

fn named(problems: &[String]) -> Vec<&str> {
    problems.iter().filter_map(|problem| problem.split(':').next()).collect()
}

#[test]
fn in_the_cloud_nothing_is_kept_on_the_machine_and_links_lead_to_the_app() {
    let config = read(&CLOUD).expect("good settings");
    assert!(matches!(config.state, super::State::Cosmos(_)));
    assert_eq!(config.data_dir, None);
    assert_eq!(config.public_url.as_ref().map(url::Url::as_str), Some("https://oncall.azurewebsites.net/"));
    assert!(!config.is_local());
}

#[test]
fn in_the_cloud_it_refuses_to_start_without_what_only_one_machine_has_a_stand_in_for() {
    for (missing, told) in [
        ("ONCALL_LINK_SECRET", "ONCALL_LINK_SECRET"),
        ("HUB_ISSUER", "HUB_ISSUER"),
        ("HUB_CLIENT_ID", "HUB_CLIENT_ID"),
        ("KEY_VAULT_URL", "HUB_CLIENT_SECRET"),
    ] {
        let settings: Vec<_> = CLOUD.into_iter().filter(|(name, _)| *name != missing).collect();
        let problems = read(&settings).expect_err(missing);
        assert_eq!(named(&problems), [told], "{problems:?}");
    }
}

#[test]
fn half_a_hub_is_none() {
    let problems = read(&[("HUB_CLIENT_ID", "oncall"), ("HUB_CLIENT_SECRET", "s")]).expect_err("half a Hub");
    assert_eq!(named(&problems), ["HUB_CLIENT_ID", "HUB_CLIENT_SECRET"]);
}

#[test]
fn a_reference_that_leads_nowhere_is_told_and_only_mail_can_be_spared() {
    let reference = "@Microsoft.KeyVault(SecretUri=https://oncall.vault.azure.net/secrets/X)";
    let with =
        |name: &'static str| [&CLOUD[..], &[(name, reference), ("MAIL_FROM", "a@msp.example")]].concat();
    let problems = read(&with("ONCALL_LINK_SECRET")).expect_err("no secret");
    assert!(named(&problems).contains(&"ONCALL_LINK_SECRET"), "{problems:?}");
    let config = read(&with("SMTP_URL")).expect("good settings");
    assert!(
        config.off.iter().any(|off| off.what == "sending mail" && off.why.contains("Key Vault")),
        "{:?}",
        config.off
    );
}

#[test]
fn an_emulators_key_opens_nothing_elsewhere() {
    let cloud = [&CLOUD[..], &[("COSMOS_KEY", "a2V5")]].concat();
    assert_eq!(named(&read(&cloud).expect_err("a key")), ["COSMOS_KEY"]);
    let here = [
        ("COSMOS_ENDPOINT", "http://127.0.0.1:8081"),
        ("COSMOS_KEY", "a2V5"),
        ("ONCALL_LINK_SECRET", "0123456789abcdef0123456789abcdef"),
    ];
    assert!(read(&here).is_ok());
    assert_eq!(named(&read(&[("COSMOS_KEY", "a2V5")]).expect_err("no account")), ["COSMOS_KEY"]);
}

#[test]
fn one_machine_that_publishes_to_service_bus_says_that_it_does_not_listen_there() {
    let bus = "Endpoint=sb://oncall.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=a2V5";
    let config = read(&[("BUS_CONNECTION_STRING", bus), ("BUS_TOPIC", "oncall")]).expect("good settings");
    assert!(config.off.iter().any(|off| off.what.contains("over Service Bus")), "{:?}", config.off);
    assert!(!format!("{config:?}").contains("a2V5"));
}
