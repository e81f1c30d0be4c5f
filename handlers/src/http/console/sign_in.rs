//! Signing in and out: through the Hub, or where no Hub does it by pressing a name on one machine, or with a token.
//!
//! Invariants: a name can be pressed only where [`Edge::open_sign_in`] says so, and only from a browser that reached this
//! machine by its own name; no other site can make a browser sign in.

mod hub;
mod origin;

use std::sync::Arc;

use ::console::routes;
use ::console::sign_in::{SignInPage, SignInPerson};
use app::Error;
use app::claims::Claims;
use app::tenants::DEMO_TENANT;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use domain::id::TenantId;
use domain::user::User;
use embedded::hub::LocalHub;

use self::hub::Asked;
use super::answer::{self, Stop};
use super::form::{Fields, OurForm};
use super::shown;
use super::visitor::frame_of_nobody;
use crate::door::Door;
use crate::edge::Edge;
use crate::session;

pub(super) use self::hub::callback;

/// How long somebody stays signed in.
const SESSION: TimeDelta = TimeDelta::days(7);

const OTHER_SITE: &str = "the form was sent from another site. Use the one on this page.";
const NOT_HERE: &str = "names can be pressed only on the machine that runs On-Call, at its own address.";
const UNKNOWN_PERSON: &str = "there is no such person any more.";
const NO_TOKEN: &str = "paste a token, or press a name.";
const BAD_TOKEN: &str = "the token is not valid, or has expired.";

/// The page.
pub(super) async fn show(
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let asked = Asked::read(query.as_deref());
    if let Door::Hub(door) = &edge.hub {
        return Ok(hub::go(&edge, door, &headers, &asked).await);
    }
    render(&edge, &headers, asked.next.as_deref().unwrap_or(routes::HOME), None).await
}

async fn render(
    edge: &Edge,
    headers: &HeaderMap,
    next: &str,
    refused: Option<&str>,
) -> Result<Response, Stop> {
    let people = if is_open(edge, headers) { people(edge).await } else { Ok(Vec::new()) };
    let people = people.map_err(|error| Stop::problem(frame_of_nobody(edge), &error.into()))?;
    let page = SignInPage {
        layout: frame_of_nobody(edge),
        people: people
            .into_iter()
            .map(|user| SignInPerson {
                user_id: user.id.to_string(),
                name: user.name,
                role: shown::role(user.role).to_owned(),
            })
            .collect(),
        takes_token: true,
        refused: refused.map(str::to_owned),
        next: next.to_owned(),
    };
    Ok(answer::page(page.render()))
}

/// Whether the sender of these headers may press a name.
fn is_open(edge: &Edge, headers: &HeaderMap) -> bool {
    edge.open_sign_in && origin::is_own_host(headers, &edge.app.settings.public_url)
}

/// Whoever may be signed in as.
async fn people(edge: &Edge) -> Result<Vec<User>, Error> {
    let tenant = demo()?;
    let mut people = app::tenants::members(&edge.app, &tenant).await?;
    people.retain(|user| !user.disabled);
    people.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(people)
}

fn demo() -> Result<TenantId, Error> {
    DEMO_TENANT.parse().map_err(|_| Error::Internal("the demo's id".to_owned()))
}

/// Starts a session for whoever was pressed, or whose token was pasted.
pub(super) async fn sign_in(State(edge): State<Arc<Edge>>, request: Request) -> Result<Response, Stop> {
    let Door::Local(local) = &edge.hub else { return Ok(hub::not_here(&edge)) };
    let headers = request.headers().clone();
    let fields = Fields::read(request).await;
    let fields = fields.map_err(|problem| Stop::problem(frame_of_nobody(&edge), &problem))?;
    let next = fields.next().unwrap_or(routes::HOME);
    match token(&edge, local, &headers, &fields).await {
        Ok(token) => start(&edge, &token, next),
        Err(Refusal::Told(status, why)) => {
            let page = render(&edge, &headers, next, Some(why)).await?;
            Ok((status, page).into_response())
        }
        Err(Refusal::Failed(error)) => Err(Stop::problem(frame_of_nobody(&edge), &error.into())),
    }
}

/// Why nobody was signed in.
#[derive(Debug)]
enum Refusal {
    /// Told on the sign-in page.
    Told(StatusCode, &'static str),
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A good token for whoever wants to sign in.
async fn token(
    edge: &Edge,
    local: &LocalHub,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<String, Refusal> {
    if !origin::is_own_page(headers, &edge.app.settings.public_url) {
        return Err(Refusal::Told(StatusCode::FORBIDDEN, OTHER_SITE));
    }
    let token = match fields.get("user_id") {
        Some(_) if !is_open(edge, headers) => return Err(Refusal::Told(StatusCode::FORBIDDEN, NOT_HERE)),
        Some(id) => {
            let person = people(edge).await?.into_iter().find(|user| user.id.as_str() == id);
            issue(edge, local, person.ok_or(Refusal::Told(StatusCode::BAD_REQUEST, UNKNOWN_PERSON))?)?
        }
        None => fields.get("token").unwrap_or_default().trim().to_owned(),
    };
    if token.is_empty() {
        return Err(Refusal::Told(StatusCode::BAD_REQUEST, NO_TOKEN));
    }
    match app::tenants::sign_in(&edge.app, &token).await {
        Ok(_) => Ok(token),
        Err(Error::Unauthenticated) => Err(Refusal::Told(StatusCode::FORBIDDEN, BAD_TOKEN)),
        Err(error) => Err(error.into()),
    }
}

fn issue(edge: &Edge, local: &LocalHub, user: User) -> Result<String, Error> {
    let (first_name, last_name) = user.name.split_once(' ').unwrap_or((&user.name, ""));
    let claims = Claims {
        sub: user.subject,
        email: user.email,
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        tenant_id: DEMO_TENANT.to_owned(),
        tenant_slug: String::new(),
        tenant_name: String::new(),
        org_role: user.role,
        entitlements: Vec::new(),
        exp: (edge.app.clock.now() + SESSION).timestamp(),
        iat: None,
    };
    local.issue(claims).map_err(|error| Error::Internal(format!("issuing a token: {error}")))
}

fn start(edge: &Edge, token: &str, next: &str) -> Result<Response, Stop> {
    let secure = edge.app.settings.public_url.starts_with("https://");
    let cookie = session::start(token, secure).ok_or_else(|| {
        let error = Error::Internal("a good token that no cookie can hold".to_owned());
        Stop::problem(frame_of_nobody(edge), &error.into())
    })?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response())
}

/// Ends the session.
pub(super) async fn sign_out(State(edge): State<Arc<Edge>>, _: OurForm) -> Response {
    if let Door::Hub(door) = &edge.hub {
        return hub::sign_out(&edge, door).await;
    }
    ([(header::SET_COOKIE, session::end())], Redirect::to(routes::SIGN_IN)).into_response()
}
