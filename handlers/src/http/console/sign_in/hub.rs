//! Signing in at the Hub: there with the browser, back with a code, and on with a session of ours.
//!
//! Invariants: an answer counts only in the browser that the question was asked in, once, within ten minutes; a renewal that
//! comes to nothing takes nobody's session away; nothing of a code, a token or the Hub's own words stands in a page or the log.

mod outcome;

use std::sync::Arc;

use ::console::routes;
use app::claims::Claims;
use app::port::FinishError;
use app::tenants::{Attempt, Session};
use app::{Ctx, Error};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;
use tracing::{info, warn};

use self::outcome::Outcome;
use crate::door::{Door, HubDoor};
use crate::edge::Edge;
use crate::session;

/// How long a browser keeps an attempt, in seconds. The attempt itself knows when it ends.
const ATTEMPT_AGE: u32 = 600;

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// What came with the address.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) next: Option<String>,
    /// A form was sent without a session: say so, instead of going to the Hub as if nothing had been typed.
    ended: bool,
    renew: bool,
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    issuer: Option<String>,
}

impl Asked {
    pub(super) fn read(query: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = value.into_owned();
            match name.as_ref() {
                "next" if asked.next.is_none() && routes::is_console_path(&value) => asked.next = Some(value),
                "ended" => asked.ended = true,
                "renew" => asked.renew = true,
                "code" if asked.code.is_none() => asked.code = Some(value),
                "state" if asked.state.is_none() => asked.state = Some(value),
                "error" if asked.error.is_none() => asked.error = Some(value),
                "iss" if asked.issuer.is_none() => asked.issuer = Some(value),
                _ => {}
            }
        }
        asked
    }

    fn next(&self) -> &str {
        self.next.as_deref().unwrap_or(routes::HOME)
    }
}

fn callback_address(edge: &Edge) -> String {
    format!("{}{}", edge.app.settings.public_url, routes::SIGN_IN_CALLBACK)
}

fn is_secure(edge: &Edge) -> bool {
    edge.app.settings.public_url.starts_with("https://")
}

/// Sends the browser to the Hub.
pub(super) async fn go(edge: &Edge, door: &HubDoor, headers: &HeaderMap, asked: &Asked) -> Response {
    let next = asked.next();
    if asked.ended {
        return Outcome::SessionEnded.page(edge, next);
    }
    let now = edge.app.clock.now();
    let renewed = if asked.renew { session::resume(edge, headers).await.ok() } else { None };
    let renewed = renewed.and_then(|standing| standing.session);
    let attempt = Attempt::begin(next, renewed.clone(), edge.app.entropy.draw(), now);
    let mut response = match send(edge, door, &attempt, now).await {
        Ok(response) => response,
        Err(outcome) if renewed.is_some() => {
            info!(%outcome, "a session was not renewed, and goes on");
            Redirect::to(next).into_response()
        }
        Err(outcome) => outcome.page(edge, next),
    };
    // Before the answer is known: whoever comes back from a page that doesn't open is let in, and not sent there again.
    if let Some(session) = renewed {
        keep(edge, door, &session.renewal_put_off(now), &mut response);
    }
    response
}

async fn send(
    edge: &Edge,
    door: &HubDoor,
    attempt: &Attempt,
    now: DateTime<Utc>,
) -> Result<Response, Outcome> {
    let ask = door.sessions.ask(attempt, callback_address(edge))?;
    let sealed = door.sessions.seal_attempt(attempt)?;
    let address = door.pages.begin(&ask, now).await.map_err(|error| {
        warn!(%error, "nobody can be sent to the Hub");
        Outcome::Unavailable
    })?;
    let name = attempt_cookie(&ask.state);
    let cookie = session::set_cookie(&name, &sealed, routes::SIGN_IN, ATTEMPT_AGE, is_secure(edge));
    let cookie = cookie.ok_or_else(|| Error::Internal("an attempt that no cookie can hold".to_owned()))?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&address)).into_response())
}

/// Each attempt has a cookie of its own, so that two tabs don't take each other's.
fn attempt_cookie(state: &str) -> String {
    let start = state
        .get(..8)
        .filter(|start| start.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    format!("oncall_sign_in_{}", start.unwrap_or_default())
}

/// Where the Hub sends the browser back to.
pub(in crate::http::console) async fn callback(
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let Door::Hub(door) = &edge.hub else {
        return super::super::nothing_here(State(edge), headers).await.into_response();
    };
    let asked = Asked::read(query.as_deref());
    let now = edge.app.clock.now();
    let Some(attempt) = begun_here(door, &headers, &asked, now) else {
        return Outcome::NotBegunHere.page(&edge, routes::HOME);
    };
    let mut response = match settle(&edge, door, &attempt, &asked, now).await {
        Ok(session) => {
            let mut response = Redirect::to(&attempt.next).into_response();
            keep(&edge, door, &session, &mut response);
            response
        }
        Err(outcome) if attempt.renews.is_some() && !outcome.is_final() => {
            info!(%outcome, "a session was not renewed, and goes on");
            Redirect::to(&attempt.next).into_response()
        }
        Err(outcome) => {
            info!(%outcome, "nobody was signed in");
            let mut response = outcome.page(&edge, &attempt.next);
            if attempt.renews.is_some() {
                response.headers_mut().append(header::SET_COOKIE, session::end());
            }
            response
        }
    };
    let name = attempt_cookie(asked.state.as_deref().unwrap_or_default());
    let used = session::set_cookie(&name, "", routes::SIGN_IN, 0, is_secure(&edge));
    response.headers_mut().extend(used.map(|used| (header::SET_COOKIE, used)));
    response
}

/// The attempt that this is the answer to, if it was begun in this browser.
fn begun_here(door: &HubDoor, headers: &HeaderMap, asked: &Asked, now: DateTime<Utc>) -> Option<Attempt> {
    let state = asked.state.as_deref()?;
    let sealed = session::cookie(headers, &attempt_cookie(state))?;
    let attempt = door.sessions.open_attempt(sealed, now)?;
    let ask = door.sessions.ask(&attempt, String::new()).ok()?;
    bool::from(ask.state.as_bytes().ct_eq(state.as_bytes())).then_some(attempt)
}

/// The session that an answer of the Hub begins or renews.
async fn settle(
    edge: &Edge,
    door: &HubDoor,
    attempt: &Attempt,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<Session, Outcome> {
    if asked.issuer.as_deref().is_some_and(|issuer| !door.pages.is_issuer(issuer)) {
        return Err(Outcome::Untrusted);
    }
    match asked.error.as_deref() {
        None => {}
        Some("server_error" | "temporarily_unavailable") => return Err(Outcome::Unavailable),
        Some("invalid_request" | "invalid_scope" | "unauthorized_client" | "unsupported_response_type") => {
            warn!("the Hub does not take the way On-Call asks; look at what it knows of HUB_CLIENT_ID");
            return Err(Outcome::Misconfigured);
        }
        Some(_) => return Err(Outcome::Refused),
    }
    let code = asked.code.as_deref().ok_or(Outcome::Refused)?;
    let ask = door.sessions.ask(attempt, callback_address(edge))?;
    let claims = door.pages.finish(code, &ask, now).await.map_err(|error| unfinished(&error))?;
    let ctx = admit(edge, &claims, now).await?;
    match &attempt.renews {
        None => Ok(Session::begin(&ctx, edge.app.entropy.draw())),
        Some(session) if session.user == ctx.user_id && session.tenant == ctx.tenant => {
            Ok(session.renewed(&ctx))
        }
        Some(_) => Err(Outcome::SomebodyElse),
    }
}

fn unfinished(error: &FinishError) -> Outcome {
    warn!(%error, "a sign-in came to nothing");
    match error {
        FinishError::CodeRefused => Outcome::CodeRefused,
        FinishError::Misconfigured(_) => Outcome::Misconfigured,
        FinishError::Untrusted(_) => Outcome::Untrusted,
        FinishError::Unavailable(_) => Outcome::Unavailable,
    }
}

async fn admit(edge: &Edge, claims: &Claims, now: DateTime<Utc>) -> Result<Ctx, Outcome> {
    match app::tenants::admit(&edge.app, claims, now).await {
        Ok(ctx) => Ok(ctx),
        Err(Error::Forbidden(_)) => Err(Outcome::NotIncluded),
        Err(Error::Unauthenticated) => Err(Outcome::Disabled),
        Err(error) => Err(error.into()),
    }
}

/// Puts a session into the browser.
fn keep(edge: &Edge, door: &HubDoor, session: &Session, response: &mut Response) {
    let cookie = door.sessions.seal(session).ok().and_then(|sealed| session::start(&sealed, is_secure(edge)));
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
}

/// Ends the session here, and leads on to the Hub to end it there, where the Hub has a page for that. Not by a redirect:
/// browsers don't let a form lead to another site here.
pub(super) async fn sign_out(edge: &Edge, door: &HubDoor) -> Response {
    let back = format!("{}{}", edge.app.settings.public_url, routes::SIGN_IN);
    let there = door.pages.sign_out(&back, edge.app.clock.now()).await;
    let mut response = outcome::signed_out(edge, there.as_deref());
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, session::end());
    let refresh = there.and_then(|there| HeaderValue::from_str(&format!("0; url={there}")).ok());
    headers.extend(refresh.map(|refresh| (REFRESH, refresh)));
    response
}

/// Nothing can be posted here where the Hub signs people in.
pub(super) fn not_here(edge: &Edge) -> Response {
    Outcome::OnlyAtTheHub.page(edge, routes::HOME)
}
