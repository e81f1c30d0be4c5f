//! Maintenance windows that are due: looked at before the steps are told, so that nobody is paged for what a window that has
//! just opened keeps quiet.
//!
//! Invariants: windows hold up everybody's paging for [`BUDGET`] at most; a step whose tenant's windows weren't all looked at
//! in that time asks them itself; a tenant that has no window due costs nothing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::id::{MaintenanceId, TenantId};
use domain::incident::{Incident, Status};
use domain::journal::Journal;
use domain::maintenance::MaintenanceWindow;
use futures::StreamExt as _;
use futures::stream;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument as _, warn};

use super::{AT_ONCE, TickReport};
use crate::app::App;
use crate::effects::Effect;
use crate::effects::maintenance::{not_over, turn};

/// How long the steps wait for the windows.
const BUDGET: Duration = Duration::from_secs(3);

/// Whose windows were not all looked at.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    tenants: HashSet<TenantId>,
    /// There were more windows than a tick takes on: it may be anybody's.
    anybody: bool,
}

/// How looking at one window ended.
enum Looked {
    Done,
    Failed,
    /// The budget was spent; the runner goes on with it.
    Unfinished,
}

/// Looks at each window that is due, in a task of its own, for as long as the budget lasts.
pub(super) async fn look_at_each(
    app: &Arc<App>,
    due: Vec<(TenantId, MaintenanceId)>,
    report: &mut TickReport,
) -> Unsettled {
    let deadline = Instant::now() + BUDGET;
    let looks = stream::iter(due).map(|(tenant, id)| {
        let (app, whose) = (Arc::clone(app), tenant.clone());
        let look = async move { look(&app, &tenant, &id, deadline).await };
        let task = tokio::spawn(look.in_current_span());
        async move { (whose, task.await.unwrap_or(Looked::Failed)) }
    });
    let looked: Vec<(TenantId, Looked)> = looks.buffer_unordered(AT_ONCE).collect().await;
    // Nothing else was looked for yet.
    let mut unsettled = Unsettled { anybody: report.more, ..Unsettled::default() };
    for (tenant, looked) in looked {
        match looked {
            Looked::Done => report.maintenance += 1,
            Looked::Failed => report.failed += 1,
            Looked::Unfinished => {}
        }
        if !matches!(looked, Looked::Done) {
            unsettled.tenants.insert(tenant);
        }
    }
    unsettled
}

async fn look(app: &Arc<App>, tenant: &TenantId, id: &MaintenanceId, deadline: Instant) -> Looked {
    match timeout_at(deadline, turn(app, tenant, id)).await {
        Ok(Ok(())) => Looked::Done,
        Ok(Err(error)) => {
            warn!(window = %id, %error, "a maintenance window could not be looked at; the next tick tries again");
            Looked::Failed
        }
        Err(_) => {
            warn!(window = %id, "looking at a maintenance window takes long; paging doesn't wait for it");
            app.runner.start(app, tenant, vec![Effect::Maintenance(id.clone())]);
            Looked::Unfinished
        }
    }
}

impl Unsettled {
    /// The windows that a step has to ask itself: none where all of the tenant's were looked at, or where they can't be read.
    pub(super) async fn windows(
        &self,
        app: &App,
        tenant: &TenantId,
        now: DateTime<Utc>,
    ) -> Vec<MaintenanceWindow> {
        if !self.anybody && !self.tenants.contains(tenant) {
            return Vec::new();
        }
        not_over(app, tenant, now).await.unwrap_or_else(|error| {
            warn!(%error, "maintenance windows can't be asked; paging goes on without them");
            Vec::new()
        })
    }
}

/// Holds an incident that one of these windows is about; answers whether one is.
pub(super) fn hold(
    windows: &[MaintenanceWindow],
    incident: &mut Incident,
    now: DateTime<Utc>,
    journal: &mut Journal,
) -> bool {
    if incident.status != Status::Triggered {
        return false;
    }
    let Some((window, until)) = MaintenanceWindow::over(windows, incident, now) else { return false };
    incident.hold(window, until, journal);
    true
}
