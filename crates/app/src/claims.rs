//! What a Hub token says about a person, in the Hub's own names.

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
    /// The products the organization has.
    #[serde(default)]
    pub entitlements: Vec<String>,
    /// Until when the token is good, in seconds since 1970.
    pub exp: i64,
}

impl Claims {
    /// The name as shown to others; the mail address where the Hub has none.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        match name.trim() {
            "" => self.email.clone(),
            name => name.to_owned(),
        }
    }
}
