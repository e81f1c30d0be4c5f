//! The stand-in's own keys, which open nothing anywhere else.

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// A key that signs.
pub(super) struct Key {
    pub(super) id: String,
    pub(super) algorithm: Algorithm,
    signs: EncodingKey,
}

/// The key that is used after so many rotations: RSA and EC by turns.
pub(super) fn at(rotations: usize) -> Key {
    let id = format!("key-{rotations}");
    if rotations.is_multiple_of(2) {
        let signs = EncodingKey::from_rsa_der(include_bytes!("keys/rsa-1.der"));
        Key { id, algorithm: Algorithm::RS256, signs }
    } else {
        let signs = EncodingKey::from_ec_der(include_bytes!("keys/ec-1.der"));
        Key { id, algorithm: Algorithm::ES256, signs }
    }
}

/// Somebody else's key, who gives it the name of `key`.
pub(super) fn foreign(key: &Key) -> Key {
    let signs = EncodingKey::from_rsa_der(include_bytes!("keys/rsa-2.der"));
    Key { id: key.id.clone(), algorithm: Algorithm::RS256, signs }
}

impl Key {
    /// As the set publishes it.
    pub(super) fn published(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.signs, self.algorithm).expect("a public key");
        jwk.common.key_id = Some(self.id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk
    }

    pub(super) fn header(&self) -> Value {
        json!({ "alg": format!("{:?}", self.algorithm), "typ": "JWT", "kid": self.id })
    }

    pub(super) fn sign(&self, text: &str) -> String {
        jsonwebtoken::crypto::sign(text.as_bytes(), &self.signs, self.algorithm).expect("a signature")
    }
}
