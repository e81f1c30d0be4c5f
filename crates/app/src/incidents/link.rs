//! The acknowledge link of a page: looking (GET) and acting (POST), without signing in.

use std::sync::Arc;

use domain::incident::Incident;
use domain::user::User;

use super::work::acknowledge_as;
use crate::ack_link::{AckGrant, LinkError};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// What a link is about. Changes nothing, however often it is followed.
pub async fn open_link(app: &App, token: &str) -> Result<(Ctx, Incident), Error> {
    let now = app.clock.now();
    let grant = app.links.open(token, now).map_err(|error| match error {
        LinkError::Invalid => Error::not_found("link", "…"),
        LinkError::Expired => Error::Conflict { code: "link-expired", detail: error.to_string() },
    })?;
    let AckGrant { tenant, incident, user } = grant;
    let found = app.store.get::<User>(&tenant, user.as_str()).await?;
    // Somebody who has left has no say any more, whatever mails they kept.
    let user = found
        .map(|found| found.value)
        .filter(|user| !user.disabled && user.role.can_respond())
        .ok_or_else(|| Error::not_found("link", "…"))?;
    let found = app.store.get::<Incident>(&tenant, incident.as_str()).await?;
    let incident = found.ok_or_else(|| Error::not_found("link", "…"))?.value;
    Ok((Ctx { tenant, user_id: user.id, name: user.name, role: user.role, now }, incident))
}

/// Acknowledges as the link's user. One that somebody else has, or that is over, is answered as it stands.
pub async fn acknowledge_by_link(app: &Arc<App>, token: &str) -> Result<(Ctx, Incident), Error> {
    let (ctx, incident) = open_link(app, token).await?;
    match acknowledge_as(app, &ctx, &incident.id, &ctx.actor()).await {
        Ok(incident) => Ok((ctx, incident)),
        Err(Error::Conflict { .. }) => open_link(app, token).await,
        Err(error) => Err(error),
    }
}
