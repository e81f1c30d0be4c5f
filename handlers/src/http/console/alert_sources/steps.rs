//! What can be done to an alert source: a test alert, another key, reading a delivery again.
//!
//! Invariant: a form that is sent again, later, rotates no key that it was not made for.

use ::console::routes;
use app::{Error, Received, TestAlert};
use axum::response::Response;
use domain::id::{DeliveryId, SourceId};
use domain::severity::Severity;

use super::super::answer::Stop;
use super::super::form::OurForm;
use super::super::notice::{self, Said, Sources};
use super::super::visitor::Named;
use super::key_page;
use super::one::key_mark;

/// Sends a test alert; on to its incident.
pub(in super::super) async fn test(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let id: SourceId = visitor.named("alert source", &id)?;
    let severity: Result<Severity, _> = form.fields.get("severity").unwrap_or_default().parse();
    let severity =
        severity.map_err(|_| visitor.stop(Error::invalid("severity", "is missing: choose one")))?;
    let alert = TestAlert { severity, description: String::new() };
    let received = app::test(visitor.app(), &visitor.ctx, &id, alert).await;
    let received = received.map_err(|error| visitor.stop(error))?;
    let incident = received.taken().iter().find_map(|taken| taken.incident.as_ref());
    Ok(match incident {
        Some((incident, _)) => {
            notice::go_on(&routes::incident(incident.as_str()), Said::Sources(Sources::TestTaken))
        }
        None => back(&id, Sources::TestNotTaken),
    })
}

/// Gives it another key; answered by the page with it.
pub(in super::super) async fn rotate_key(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    let id: SourceId = visitor.named("alert source", &id)?;
    ctx.must_manage("rotate keys").map_err(|error| visitor.stop(error))?;
    if form.fields.get("sure") != Some("yes") {
        return Ok(back(&id, Sources::NotSure));
    }
    let source = app::alert_sources::get(app, ctx, &id).await.map_err(|error| visitor.stop(error))?;
    let mark = key_mark(&source);
    if mark.is_some() && mark.as_deref() != form.fields.get("of") {
        return Ok(back(&id, Sources::RotatedAlready));
    }
    match app::alert_sources::rotate_key(app, ctx, &id).await {
        Ok(keyed) => Ok(key_page(visitor, keyed, true)),
        Err(Error::Conflict { code: "alert-source-without-key", .. }) => Ok(back(&id, Sources::WithoutKey)),
        Err(error) => Err(visitor.stop(error)),
    }
}

/// Reads a delivery again. Why it can't be read this time either stands in the list that follows.
pub(in super::super) async fn read_again(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let id: SourceId = visitor.named("alert source", &id)?;
    let delivery: DeliveryId = visitor.named("delivery", form.fields.get("delivery").unwrap_or_default())?;
    let said = match app::replay(visitor.app(), &visitor.ctx, &id, &delivery).await {
        Ok((_, Received::Taken(_))) => Sources::ReadAgain,
        Ok((_, Received::Nothing(_) | Received::Waiting)) => Sources::StillNotTaken,
        Err(Error::Invalid(_) | Error::NotTheirs(_)) => Sources::RefusedAgain,
        Err(Error::Conflict { code: "delivery-taken", .. }) => Sources::TakenAlready,
        Err(Error::Conflict { code: "delivery-being-taken", .. }) => Sources::BeingTaken,
        Err(Error::Conflict { code: "delivery-body-gone", .. }) => Sources::BodyGone,
        Err(error) => return Err(visitor.stop(error)),
    };
    Ok(back(&id, said))
}

fn back(id: &SourceId, said: Sources) -> Response {
    notice::go_on(&routes::alert_source(id.as_str()), Said::Sources(said))
}
