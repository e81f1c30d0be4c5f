//! The Hub's claims as they stand in a token, and what becomes of them here.
//!
//! Invariant: nobody gets more rights than a role that is known by name; a token without a person, an address, an organization
//! or a role is nobody's.

use std::collections::HashSet;

use app::claims::Claims;
use domain::user::Role;
use serde::Deserialize;

/// A whole token.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire {
    pub(super) aud: Readers,
    pub(super) azp: Option<String>,
    pub(super) exp: Seconds,
    pub(super) nbf: Option<Seconds>,
    pub(super) iat: Option<Seconds>,
    pub(super) nonce: Option<String>,
    sub: Id,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    tenant_id: Id,
    tenant_slug: Option<String>,
    tenant_name: Option<String>,
    org_role: String,
    entitlements: Option<Vec<String>>,
}

/// Whom a token is for. Each was compared before.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Readers {
    One(#[expect(dead_code, reason = "only the shape matters here")] String),
    Several(HashSet<String>),
}

impl Readers {
    pub(super) fn is_one(&self) -> bool {
        match self {
            Self::One(_) => true,
            Self::Several(readers) => readers.len() == 1,
        }
    }
}

/// Seconds since 1970. Some write them with a fraction, which is dropped.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub(super) struct Seconds(pub(super) i64);

impl TryFrom<serde_json::Number> for Seconds {
    type Error = &'static str;

    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        // Further than anybody's clock goes, and far from what can overflow.
        const FURTHEST: i64 = 1 << 40;
        let text = number.to_string();
        let whole = text.split('.').next().unwrap_or_default();
        let seconds = whole.parse().map_err(|_| "not a time")?;
        if (0..FURTHEST).contains(&seconds) { Ok(Self(seconds)) } else { Err("not a time") }
    }
}

/// An id, which some write as a number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

impl Id {
    fn text(self) -> Result<String, &'static str> {
        match self {
            Self::Text(text) if text.is_empty() || text.len() > 255 => {
                Err("its token has an id that is none")
            }
            Self::Text(text) => Ok(text),
            Self::Number(number) => Ok(number.to_string()),
        }
    }
}

impl Wire {
    /// In our terms.
    pub(super) fn claims(self) -> Result<Claims, &'static str> {
        if !self.email.contains('@') || self.email.len() > 254 {
            return Err("its token has no mail address");
        }
        Ok(Claims {
            sub: self.sub.text()?,
            email: self.email,
            first_name: self.first_name.unwrap_or_default(),
            last_name: self.last_name.unwrap_or_default(),
            tenant_id: self.tenant_id.text()?,
            tenant_slug: self.tenant_slug.unwrap_or_default(),
            tenant_name: self.tenant_name.unwrap_or_default(),
            org_role: role(&self.org_role),
            entitlements: self.entitlements.unwrap_or_default(),
            exp: self.exp.0,
            iat: self.iat.map(|iat| iat.0),
        })
    }
}

/// A role that we don't know may read: the Hub says that the person belongs to the organization, and no more.
fn role(name: &str) -> Role {
    match name.to_ascii_lowercase().as_str() {
        "owner" => Role::Owner,
        "admin" => Role::Admin,
        "member" => Role::Member,
        _ => Role::Viewer,
    }
}
