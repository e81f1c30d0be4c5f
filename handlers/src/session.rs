//! The browser's session: a signed cookie that scripts can't read, and a form key that other sites can't know.
//!
//! Invariant: a session of ours opens pages and nothing else; API calls need a token of the Hub's.

use app::tenants::Session;
use app::{Ctx, Error};
use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::door::Door;
use crate::edge::Edge;

/// The cookie's name.
const COOKIE: &str = "oncall_session";

/// How long a browser keeps it, in seconds: seven days. What is in it may end sooner.
const MAX_AGE: u32 = 604_800;

/// Somebody who comes back with a session.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Who it is.
    pub(crate) ctx: Ctx,
    /// What the keys of their forms are made from; the same as long as the session lasts.
    pub(crate) form_base: String,
    /// The session itself, where the Hub's word stands behind it.
    pub(crate) session: Option<Session>,
}

/// Whom the request's session stands for. [`Error::Unauthenticated`] where there is no good one.
pub(crate) async fn resume(edge: &Edge, headers: &HeaderMap) -> Result<Standing, Error> {
    let token = token(headers).ok_or(Error::Unauthenticated)?;
    let Door::Hub(door) = &edge.hub else {
        let ctx = app::tenants::sign_in(&edge.app, token).await?;
        return Ok(Standing { ctx, form_base: token.to_owned(), session: None });
    };
    let now = edge.app.clock.now();
    let session = door.sessions.open(token, now).ok_or(Error::Unauthenticated)?;
    let ctx = app::tenants::resume(&edge.app, &session, now).await?;
    Ok(Standing { ctx, form_base: session.id.clone(), session: Some(session) })
}

/// The token in the request's cookie.
fn token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE)
}

/// The request's cookie of that name.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

/// The header that starts a session; `secure` where the address is https.
pub(crate) fn start(token: &str, secure: bool) -> Option<HeaderValue> {
    set_cookie(COOKIE, token, "/", MAX_AGE, secure)
}

/// The header that ends it.
pub(crate) fn end() -> HeaderValue {
    HeaderValue::from_static("oncall_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// A header that sets a cookie for this site alone, which comes along when another site leads here, but not with what
/// another site sends. `max_age` is in seconds; 0 takes the cookie away.
pub(crate) fn set_cookie(
    name: &str,
    value: &str,
    path: &str,
    max_age: u32,
    secure: bool,
) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// The key that every form of this session carries.
pub(crate) fn form_key(secret: &[u8; 32], base: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(secret);
    hash.update(base.as_bytes());
    hash.finalize().iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether a form came from one of our own pages.
pub(crate) fn is_our_form(secret: &[u8; 32], base: &str, presented: &str) -> bool {
    form_key(secret, base).as_bytes().ct_eq(presented.as_bytes()).into()
}
