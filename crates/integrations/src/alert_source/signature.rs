//! Signatures of deliveries: HMAC-SHA256 in hexadecimal, with a secret that both sides know.
//!
//! Invariant: compared in constant time, so that answers don't tell how much of a forged signature is right; an empty
//! secret signs nothing.

use app::port::Distrust;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use secrecy::{ExposeSecret as _, SecretString};

/// Bytes of a SHA-256.
const LENGTH: usize = 32;

/// Whether `signature` is the hexadecimal HMAC-SHA256 with `secret` over the parts of a message, one after the other.
pub(super) fn signs(secret: &SecretString, parts: &[&[u8]], signature: &str) -> bool {
    let secret = secret.expose_secret().as_bytes();
    let Some(signature) = from_hex(signature).filter(|_| !secret.is_empty()) else {
        return false;
    };
    let mut context = Context::with_key(&Key::new(HMAC_SHA256, secret));
    for part in parts {
        context.update(part);
    }
    verify_slices_are_equal(context.sign().as_ref(), &signature).is_ok()
}

/// Believes a delivery whose header `name` holds a signature that is the sender's.
pub(super) fn check(
    name: &str,
    signature: Option<&str>,
    is_theirs: impl FnOnce(&str) -> bool,
) -> Result<(), Distrust> {
    match signature {
        None => Err(Distrust::NotTheirs(format!("{name} is missing"))),
        Some(signature) if is_theirs(signature) => Ok(()),
        Some(_) => Err(Distrust::NotTheirs(format!("{name} was not made with this source's secret"))),
    }
}

fn from_hex(text: &str) -> Option<[u8; LENGTH]> {
    let text = text.trim().as_bytes();
    if text.len() != 2 * LENGTH {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; LENGTH];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = match pair {
            [high, low] => digit(*high)? << 4 | digit(*low)?,
            _ => return None,
        };
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second test case of RFC 4231.
    const SIGNATURE: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    fn is_signed(secret: &str, parts: &[&[u8]], signature: &str) -> bool {
        signs(&SecretString::from(secret), parts, signature)
    }

    #[test]
    fn a_signature_counts_only_with_its_secret_and_its_whole_message() {
        let message: &[u8] = b"what do ya want for nothing?";
        assert!(is_signed("Jefe", &[message], SIGNATURE));
        assert!(is_signed("Jefe", &[b"what do ya ", b"want for nothing?"], SIGNATURE));
        assert!(is_signed("Jefe", &[message], &format!(" {} ", SIGNATURE.to_uppercase())));
        assert!(!is_signed("jefe", &[message], SIGNATURE));
        assert!(!is_signed("Jefe", &[b"what do ya want for nothing"], SIGNATURE));
    }

    #[test]
    fn what_is_no_signature_signs_nothing() {
        let cut = &SIGNATURE[..62];
        let umlauts = "ü".repeat(32);
        for signature in ["", "0", cut, &format!("{SIGNATURE}00"), &"zz".repeat(32), &umlauts] {
            assert!(!is_signed("Jefe", &[b"what do ya want for nothing?"], signature), "{signature}");
        }
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        // The HMAC-SHA256 of nothing with an empty key, which anybody can make.
        let signature = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
        assert!(!is_signed("", &[], signature));
    }
}
