//! Where a ticket is: in which PSA, and in whose.
//!
//! Invariant: two homes that may be one are never known to be two; where it isn't known whose a PSA is, it may be anybody's of
//! its kind.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AutotaskSettings, HaloSettings, TheOneSettings, origin};

impl TheOneSettings {
    /// Whose PSA it is: its address.
    pub fn account(&self) -> String {
        origin(&self.api_url)
    }
}

impl HaloSettings {
    /// Whose PSA it is: its address, which is another for each instance.
    pub fn account(&self) -> String {
        origin(&self.base_url)
    }
}

impl AutotaskSettings {
    /// Whose PSA it is: the part of the API user's name that is the company's. Another user of the same company sees the
    /// same tickets; a sandbox has a name of its own.
    pub fn account(&self) -> String {
        let name = self.username.trim().to_lowercase();
        name.rsplit_once('@').map_or(name.clone(), |(_, company)| company.to_owned())
    }
}

/// Where a ticket is: in which PSA, and in whose. Two of one kind have tickets of the same ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PsaHome(String);

impl PsaHome {
    /// The PSA of this word that these have.
    pub fn new(word: &str, account: &str) -> Self {
        Self(format!("{word} {account}"))
    }

    /// Some PSA of this word, nobody knows whose.
    pub fn of_somebody(word: &str) -> Self {
        Self(word.to_owned())
    }

    /// The word that the PSA is chosen by.
    pub fn word(&self) -> &str {
        self.0.split_once(' ').map_or(&self.0, |(word, _)| word)
    }

    fn account(&self) -> Option<&str> {
        self.0.split_once(' ').map(|(_, account)| account)
    }

    /// Whether a ticket here may be a ticket there: not where it is known to be another's.
    pub fn may_be(&self, other: &Self) -> bool {
        let accounts = self.account().zip(other.account());
        self.word() == other.word() && accounts.is_none_or(|(own, other)| own == other)
    }
}

impl fmt::Display for PsaHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_not_in_another_account_of_the_same_psa() {
        let halo = |url: &str| {
            let settings = HaloSettings { base_url: url.into(), ..HaloSettings::default() };
            PsaHome::new("halopsa", &settings.account())
        };
        let here = halo("https://msp.halopsa.com");
        assert!(here.may_be(&halo("https://MSP.halopsa.com/api")));
        assert!(!here.may_be(&halo("https://msp-sandbox.halopsa.com")));
        assert!(!here.may_be(&PsaHome::new("theone", "https://msp.halopsa.com")));
        let somebodys = PsaHome::of_somebody("halopsa");
        assert!(here.may_be(&somebodys) && somebodys.may_be(&here));
        assert!(!here.may_be(&PsaHome::of_somebody("autotask")));
        assert_eq!((here.word(), somebodys.word()), ("halopsa", "halopsa"));
    }

    #[test]
    fn another_api_user_of_the_same_company_sees_the_same_tickets() {
        let account =
            |name: &str| AutotaskSettings { username: name.into(), ..AutotaskSettings::default() }.account();
        assert_eq!(account("a1@MSP.TEST "), account("b2@msp.test"));
        assert_ne!(account("a1@msp.test"), account("a1@mspsb.test"));
        assert_ne!(account("somebody"), account("else"));
    }
}
