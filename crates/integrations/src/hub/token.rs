//! Reading a token: its signature, whom it is from and for, its times, and only then what it says.
//!
//! Invariant: nothing of a token is believed before its signature is verified, save which key to verify it with.

use app::claims::Claims;
use chrono::{DateTime, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{AlgorithmFamily, Validation, decode, decode_header};

use super::claims::Wire;
use super::knowledge::Known;

/// No token of a person is longer.
const LONGEST: usize = 16 * 1024;

/// How far the Hub's clock and ours may be apart, in seconds.
const SKEW: i64 = 60;

/// Why a token doesn't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    /// It says that it is signed with a key that isn't known.
    UnknownKey,
    /// It was good once.
    Expired,
    /// Anything else.
    Because(&'static str),
}

/// What a good token says.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) claims: Claims,
    /// Of the sign-in that it was made in.
    pub(super) nonce: Option<String>,
    /// Whom it was made for, where it says so.
    made_for: Option<String>,
    has_one_reader: bool,
}

impl Said {
    /// Whether it was made for this client, and not only to be read by it as well (OIDC Core 1.0, section 3.1.3.7).
    pub(super) fn is_made_for(&self, client_id: &str) -> bool {
        self.made_for.as_deref().map_or(self.has_one_reader, |party| party == client_id)
    }
}

/// What `token` says to `client_id` at `now`.
pub(super) fn read(token: &str, known: &Known, client_id: &str, now: DateTime<Utc>) -> Result<Said, Bad> {
    if token.len() > LONGEST {
        return Err(Bad::Because("its token is too long"));
    }
    let header = decode_header(token).map_err(|_| Bad::Because("its token can't be read"))?;
    if !matches!(header.alg.family(), AlgorithmFamily::Rsa | AlgorithmFamily::Ec) {
        return Err(Bad::Because("its token is signed in a way that no Hub signs"));
    }
    // Whatever must be understood there, we don't.
    if header.crit.is_some() {
        return Err(Bad::Because("its token has critical headers"));
    }
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[&known.discovery.issuer]);
    validation.set_audience(&[client_id]);
    validation.set_required_spec_claims(&["iss", "aud", "exp"]);
    // The library would ask the machine's clock; ours is `now`.
    validation.validate_exp = false;
    let mut bad = Bad::UnknownKey;
    for key in known.keys.for_token(header.kid.as_deref(), header.alg) {
        match decode::<Wire>(token, &key.verifies, &validation) {
            Ok(read) => return believe(read.claims, now),
            // Without a name any key of the sort may be meant, also one that isn't known yet.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) && header.kid.is_none() => {}
            Err(error) => bad = Bad::Because(why(error.kind())),
        }
    }
    Err(bad)
}

fn why(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidSignature => "its token's signature is wrong",
        ErrorKind::InvalidIssuer => "its token is another issuer's",
        ErrorKind::InvalidAudience => "its token is for another client",
        ErrorKind::Json(_) | ErrorKind::MissingRequiredClaim(_) => {
            "its token lacks what On-Call needs to know"
        }
        _ => "its token can't be read",
    }
}

fn believe(wire: Wire, now: DateTime<Utc>) -> Result<Said, Bad> {
    let now = now.timestamp();
    if wire.exp.0 + SKEW <= now {
        return Err(Bad::Expired);
    }
    let begins = [&wire.nbf, &wire.iat].into_iter().flatten().map(|time| time.0).max();
    if begins.is_some_and(|begins| begins - SKEW > now) {
        return Err(Bad::Because("its token is of the future"));
    }
    let (nonce, made_for) = (wire.nonce.clone(), wire.azp.clone());
    let has_one_reader = wire.aud.is_one();
    let claims = wire.claims().map_err(Bad::Because)?;
    Ok(Said { claims, nonce, made_for, has_one_reader })
}

#[cfg(test)]
mod tests {
    use app::claims::Claims;
    use serde_json::{Value, json};

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn token(changes: Value) -> Value {
        let mut token = json!({
            "iss": "https://hub.example", "aud": "oncall", "exp": 2000, "iat": 1000, "nonce": "n",
            "sub": "ann", "email": "ann@msp.example", "tenantId": "msp", "orgRole": "member",
        });
        if let Value::Object(changes) = changes {
            changes.into_iter().for_each(|(name, value)| token[name] = value);
        }
        token
    }

    fn said(changes: Value, now: i64) -> Result<Said, Bad> {
        let wire = serde_json::from_value(token(changes)).map_err(|_| Bad::Because("unreadable"))?;
        believe(wire, at(now))
    }

    fn claims(changes: Value) -> Claims {
        said(changes, 1000).unwrap().claims
    }

    #[test]
    fn times_are_read_on_the_callers_clock_with_a_minute_to_spare() {
        assert!(said(json!({}), 2059).is_ok());
        assert_eq!(said(json!({}), 2060).unwrap_err(), Bad::Expired);
        assert!(said(json!({}), 940).is_ok());
        assert!(matches!(said(json!({}), 939), Err(Bad::Because(_))), "issued in the future");
        assert!(said(json!({ "nbf": 1500 }), 1440).is_ok());
        assert!(said(json!({ "nbf": 1500 }), 1439).is_err());
        assert!(said(json!({ "iat": null }), 10).is_ok(), "whoever doesn't say when isn't asked");
        assert!(said(json!({ "exp": 2000.75 }), 2059).is_ok());
        for bad in [json!("2000"), json!(-1), json!(1e30), Value::Null] {
            assert!(said(json!({ "exp": bad }), 1000).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_may_be_numbers_and_most_of_the_rest_may_be_missing() {
        let read = claims(json!({ "sub": 17, "tenantId": 9, "firstName": null }));
        assert_eq!((read.sub.as_str(), read.tenant_id.as_str(), read.iat), ("17", "9", Some(1000)));
        assert_eq!(read.name(), "ann@msp.example");
        assert_eq!(read.entitlements, [""; 0]);
        for field in ["sub", "email", "tenantId", "orgRole", "aud"] {
            assert!(said(json!({ field: null }), 1000).is_err(), "{field}");
        }
        for (field, value) in [
            ("sub", json!("")),
            ("sub", json!(-1)),
            ("tenantId", json!(["msp"])),
            ("email", json!("ann")),
            ("orgRole", json!(3)),
            ("entitlements", json!([{ "product": "oncall" }])),
        ] {
            assert!(said(json!({ field: value }), 1000).is_err(), "{field}: {value}");
        }
    }

    #[test]
    fn a_role_that_nobody_knows_may_read() {
        use domain::user::Role;
        for (name, role) in [
            ("owner", Role::Owner),
            ("Admin", Role::Admin),
            ("member", Role::Member),
            ("viewer", Role::Viewer),
            ("superadmin", Role::Viewer),
            ("", Role::Viewer),
        ] {
            assert_eq!(claims(json!({ "orgRole": name })).org_role, role, "{name}");
        }
    }

    #[test]
    fn a_token_of_a_sign_in_was_made_for_whoever_it_says() {
        let is_ours = |changes| said(changes, 1000).unwrap().is_made_for("oncall");
        assert!(is_ours(json!({})));
        assert!(is_ours(json!({ "aud": ["oncall"] })));
        assert!(is_ours(json!({ "aud": ["oncall", "psa"], "azp": "oncall" })));
        assert!(!is_ours(json!({ "aud": ["oncall", "psa"] })));
        assert!(!is_ours(json!({ "aud": ["oncall", "psa"], "azp": "psa" })));
        assert!(!is_ours(json!({ "azp": "psa" })));
    }
}
