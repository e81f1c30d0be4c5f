//! Tickets and their actions: made, changed, searched and read, each body an array.
//!
//! Invariant: an order that is refused changes nothing; numbers that come as text are refused, as HaloPSA may.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{
    Office,
    directory::{CLIENTS, OUTCOMES, PRIORITIES, STATUSES, name_of},
    ledger::{Action, Ticket},
};

/// A refusal is an answer too.
type Answer = Result<Json<Value>, Refusal>;

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/api/tickets", get(search).post(order))
        .route("/api/tickets/{id}", get(read))
        .route("/api/actions", get(actions).post(act))
}

/// Why a request changes nothing.
#[derive(Debug)]
enum Refusal {
    NoSuchTicket,
    /// In HaloPSA's own words.
    Wrong(String),
}

impl Refusal {
    fn wrong(said: &str) -> Self {
        Self::Wrong(said.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchTicket => StatusCode::NOT_FOUND.into_response(),
            Self::Wrong(said) => {
                let body = json!({
                    "ClassName": "System.Exception", "Message": said, "Data": null, "InnerException": null,
                    "HResult": -2_146_233_088, "Source": null,
                });
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
        }
    }
}

/// The objects of a body, and how their answers are put together: one is answered as itself.
fn objects(body: &[u8]) -> Result<Vec<Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Array(objects)) if !objects.is_empty() => Ok(objects),
        _ => Err(Refusal::wrong("Cannot deserialize the current JSON object because an array is required")),
    }
}

fn together(mut answers: Vec<Value>) -> Json<Value> {
    Json(if answers.len() == 1 { answers.remove(0) } else { answers.into() })
}

/// A number that has to be one.
fn number(object: &Value, name: &str) -> Result<Option<i64>, Refusal> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(number) => Ok(Some(number)),
            None => {
                Err(Refusal::Wrong(format!("Error converting value {value} to type 'System.Int32' ({name})")))
            }
        },
    }
}

fn text(object: &Value, name: &str) -> String {
    object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn order(State(office): State<Arc<Office>>, body: Bytes) -> Answer {
    let mut answers = Vec::new();
    for object in objects(&body)? {
        let ids = Ids::in_order(&office, &object)?;
        let ticket = match number(&object, "id")? {
            Some(id) => office.ledger.change(id, |ticket| {
                ids.put(ticket);
                if object.get("closure_note").is_some() {
                    ticket.closure_note = text(&object, "closure_note");
                }
                ticket.clone()
            }),
            None => Some(office.ledger.open(ids.into_ticket(object)?)),
        };
        answers.push(ticket.ok_or(Refusal::NoSuchTicket)?.shown(false));
    }
    Ok(together(answers))
}

/// The ids of an order, each of which HaloPSA knows.
#[derive(Debug)]
struct Ids {
    ticket_type: Option<i64>,
    priority: Option<i64>,
    status: Option<i64>,
    client: Option<i64>,
    agent: Option<i64>,
    third_party: Option<i64>,
}

impl Ids {
    fn in_order(office: &Office, object: &Value) -> Result<Self, Refusal> {
        let known = |name: &str, thing: &str, is_known: &dyn Fn(i64) -> bool| match number(object, name)? {
            Some(id) if !is_known(id) => Err(Refusal::Wrong(format!("{thing} with ID {id} was not found"))),
            id => Ok(id),
        };
        Ok(Self {
            ticket_type: known("tickettype_id", "Ticket Type", &|id| matches!(id, 1 | 41))?,
            priority: known("priority_id", "Priority", &|id| PRIORITIES.iter().any(|(own, ..)| *own == id))?,
            status: known("status_id", "Status", &|id| name_of(&STATUSES, id).is_some())?,
            client: known("client_id", "Client", &|id| name_of(&CLIENTS, id).is_some())?,
            agent: known("agent_id", "Agent", &|id| office.directory.has_agent(id))?,
            third_party: number(object, "third_party_id")?,
        })
    }

    fn put(&self, ticket: &mut Ticket) {
        ticket.ticket_type = self.ticket_type.unwrap_or(ticket.ticket_type);
        ticket.priority = self.priority.unwrap_or(ticket.priority);
        ticket.client = self.client.unwrap_or(ticket.client);
        ticket.agent = self.agent.unwrap_or(ticket.agent);
        ticket.third_party_id = self.third_party.unwrap_or(ticket.third_party_id);
        ticket.set_status(self.status.unwrap_or(ticket.status));
    }

    fn into_ticket(self, raw: Value) -> Result<Ticket, Refusal> {
        let summary = text(&raw, "summary");
        if summary.is_empty() {
            return Err(Refusal::wrong("Please enter a Summary"));
        }
        let details = match raw.get("details_html").and_then(Value::as_str) {
            Some(markup) => plain(markup),
            None => text(&raw, "details"),
        };
        let reported_by = text(&raw, "reportedby");
        let mut ticket = Ticket {
            summary,
            details,
            reported_by,
            raw,
            ticket_type: 1,
            status: 1,
            client: 1,
            agent: 1,
            ..Ticket::default()
        };
        self.put(&mut ticket);
        Ok(ticket)
    }
}

async fn search(
    State(office): State<Arc<Office>>,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Value> {
    let wanted = ["search", "search_details"].iter().find_map(|name| query.get(*name));
    let wanted = wanted.map(|text| text.to_lowercase());
    let lags = office.search_lags.load(Ordering::Relaxed);
    let skips = office.search_skips_details.load(Ordering::Relaxed);
    let mut found = office.ledger.find(|ticket| match &wanted {
        Some(wanted) => !lags && looked_at(ticket, skips).to_lowercase().contains(wanted),
        None => true,
    });
    found.reverse();
    let size = query.get("page_size").and_then(|size| size.parse().ok()).unwrap_or(50);
    let brief = office.lists_are_brief.load(Ordering::Relaxed);
    let count = found.len();
    let shown: Vec<Value> = found.iter().take(size).map(|ticket| ticket.shown(brief)).collect();
    Json(json!({ "record_count": count, "tickets": shown }))
}

/// What the search looks at.
fn looked_at(ticket: &Ticket, skips_details: bool) -> String {
    let details = if skips_details { "" } else { &ticket.details };
    format!("{}\n{}\n{}\n{details}", ticket.id, ticket.summary, ticket.third_party_id)
}

async fn read(State(office): State<Arc<Office>>, Path(id): Path<i64>) -> Answer {
    let found = office.ledger.find(|ticket| ticket.id == id).pop();
    Ok(Json(found.ok_or(Refusal::NoSuchTicket)?.shown(false)))
}

async fn actions(State(office): State<Arc<Office>>, Query(query): Query<HashMap<String, String>>) -> Answer {
    let id = query.get("ticket_id").and_then(|id| id.parse().ok()).unwrap_or(0_i64);
    let ticket = office.ledger.find(|ticket| ticket.id == id).pop().ok_or(Refusal::NoSuchTicket)?;
    let count = query.get("count").and_then(|count| count.parse().ok()).unwrap_or(50);
    let shown = ticket.actions.iter().rev().take(count).map(|action| {
        json!({
            "id": action.id, "ticket_id": id, "outcome_id": action.outcome, "note": action.note,
            "outcome": name_of(&OUTCOMES, action.outcome), "hiddenfromuser": action.hidden,
        })
    });
    let shown: Vec<Value> = shown.collect();
    Ok(Json(json!({ "record_count": ticket.actions.len(), "actions": shown })))
}

async fn act(State(office): State<Arc<Office>>, body: Bytes) -> Answer {
    let mut answers = Vec::new();
    for object in objects(&body)? {
        let outcome = match number(&object, "outcome_id")? {
            Some(id) => name_of(&OUTCOMES, id).map(|_| id),
            None => OUTCOMES.iter().find(|(_, name)| *name == text(&object, "outcome")).map(|(id, _)| *id),
        };
        let outcome = outcome.ok_or_else(|| Refusal::wrong("An Outcome must be entered for this Action"))?;
        if !office.directory.may_use_outcome(outcome) {
            return Err(Refusal::wrong("You do not have access to this Action"));
        }
        if let Some(agent) = number(&object, "who_agentid")?
            && !office.directory.has_agent(agent)
        {
            return Err(Refusal::Wrong(format!("Agent with ID {agent} was not found")));
        }
        let ticket = number(&object, "ticket_id")?.ok_or(Refusal::NoSuchTicket)?;
        let action = |id| Action {
            id,
            outcome,
            note: plain(&text(&object, "note_html")),
            hidden: object.get("hiddenfromuser") == Some(&Value::Bool(true)),
            raw: object.clone(),
        };
        let added = office.ledger.change(ticket, |ticket| {
            let id = i64::try_from(ticket.actions.len()).unwrap_or_default() + 1;
            ticket.actions.push(action(id));
            id
        });
        let id = added.ok_or(Refusal::NoSuchTicket)?;
        answers.push(json!({ "id": id, "ticket_id": ticket, "outcome_id": outcome }));
    }
    Ok(together(answers))
}

/// What markup says.
fn plain(markup: &str) -> String {
    let lines = markup.replace("<br>", "\n");
    let mut text = String::new();
    for (place, part) in lines.split('<').enumerate() {
        let said = if place == 0 { part } else { part.split_once('>').map_or("", |(_, said)| said) };
        text.push_str(said);
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
