//! Tokens that aren't what they seem.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::keys::{self, Key};

/// What is wrong with a token. Everything else about it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// It says that it needs no signature.
    Unsigned,
    /// The same, with the signature of the real one.
    UnsignedWithSignature,
    /// It is signed with the Hub's public key as if that were a shared secret.
    HmacWithPublicKey,
    /// Somebody else signed it, under the name of the Hub's key.
    ForeignKey,
    /// Somebody else signed it, and brings the key along.
    OwnKeyInside,
    /// It names a key that there isn't.
    UnknownKey,
    /// It was changed after it was signed.
    Changed,
    /// It was cut off.
    Cut,
    /// Another issuer's.
    Issuer,
    /// For another client.
    Audience,
    /// Good until two minutes ago.
    Expired,
    /// Good from two minutes on.
    Future,
    /// For ever.
    WithoutEnd,
    /// It has a header that must be understood.
    Critical,
    /// Of another sign-in; no forgery where no sign-in is meant.
    Nonce,
    /// For us and another, and made for the other; no forgery where no sign-in is meant.
    MadeForAnother,
}

impl Forgery {
    /// Every one that is wrong in any place.
    pub const EVERYWHERE: [Self; 14] = [
        Self::Unsigned,
        Self::UnsignedWithSignature,
        Self::HmacWithPublicKey,
        Self::ForeignKey,
        Self::OwnKeyInside,
        Self::UnknownKey,
        Self::Changed,
        Self::Cut,
        Self::Issuer,
        Self::Audience,
        Self::Expired,
        Self::Future,
        Self::WithoutEnd,
        Self::Critical,
    ];

    /// Those that are wrong only where somebody signs in.
    pub const AT_SIGN_IN: [Self; 2] = [Self::Nonce, Self::MadeForAnother];
}

/// A token of these claims.
pub(super) fn write(key: &Key, mut claims: Value, now: i64, forgery: Option<Forgery>) -> String {
    let mut header = key.header();
    match forgery {
        Some(Forgery::Issuer) => claims["iss"] = json!("https://hub.evil.example"),
        Some(Forgery::Audience) => claims["aud"] = json!("psa"),
        Some(Forgery::Expired) => claims["exp"] = json!(now - 120),
        Some(Forgery::Future) => claims["nbf"] = json!(now + 120),
        Some(Forgery::WithoutEnd) => claims["exp"] = Value::Null,
        Some(Forgery::Nonce) => claims["nonce"] = json!("another"),
        Some(Forgery::MadeForAnother) => {
            claims["aud"] = json!([claims["aud"], "psa"]);
            claims["azp"] = json!("psa");
        }
        Some(Forgery::Unsigned | Forgery::UnsignedWithSignature) => header["alg"] = json!("none"),
        Some(Forgery::HmacWithPublicKey) => header["alg"] = json!("HS256"),
        Some(Forgery::UnknownKey) => header["kid"] = json!("key-999"),
        Some(Forgery::Critical) => {
            header["crit"] = json!(["exp"]);
            header["exp"] = json!(now);
        }
        Some(Forgery::ForeignKey) => header["alg"] = json!("RS256"),
        Some(Forgery::OwnKeyInside) => {
            header["alg"] = json!("RS256");
            header["jwk"] = json!(keys::foreign(key).published());
        }
        _ => {}
    }
    let text = format!("{}.{}", encoded(&header), encoded(&claims));
    let signature = match forgery {
        Some(Forgery::Unsigned) => String::new(),
        Some(Forgery::HmacWithPublicKey) => {
            let public = serde_json::to_vec(&key.published()).expect("a key");
            let secret = EncodingKey::from_secret(&public);
            jsonwebtoken::crypto::sign(text.as_bytes(), &secret, Algorithm::HS256).expect("a signature")
        }
        Some(Forgery::ForeignKey | Forgery::OwnKeyInside) => keys::foreign(key).sign(&text),
        _ => key.sign(&text),
    };
    match forgery {
        Some(Forgery::Changed) => {
            claims["orgRole"] = json!("owner");
            claims["sub"] = json!("somebody-else");
            format!("{}.{}.{signature}", encoded(&header), encoded(&claims))
        }
        Some(Forgery::Cut) => format!("{text}.{}", &signature[..signature.len() - 8]),
        _ => format!("{text}.{signature}"),
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
