//! The Hub's public keys (JWK set, RFC 7517).
//!
//! Invariant: a key verifies only with the algorithms of its own sort, and only what the set offers for signatures; a shared
//! secret in the set, or a name such as `HS256` in a token, never makes a key of ours.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// More keys than any Hub has; what comes after them isn't looked at.
const MOST_KEYS: usize = 64;

const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// One key.
#[derive(Debug, Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    pub(super) verifies: DecodingKey,
}

/// The keys of one answer.
#[derive(Debug, Clone)]
pub(super) struct Keys(Vec<Key>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl Keys {
    /// Reads a set; a key in it that isn't for us, or can't be read, is left out.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let document: Document =
            serde_json::from_slice(body).map_err(|error| format!("its keys can't be read: {error}"))?;
        let jwks = document.keys.into_iter().take(MOST_KEYS);
        let keys: Vec<Key> = jwks.filter_map(|jwk| key(&serde_json::from_value(jwk).ok()?)).collect();
        if keys.is_empty() { Err("it has no key to verify with".to_owned()) } else { Ok(Self(keys)) }
    }

    /// The keys that a token with this header may be signed with: those of that name, or without a name all of the sort.
    pub(super) fn for_token(&self, id: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &Key> {
        let fits = move |key: &&Key| key.algorithms.contains(&algorithm);
        self.0.iter().filter(move |key| id.is_none() || key.id.as_deref() == id).filter(fits)
    }
}

fn key(jwk: &Jwk) -> Option<Key> {
    let mut algorithms = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => RSA.to_vec(),
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => vec![Algorithm::ES256],
            EllipticCurve::P384 => vec![Algorithm::ES384],
            _ => return None,
        },
        _ => return None,
    };
    let common = &jwk.common;
    if common.public_key_use.as_ref().is_some_and(|used| *used != PublicKeyUse::Signature) {
        return None;
    }
    if common.key_operations.as_ref().is_some_and(|all| !all.contains(&KeyOperations::Verify)) {
        return None;
    }
    if let Some(only) = common.key_algorithm {
        let only = Algorithm::try_from(only).ok()?;
        algorithms.retain(|algorithm| *algorithm == only);
    }
    let verifies = DecodingKey::from_jwk(jwk).ok()?;
    (!algorithms.is_empty()).then(|| Key { id: common.key_id.clone(), algorithms, verifies })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(keys: &Value) -> Result<Keys, String> {
        Keys::read(json!({ "keys": keys }).to_string().as_bytes())
    }

    fn usable(keys: &Value) -> usize {
        read(keys).map_or(0, |keys| keys.0.len())
    }

    const N: &str = "sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHpM2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw";
    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    #[test]
    fn only_public_keys_for_signatures_count() {
        let rsa = |extra: Value| {
            let mut key = json!({ "kty": "RSA", "n": N, "e": "AQAB", "kid": "a" });
            for (name, value) in extra.as_object().into_iter().flatten() {
                key[name] = value.clone();
            }
            json!([key])
        };
        assert_eq!(usable(&rsa(json!({}))), 1);
        assert_eq!(usable(&rsa(json!({ "use": "sig", "alg": "RS256" }))), 1);
        assert_eq!(usable(&rsa(json!({ "key_ops": ["verify"] }))), 1);
        assert_eq!(usable(&rsa(json!({ "use": "enc" }))), 0);
        assert_eq!(usable(&rsa(json!({ "key_ops": ["encrypt"] }))), 0);
        assert_eq!(usable(&rsa(json!({ "alg": "RSA-OAEP" }))), 0);
        assert_eq!(usable(&rsa(json!({ "alg": "HS256" }))), 0);
        assert_eq!(usable(&json!([{ "kty": "oct", "k": "c2VjcmV0", "kid": "a", "alg": "HS256" }])), 0);
        assert_eq!(usable(&json!([{ "kty": "OKP", "crv": "Ed25519", "x": X, "kid": "a" }])), 0);
        assert_eq!(usable(&json!([{ "kty": "odd" }, 7, { "kty": "EC", "crv": "P-256", "x": X, "y": Y }])), 1);
    }

    #[test]
    fn a_key_is_found_by_its_name_and_only_for_its_own_algorithms() {
        let keys = read(&json!([
            { "kty": "RSA", "n": N, "e": "AQAB", "kid": "rsa", "alg": "RS256" },
            { "kty": "EC", "crv": "P-256", "x": X, "y": Y, "kid": "ec" },
        ]))
        .unwrap();
        let found = |id, algorithm| keys.for_token(id, algorithm).count();
        assert_eq!(found(Some("rsa"), Algorithm::RS256), 1);
        assert_eq!(found(Some("rsa"), Algorithm::PS256), 0, "the set says RS256");
        assert_eq!(found(Some("rsa"), Algorithm::ES256), 0);
        assert_eq!(found(Some("rsa"), Algorithm::HS256), 0);
        assert_eq!(found(Some("other"), Algorithm::RS256), 0);
        assert_eq!(found(None, Algorithm::ES256), 1);
        assert_eq!(found(None, Algorithm::HS256), 0);
    }

    #[test]
    fn a_set_without_any_key_for_us_is_no_set() {
        assert!(read(&json!([])).is_err());
        assert!(Keys::read(b"<html>").is_err());
    }
}
