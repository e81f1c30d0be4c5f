//! What the configuration came to, for people.

use super::{Config, Mode};

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
    say("ONCALL_DATA_DIR", config.data_dir.display().to_string());
    let public =
        config.public_url.as_ref().map_or_else(|| "where it listens".to_owned(), ToString::to_string);
    say("ONCALL_PUBLIC_URL", public);
    say("SMTP_URL", set(config.mail.is_some()));
    if let Some(mail) = &config.mail {
        say("MAIL_FROM", mail.from.clone());
    }
    let psa = config.psa.as_ref().map_or_else(|| set(false), |psa| psa.url.clone());
    say("PSA_API_URL", psa);
    say("PSA_SERVICE_KEY", set(config.psa.is_some()));
    say("DEFEND_SERVICE_KEY", set(config.defend_key.is_some()));
    for off in &config.off {
        lines.push(format!("off: {} ({})", off.what, off.why));
    }
    lines
}

fn set(is_set: bool) -> String {
    if is_set { "set (hidden)" } else { "not set" }.to_owned()
}
