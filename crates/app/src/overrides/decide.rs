//! Agreeing to an override that was asked for, accepting a request to cover, refusing, taking back.

use std::sync::Arc;

use domain::id::OverrideId;
use domain::schedule::{Override, OverrideKind, OverrideState};

use super::{Decided, change, telling};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// What somebody says to an override that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Takes the shift of whoever asks to be covered. The first one has it.
    Accept,
    /// Agrees to what was asked for.
    Approve,
    /// Refuses it.
    Reject,
}

/// Decides about an override that was asked for.
pub async fn decide(
    app: &Arc<App>,
    ctx: &Ctx,
    id: &OverrideId,
    decision: Decision,
) -> Result<Override, Error> {
    ctx.must_respond()?;
    let kept = find(app, ctx, id).await?;
    change(app, ctx, &kept.schedule_id, |rota, people| {
        let mut value = still_there(rota.overrides.iter().map(|found| &found.value), &kept)?;
        if value.state != OverrideState::Pending {
            let who = value.decided_by.as_ref().map_or_else(|| "somebody".to_owned(), ToString::to_string);
            let detail = format!("it was {} by {who} already", value.state.as_str());
            return Err(Error::Conflict { code: "override-already-decided", detail });
        }
        match decision {
            Decision::Accept => accept(&mut value, &rota.schedule.value, ctx)?,
            Decision::Approve => {
                if matches!(value.kind, OverrideKind::Cover { .. }) {
                    let detail =
                        "a request to be covered is accepted by whoever covers, with /accept".to_owned();
                    return Err(Error::Conflict { code: "override-is-a-cover-request", detail });
                }
                if !value.may_approve(&ctx.user_id, ctx.role) {
                    return Err(Error::Forbidden("agree to this override"));
                }
                value.approve(ctx.now, ctx.actor());
            }
            Decision::Reject => {
                if !value.may_reject(&ctx.user_id, ctx.role) {
                    return Err(Error::Forbidden("refuse this override"));
                }
                value.state = OverrideState::Rejected;
                value.decided_by = Some(ctx.actor());
            }
        }
        let tell = telling::of_decided(&value, &rota.schedule.value, people, ctx);
        Ok(Decided { value, is_new: false, tell })
    })
    .await
}

/// Takes an override back: one that runs ends now, one to come never begins. Nothing is deleted.
pub async fn withdraw(app: &Arc<App>, ctx: &Ctx, id: &OverrideId) -> Result<Override, Error> {
    let kept = find(app, ctx, id).await?;
    let detail = "it is over: what was is not changed".to_owned();
    let over = Error::Conflict { code: "override-is-over", detail };
    if kept.ends <= ctx.now {
        return Err(over);
    }
    change(app, ctx, &kept.schedule_id, |rota, people| {
        let mut value = still_there(rota.overrides.iter().map(|found| &found.value), &kept)?;
        if !value.may_withdraw(&ctx.user_id, ctx.role) {
            return Err(Error::Forbidden("take this override back"));
        }
        if value.state == OverrideState::Rejected {
            let detail = "it was rejected already".to_owned();
            return Err(Error::Conflict { code: "override-already-decided", detail });
        }
        if !value.withdraw(ctx.now, ctx.actor()) {
            return Err(over.clone());
        }
        let tell = telling::of_decided(&value, &rota.schedule.value, people, ctx);
        Ok(Decided { value, is_new: false, tell })
    })
    .await
}

/// Takes the shift of whoever asks, for oneself.
fn accept(value: &mut Override, schedule: &domain::schedule::Schedule, ctx: &Ctx) -> Result<(), Error> {
    if value.made_by.user_id() == Some(&ctx.user_id) || value.kind.people().contains(&&ctx.user_id) {
        return Err(Error::Forbidden("cover your own shift"));
    }
    if !ctx.role.can_manage() && !schedule.people_from(ctx.now).contains(&ctx.user_id) {
        return Err(Error::Forbidden("cover a shift on a schedule that you take no part in"));
    }
    if value.accept(ctx.user_id.clone(), ctx.now, ctx.actor()) {
        return Ok(());
    }
    let detail = "it is no request to be covered; /approve agrees to it".to_owned();
    Err(Error::Conflict { code: "override-is-no-cover-request", detail })
}

async fn find(app: &App, ctx: &Ctx, id: &OverrideId) -> Result<Override, Error> {
    let found = app.store.get::<Override>(&ctx.tenant, id.as_str()).await?;
    Ok(found.ok_or_else(|| Error::not_found("override", id.as_str()))?.value)
}

/// The override as it is on the schedule now; one that ended meanwhile is over.
fn still_there<'a>(
    mut overrides: impl Iterator<Item = &'a Override>,
    kept: &Override,
) -> Result<Override, Error> {
    overrides.find(|found| found.id == kept.id).cloned().ok_or_else(|| Error::Conflict {
        code: "override-is-over",
        detail: "its window is over: what was is not changed".to_owned(),
    })
}
