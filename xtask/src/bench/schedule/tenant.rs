//! All schedules of a tenant at once: the use-cases on SQLite, and beside each what the schedules alone cost.
//!
//! Invariant: everything is in the store's own form before a call is measured, and every call reads it all again.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use app::{App, Ctx};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{ContactMethodId, TenantId};
use domain::roster::Rota;
use domain::user::{Role, User};
use store::{Changes, Entity};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use super::super::inside::{self, Held};
use super::super::machine;
use super::sample;

/// People of the tenant; each is in a great many schedules.
const PEOPLE: u32 = 320;

/// Documents in each commit.
const TOGETHER: usize = 100;

/// Commits under way at once.
const AT_ONCE: usize = 64;

/// Measured calls, after one that isn't.
const CALLS: usize = 7;

/// How far ahead a scan looks.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// One use-case over all schedules of a tenant.
#[derive(Debug)]
pub(in super::super) struct TenantFigures {
    pub(in super::super) schedules: u32,
    pub(in super::super) overrides: usize,
    /// Calls of the use-case.
    pub(in super::super) whole: Vec<Duration>,
    /// What it asks the schedules, of schedules that are in memory already.
    pub(in super::super) alone: Vec<Duration>,
}

/// `app::on_call_now` over `many` schedules; alone, each is asked who is on call, who is next, and whether somebody must be.
pub(super) fn on_call_now(folder: &Path, many: u32) -> Result<TenantFigures> {
    Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let tenant = Filled::fill(folder, many).await?;
        let mut whole = Vec::new();
        for call in 0..=CALLS {
            let begun = Instant::now();
            let schedules = app::on_call_now(&tenant.app, &tenant.ctx).await?;
            if call > 0 {
                whole.push(begun.elapsed());
            }
            let covered = schedules.iter().filter(|schedule| !schedule.on_call.is_empty()).count();
            ensure!(covered >= many as usize, "only {covered} of {many} schedules have somebody on call");
        }
        Ok(tenant.figures(whole, |rota, now| {
            let Rota { schedule, overrides } = rota;
            black_box(schedule.on_call_at(overrides, now));
            black_box(schedule.next_on_call(overrides, now));
            black_box(schedule.required(now, now + TimeDelta::nanoseconds(1)));
        }))
    })
}

/// `app::coverage_gaps::scan_now` over `many` schedules; alone, each is asked for its gaps.
pub(super) fn scan(folder: &Path, many: u32) -> Result<TenantFigures> {
    Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let tenant = Filled::fill(folder, many).await?;
        let mut whole = Vec::new();
        for call in 0..=CALLS {
            let begun = Instant::now();
            let report = app::coverage_gaps::scan_now(&tenant.app, &tenant.ctx).await?;
            if call > 0 {
                whole.push(begun.elapsed());
            }
            // What it has to tell goes out beside it.
            tenant.app.settled().await;
            let until = tenant.ctx.now + AHEAD;
            ensure!(report.until == Some(until), "the scan looked until {:?}", report.until);
            let gaps: usize = tenant.rotas.iter().map(|rota| gaps(rota, tenant.ctx.now)).sum();
            let found = report.findings.len() + report.left_out;
            ensure!(found == gaps, "{found} findings where {gaps} gaps are");
        }
        Ok(tenant.figures(whole, |rota, now| {
            black_box(gaps(rota, now));
        }))
    })
}

fn gaps(rota: &Rota, now: DateTime<Utc>) -> usize {
    rota.schedule.gaps(&rota.overrides, now, now + AHEAD).len()
}

/// A tenant with its schedules, kept and in memory.
struct Filled {
    app: Arc<App>,
    ctx: Ctx,
    rotas: Vec<Rota>,
}

impl Filled {
    /// The demo tenant, and `many` schedules of people who can be reached.
    async fn fill(folder: &Path, many: u32) -> Result<Self> {
        let clock = Held::at(sample::start());
        let machine = inside::machine(folder, None, &clock)?;
        let app = Arc::clone(&machine.edge.app);
        let tenant = app::tenants::first_start(&app, &machine.demo_key).await?.tenant;
        let demo: Vec<User> = app.store.all(&tenant).await?.into_iter().map(|user| user.value).collect();
        let owner =
            demo.iter().find(|user| user.role == Role::Owner).context("the demo tenant has an owner")?;
        let member = demo.iter().find(|user| user.role == Role::Member).context("and a member")?;
        let people: Vec<_> = (0..PEOPLE).map(|number| like(member, number)).collect();
        let rotas = sample::rotas(many, PEOPLE);
        keep(&app, &tenant, people.iter()).await?;
        keep(&app, &tenant, rotas.iter().map(|rota| &rota.schedule)).await?;
        keep(&app, &tenant, rotas.iter().flat_map(|rota| &rota.overrides)).await?;
        machine::settle(folder)?;
        let (user_id, name) = (owner.id.clone(), owner.name.clone());
        let ctx = Ctx { tenant, user_id, name, role: owner.role, now: sample::start() };
        Ok(Self { app, ctx, rotas })
    }

    fn figures(&self, whole: Vec<Duration>, ask: impl Fn(&Rota, DateTime<Utc>)) -> TenantFigures {
        let mut alone = Vec::new();
        for _ in 0..CALLS {
            let begun = Instant::now();
            self.rotas.iter().for_each(|rota| ask(rota, self.ctx.now));
            alone.push(begun.elapsed());
        }
        let overrides = self.rotas.iter().map(|rota| rota.overrides.len()).sum();
        let schedules = u32::try_from(self.rotas.len()).unwrap_or(u32::MAX);
        TenantFigures { schedules, overrides, whole, alone }
    }
}

/// A person of the sample who can be reached like `member`.
fn like(member: &User, number: u32) -> User {
    let mut user = member.clone();
    user.id = sample::person(number);
    user.subject = format!("bench-{number}");
    user.name = format!("Person {number}");
    user.email = format!("person-{number}@msp.example");
    for method in &mut user.contact_methods {
        method.id = ContactMethodId::derived(&[user.id.as_str(), method.channel.as_str()]);
        method.address.clone_from(&user.email);
    }
    user
}

/// Writes documents through the store's own port.
async fn keep<'a, T: Entity + 'a>(
    app: &App,
    tenant: &TenantId,
    documents: impl Iterator<Item = &'a T>,
) -> Result<()> {
    let documents: Vec<_> = documents.collect();
    let mut commits = JoinSet::new();
    for some in documents.chunks(TOGETHER) {
        let mut changes = Changes::new();
        some.iter().try_for_each(|document| changes.create(*document))?;
        if commits.len() >= AT_ONCE {
            commits.join_next().await.context("some are under way")???;
        }
        let (store, tenant, operation) = (app.store.clone(), tenant.clone(), app.entropy.operation());
        commits.spawn(async move { store.commit(&tenant, operation, changes).await });
    }
    while let Some(committed) = commits.join_next().await {
        committed??;
    }
    Ok(())
}
