//! Reading settings: each by its name, every problem collected.

use std::collections::BTreeMap;
use std::fmt;

use integrations::channel::Email;
use integrations::http::Http;
use integrations::psa::TheOnePsa;
use secrecy::SecretString;
use url::Url;

use super::{Config, DEFAULT_LISTEN, Mail, Mode, Off, Psa, Timetable};

/// Our own settings; anything else that starts like them is a typing mistake.
const OURS: [&str; 4] = ["ONCALL_LISTEN", "ONCALL_DATA_DIR", "ONCALL_PUBLIC_URL", "ONCALL_LOG"];

/// Settings of things that this version can't do yet. Ignoring them would put the state, the keys or the people somewhere
/// else than whoever set them believes.
const NOT_YET: [(&str, &str); 4] = [
    ("COSMOS_ENDPOINT", "this version keeps its state in SQLite only"),
    ("KEY_VAULT_URL", "this version reads its keys from the settings only"),
    ("HUB_ISSUER", "this version signs people in by itself only"),
    ("HUB_SERVICE_KEY", "this version does not report to Hub Billing"),
];

const DEFAULT_TICK: &str = "*/15 * * * * *";
const DEFAULT_GAP_SCAN: &str = "0 0 6 * * *";

/// One setting that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub setting: String,
    /// What is wrong, and what it should be.
    pub problem: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.problem)
    }
}

struct Settings {
    vars: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

impl Settings {
    fn text(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn wrong(&mut self, setting: &str, problem: impl Into<String>) {
        self.problems.push(Problem { setting: setting.to_owned(), problem: problem.into() });
    }

    fn parsed<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let parsed = parse(self.text(name)?);
        parsed.map_err(|problem| self.wrong(name, problem)).ok()
    }

    fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }
}

pub(super) fn read(vars: BTreeMap<String, String>) -> Result<Config, Vec<Problem>> {
    let mut settings = Settings { vars, problems: Vec::new() };
    refuse(&mut settings);
    let mode = mode(&mut settings);
    let data_dir = settings.text("ONCALL_DATA_DIR").map(Into::into);
    if matches!(mode, Mode::Functions { .. }) && data_dir.is_none() {
        settings
            .wrong("ONCALL_DATA_DIR", "is needed under the Functions host: the folder that keeps the state");
    }
    let public_url = settings.parsed("ONCALL_PUBLIC_URL", web_address);
    if matches!(mode, Mode::Functions { .. })
        && public_url.is_none()
        && settings.text("ONCALL_PUBLIC_URL").is_none()
    {
        settings
            .wrong("ONCALL_PUBLIC_URL", "is needed under the Functions host: the address that people use");
    }
    let mut off = Vec::new();
    let mail = mail(&mut settings, &mut off);
    let psa = psa(&mut settings, &mut off);
    let defend_key = settings.secret("DEFEND_SERVICE_KEY");
    if defend_key.is_none() {
        off.push(Off { what: "escalations from Defend", why: "DEFEND_SERVICE_KEY is not set".to_owned() });
    }
    bus(&settings, mode, &mut off);
    let tick = timetable(&mut settings, "ESCALATION_TICK_SCHEDULE", DEFAULT_TICK, mode);
    let gap_scan = timetable(&mut settings, "GAP_SCAN_SCHEDULE", DEFAULT_GAP_SCAN, mode);
    if let (Some(tick), Some(gap_scan), true) = (tick, gap_scan, settings.problems.is_empty()) {
        let data_dir = data_dir.unwrap_or_else(|| "data".into());
        let log = settings.text("ONCALL_LOG").unwrap_or("info").to_owned();
        Ok(Config { mode, data_dir, public_url, mail, psa, defend_key, tick, gap_scan, log, off })
    } else {
        Err(settings.problems)
    }
}

fn refuse(settings: &mut Settings) {
    for (name, problem) in NOT_YET {
        if settings.text(name).is_some() {
            settings.wrong(name, format!("{problem}; remove the setting"));
        }
    }
    let unknown: Vec<String> = settings
        .vars
        .keys()
        .filter(|name| name.starts_with("ONCALL_") && !OURS.contains(&name.as_str()))
        .cloned()
        .collect();
    for name in unknown {
        settings.wrong(&name, format!("is no setting of ours; there are {}", OURS.join(", ")));
    }
}

fn mode(settings: &mut Settings) -> Mode {
    let number = |text: &str| text.parse::<u16>().map_err(|_| format!("'{text}' is not a port"));
    if let Some(port) = settings.parsed("FUNCTIONS_CUSTOMHANDLER_PORT", number) {
        let develops = settings.text("AZURE_FUNCTIONS_ENVIRONMENT") == Some("Development");
        if settings.text("WEBSITE_SITE_NAME").is_some() && !develops {
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

/// Mail's settings, as the adapter itself reads them.
fn mail(settings: &mut Settings, off: &mut Vec<Off>) -> Option<Mail> {
    let Some(url) = settings.text("SMTP_URL").map(str::to_owned) else {
        let why = "SMTP_URL is not set: pages are kept as files and can be read under /app/mail".to_owned();
        off.push(Off { what: "sending mail", why });
        return None;
    };
    let from = settings.text("MAIL_FROM").map(str::to_owned);
    if from.is_none() {
        settings
            .wrong("MAIL_FROM", "is needed with SMTP_URL: the sender of pages, such as oncall@msp.example");
    }
    let from = from.unwrap_or_else(|| "oncall@localhost".to_owned());
    if let Err(error) = Email::by_smtp(&url, &from) {
        settings.wrong(error.name, error.problem);
    }
    Some(Mail { url: url.into(), from })
}

/// The PSA's settings, as the adapter itself reads them.
fn psa(settings: &mut Settings, off: &mut Vec<Off>) -> Option<Psa> {
    let url = settings.text("PSA_API_URL").map(str::to_owned);
    let key = settings.secret("PSA_SERVICE_KEY");
    let missing = match (&url, &key) {
        (Some(_), Some(_)) => None,
        (None, None) => Some("PSA_API_URL and PSA_SERVICE_KEY are not set"),
        (Some(_), None) => Some("PSA_SERVICE_KEY is not set"),
        (None, Some(_)) => Some("PSA_API_URL is not set"),
    };
    if let Some(why) = missing {
        off.push(Off { what: "tickets in the PSA", why: why.to_owned() });
    }
    let checked =
        TheOnePsa::new(url.as_deref()?, key.as_ref().unwrap_or(&SecretString::from("-")), Http::default());
    if let Err(error) = checked {
        settings.wrong(error.name, error.problem);
    }
    Some(Psa { url: url?, key: key? })
}

fn bus(settings: &Settings, mode: Mode, off: &mut Vec<Off>) {
    if matches!(mode, Mode::Standalone { .. }) {
        return;
    }
    if settings.text("BUS_CONNECTION_STRING").is_none() {
        let why = "BUS_CONNECTION_STRING is not set".to_owned();
        off.push(Off { what: "alerts from RMM, Security and Backups over the bus", why });
    }
    let why = "this version publishes on one machine only".to_owned();
    off.push(Off { what: "publishing life-cycle events", why });
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
