//! What HaloPSA has lists of: statuses, types, SLAs and their priorities, outcomes, agents and clients.
//!
//! Invariant: ids are as on a new installation where anything is known about one, and else far from each other, so that a
//! number that was guessed is the wrong one.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::Office;

pub(super) const STATUSES: [(i64, &str); 8] = [
    (1, "New"),
    (2, "In Progress"),
    (8, "Resolved"),
    (9, "Closed"),
    (21, "With User"),
    (22, "On the Bench"),
    (31, "Invoiced"),
    // Over for the company, and not for HaloPSA, which dates no end of it.
    (32, "Handed Over"),
];
const TYPES: [(i64, &str, i64); 2] = [(1, "Incident", 1), (41, "Alert", 5)];
pub(super) const PRIORITIES: [(i64, i64, &str); 8] = [
    (1, 1, "Critical"),
    (2, 1, "High"),
    (3, 1, "Medium"),
    (4, 1, "Low"),
    (51, 5, "P1"),
    (52, 5, "P2"),
    (53, 5, "P3"),
    (54, 5, "P4"),
];
pub(super) const OUTCOMES: [(i64, &str); 4] =
    [(2, "Email User"), (4, "Update"), (7, "Private Note"), (61, "On-Call Note")];
const AGENTS: [(i64, &str, &str); 3] =
    [(1, "Unassigned", ""), (71, "Sam Tech", "sam@msp.test"), (72, "Alex Tech", "alex@msp.test")];
pub(super) const CLIENTS: [(i64, &str); 4] =
    [(1, "Unknown"), (12, "Contoso Ltd"), (13, "Contoso Ltd Holding"), (81, "Fabrikam")];

/// Who and what is not there any more.
#[derive(Debug, Default)]
pub(super) struct Directory {
    dismissed: Mutex<BTreeSet<i64>>,
    forbidden: Mutex<BTreeSet<i64>>,
}

impl Directory {
    pub(super) fn dismiss_agent(&self, id: i64) {
        self.dismissed.lock().expect("nothing panics while it holds the lock").insert(id);
    }

    pub(super) fn forbid_outcome(&self, id: i64) {
        self.forbidden.lock().expect("nothing panics while it holds the lock").insert(id);
    }

    pub(super) fn has_agent(&self, id: i64) -> bool {
        let dismissed = self.dismissed.lock().expect("nothing panics while it holds the lock");
        AGENTS.iter().any(|(own, ..)| *own == id) && !dismissed.contains(&id)
    }

    pub(super) fn may_use_outcome(&self, id: i64) -> bool {
        !self.forbidden.lock().expect("nothing panics while it holds the lock").contains(&id)
    }
}

pub(super) fn name_of(list: &[(i64, &'static str)], id: i64) -> Option<&'static str> {
    list.iter().find(|(own, _)| *own == id).map(|(_, name)| *name)
}

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/api/status", get(async || Json(statuses())))
        .route("/api/tickettype", get(async || Json(ticket_types())))
        .route("/api/tickettype/{id}", get(ticket_type))
        .route("/api/sla/{id}", get(sla))
        .route("/api/priority", get(priorities))
        .route("/api/outcome", get(async || Json(outcomes())))
        .route("/api/agent", get(agents))
        .route("/api/client", get(clients))
        .route("/api/client/{id}", get(client))
}

fn statuses() -> Value {
    STATUSES
        .iter()
        .map(|(id, name)| json!({ "id": id, "name": name, "shortname": name, "type": 0, "slaaction": "N" }))
        .collect()
}

fn ticket_types() -> Value {
    TYPES.iter().map(|(id, name, _)| json!({ "id": id, "name": name })).collect()
}

fn outcomes() -> Value {
    OUTCOMES.iter().map(|(id, name)| json!({ "id": id, "outcome": name, "buttonname": name })).collect()
}

async fn ticket_type(Path(id): Path<i64>) -> Response {
    let found = TYPES.iter().find(|(own, ..)| *own == id);
    or_not_found(found.map(|(id, name, sla)| json!({ "id": id, "name": name, "default_sla": sla })))
}

async fn sla(Path(id): Path<i64>) -> Response {
    let own: Vec<Value> = priorities_of(Some(id));
    or_not_found(
        (!own.is_empty()).then(|| json!({ "id": id, "name": format!("SLA {id}"), "priorities": own })),
    )
}

async fn priorities(Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let sla = query.get("slaid").and_then(|id| id.parse().ok());
    Json(priorities_of(sla).into())
}

fn priorities_of(wanted: Option<i64>) -> Vec<Value> {
    let of_sla = PRIORITIES.iter().filter(|(_, sla, _)| wanted.is_none_or(|wanted| wanted == *sla));
    // Their own id is no number, and no ticket knows it.
    of_sla
        .map(|(id, sla, name)| {
            json!({ "id": format!("9c1e-{id}"), "priorityid": id, "slaid": sla, "name": name })
        })
        .collect()
}

async fn agents(
    State(office): State<Arc<Office>>,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Value> {
    let wanted = query.get("search").map(|text| text.to_lowercase()).unwrap_or_default();
    let found = AGENTS.iter().filter(|(id, name, mail)| {
        office.directory.has_agent(*id) && format!("{name} {mail}").to_lowercase().contains(&wanted)
    });
    let found =
        found.map(|(id, name, mail)| json!({ "id": id, "name": name, "email": mail, "isdisabled": false }));
    Json(found.collect())
}

async fn clients(Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let wanted = query.get("search").map(|text| text.to_lowercase()).unwrap_or_default();
    // The longer name comes first, as a search that doesn't care for whole names may have it.
    let found = CLIENTS.iter().rev().filter(|(_, name)| name.to_lowercase().contains(&wanted));
    let found: Vec<Value> =
        found.map(|(id, name)| json!({ "id": id, "name": name, "inactive": false })).collect();
    Json(json!({ "record_count": found.len(), "clients": found }))
}

async fn client(Path(id): Path<i64>) -> Response {
    or_not_found(name_of(&CLIENTS, id).map(|name| json!({ "id": id, "name": name })))
}

fn or_not_found(found: Option<Value>) -> Response {
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |found| Json(found).into_response())
}
