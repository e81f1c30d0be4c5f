//! Coverage gaps: scanning for what is wrong with who is on call, the report of it, and filling what an override can fill.
//!
//! Invariants: a scan's report and the notices about what is new in it are one commit, decided on the report before it; so two
//! scans at once tell everything once. The timer scans only whoever is due, and a tenant that fails is passed over and stays
//! due.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::finding::{self, CoverageReport, Question};
use domain::id::{FindingId, TeamId, TenantId, UserId};
use domain::policy::{EscalationPolicy, Team};
use domain::roster::Rota;
use domain::schedule::{Override, Span};
use domain::tenant::Tenant;
use domain::time_off::TimeOff;
use domain::user::{ChannelKind, User};
use serde::Serialize;
use store::{Changes, Range, StoreError};
use tracing::error;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::overrides::{self, NewOverride};
use crate::{notices, roster, tenants};

/// A tenant's one report.
const REPORT: &str = "coverage";

/// How many due tenants are looked up at once.
const RANGE: u32 = 100;

/// How long one firing of the timer goes on with the next tenant; what is left is still due.
const PATIENCE: TimeDelta = TimeDelta::minutes(4);

/// How often a scan that lost against another is done again.
const TRIES: u32 = 20;

/// What a firing of the scan's timer did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ScanReport {
    /// Tenants that were scanned.
    pub scanned: u32,
    /// Tenants that could not be, and stay due.
    pub failed: u32,
    /// There were more than one firing has time for.
    pub more: bool,
}

/// A gap to fill.
#[derive(Debug, Clone)]
pub struct Fill {
    /// Who takes it.
    pub user_id: UserId,
    /// Why.
    pub reason: Option<String>,
}

/// A gap that was filled.
#[derive(Debug, Clone)]
pub struct Filled {
    /// What fills it.
    pub by: Override,
    /// What is still wrong.
    pub report: CoverageReport,
}

/// Scans every tenant that is due, each in a task of its own, one after the other.
pub async fn scan_due(app: &Arc<App>) -> Result<ScanReport, Error> {
    let now = app.clock.now();
    let mut done = ScanReport::default();
    let mut range = Range::first(RANGE);
    loop {
        let due = app.store.due::<CoverageReport>(now, &range).await?;
        for problem in &due.unreadable {
            error!(%problem, "a coverage report can't be read");
            done.failed += 1;
        }
        let tenants = due.items.into_iter().filter_map(|report| report.tenant.parse::<TenantId>().ok());
        for tenant in tenants {
            if app.clock.now() - now > PATIENCE {
                done.more = true;
                return Ok(done);
            }
            scan_one(app, tenant, now, &mut done).await;
        }
        match due.next {
            Some(next) => range.after = Some(next),
            None => return Ok(done),
        }
    }
}

async fn scan_one(app: &Arc<App>, tenant: TenantId, now: DateTime<Utc>, done: &mut ScanReport) {
    let task = {
        let (app, tenant) = (Arc::clone(app), tenant.clone());
        tokio::spawn(async move { scan(&app, &tenant, now, Wanted::IfDue).await })
    };
    match task.await {
        Ok(Ok(Some(_))) => done.scanned += 1,
        Ok(Ok(None)) => {}
        Ok(Err(error)) => {
            error!(%tenant, %error, "the scan for coverage gaps failed");
            done.failed += 1;
        }
        Err(panic) => {
            error!(%tenant, %panic, "the scan for coverage gaps panicked");
            done.failed += 1;
        }
    }
}

/// What the last scan found and is not over; a report that was never scanned, where the tenant has none.
pub async fn report(app: &App, ctx: &Ctx) -> Result<CoverageReport, Error> {
    let kept = app.store.get::<CoverageReport>(&ctx.tenant, REPORT).await?;
    let mut report = kept.map_or_else(|| CoverageReport::begin(ctx.now), |kept| kept.value);
    report.findings.retain(|finding| finding.ends > ctx.now);
    Ok(report)
}

/// Scans the tenant now.
pub async fn scan_now(app: &Arc<App>, ctx: &Ctx) -> Result<CoverageReport, Error> {
    ctx.must_manage("scan for coverage gaps")?;
    let scanned = scan(app, &ctx.tenant, ctx.now, Wanted::Always).await?;
    scanned.ok_or_else(|| Error::Internal("a scan that was wanted was not done".to_owned()))
}

/// Puts somebody on call where a finding says that somebody is missing, and scans again.
pub async fn fill(app: &Arc<App>, ctx: &Ctx, id: &FindingId, fill: Fill) -> Result<Filled, Error> {
    ctx.must_manage("fill coverage gaps")?;
    let report = report(app, ctx).await?;
    let finding = report.finding(id).ok_or_else(|| Error::not_found("finding", id.as_str()))?;
    let Some((schedule_id, kind)) = finding.matter.filled_by(&fill.user_id) else {
        let detail =
            format!("no override can mend this: {}. {}", finding.matter.summary(), finding.matter.remedy());
        return Err(Error::Conflict { code: "finding-needs-an-edit", detail });
    };
    let looked = Looked::load(app, &ctx.tenant, ctx.now).await?;
    if !finding.is_among(&finding::find(&looked.question())) {
        let detail = "it has been mended since the last scan: nobody is missing there any more".to_owned();
        return Err(Error::Conflict { code: "finding-is-mended", detail });
    }
    let (starts, ends) = (finding.starts.max(ctx.now), finding.ends);
    let new = NewOverride { schedule_id, kind, starts, ends, reason: fill.reason };
    let by = overrides::create(app, ctx, new).await?;
    Ok(Filled { by, report: scan_now(app, ctx).await? })
}

/// When a scan is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    IfDue,
    Always,
}

/// Scans a tenant; `None` where it isn't due.
async fn scan(
    app: &Arc<App>,
    tenant: &TenantId,
    now: DateTime<Utc>,
    wanted: Wanted,
) -> Result<Option<CoverageReport>, Error> {
    for _ in 0..TRIES {
        // The report before what it is made of: whoever scans in between replaces it, and ours is refused.
        let mut kept = app.store.get::<CoverageReport>(tenant, REPORT).await?;
        let is_due = kept.as_ref().is_some_and(|kept| kept.value.is_due(now));
        if wanted == Wanted::IfDue && !is_due {
            return Ok(None);
        }
        let looked = Looked::load(app, tenant, now).await?;
        let question = looked.question();
        let begun = CoverageReport::begin(now);
        let previous = kept.as_ref().map_or(&begun, |kept| &kept.value);
        let (report, news) = finding::update(previous, finding::find(&question), now, question.window.ends);
        let tellings = finding::tellings(&news, report.scans, &question, now);
        let mut changes = Changes::new();
        match &mut kept {
            Some(kept) => {
                kept.value.clone_from(&report);
                changes.replace(kept)?;
            }
            None => changes.create(&report)?,
        }
        match notices::commit(app, tenant, changes, &tellings, now).await {
            Ok(()) => return Ok(Some(report)),
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Overloaded)
}

/// What a scan looks at.
struct Looked {
    tenant: Tenant,
    rotas: Vec<Rota>,
    users: HashMap<UserId, User>,
    teams: HashMap<TeamId, Team>,
    policies: Vec<EscalationPolicy>,
    time_off: Vec<TimeOff>,
    sending: Vec<ChannelKind>,
    window: Span,
}

impl Looked {
    async fn load(app: &App, id: &TenantId, now: DateTime<Utc>) -> Result<Self, Error> {
        let tenant = tenants::home(app, id).await?;
        let users = roster::all_users(app, id).await?;
        let teams = app.store.all::<Team>(id).await?;
        let policies = app.store.all::<EscalationPolicy>(id).await?;
        let time_off = app.store.newest_after::<TimeOff>(id, now.timestamp_micros()).await?;
        Ok(Self {
            window: Span { starts: now, ends: now + tenant.gap_scan_window() },
            tenant,
            rotas: roster::rotas(app, id, now).await?,
            users: users.into_iter().map(|user| (user.id.clone(), user)).collect(),
            teams: teams.into_iter().map(|team| (team.value.id.clone(), team.value)).collect(),
            policies: policies.into_iter().map(|policy| policy.value).collect(),
            time_off: time_off.into_iter().map(|off| off.value).collect(),
            sending: app.sending(),
        })
    }

    fn question(&self) -> Question<'_> {
        Question {
            rotas: &self.rotas,
            users: &self.users,
            teams: &self.teams,
            policies: &self.policies,
            time_off: &self.time_off,
            sending: &self.sending,
            zone: self.tenant.zone,
            window: self.window,
        }
    }
}
