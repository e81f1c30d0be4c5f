//! What the configuration came to, for people.

use super::{Config, Given, Mode, State};

pub(super) fn lines(config: &Config) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |name: &str, value: String| lines.push(format!("{name:<26} {value}"));
    match config.mode {
        Mode::Standalone { listen } => {
            say("mode", "one machine".to_owned());
            say("ONCALL_LISTEN", listen.to_string());
            say("ESCALATION_TICK_SCHEDULE", config.tick.to_string());
            say("GAP_SCAN_SCHEDULE", format!("{} (UTC)", config.gap_scan));
        }
        Mode::Functions { port } => say("mode", format!("under the Functions host, port {port}")),
    }
    match &config.state {
        State::Folder => say("state", "SQLite in the data folder".to_owned()),
        State::Cosmos(account) => {
            say("COSMOS_ENDPOINT", account.endpoint().to_string());
            say("COSMOS_DATABASE", account.database().to_owned());
        }
    }
    if let Some(folder) = &config.data_dir {
        say("ONCALL_DATA_DIR", folder.display().to_string());
    }
    say("ONCALL_LINK_SECRET", set(config.link_secret.is_some()));
    say("KEY_VAULT_URL", config.vault.as_ref().map_or_else(|| set(false), |vault| vault.url.clone()));
    let topic = config.topic.as_ref().map(|topic| topic.name.clone());
    say("BUS_CONNECTION_STRING", set(topic.is_some()));
    say("BUS_TOPIC", topic.unwrap_or_else(|| set(false)));
    say("HUB_ISSUER", config.hub.as_ref().map_or_else(|| set(false), |hub| hub.issuer.to_string()));
    if let Some(hub) = &config.hub {
        say("HUB_CLIENT_ID", hub.client_id.clone());
        say("HUB_CLIENT_SECRET", source(Some(&hub.client_secret)));
    }
    let public =
        config.public_url.as_ref().map_or_else(|| "where it listens".to_owned(), ToString::to_string);
    say("ONCALL_PUBLIC_URL", public);
    say("SMTP_URL", set(config.mail.is_some()));
    if let Some(mail) = &config.mail {
        say("MAIL_FROM", mail.from.clone());
    }
    let psa = config.psa.as_ref().map_or_else(|| set(false), |psa| psa.url.clone());
    say("PSA_API_URL", psa);
    say("PSA_SERVICE_KEY", source(config.psa.as_ref().map(|psa| &psa.key)));
    say("DEFEND_SERVICE_KEY", source(config.defend_key.as_ref()));
    say("APPLICATIONINSIGHTS_CONNECTION_STRING", set(config.telemetry.is_some()));
    for off in &config.off {
        lines.push(format!("off: {} ({})", off.what, off.why));
    }
    lines
}

fn set(is_set: bool) -> String {
    if is_set { "set (hidden)" } else { "not set" }.to_owned()
}

fn source(given: Option<&Given>) -> String {
    match given {
        None => set(false),
        Some(Given::Here(_)) => set(true),
        Some(Given::Vault) => "from Key Vault, if it is there".to_owned(),
    }
}
