//! How an application comes in: where tokens are given out, for what, and who is let through with them.
//!
//! Invariant: a token opens until it is taken back, and nothing but the present secret makes another.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Form, Json, Router,
    extract::{Query, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::Office;

/// The application that is let in.
pub const CLIENT_ID: &str = "9f1d0c11-0000-4d3a-9c55-9c4f7a0b1c2d";

/// Its secret, until it is rotated.
pub const CLIENT_SECRET: &str = "halo-client-secret";

const TENANT: &str = "contoso";

/// Who gives out tokens.
#[derive(Debug)]
pub(super) struct Doorkeeper(Mutex<Desk>);

#[derive(Debug)]
struct Desk {
    secret: String,
    life: Duration,
    given: u32,
    good: BTreeSet<String>,
}

impl Default for Doorkeeper {
    fn default() -> Self {
        let (secret, life) = (CLIENT_SECRET.to_owned(), Duration::from_hours(1));
        Self(Mutex::new(Desk { secret, life, given: 0, good: BTreeSet::new() }))
    }
}

impl Doorkeeper {
    pub(super) fn expire_tokens(&self) {
        self.desk().good.clear();
    }

    pub(super) fn tokens_live(&self, life: Duration) {
        self.desk().life = life;
    }

    pub(super) fn rotate_secret(&self, secret: &str) {
        let mut desk = self.desk();
        secret.clone_into(&mut desk.secret);
        desk.good.clear();
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/api/authinfo", get(info)).route("/auth/token", post(give_token))
}

async fn info(State(office): State<Arc<Office>>) -> Json<Value> {
    Json(json!({ "auth_url": format!("{}/auth", office.url), "tenant_id": TENANT }))
}

async fn give_token(
    State(office): State<Arc<Office>>,
    Query(query): Query<HashMap<String, String>>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut desk = office.doorkeeper.desk();
    let says = |name: &str, value: &str| form.get(name).is_some_and(|own| own == value);
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if query.get("tenant").is_none_or(|tenant| tenant != TENANT) {
        return refuse("invalid_tenant");
    }
    if !says("grant_type", "client_credentials") || !says("scope", "all") {
        return refuse("invalid_request");
    }
    if !says("client_id", CLIENT_ID) || !says("client_secret", &desk.secret) {
        return refuse("invalid_client");
    }
    desk.given += 1;
    let token = format!("token-{}", desk.given);
    desk.good.insert(token.clone());
    let answer = json!({
        "scope": "all", "token_type": "Bearer", "access_token": token, "expires_in": desk.life.as_secs(),
        "refresh_token": null, "id_token": null,
    });
    Json(answer).into_response()
}

/// Lets through who has a good token.
pub(super) async fn check_token(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let good = office.doorkeeper.desk().good.contains(token);
    if good { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
}
