//! The Hub's stand-in: signs and reads tokens with the Hub's claims, for one machine.

use std::fmt;

use app::claims::Claims;
use app::port::{SignIn, SignInError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::id::TenantId;
use domain::user::User;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// Keeps these tokens apart from any other that a key of ours signs.
const AUDIENCE: &str = "oncall-one-machine";

/// Issues and reads tokens.
#[derive(Clone)]
pub struct LocalHub {
    seal: EncodingKey,
    open: DecodingKey,
}

impl fmt::Debug for LocalHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalHub")
    }
}

#[derive(Serialize, Deserialize)]
struct Token {
    aud: String,
    #[serde(flatten)]
    claims: Claims,
}

/// What the Hub would say of `user`, in a token good until `exp` (seconds since 1970).
pub fn claims(tenant: &TenantId, user: &User, exp: i64) -> Claims {
    let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    Claims {
        sub: user.subject.clone(),
        email: user.email.clone(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        tenant_id: tenant.to_string(),
        tenant_slug: tenant.to_string(),
        tenant_name: String::new(),
        org_role: user.role,
        entitlements: vec!["oncall".to_owned()],
        exp,
        iat: None,
    }
}

impl LocalHub {
    /// A stand-in whose tokens are good wherever `key` is known.
    pub fn new(key: &[u8]) -> Self {
        Self { seal: EncodingKey::from_secret(key), open: DecodingKey::from_secret(key) }
    }

    /// A token that says `claims`.
    pub fn issue(&self, claims: Claims) -> Result<String, SignInError> {
        let token = Token { aud: AUDIENCE.to_owned(), claims };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &token, &self.seal)
            .map_err(|_| SignInError::Invalid)
    }
}

#[async_trait]
impl SignIn for LocalHub {
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, SignInError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        // The library would ask the machine's clock; ours is `now`.
        validation.validate_exp = false;
        let token = jsonwebtoken::decode::<Token>(token, &self.open, &validation)
            .map_err(|_| SignInError::Invalid)?
            .claims;
        if token.claims.exp <= now.timestamp() {
            return Err(SignInError::Expired);
        }
        Ok(token.claims)
    }
}
