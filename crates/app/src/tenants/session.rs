//! The browser's session after a sign-in at the Hub: whose it is and until when, signed.
//!
//! Invariants: a session says only who somebody is; what they may do is looked up at every request, so a role that changed or
//! somebody who was disabled counts at once. It ends seven days after the Hub last vouched for the person, however it is used.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{TenantId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::error::Error;

/// How long the Hub's word is taken for. An on-call week fits in.
const LIFETIME: TimeDelta = TimeDelta::days(7);

/// After how long the Hub is asked again, where that costs the person nothing.
const RENEWAL: TimeDelta = TimeDelta::hours(12);

/// How long a renewal that came to nothing isn't tried again.
const PAUSE: TimeDelta = TimeDelta::hours(1);

const PURPOSE: &str = "oncall-session";

/// Somebody's session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Stays the same when the session is renewed.
    #[serde(rename = "sid")]
    pub id: String,
    /// Whose data.
    #[serde(rename = "ten")]
    pub tenant: TenantId,
    /// Who.
    #[serde(rename = "usr")]
    pub user: UserId,
    /// When the Hub vouched for them, in seconds since 1970.
    iat: i64,
    /// From when on the Hub is asked again, in seconds since 1970.
    rnw: i64,
}

impl Session {
    /// A session of whom the Hub has just vouched for. `draw` are random bits.
    pub fn begin(ctx: &Ctx, draw: u128) -> Self {
        Self::of(ctx, format!("{draw:032x}"))
    }

    /// The same session, now that the Hub has vouched for the person again.
    #[must_use]
    pub fn renewed(&self, ctx: &Ctx) -> Self {
        Self::of(ctx, self.id.clone())
    }

    fn of(ctx: &Ctx, id: String) -> Self {
        let iat = ctx.now.timestamp();
        let rnw = iat + RENEWAL.num_seconds();
        Self { id, tenant: ctx.tenant.clone(), user: ctx.user_id.clone(), iat, rnw }
    }

    /// Whether it is time to ask the Hub again.
    pub fn wants_renewal(&self, now: DateTime<Utc>) -> bool {
        self.rnw <= now.timestamp()
    }

    /// The same session with the renewal put off: whether or not the one that is tried now succeeds, the session goes on.
    #[must_use]
    pub fn renewal_put_off(mut self, now: DateTime<Utc>) -> Self {
        self.rnw = (now + PAUSE).timestamp();
        self
    }
}

/// Seals and opens sessions and what precedes them.
#[derive(Clone)]
pub struct Sessions {
    pub(super) seal: EncodingKey,
    open: DecodingKey,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

/// What is signed: a content with its purpose, so that one kind of token is never taken for another.
#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    aud: String,
    #[serde(flatten)]
    content: T,
}

impl Sessions {
    /// Sessions signed with `key` (32 bytes that nobody else has), the same in every process of the deployment.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { seal: EncodingKey::from_secret(key), open: DecodingKey::from_secret(key) }
    }

    /// The session as a cookie holds it.
    pub fn seal(&self, session: &Session) -> Result<String, Error> {
        self.sealed(PURPOSE, session)
    }

    /// The session in a cookie; `None` for one that isn't ours, was changed, or has ended.
    pub fn open(&self, token: &str, now: DateTime<Utc>) -> Option<Session> {
        let session: Session = self.opened(PURPOSE, token)?;
        let age = now.timestamp() - session.iat;
        (age < LIFETIME.num_seconds()).then_some(session)
    }

    pub(super) fn sealed<T: Serialize>(&self, purpose: &str, content: &T) -> Result<String, Error> {
        let sealed = Sealed { aud: purpose.to_owned(), content };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &sealed, &self.seal)
            .map_err(|error| Error::Internal(format!("sealing: {error}")))
    }

    pub(super) fn opened<T: DeserializeOwned>(&self, purpose: &str, token: &str) -> Option<T> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[purpose]);
        validation.set_required_spec_claims(&["aud"]);
        // The library would ask the machine's clock; whoever opens it compares with ours.
        validation.validate_exp = false;
        let opened = jsonwebtoken::decode::<Sealed<T>>(token, &self.open, &validation);
        opened.ok().map(|token| token.claims.content)
    }
}

#[cfg(test)]
mod tests {
    use domain::user::Role;

    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(400) + TimeDelta::hours(hours)
    }

    fn ann(now: DateTime<Utc>) -> Ctx {
        Ctx {
            tenant: "msp-1".parse().expect("a tenant id"),
            user_id: UserId::derived(&["ann"]),
            name: "Ann".to_owned(),
            role: Role::Admin,
            now,
        }
    }

    #[test]
    fn a_session_lasts_an_on_call_week_whatever_is_put_off() {
        let sessions = Sessions::new(&[7; 32]);
        let session = Session::begin(&ann(at(0)), 1).renewal_put_off(at(160));
        let token = sessions.seal(&session).expect("a token");
        assert_eq!(sessions.open(&token, at(167)), Some(session));
        assert_eq!(sessions.open(&token, at(168)), None);
        assert!(token.len() < 500, "a cookie holds it easily: {}", token.len());
    }

    #[test]
    fn the_hub_is_asked_again_after_half_a_day_and_an_hour_after_each_try() {
        let session = Session::begin(&ann(at(0)), 1);
        assert!(!session.wants_renewal(at(11)));
        assert!(session.wants_renewal(at(12)));
        let tried = session.renewal_put_off(at(12));
        assert!(!tried.wants_renewal(at(12)) && tried.wants_renewal(at(13)));
        let renewed = tried.renewed(&ann(at(13)));
        assert_eq!(renewed.id, tried.id);
        assert!(!renewed.wants_renewal(at(24)) && renewed.wants_renewal(at(25)));
    }

    #[test]
    fn a_changed_session_one_of_another_key_and_one_of_another_purpose_are_none() {
        let sessions = Sessions::new(&[7; 32]);
        let session = Session::begin(&ann(at(0)), 1);
        let token = sessions.seal(&session).expect("a token");
        assert_eq!(Sessions::new(&[8; 32]).open(&token, at(0)), None);
        let (rest, signature) = token.rsplit_once('.').expect("three parts");
        assert_eq!(sessions.open(&format!("{}A.{signature}", &rest[..rest.len() - 1]), at(0)), None);
        assert_eq!(sessions.open("", at(0)), None);
        let other = sessions.sealed("oncall-sign-in", &session).expect("a token");
        assert_eq!(sessions.open(&other, at(0)), None);
    }
}
