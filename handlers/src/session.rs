//! The browser's session: the Hub token in a cookie that scripts can't read, and a form key that other sites can't know.

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The cookie's name.
const COOKIE: &str = "oncall_session";

/// The token in the request's cookie.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// The header that starts a session; `secure` where the address is https.
pub(crate) fn start(token: &str, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!(
        "{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800{secure}"
    ))
    .ok()
}

/// The header that ends it.
pub(crate) fn end() -> HeaderValue {
    HeaderValue::from_static("oncall_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// The key that every form of this session carries.
pub(crate) fn form_key(secret: &[u8; 32], token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(secret);
    hash.update(token.as_bytes());
    hash.finalize().iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a form came from one of our own pages.
pub(crate) fn is_our_form(secret: &[u8; 32], token: &str, presented: &str) -> bool {
    form_key(secret, token).as_bytes().ct_eq(presented.as_bytes()).into()
}
