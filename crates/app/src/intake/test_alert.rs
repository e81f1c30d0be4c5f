//! A test alert: the whole way from a door to a page, on demand.
//!
//! Invariants: it goes the way that every alert of its source goes, but joins no incident, and no alert joins its own: it
//! pages, and swallows nothing. What it opens says that it is a test; it is no sign of life of its source's sender.

use std::sync::Arc;

use domain::delivery::Request;
use domain::id::SourceId;
use domain::severity::Severity;
use domain::signal::Signal;
use domain::source::{AlertSource, Grouping};

use super::{Draft, Received, reading};
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// What a test alert says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestAlert {
    /// How bad it claims to be: decides how hard people are rung.
    pub severity: Severity,
    /// The rest of what it says; may be empty.
    pub description: String,
}

/// Sends a test alert through a source's door. Each is a problem of its own.
pub async fn test(app: &Arc<App>, ctx: &Ctx, id: &SourceId, alert: TestAlert) -> Result<Received, Error> {
    ctx.must_manage("send test alerts")?;
    let found = app.store.get::<AlertSource>(&ctx.tenant, id.as_str()).await?;
    let source = found.ok_or_else(|| Error::not_found("alert source", id.as_str()))?.value;
    let source = AlertSource { grouping: Grouping::Key, ..source };
    let mut signal = Signal::trigger(format!("Test alert of {}", source.name), alert.severity);
    signal.description = match alert.description.trim() {
        "" => format!("{} sent it to see whether paging works.", ctx.name),
        text => text.to_owned(),
    };
    let request = Request { body: "(a test alert)".to_owned(), ..Request::default() };
    let mut draft = Draft::new(app, &source, request, ctx.now);
    draft.value.is_test = true;
    signal.dedup_key = Some(format!("test-{}", draft.value.id));
    reading::take(app, &ctx.tenant, &Arc::new(source), vec![signal], draft).await
}
