//! Names of secrets that people enter here, such as a PSA's: the secret itself is kept where secrets are kept, and only its
//! name stands in a document.
//!
//! Invariant: a name is used once. Another value is another name, so that whoever reads a document reads the secret that
//! was meant with it, and changing both is one commit.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{SecretId, TenantId};

/// Where one secret is kept; letters, digits and dashes only, at most 127 of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretName(String);

impl SecretName {
    /// A name of a secret of `tenant`.
    pub fn new(tenant: &TenantId, id: &SecretId) -> Self {
        let plain = |text: &str| {
            let letters = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
            letters.collect::<String>()
        };
        Self(format!("oncall-{}-{}", plain(tenant.as_str()), plain(id.as_str())))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_letters_digits_and_dashes_and_short_enough_for_a_vault() {
        let tenant: TenantId = "a_b-".repeat(16).parse().unwrap();
        let name = SecretName::new(&tenant, &SecretId::derived(&["x"]));
        assert!(name.as_str().len() <= 127);
        assert!(name.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    }
}
