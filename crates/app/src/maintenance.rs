//! Maintenance windows, as managers keep them.
//!
//! Invariants: whatever a window held is looked at again when the window changes: every change makes it due at once, and it
//! is taken away only where it can't have held anything, since it was looked at (or made) and hasn't begun. A service that
//! a window names stays: every change replaces the tenant's document, too, and whoever comes second decides again.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::id::{MaintenanceId, ServiceId};
use domain::input::Wrong;
use domain::maintenance::{MaintenanceWindow, Weekly};
use domain::service::Service;
use domain::tenant::Tenant;
use store::{Changes, Versioned};

use crate::app::App;
use crate::ctx::Ctx;
use crate::effects::maintenance::not_over;
use crate::error::Error;
use crate::keeping::{Fitting, accept, fit};

const MAY: &str = "change maintenance windows";

/// A maintenance window as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowEdit {
    /// What people call it.
    pub name: String,
    /// When it begins; of one that comes back, not before.
    pub starts: DateTime<Utc>,
    /// The first instant after it; only one that comes back may have none.
    pub ends: Option<DateTime<Utc>>,
    /// When it is open between the two; `None`: all the time.
    pub weekly: Option<Weekly>,
    /// Of which services; with `clients` empty too, of all.
    pub services: Vec<ServiceId>,
    /// Of which clients, by name.
    pub clients: Vec<String>,
}

/// What happens to a window.
enum Step<'a> {
    Make(&'a WindowEdit),
    Edit(&'a WindowEdit),
    Delete,
}

/// Every window that is not over yet, by when it begins.
pub async fn list(app: &App, ctx: &Ctx) -> Result<Vec<MaintenanceWindow>, Error> {
    let mut windows = not_over(app, &ctx.tenant, ctx.now).await?;
    windows.sort_by(|a, b| (a.starts, &a.name, &a.id).cmp(&(b.starts, &b.name, &b.id)));
    Ok(windows)
}

/// One window; one that is over stays on record for a while.
pub async fn get(app: &App, ctx: &Ctx, id: &MaintenanceId) -> Result<MaintenanceWindow, Error> {
    Ok(find(app, ctx, id).await?.value)
}

/// Makes a window.
pub async fn create(app: &App, ctx: &Ctx, new: &WindowEdit) -> Result<MaintenanceWindow, Error> {
    let id = MaintenanceId::fresh(ctx.now, app.entropy.draw());
    take(app, ctx, &id, &Step::Make(new)).await
}

/// Edits a window that is not over yet.
pub async fn edit(
    app: &App,
    ctx: &Ctx,
    id: &MaintenanceId,
    edit: &WindowEdit,
) -> Result<MaintenanceWindow, Error> {
    take(app, ctx, id, &Step::Edit(edit)).await
}

/// Deletes a window. One that has begun, or may have before it was edited, ends now and stays on record, so that whatever
/// it holds is let go.
pub async fn delete(app: &App, ctx: &Ctx, id: &MaintenanceId) -> Result<(), Error> {
    take(app, ctx, id, &Step::Delete).await.map(|_| ())
}

async fn take(app: &App, ctx: &Ctx, id: &MaintenanceId, step: &Step<'_>) -> Result<MaintenanceWindow, Error> {
    ctx.must_manage(MAY)?;
    fit(app, ctx, (id, step)).await
}

impl Fitting for (&MaintenanceId, &Step<'_>) {
    type Made = MaintenanceWindow;

    async fn decide(
        &self,
        app: &App,
        ctx: &Ctx,
        _: &Tenant,
        changes: &mut Changes,
    ) -> Result<MaintenanceWindow, Error> {
        let (id, step) = *self;
        if let Step::Make(edit) = step {
            let mut made = checked(app, ctx, id, edit).await?;
            // One that is new holds nothing yet.
            made.due_at = Some(made.starts.max(ctx.now));
            changes.create(&made)?;
            return Ok(made);
        }
        let mut kept = find(app, ctx, id).await?;
        if kept.value.ends.is_some_and(|ends| ends <= ctx.now) {
            let detail = "the maintenance window is over; make a new one".to_owned();
            return Err(Error::Conflict { code: "maintenance-window-over", detail });
        }
        match step {
            Step::Make(edit) | Step::Edit(edit) => kept.value = checked(app, ctx, id, edit).await?,
            Step::Delete if kept.value.has_never_begun(ctx.now) => {
                changes.delete(&kept);
                return Ok(kept.value);
            }
            Step::Delete => kept.value.end(ctx.now),
        }
        changes.replace(&kept)?;
        Ok(kept.value)
    }
}

async fn checked(
    app: &App,
    ctx: &Ctx,
    id: &MaintenanceId,
    edit: &WindowEdit,
) -> Result<MaintenanceWindow, Error> {
    let window = MaintenanceWindow {
        id: id.clone(),
        name: edit.name.trim().to_owned(),
        starts: edit.starts,
        ends: edit.ends,
        weekly: edit.weekly.clone(),
        services: edit.services.clone(),
        clients: edit.clients.iter().map(|client| client.trim().to_owned()).collect(),
        due_at: Some(ctx.now),
    };
    let services = app.store.all::<Service>(&ctx.tenant).await?;
    let services: HashSet<&ServiceId> = services.iter().map(|found| &found.value.id).collect();
    let mut wrong = window.problems(|service| services.contains(service));
    if window.ends.is_some_and(|ends| ends <= ctx.now && ends > window.starts) {
        wrong.push(Wrong::new("ends", "is in the past"));
    }
    accept(wrong)?;
    Ok(window)
}

async fn find(app: &App, ctx: &Ctx, id: &MaintenanceId) -> Result<Versioned<MaintenanceWindow>, Error> {
    let found = app.store.get::<MaintenanceWindow>(&ctx.tenant, id.as_str()).await?;
    found.ok_or_else(|| Error::not_found("maintenance window", id.as_str()))
}
