//! The provider's routes: description, keys, the page that asks nobody anything, and codes for tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::Clock;
use axum::extract::{RawForm, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use url::form_urlencoded;

use super::forgery::{self, Forgery};
use super::{CLIENT_ID, CLIENT_SECRET, Desk, keys};

type Fields = BTreeMap<String, String>;

/// What the Hub remembers, and how it is.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) person: Option<Value>,
    pub(super) forgery: Option<Forgery>,
    pub(super) key: usize,
    pub(super) takes_forms: bool,
    pub(super) alias: Option<String>,
    pub(super) fails: Option<u16>,
    pub(super) asked: Vec<String>,
    codes: BTreeMap<String, Grant>,
    given: usize,
}

/// What a code is good for.
#[derive(Debug)]
struct Grant {
    person: Value,
    redirect_uri: String,
    challenge: String,
    nonce: String,
}

impl Books {
    fn now(&self) -> i64 {
        self.clock.as_ref().expect("a clock to follow").now().timestamp()
    }

    pub(super) fn token(
        &self,
        issuer: &str,
        person: &Value,
        nonce: Option<&str>,
        forgery: Option<Forgery>,
    ) -> String {
        let now = self.now();
        let mut claims = person.clone();
        for (name, value) in [
            ("iss", json!(issuer)),
            ("aud", json!(CLIENT_ID)),
            ("iat", json!(now)),
            ("exp", json!(now + 3600)),
            ("nonce", json!(nonce)),
        ] {
            claims[name] = value;
        }
        forgery::write(&keys::at(self.key), claims, now, forgery)
    }
}

pub(super) fn routes(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/orgs/.well-known/openid-configuration", get(description))
        .route("/orgs/jwks", get(published))
        .route("/orgs/authorize", get(authorize))
        .route("/orgs/token", post(token))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), enter))
        .with_state(desk)
}

async fn enter(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let fails = {
        let mut books = desk.books();
        books.asked.push(request.uri().path().to_owned());
        books.fails
    };
    match fails.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) => status.into_response(),
        None => next.run(request).await,
    }
}

async fn description(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let (own, books) = (desk.issuer(), desk.books());
    let method = if books.takes_forms { "client_secret_post" } else { "client_secret_basic" };
    Json(json!({
        "issuer": books.alias.as_deref().unwrap_or(&own),
        "authorization_endpoint": format!("{own}/authorize"),
        "token_endpoint": format!("{own}/token"),
        "jwks_uri": format!("{own}/jwks"),
        "end_session_endpoint": format!("{own}/logout"),
        "token_endpoint_auth_methods_supported": [method],
        "code_challenge_methods_supported": ["S256"],
    }))
}

async fn published(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let key = keys::at(desk.books().key).published();
    // What isn't for clients like us stands beside it.
    let others = [json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "shared" }), json!({ "kty": "new" })];
    Json(json!({ "keys": [others[0], key, others[1]] }))
}

fn fields(text: &[u8]) -> Fields {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The page. Whoever comes is signed in already.
async fn authorize(State(desk): State<Arc<Desk>>, RawQuery(query): RawQuery) -> Response {
    let asked = fields(query.unwrap_or_default().as_bytes());
    let field = |name: &str| asked.get(name).map_or("", String::as_str);
    let known = field("client_id") == CLIENT_ID && field("redirect_uri").ends_with("/app/sign-in/callback");
    let proper = field("response_type") == "code"
        && field("scope").split(' ').any(|scope| scope == "openid")
        && field("code_challenge_method") == "S256"
        && field("code_challenge").len() == 43
        && !field("nonce").is_empty();
    let Some(mut back) = Url::parse(field("redirect_uri")).ok().filter(|_| known && proper) else {
        return (StatusCode::BAD_REQUEST, "not a request of a known client").into_response();
    };
    let (issuer, mut books) = (desk.issuer(), desk.books());
    let answer = match books.person.clone() {
        None if field("prompt") == "none" => ("error", "login_required".to_owned()),
        None => ("error", "access_denied".to_owned()),
        Some(person) => {
            books.given += 1;
            let code = format!("code-{}", books.given);
            let [redirect_uri, challenge, nonce] =
                ["redirect_uri", "code_challenge", "nonce"].map(|name| field(name).to_owned());
            books.codes.insert(code.clone(), Grant { person, redirect_uri, challenge, nonce });
            ("code", code)
        }
    };
    let pairs = [(answer.0, answer.1.as_str()), ("state", field("state")), ("iss", &issuer)];
    back.query_pairs_mut().extend_pairs(pairs);
    Redirect::to(back.as_str()).into_response()
}

async fn token(State(desk): State<Arc<Desk>>, headers: HeaderMap, RawForm(body): RawForm) -> Response {
    let (issuer, sent) = (desk.issuer(), fields(&body));
    let mut books = desk.books();
    let shown = if books.takes_forms { in_form(&sent) } else { in_header(&headers) };
    if shown != Some((CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned())) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let field = |name: &str| sent.get(name).map_or("", String::as_str);
    // Whatever becomes of it, it was used.
    let grant = books.codes.remove(field("code"));
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier").as_bytes()));
    let fits = |grant: &Grant| grant.redirect_uri == field("redirect_uri") && grant.challenge == hash;
    let Some(grant) = grant.filter(|grant| field("grant_type") == "authorization_code" && fits(grant)) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let token = books.token(&issuer, &grant.person, Some(&grant.nonce), books.forgery);
    Json(json!({ "id_token": token, "access_token": "not for us", "token_type": "Bearer", "expires_in": 3600 }))
        .into_response()
}

fn in_form(sent: &Fields) -> Option<(String, String)> {
    Some((sent.get("client_id")?.clone(), sent.get("client_secret")?.clone()))
}

fn in_header(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let named = format!("x={text}");
        form_urlencoded::parse(named.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((decoded(id)?, decoded(secret)?))
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": "<b>secret words</b>" }))).into_response()
}
