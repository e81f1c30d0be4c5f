//! Reading settings: each by its name, every problem collected.

use std::collections::BTreeMap;
use std::path::PathBuf;

use url::Url;

use super::cloud::{self, Who};
use super::settings::{Problem, Settings};
use super::{Config, DEFAULT_LISTEN, Mode, State, Timetable, people};

/// Our own settings; anything else that starts like them is a typing mistake.
const OURS: [&str; 5] =
    ["ONCALL_LISTEN", "ONCALL_DATA_DIR", "ONCALL_LINK_SECRET", "ONCALL_PUBLIC_URL", "ONCALL_LOG"];

/// Settings of things that this version can't do yet. Ignoring them would leave undone what whoever set them believes done.
const NOT_YET: [(&str, &str); 1] = [("HUB_SERVICE_KEY", "this version does not report to Hub Billing")];

const DEFAULT_TICK: &str = "*/15 * * * * *";
const DEFAULT_GAP_SCAN: &str = "0 0 6 * * *";

pub(super) fn read(vars: BTreeMap<String, String>) -> Result<Config, Vec<Problem>> {
    let mut settings = Settings::new(vars);
    refuse(&mut settings);
    let (mut who, mut off) = (Who::new(), Vec::new());
    let mode = mode(&mut settings);
    let state = cloud::state(&mut settings, &mut who);
    let data_dir = data_dir(&mut settings, mode, &state);
    let public_url = public_url(&mut settings, mode);
    let link_secret = cloud::link_secret(&mut settings, matches!(state, State::Cosmos(_)));
    let vault = cloud::vault(&mut settings, &mut who);
    let hub = cloud::hub(&mut settings, &state, vault.is_some());
    let mail = people::mail(&mut settings, data_dir.is_some(), &mut off);
    let psa = people::psa(&mut settings, vault.is_some(), &mut off);
    let defend_key = people::defend_key(&settings, vault.is_some(), &mut off);
    let topic = cloud::topic(&mut settings, mode, &mut who, &mut off);
    let telemetry = cloud::telemetry(&mut settings, &mut who);
    let tick = timetable(&mut settings, "ESCALATION_TICK_SCHEDULE", DEFAULT_TICK, mode);
    let gap_scan = timetable(&mut settings, "GAP_SCAN_SCHEDULE", DEFAULT_GAP_SCAN, mode);
    let log = settings.text("ONCALL_LOG").unwrap_or("info").to_owned();
    let (Some(tick), Some(gap_scan), true) = (tick, gap_scan, settings.problems.is_empty()) else {
        return Err(settings.problems);
    };
    Ok(Config {
        mode,
        data_dir,
        state,
        link_secret,
        vault,
        topic,
        hub,
        public_url,
        mail,
        psa,
        defend_key,
        telemetry,
        tick,
        gap_scan,
        log,
        off,
    })
}

fn refuse(settings: &mut Settings) {
    for (name, problem) in NOT_YET {
        if settings.text(name).is_some() {
            settings.wrong(name, format!("{problem}; remove the setting"));
        }
    }
    let is_unknown = |name: &&str| name.starts_with("ONCALL_") && !OURS.contains(name);
    let unknown: Vec<String> = settings.names().filter(is_unknown).map(str::to_owned).collect();
    for name in unknown {
        settings.wrong(&name, format!("is no setting of ours; there are {}", OURS.join(", ")));
    }
}

fn mode(settings: &mut Settings) -> Mode {
    let number = |text: &str| text.parse::<u16>().map_err(|_| format!("'{text}' is not a port"));
    if let Some(port) = settings.parsed("FUNCTIONS_CUSTOMHANDLER_PORT", number) {
        let develops = settings.text("AZURE_FUNCTIONS_ENVIRONMENT") == Some("Development");
        let in_azure = settings.text("WEBSITE_SITE_NAME").is_some() && !develops;
        if in_azure && settings.text("COSMOS_ENDPOINT").is_none() && !settings.is_wrong("COSMOS_ENDPOINT") {
            settings.wrong("COSMOS_ENDPOINT", "is needed in Azure, where an instance's own files don't last");
        }
        return Mode::Functions { port };
    }
    let address = |text: &str| {
        text.parse().map_err(|_| format!("'{text}' is not an address and port, such as {DEFAULT_LISTEN}"))
    };
    let listen = settings.parsed("ONCALL_LISTEN", address);
    Mode::Standalone { listen: listen.unwrap_or_else(|| std::net::SocketAddr::from(([127, 0, 0, 1], 7071))) }
}

/// The folder for what is kept on this machine: always by itself, under the host only where the state is there.
fn data_dir(settings: &mut Settings, mode: Mode, state: &State) -> Option<PathBuf> {
    let named: Option<PathBuf> = settings.text("ONCALL_DATA_DIR").map(Into::into);
    match (mode, state) {
        (Mode::Standalone { .. }, _) => Some(named.unwrap_or_else(|| "data".into())),
        (Mode::Functions { .. }, State::Cosmos(_)) => None,
        (Mode::Functions { .. }, State::Folder) => {
            // Whoever named an account wants the state there; what is wrong with it is told already.
            if named.is_none()
                && settings.problems.iter().all(|problem| !problem.setting.starts_with("COSMOS_"))
            {
                settings.wrong(
                    "ONCALL_DATA_DIR",
                    "is needed under the Functions host without COSMOS_ENDPOINT: the folder that keeps the state",
                );
            }
            named
        }
    }
}

/// The address that people use. Azure names the app's own, where nobody has named a better one.
fn public_url(settings: &mut Settings, mode: Mode) -> Option<Url> {
    if let Some(url) = settings.parsed("ONCALL_PUBLIC_URL", web_address) {
        return Some(url);
    }
    if matches!(mode, Mode::Standalone { .. }) || settings.text("ONCALL_PUBLIC_URL").is_some() {
        return None;
    }
    let named =
        settings.text("WEBSITE_HOSTNAME").and_then(|host| web_address(&format!("https://{host}")).ok());
    if named.is_none() {
        settings
            .wrong("ONCALL_PUBLIC_URL", "is needed under the Functions host: the address that people use");
    }
    named
}

/// A timer of the process by itself. Under the host it is the host that reads the setting and fires.
fn timetable(settings: &mut Settings, name: &str, default: &str, mode: Mode) -> Option<Timetable> {
    let text = match (mode, settings.text(name)) {
        (Mode::Standalone { .. }, Some(text)) => text.to_owned(),
        _ => default.to_owned(),
    };
    Timetable::read(&text).map_err(|problem| settings.wrong(name, problem)).ok()
}

fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("'{text}' is not an address: {error}"))?;
    if matches!(url.scheme(), "http" | "https") && url.host().is_some() {
        Ok(url)
    } else {
        Err(format!("'{text}' is not an http:// or https:// address"))
    }
}
