//! `oncall token`: a sign-in token with the Hub's claims, for scripts and for signing in from elsewhere.

use anyhow::{Context as _, bail};
use app::tenants::{DEMO_TENANT, members};
use chrono::TimeDelta;
use clap::Args;
use domain::id::TenantId;
use embedded::hub::claims;

use crate::compose::Machine;
use crate::door::Door;
use crate::standalone;

#[derive(Debug, Args)]
pub(super) struct Token {
    /// Whose, by mail address; the owner unless given.
    #[arg(long)]
    user: Option<String>,
    /// For which tenant.
    #[arg(long, default_value = DEMO_TENANT)]
    tenant: String,
    /// How many days it is good for.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
}

impl Token {
    /// Makes the token.
    pub(super) async fn issue(&self, machine: &Machine) -> anyhow::Result<String> {
        let Door::Local(hub) = &machine.edge.hub else {
            bail!("HUB_ISSUER is set, so tokens come from the Hub; one made here would open nothing");
        };
        let app = &machine.edge.app;
        app::tenants::first_start(app, &machine.demo_key).await?;
        let tenant: TenantId = self.tenant.parse().context("--tenant")?;
        let people = members(app, &tenant).await?;
        let user = match &self.user {
            Some(email) => people.iter().find(|user| user.email.eq_ignore_ascii_case(email)),
            None => people.iter().max_by_key(|user| user.role),
        };
        let Some(user) = user else {
            let known: Vec<&str> = people.iter().map(|user| user.email.as_str()).collect();
            bail!("there is no such person in '{tenant}'; there are: {}", known.join(", "));
        };
        let exp = (standalone::now() + TimeDelta::days(self.days)).timestamp();
        Ok(hub.issue(claims(&tenant, user, exp))?)
    }
}
