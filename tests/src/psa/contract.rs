//! The contract: its calls under one path, each for one tenant, each behind the key.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Office,
    ledger::{Assignee, Completion, Note, Ticket, TimeEntry},
};

const TICKETS: &str = "/api/integrations/oncall/tickets";

/// A refusal is an answer too.
type Answer = Result<(StatusCode, Json<Value>), Refusal>;

pub(super) fn routes(office: Arc<Office>) -> Router {
    Router::new()
        .route(TICKETS, post(create).get(look_up))
        .route(&format!("{TICKETS}/{{id}}"), get(read).patch(change))
        .route(&format!("{TICKETS}/{{id}}/notes"), post(add_note))
        .route(&format!("{TICKETS}/{{id}}/time-entries"), post(add_time))
        .layer(from_fn_with_state(Arc::clone(&office), check_key))
        .with_state(office)
}

/// Why a request changes nothing.
#[derive(Debug)]
enum Refusal {
    NotJson,
    NoSuchTicket,
    Closed,
    /// With the sentence that names the field.
    Field(String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotJson => (StatusCode::BAD_REQUEST, "not JSON".to_owned()),
            Self::NoSuchTicket => (StatusCode::NOT_FOUND, "no such tenant or ticket".to_owned()),
            Self::Closed => (StatusCode::CONFLICT, "ticket is closed".to_owned()),
            Self::Field(error) => (StatusCode::UNPROCESSABLE_ENTITY, error),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

#[derive(Debug, Deserialize)]
struct Order {
    org_id: String,
    title: String,
    description: String,
    source: String,
    priority: String,
    assigned_tech: Option<Assignee>,
    created_date: DateTime<Utc>,
    external_ref: String,
}

impl Order {
    fn into_ticket(self, id: String, tenant_id: String, raw: Value) -> Ticket {
        Ticket {
            id,
            tenant_id,
            org_id: self.org_id,
            title: self.title,
            description: self.description,
            source: self.source,
            priority: self.priority,
            assigned: self.assigned_tech,
            created_date: self.created_date,
            external_ref: self.external_ref,
            status: "New".to_owned(),
            notes: Vec::new(),
            times: Vec::new(),
            completion: None,
            raw,
        }
    }
}

#[derive(Debug, Deserialize)]
struct LookUp {
    tenant_id: Option<String>,
    external_ref: Option<String>,
}

impl LookUp {
    fn tenant(&self) -> Result<&str, Refusal> {
        self.tenant_id.as_deref().filter(|tenant| !tenant.is_empty()).ok_or(Refusal::NoSuchTicket)
    }
}

async fn check_key(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    let key = request.headers().get("X-Integration-Key");
    if key.is_some_and(|key| key.as_bytes() == office.key.as_bytes()) {
        return next.run(request).await;
    }
    (StatusCode::UNAUTHORIZED, Json(json!({ "error": "wrong key" }))).into_response()
}

async fn create(State(office): State<Arc<Office>>, headers: HeaderMap, body: Bytes) -> Answer {
    let (tenant, raw) = tenant_and_body(&body)?;
    let order: Order = fields_of(&raw)?;
    let key = headers.get("Idempotency-Key").and_then(|key| key.to_str().ok());
    let repeated = key.filter(|_| office.honours_keys.load(Ordering::Relaxed)).and_then(|key| {
        office.ledger.find(|ticket| ticket.tenant_id == tenant && ticket.external_ref == key).pop()
    });
    let ticket = repeated.unwrap_or_else(|| office.ledger.open(|id| order.into_ticket(id, tenant, raw)));
    Ok((StatusCode::CREATED, Json(json!({ "id": ticket.id, "status": ticket.status }))))
}

async fn look_up(State(office): State<Arc<Office>>, Query(query): Query<LookUp>) -> Answer {
    let tenant = query.tenant()?;
    let wanted = query.external_ref.as_deref();
    let wanted = wanted.ok_or_else(|| Refusal::Field("missing parameter `external_ref`".to_owned()))?;
    let found = office.ledger.find(|ticket| ticket.tenant_id == tenant && ticket.external_ref == wanted);
    let tickets: Vec<Value> =
        found.iter().map(|ticket| json!({ "id": ticket.id, "status": ticket.status })).collect();
    Ok((StatusCode::OK, Json(json!({ "tickets": tickets }))))
}

async fn read(
    State(office): State<Arc<Office>>,
    Path(id): Path<String>,
    Query(query): Query<LookUp>,
) -> Answer {
    let tenant = query.tenant()?;
    let found = office.ledger.find(|ticket| ticket.id == id && ticket.tenant_id == tenant).pop();
    let ticket = found.ok_or(Refusal::NoSuchTicket)?;
    let notes: Vec<Value> =
        ticket.notes.iter().map(|note| json!({ "external_ref": note.external_ref })).collect();
    Ok((StatusCode::OK, Json(json!({ "id": ticket.id, "status": ticket.status, "notes": notes }))))
}

async fn add_note(State(office): State<Arc<Office>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let (tenant, raw) = tenant_and_body(&body)?;
    let note: Note = fields_of(&raw)?;
    let number = in_open_ticket(&office, &id, &tenant, |ticket| {
        ticket.notes.push(note);
        ticket.notes.len()
    })?;
    Ok((StatusCode::CREATED, Json(json!({ "id": format!("N-{number}") }))))
}

/// Time, once for each key of the client's; of a ticket that is closed, too.
async fn add_time(State(office): State<Arc<Office>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let (tenant, raw) = tenant_and_body(&body)?;
    let time: TimeEntry = fields_of(&raw)?;
    in_ticket(&office, &id, &tenant, |ticket| {
        if ticket.times.iter().all(|known| known.external_ref != time.external_ref) {
            ticket.times.push(time);
        }
        Ok(())
    })?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))))
}

/// Somebody takes the ticket, or it is completed.
async fn change(State(office): State<Arc<Office>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let (tenant, raw) = tenant_and_body(&body)?;
    if let Ok(assigned) = Assignee::deserialize(&raw["assigned_tech"]) {
        let status = in_open_ticket(&office, &id, &tenant, |ticket| {
            ticket.assigned = Some(assigned);
            raw["status"].as_str().unwrap_or("In Progress").clone_into(&mut ticket.status);
            ticket.status.clone()
        })?;
        return Ok((StatusCode::OK, Json(json!({ "id": id, "status": status }))));
    }
    let completion: Completion = fields_of(&raw)?;
    let status = in_open_ticket(&office, &id, &tenant, |ticket| {
        ticket.status.clone_from(&completion.status);
        ticket.completion = Some(completion);
        ticket.status.clone()
    })?;
    Ok((StatusCode::OK, Json(json!({ "id": id, "status": status }))))
}

fn in_open_ticket<T>(
    office: &Office,
    id: &str,
    tenant: &str,
    change: impl FnOnce(&mut Ticket) -> T,
) -> Result<T, Refusal> {
    in_ticket(
        office,
        id,
        tenant,
        |ticket| {
            if ticket.is_closed() { Err(Refusal::Closed) } else { Ok(change(ticket)) }
        },
    )
}

fn in_ticket<T>(
    office: &Office,
    id: &str,
    tenant: &str,
    change: impl FnOnce(&mut Ticket) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let changed = office.ledger.change(id, |ticket| match ticket {
        foreign if foreign.tenant_id != tenant => Err(Refusal::NoSuchTicket),
        own => change(own),
    });
    changed.ok_or(Refusal::NoSuchTicket)?
}

/// The tenant comes before everything else: without one there is nothing to be right or wrong about.
fn tenant_and_body(body: &[u8]) -> Result<(String, Value), Refusal> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| Refusal::NotJson)?;
    let tenant =
        raw["tenant_id"].as_str().filter(|tenant| !tenant.is_empty()).ok_or(Refusal::NoSuchTicket)?;
    Ok((tenant.to_owned(), raw))
}

fn fields_of<T: DeserializeOwned>(raw: &Value) -> Result<T, Refusal> {
    T::deserialize(raw).map_err(|error| Refusal::Field(error.to_string()))
}
