//! A tenant's PSA: which one it is, how it is reached, and what our words are called there.
//!
//! Invariant: no secret is in here, only the name it is kept under.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::id::UserId;
use crate::severity::Severity;
use crate::vault::SecretName;

/// How a tenant's PSA is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PsaConnection {
    /// Which one, and how it is reached.
    pub provider: Provider,
    /// Where its secret is kept: The One PSA's service key, HaloPSA's client secret, Autotask's API secret.
    pub secret: SecretName,
    /// What our words are called there.
    #[serde(default)]
    pub mapping: PsaMapping,
    /// Whether the time from acknowledge to resolve is filed as a draft.
    #[serde(default)]
    pub time_entries: bool,
    /// Raised with every change, so that whoever keeps a connection open sees that it is another.
    pub version: u64,
    /// What the last check of its permissions said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<PsaCheck>,
    /// How many looks in a row, made by themselves, could not ask it; none where the last one could.
    #[serde(default)]
    pub unreached: u32,
    /// When it is checked again.
    pub due_at: DateTime<Utc>,
}

/// Which PSA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Provider {
    /// The One PSA, or any PSA that offers the same calls.
    Theone(TheOneSettings),
    /// HaloPSA.
    Halopsa(HaloSettings),
    /// Autotask.
    Autotask(AutotaskSettings),
}

impl Provider {
    /// The word it is chosen by.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Theone(_) => "theone",
            Self::Halopsa(_) => "halopsa",
            Self::Autotask(_) => "autotask",
        }
    }

    /// Where its secret goes, as far as the settings say: whoever changes this could have it sent to themselves. Two that
    /// differ may be the same place; two that are the same never differ.
    pub fn secret_goes_to(&self) -> String {
        match self {
            Self::Theone(settings) => origin(&settings.api_url),
            Self::Halopsa(settings) => origin(&settings.base_url),
            // The zone, and so the address, is found by the name.
            Self::Autotask(settings) => {
                let zone = settings.zone_url.as_deref().map(origin).unwrap_or_default();
                format!("{zone} {}", settings.username.trim().to_lowercase())
            }
        }
    }

    /// Where its tickets are.
    pub fn home(&self) -> PsaHome {
        let account = match self {
            Self::Theone(settings) => settings.account(),
            Self::Halopsa(settings) => settings.account(),
            Self::Autotask(settings) => settings.account(),
        };
        PsaHome::new(self.word(), &account)
    }

    /// What people call it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Theone(_) => "The One PSA",
            Self::Halopsa(_) => "HaloPSA",
            Self::Autotask(_) => "Autotask",
        }
    }
}

/// Scheme, host and port of an address; all of it where that can't be told.
fn origin(address: &str) -> String {
    let address = address.trim().to_lowercase();
    let Some((scheme, rest)) = address.split_once("://") else { return address };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let usual = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(host))
}

/// Reads a setting that may be left out: a blank one is.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| !text.trim().is_empty()))
}

/// What a setting says, or what is usual.
pub(crate) fn chosen<'a>(setting: Option<&'a str>, usual: &'a str) -> &'a str {
    setting.map(str::trim).filter(|setting| !setting.is_empty()).unwrap_or(usual)
}

/// How The One PSA is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TheOneSettings {
    /// Such as `https://api.theonepsa.com`.
    pub api_url: String,
}

/// How HaloPSA is reached, and how tickets are made there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HaloSettings {
    /// Such as `https://msp.halopsa.com`.
    pub base_url: String,
    /// Of the API application.
    pub client_id: String,
    /// By name; tickets are of this type. `None`: the PSA's default.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<String>,
    /// The status of a ticket that is worked on, by name.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub working_status: Option<String>,
    /// The status of a completed ticket, by name; `Closed` where none is named.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub closed_status: Option<String>,
    /// Further statuses that mean that a ticket is over, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_closed: Vec<String>,
    /// The outcome that private notes are written with, by name; `None`: the first one that is a note.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub note_outcome: Option<String>,
}

/// How Autotask is reached, and how tickets are made there. Picklist entries are named by their labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutotaskSettings {
    /// The API user's name; its zone is found by it.
    pub username: String,
    /// The API integration code (tracking identifier).
    pub integration_code: String,
    /// The queue that tickets are made in.
    pub queue: String,
    /// The status of a new ticket; `New` where none is named.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub new_status: Option<String>,
    /// The status of a ticket that is worked on; `In Progress` where none is named.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub working_status: Option<String>,
    /// The status of a completed ticket; `Complete` where none is named.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub closed_status: Option<String>,
    /// The source of tickets.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Hours until a ticket is due; 24 where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<u16>,
    /// Whether notes are written in the technician's name, where Autotask allows it.
    #[serde(default)]
    pub impersonate: bool,
    /// The role of whoever a ticket is given to; `None`: the first service desk role they have.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Where the zone is asked for; `None`: Autotask's own address.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub zone_url: Option<String>,
}

/// What our words are called in a PSA.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PsaMapping {
    /// The PSA's priority for a severity, by name. What isn't mapped is P1 to P4 by the product's table, or the PSA's entry
    /// that comes closest.
    pub priorities: BTreeMap<Severity, String>,
    /// The PSA's technician for a user, by its id or mail address there. Who isn't mapped is found by mail address.
    pub technicians: BTreeMap<UserId, String>,
    /// The PSA's company for a client, by its id or name there. Names in any case.
    pub companies: BTreeMap<String, String>,
    /// The company of a ticket whose client is not known; by its id or name.
    #[serde(deserialize_with = "said")]
    pub default_company: Option<String>,
}

impl PsaMapping {
    /// The PSA's company for a client: as mapped, else the client's own name; `None` where no client is known. Whether that
    /// is a company there, and [`Self::default_company`] where it isn't, is the connection's to find out.
    pub fn company<'a>(&'a self, client: Option<&'a str>) -> Option<&'a str> {
        let mapped = client.and_then(|client| {
            let client = client.trim().to_lowercase();
            self.companies
                .iter()
                .find(|(name, _)| name.trim().to_lowercase() == client)
                .map(|(_, id)| id.as_str())
        });
        mapped.or(client)
    }
}

mod check;
mod home;

pub use check::{AFTER_SAVE, CheckPoint, FollowUp, PsaCheck};
pub use home::PsaHome;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_elsewhere_with_another_scheme_host_port_or_user() {
        let halo = |url: &str| {
            Provider::Halopsa(HaloSettings { base_url: url.into(), ..HaloSettings::default() })
                .secret_goes_to()
        };
        let here = halo("https://msp.halopsa.com");
        for same in
            ["https://MSP.halopsa.com/", " https://msp.halopsa.com:443/api?x", "https://msp.halopsa.com#a"]
        {
            assert_eq!(halo(same), here, "{same}");
        }
        for other in [
            "http://msp.halopsa.com",
            "https://msp.halopsa.com:8443",
            "https://msp.halopsa.com.evil.test",
            "https://msp.halopsa.com@evil.test",
            "https://evil.test\\@msp.halopsa.com",
            "https://evil.test/https://msp.halopsa.com",
            "",
        ] {
            assert_ne!(halo(other), here, "{other}");
        }
        let autotask = |name: &str, zone: Option<&str>| {
            let (username, zone_url) = (name.into(), zone.map(str::to_owned));
            Provider::Autotask(AutotaskSettings { username, zone_url, ..AutotaskSettings::default() })
                .secret_goes_to()
        };
        let here = autotask("api@msp.test", None);
        assert_eq!(autotask("API@msp.test ", None), here);
        assert_ne!(autotask("api@evil.test", None), here);
        assert_ne!(autotask("api@msp.test", Some("https://evil.test")), here);
    }

    #[test]
    fn a_blank_setting_is_left_out() {
        let blank = r#"{"base_url":"https://msp.halopsa.com","client_id":"app","ticket_type":" ","closed_status":"","note_outcome":null}"#;
        let read: HaloSettings = serde_json::from_str(blank).unwrap();
        let bare = r#"{"base_url":"https://msp.halopsa.com","client_id":"app"}"#;
        assert_eq!(read, serde_json::from_str(bare).unwrap());
    }

    #[test]
    fn a_client_is_mapped_in_any_case_and_else_goes_by_its_own_name() {
        let mut mapping = PsaMapping::default();
        mapping.companies.insert("Contoso Ltd".into(), "42".into());
        assert_eq!(mapping.company(Some("contoso ltd ")), Some("42"));
        assert_eq!(mapping.company(Some("Fabrikam")), Some("Fabrikam"));
        assert_eq!(mapping.company(None), None);
    }
}
