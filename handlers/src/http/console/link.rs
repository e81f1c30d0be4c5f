//! The acknowledge link of a page: looking and acting without signing in.
//!
//! Invariant: GET and HEAD change nothing, because mail scanners follow links; what the POST did is looked at by a GET.

use std::sync::Arc;

use ::console::acknowledge::{AcknowledgePage, LinkOutcome, LinkedIncident};
use ::console::{Layout, Notice, Tone, routes};
use app::{Ctx, Error};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::incident::{Act, Incident, Status};
use domain::tenant::Tenant;

use super::answer::{self, Stop};
use super::shown;
use super::visitor::{Named, frame_of_nobody};
use crate::edge::Edge;

/// What the link leads to now.
pub(super) async fn show(State(edge): State<Arc<Edge>>, Named(token): Named) -> Result<Response, Stop> {
    let (ctx, incident) = match app::open_link(&edge.app, &token).await {
        Ok(found) => found,
        Err(error) => return dead(&edge, error),
    };
    let home = app::tenants::home(&edge.app, &ctx.tenant).await;
    let home = home.map_err(|error| Stop::problem(frame_of_nobody(&edge), &error.into()))?;
    let layout = Layout { now: shown::local(&home, ctx.now), ..frame_of_nobody(&edge) };
    let outcome = outcome(&home, &ctx, token, &incident);
    let notices = if incident.status == Status::Suppressed { vec![suppressed()] } else { Vec::new() };
    Ok(answer::page(AcknowledgePage { layout: Layout { notices, ..layout }, outcome }.render()))
}

/// Acknowledges, where that is still to be done; the page says how it stands.
pub(super) async fn acknowledge(
    State(edge): State<Arc<Edge>>,
    Named(token): Named,
) -> Result<Response, Stop> {
    match app::acknowledge_by_link(&edge.app, &token).await {
        Ok(_) => Ok(Redirect::to(&routes::acknowledge_link(&token)).into_response()),
        Err(error) => dead(&edge, error),
    }
}

/// A link that leads nowhere.
fn dead(edge: &Edge, error: Error) -> Result<Response, Stop> {
    let (status, outcome) = match error {
        Error::Conflict { code: "link-expired", .. } => (StatusCode::GONE, LinkOutcome::Expired),
        Error::NotFound { .. } => (StatusCode::NOT_FOUND, LinkOutcome::NotValid),
        error => return Err(Stop::problem(frame_of_nobody(edge), &error.into())),
    };
    let page = AcknowledgePage { layout: frame_of_nobody(edge), outcome };
    Ok((status, answer::page(page.render())).into_response())
}

fn outcome(home: &Tenant, ctx: &Ctx, token: String, incident: &Incident) -> LinkOutcome {
    let linked = linked(home, incident);
    let since = |act: &Act| (act.by.to_string(), shown::local(home, act.at));
    match (incident.status, &incident.acknowledged, &incident.resolved) {
        (Status::Acknowledged, Some(act), _) if act.by.user_id() == Some(&ctx.user_id) => {
            LinkOutcome::Yours { incident: linked }
        }
        (Status::Acknowledged, Some(act), _) => {
            let (by, at) = since(act);
            LinkOutcome::Taken { incident: linked, by, at }
        }
        (Status::Resolved, _, Some(act)) => {
            let (by, at) = since(act);
            let by = act.by.user_id().map(|_| by);
            LinkOutcome::Resolved { incident: linked, by, at }
        }
        _ => LinkOutcome::Ready { incident: linked, token: token.into(), person: ctx.name.clone() },
    }
}

fn suppressed() -> Notice {
    let text = "It was recorded during maintenance: nobody is paged, and there is nothing to acknowledge.";
    Notice { tone: Tone::Info, text: text.to_owned() }
}

fn linked(home: &Tenant, incident: &Incident) -> LinkedIncident {
    LinkedIncident {
        id: incident.id.to_string(),
        number: incident.number,
        title: incident.title.clone(),
        severity: shown::severity(incident.severity),
        service: incident.service_name.clone(),
        client: incident.client.clone(),
        opened_at: shown::local(home, incident.created_at),
    }
}
