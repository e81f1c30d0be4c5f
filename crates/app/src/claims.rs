//! What a Hub token says about a person, in the Hub's own names.

use chrono::{DateTime, TimeDelta, Utc};
use domain::user::Role;
use serde::{Deserialize, Serialize};

/// The claims of a Hub token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// The Hub's id of the person.
    pub sub: String,
    /// Their mail address.
    pub email: String,
    /// First name.
    #[serde(default)]
    pub first_name: String,
    /// Last name.
    #[serde(default)]
    pub last_name: String,
    /// The organization.
    pub tenant_id: String,
    /// The organization's short name.
    #[serde(default)]
    pub tenant_slug: String,
    /// The organization's name.
    #[serde(default)]
    pub tenant_name: String,
    /// `owner`, `admin`, `member` or `viewer`.
    pub org_role: Role,
    /// The products they may use; none where the Hub doesn't say.
    #[serde(default)]
    pub entitlements: Vec<String>,
    /// Until when the token is good, in seconds since 1970.
    pub exp: i64,
    /// When the Hub said all this, in seconds since 1970; the stand-in of one machine doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
}

/// How recent a token must be for what it says to be news.
const RECENT: TimeDelta = TimeDelta::minutes(5);

impl Claims {
    /// The name as shown to others; the mail address where the Hub has none.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        match name.trim() {
            "" => self.email.clone(),
            name => name.to_owned(),
        }
    }

    /// Whether they may use On-Call at all: the Hub lists it among their products (`oncall`, `On-Call`, …), or lists none.
    pub fn include_on_call(&self) -> bool {
        let is_on_call = |name: &String| {
            let letters = name.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|c| c.to_ascii_lowercase()).eq("oncall".chars())
        };
        self.entitlements.is_empty() || self.entitlements.iter().any(is_on_call)
    }

    /// Whether this may be the Hub's latest word. An older token stays good until it expires, but what it says must not
    /// undo what a newer one said.
    pub fn are_recent(&self, now: DateTime<Utc>) -> bool {
        self.iat.is_none_or(|iat| now.timestamp() - iat <= RECENT.num_seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(entitlements: &[&str]) -> Claims {
        Claims {
            sub: "ann".to_owned(),
            email: "ann@msp.example".to_owned(),
            first_name: String::new(),
            last_name: String::new(),
            tenant_id: "msp".to_owned(),
            tenant_slug: String::new(),
            tenant_name: String::new(),
            org_role: Role::Member,
            entitlements: entitlements.iter().map(|&name| name.to_owned()).collect(),
            exp: 0,
            iat: None,
        }
    }

    #[test]
    fn on_call_is_included_by_any_of_its_spellings_or_where_nothing_is_listed() {
        for good in [&[][..], &["oncall"], &["psa", "On-Call"], &["ON_CALL"]] {
            assert!(claims(good).include_on_call(), "{good:?}");
        }
        for bad in [&["psa"][..], &["oncallx", "on"], &[""]] {
            assert!(!claims(bad).include_on_call(), "{bad:?}");
        }
    }

    #[test]
    fn a_token_of_five_minutes_ago_is_no_news() {
        let said = Claims { iat: Some(1000), ..claims(&[]) };
        let at = |seconds| DateTime::from_timestamp(seconds, 0).expect("an instant");
        assert!(said.are_recent(at(1300)));
        assert!(!said.are_recent(at(1301)));
        assert!(claims(&[]).are_recent(at(1301)), "unless it doesn't say when");
    }
}
