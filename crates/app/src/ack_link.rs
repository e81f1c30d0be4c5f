//! The one-click acknowledge link: signed, for one incident and one user, expiring.
//!
//! Invariant: what the link grants is in the link and can't be changed by whoever holds it; that it was followed
//! changes nothing (mail scanners follow links), only the POST of its page does.

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{IncidentId, TenantId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// How long a link works after its page was sent.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Keeps these tokens apart from any other that the same key signs.
const PURPOSE: &str = "oncall-acknowledge";

/// What a link lets its holder do: acknowledge this incident as this user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckGrant {
    /// Whose.
    pub tenant: TenantId,
    /// Which incident.
    pub incident: IncidentId,
    /// As whom.
    pub user: UserId,
}

/// Why a link doesn't work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It isn't one of ours, or it was changed.
    #[error("the link is not valid")]
    Invalid,
    /// It is too old.
    #[error("the link has expired")]
    Expired,
}

#[derive(Debug, Serialize, Deserialize)]
struct Token {
    aud: String,
    ten: TenantId,
    inc: IncidentId,
    usr: UserId,
    exp: i64,
}

/// Makes and reads links.
#[derive(Clone)]
pub struct AckLinks {
    seal: EncodingKey,
    open: DecodingKey,
}

impl std::fmt::Debug for AckLinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AckLinks")
    }
}

impl AckLinks {
    /// Links signed with `secret` (at least 32 random bytes), the same in every process of the deployment.
    pub fn new(secret: &[u8]) -> Self {
        Self { seal: EncodingKey::from_secret(secret), open: DecodingKey::from_secret(secret) }
    }

    /// The token for a page sent at `now`.
    pub fn seal(&self, grant: &AckGrant, now: DateTime<Utc>) -> Result<String, LinkError> {
        let token = Token {
            aud: PURPOSE.to_owned(),
            ten: grant.tenant.clone(),
            inc: grant.incident.clone(),
            usr: grant.user.clone(),
            exp: (now + LIFETIME).timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &token, &self.seal)
            .map_err(|_| LinkError::Invalid)
    }

    /// What a token grants at `now`.
    pub fn open(&self, token: &str, now: DateTime<Utc>) -> Result<AckGrant, LinkError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[PURPOSE]);
        // The library would ask the machine's clock; ours is `now`.
        validation.validate_exp = false;
        let token = jsonwebtoken::decode::<Token>(token, &self.open, &validation)
            .map_err(|_| LinkError::Invalid)?
            .claims;
        if token.exp <= now.timestamp() {
            return Err(LinkError::Expired);
        }
        Ok(AckGrant { tenant: token.ten, incident: token.inc, user: token.usr })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> AckGrant {
        AckGrant {
            tenant: "msp-1".parse().expect("a tenant id"),
            incident: IncidentId::derived(&["a"]),
            user: UserId::derived(&["b"]),
        }
    }

    #[test]
    fn a_link_works_for_a_day() {
        let links = AckLinks::new(&[7; 32]);
        let sent = DateTime::UNIX_EPOCH;
        let token = links.seal(&grant(), sent).expect("a token");
        assert_eq!(links.open(&token, sent + TimeDelta::hours(23)), Ok(grant()));
        assert_eq!(links.open(&token, sent + TimeDelta::hours(24)), Err(LinkError::Expired));
    }

    #[test]
    fn a_changed_link_or_one_of_another_key_does_not_work() {
        let links = AckLinks::new(&[7; 32]);
        let token = links.seal(&grant(), DateTime::UNIX_EPOCH).expect("a token");
        let other = AckLinks::new(&[8; 32]);
        assert_eq!(other.open(&token, DateTime::UNIX_EPOCH), Err(LinkError::Invalid));
        let (rest, signature) = token.rsplit_once('.').expect("three parts");
        let forged = format!("{}A.{signature}", &rest[..rest.len() - 1]);
        assert_eq!(links.open(&forged, DateTime::UNIX_EPOCH), Err(LinkError::Invalid));
        assert_eq!(links.open("", DateTime::UNIX_EPOCH), Err(LinkError::Invalid));
    }
}
