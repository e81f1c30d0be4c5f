//! The calls: where each goes, and who may make them.
//!
//! Invariant: the zone is told to everybody; everything else needs all three headers, in the zone that the data is in.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{Autotask, Office, books::Books, filter, rules};

type Answer = (StatusCode, Json<Value>);

pub(super) fn routes(office: Arc<Office>) -> Router {
    Router::new()
        .fallback(serve)
        .layer(from_fn_with_state(Arc::clone(&office), misbehave))
        .layer(from_fn_with_state(Arc::clone(&office), write_down))
        .with_state(office)
}

/// Enters the request in the ledger, with what came of it, and takes no more of them at once than Autotask does.
async fn write_down(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let number = office.ledger.arrived(&parts, &body);
    let response = match office.lines.try_acquire() {
        Ok(_line) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(_) => StatusCode::TOO_MANY_REQUESTS.into_response(),
    };
    office.ledger.answered(number, response.status().as_u16());
    response
}

async fn misbehave(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    office.conduct.apply(&office.gate, request, next).await
}

async fn serve(State(office): State<Arc<Office>>, parts: Parts, body: Bytes) -> Answer {
    office.ledger.change(|books| {
        let segments: Vec<&str> = parts.uri.path().split('/').skip(1).collect();
        match segments.as_slice() {
            ["ATServicesRest", "V1.0", "zoneInformation"] => {
                zone(books, parts.uri.query().unwrap_or_default())
            }
            [zone, "ATServicesRest", "V1.0", below @ ..] => {
                if *zone != format!("zone{}", books.zone) {
                    return refused("The user's data is in another zone.");
                }
                if !may_enter(books, &parts.headers) {
                    return (StatusCode::UNAUTHORIZED, Json(json!({ "errors": ["Unauthorized"] })));
                }
                call(books, &parts, below, &body)
            }
            _ => no_such_entity(),
        }
    })
}

fn zone(books: &Books, query: &str) -> Answer {
    let wanted = format!("user={}", Autotask::USERNAME.replace('@', "%40"));
    if query != wanted {
        return refused("Zone information could not be determined.");
    }
    ok(json!({
        "zoneName": "Loopback",
        "url": format!("{}/zone{}/ATServicesRest/", books.url, books.zone),
        "webUrl": "https://ww3.autotask.net/",
        "ci": books.zone,
    }))
}

fn may_enter(books: &Books, headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| {
        headers.get(name).is_some_and(|header| header.as_bytes() == value.as_bytes())
    };
    is("ApiIntegrationCode", Autotask::CODE)
        && is("UserName", Autotask::USERNAME)
        && is("Secret", &books.secret)
}

fn call(books: &mut Books, parts: &Parts, below: &[&str], body: &[u8]) -> Answer {
    if parts.headers.get("Content-Type").is_none_or(|kind| kind != "application/json") {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, Json(json!({ "errors": ["Content-Type is missing."] })));
    }
    let on_behalf_of = parts.headers.get("ImpersonationResourceId");
    if on_behalf_of.is_some() && !books.impersonates {
        return refused("The API user may not impersonate this resource.");
    }
    let on_behalf_of = on_behalf_of.and_then(|id| id.to_str().ok()?.parse().ok());
    let writes = parts.method != Method::GET;
    let body = match serde_json::from_slice::<Value>(body) {
        Ok(body) => body,
        Err(_) if writes => return (StatusCode::BAD_REQUEST, Json(json!({ "errors": ["not JSON"] }))),
        Err(_) => Value::Null,
    };
    match (parts.method.as_str(), below) {
        ("GET", ["ThresholdInformation"]) => ok(json!({
            "externalRequestThreshold": 10_000, "requestThresholdTimeframe": 60,
            "currentTimeframeRequestCount": books.requests.len()
        })),
        ("GET", [entity, "entityInformation"]) => rights(books, entity),
        ("GET", [entity, "entityInformation", "fields"]) => fields(books, entity),
        ("POST", [entity, "query"]) if is_entity(books, entity) => match forbidden(books, "Query", entity) {
            Some(refusal) => refusal,
            None => answer(filter::query(books, entity, &body)),
        },
        ("POST", ["Tickets"]) => match forbidden(books, "Create", "Tickets") {
            Some(refusal) => refusal,
            None => made(rules::create(books, body)),
        },
        ("PATCH", ["Tickets"]) if !books.has_patch => (StatusCode::METHOD_NOT_ALLOWED, Json(Value::Null)),
        ("PATCH", ["Tickets"]) => made(rules::change(books, &body, false)),
        ("PUT", ["Tickets"]) => made(rules::change(books, &body, true)),
        ("POST", ["Tickets", id, "Notes"]) => match id.parse() {
            Ok(id) => made(rules::add_note(books, id, body, on_behalf_of)),
            Err(_) => no_such_entity(),
        },
        ("POST", ["TimeEntries"]) => made(rules::add_time(books, body)),
        ("GET", [entity, id]) if is_entity(books, entity) => match id.parse() {
            Ok(id) => ok(json!({ "item": books.get(entity, id) })),
            Err(_) => no_such_entity(),
        },
        _ => no_such_entity(),
    }
}

fn rights(books: &Books, entity: &str) -> Answer {
    let may = |deed: &str| !books.forbidden.contains(&format!("{entity}/{deed}"));
    let access = |deed: &str| if may(deed) { "All" } else { "None" };
    ok(json!({ "info": {
        "name": entity,
        "canCreate": may("Create"), "canUpdate": may("Update"), "canQuery": may("Query"), "canDelete": false,
        "userAccessForCreate": access("Create"), "userAccessForUpdate": access("Update"),
        "userAccessForQuery": access("Query"), "userAccessForDelete": "None",
        "hasUserDefinedFields": true, "supportsWebhookCallouts": true,
    }}))
}

fn fields(books: &Books, entity: &str) -> Answer {
    let of_entity = books.picklists.iter().filter(|((of, _), _)| *of == entity);
    let mut fields: Vec<Value> = of_entity
        .map(|((_, field), entries)| {
            let entries = entries.iter().zip(1..).map(|((value, label), order)| {
                json!({
                    "value": value.to_string(), "label": label, "isDefaultValue": false, "sortOrder": order,
                    "parentValue": "", "isActive": true, "isSystem": false
                })
            });
            json!({
                "name": field, "dataType": "integer", "isRequired": true, "isPickList": true,
                "picklistValues": entries.collect::<Vec<_>>()
            })
        })
        .collect();
    fields.push(json!({ "name": "title", "dataType": "string", "length": 255, "isPickList": false, "picklistValues": null }));
    ok(json!({ "fields": fields }))
}

fn is_entity(books: &Books, entity: &str) -> bool {
    books.entities.contains_key(entity)
}

fn forbidden(books: &Books, deed: &str, entity: &str) -> Option<Answer> {
    let is_forbidden = books.forbidden.contains(&format!("{entity}/{deed}"));
    is_forbidden.then(|| {
        refused("The logged in Resource does not have the adequate permissions for this entity type.")
    })
}

fn ok(body: Value) -> Answer {
    (StatusCode::OK, Json(body))
}

fn refused(text: &str) -> Answer {
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "errors": [text] })))
}

fn no_such_entity() -> Answer {
    (StatusCode::NOT_FOUND, Json(json!({ "errors": ["There is no such entity."] })))
}

fn answer(result: Result<Value, String>) -> Answer {
    result.map_or_else(|text| refused(&text), ok)
}

fn made(result: Result<i64, rules::Refused>) -> Answer {
    answer(result.map(|id| json!({ "itemId": id })))
}
