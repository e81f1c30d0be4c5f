//! The settings of what reaches people and their tools: mail, the PSA, Defend.

use integrations::channel::Email;
use integrations::http::Http;
use integrations::psa::TheOnePsa;
use secrecy::SecretString;

use super::cloud::given;
use super::settings::{NOT_FOLLOWED, Settings};
use super::{Given, Mail, Off, Psa};

/// Mail's settings, as the adapter itself reads them.
pub(super) fn mail(settings: &mut Settings, has_folder: bool, off: &mut Vec<Off>) -> Option<Mail> {
    let Some(url) = settings.text("SMTP_URL").map(str::to_owned) else {
        let instead = if has_folder {
            "pages are kept as files and can be read under /app/mail"
        } else {
            "nobody is paged by mail"
        };
        let unresolved = settings.is_unresolved("SMTP_URL");
        let reason = if unresolved { NOT_FOLLOWED } else { "SMTP_URL is not set" };
        off.push(Off { what: "sending mail", why: format!("{reason}: {instead}") });
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
pub(super) fn psa(settings: &mut Settings, has_vault: bool, off: &mut Vec<Off>) -> Option<Psa> {
    let url = settings.text("PSA_API_URL").map(str::to_owned);
    let key = given(settings, "PSA_SERVICE_KEY", has_vault);
    let missing = match (&url, &key) {
        (Some(_), Some(_)) => None,
        (None, None) => Some("PSA_API_URL and PSA_SERVICE_KEY are not set"),
        (Some(_), None) => Some("PSA_SERVICE_KEY is not set"),
        (None, Some(_)) => Some("PSA_API_URL is not set"),
    };
    if let Some(why) = missing {
        off.push(Off { what: "tickets in the PSA", why: why.to_owned() });
    }
    let (url, checked) = (url?, key.clone().unwrap_or(Given::Vault));
    let checked = match checked {
        Given::Here(key) => key,
        Given::Vault => SecretString::from("-"),
    };
    check_psa(settings, &url, &checked);
    Some(Psa { url, key: key? })
}

/// As the adapter itself reads them.
fn check_psa(settings: &mut Settings, url: &str, key: &SecretString) {
    let stand_in = app::port::Secret::fixed("PSA-SERVICE-KEY", key.clone());
    let checked = TheOnePsa::new(url, stand_in, Http::default()).map(drop);
    for error in [checked, TheOnePsa::check_key(key)].into_iter().filter_map(Result::err) {
        settings.wrong(error.name, error.problem);
    }
}

/// The key that Defend shows.
pub(super) fn defend_key(settings: &Settings, has_vault: bool, off: &mut Vec<Off>) -> Option<Given> {
    let key = given(settings, "DEFEND_SERVICE_KEY", has_vault);
    if key.is_none() {
        off.push(Off { what: "escalations from Defend", why: "DEFEND_SERVICE_KEY is not set".to_owned() });
    }
    key
}
