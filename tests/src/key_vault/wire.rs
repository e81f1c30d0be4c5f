//! How a vault speaks: the challenge, a secret, the list, and its ways of saying no.

use std::sync::Arc;

use axum::{
    Json,
    body::to_bytes,
    extract::{Query, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asked, Entry, Fault, RESOURCE, Room};

#[derive(Debug, Deserialize)]
pub(super) struct Params {
    #[serde(rename = "api-version")]
    api_version: Option<String>,
}

/// Every request: first whether it may come in at all, then what it meets, then what it asks for.
pub(super) async fn answer(
    State(room): State<Arc<Room>>,
    Query(params): Query<Params>,
    request: Request,
) -> Response {
    let path: Vec<String> = request.uri().path().split('/').skip(1).map(str::to_owned).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if request.headers().get(header::AUTHORIZATION).is_none() {
        return challenge("Request is missing a Bearer or PoP token.");
    }
    room.asked.send_modify(|asked| asked.push(Asked { path: request.uri().path().to_owned() }));
    if let Some(answer) = meets(&room, request.headers()).await {
        return answer;
    }
    if params.api_version.as_deref().is_none_or(|version| version.len() < "7.4".len()) {
        return refusal(StatusCode::BAD_REQUEST, "BadParameter", None, "api-version must be specified");
    }
    match (request.method(), path.as_slice()) {
        (&Method::GET, ["secrets"]) => list(&room),
        (&Method::GET, ["secrets", name]) => secret(&room, name, None),
        (&Method::GET, ["secrets", name, version]) => secret(&room, name, Some(version)),
        (&Method::PUT, ["secrets", name]) => {
            let body = to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
            set(&room, name, &body)
        }
        (&Method::DELETE, ["secrets", name]) => delete(&room, name),
        (&Method::GET, _) => StatusCode::NOT_FOUND.into_response(),
        _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", None, "that is not offered here"),
    }
}

fn set(room: &Room, name: &str, body: &[u8]) -> Response {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let Some(value) = said["value"].as_str().filter(|_| name.len() <= 127 && name.bytes().all(is_name))
    else {
        return refusal(StatusCode::BAD_REQUEST, "BadParameter", None, "the name or the value can't be used");
    };
    room.put(name, value);
    secret(room, name, None)
}

fn delete(room: &Room, name: &str) -> Response {
    let gone = secret(room, name, None);
    room.secrets().remove(&name.to_lowercase());
    gone
}

/// What stands between a request and its answer.
async fn meets(room: &Room, headers: &HeaderMap) -> Option<Response> {
    let mut conduct = room.conduct.subscribe();
    // The sender lives as long as the room does.
    let fault = conduct.wait_for(|fault| !matches!(fault, Fault::Holds)).await.ok()?.clone();
    match fault {
        Fault::None | Fault::Down | Fault::Holds => {
            let open = room.tokens.open(headers, RESOURCE);
            (!open).then(|| challenge("Error validating token: the token is not for this vault."))
        }
        Fault::Fails(status) => {
            let status = StatusCode::from_u16(status).expect("a status from 100 to 999");
            Some(refusal(status, "InternalServerError", None, "the vault is not well"))
        }
        Fault::TooMany { retry_after } => {
            let wait = [(header::RETRY_AFTER, retry_after.as_secs().to_string())];
            let busy = refusal(StatusCode::TOO_MANY_REQUESTS, "Throttled", None, "too many requests");
            Some((wait, busy).into_response())
        }
        Fault::Forbids => Some(refusal(
            StatusCode::FORBIDDEN,
            "Forbidden",
            Some("ForbiddenByRbac"),
            "Caller is not authorized to perform action on resource.",
        )),
        Fault::IsSomethingElse => Some((StatusCode::NOT_FOUND, "<html>nothing here</html>").into_response()),
    }
}

/// Every 401 says where tokens come from and what they have to be for.
fn challenge(message: &str) -> Response {
    let from = format!(
        r#"Bearer authorization="https://login.windows.net/00000000-0000-0000-0000-000000000001", resource="{RESOURCE}""#
    );
    let refusal = refusal(StatusCode::UNAUTHORIZED, "Unauthorized", None, message);
    ([(header::WWW_AUTHENTICATE, from)], refusal).into_response()
}

fn refusal(status: StatusCode, code: &str, inner: Option<&str>, message: &str) -> Response {
    let mut error = json!({ "code": code, "message": message });
    if let Some(inner) = inner {
        error["innererror"] = json!({ "code": inner });
    }
    (status, Json(json!({ "error": error }))).into_response()
}

fn secret(room: &Room, name: &str, version: Option<&str>) -> Response {
    let secrets = room.secrets();
    let found = secrets.get(&name.to_lowercase());
    let Some(entry) = found.filter(|entry| version.is_none_or(|version| version == entry.version())) else {
        let message = format!("A secret with (name/id) {name} was not found in this \"key vault\".");
        return refusal(StatusCode::NOT_FOUND, "SecretNotFound", None, &message);
    };
    if !entry.enabled {
        let message = "Operation get is not allowed on a disabled secret.";
        return refusal(StatusCode::FORBIDDEN, "Forbidden", Some("SecretDisabled"), message);
    }
    let mut body = properties(name, entry, Some(&entry.version()));
    body["value"] = json!(entry.value);
    Json(body).into_response()
}

fn list(room: &Room) -> Response {
    let all: Vec<Value> = room.secrets().iter().map(|(name, entry)| properties(name, entry, None)).collect();
    Json(json!({ "value": all, "nextLink": null })).into_response()
}

fn properties(name: &str, entry: &Entry, version: Option<&str>) -> Value {
    let version = version.map(|version| format!("/{version}")).unwrap_or_default();
    json!({
        "id": format!("https://stand-in.vault.azure.net/secrets/{name}{version}"),
        "attributes": {
            "enabled": entry.enabled,
            "created": 1_790_000_000,
            "updated": 1_790_000_000 + entry.rotations,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        },
        "tags": {},
    })
}
