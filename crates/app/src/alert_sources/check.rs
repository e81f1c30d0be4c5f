//! Whether an alert source may be saved.
//!
//! Invariant: every mistake is told at once.

use domain::input::Wrong;
use domain::service::Service;
use domain::source::AlertSource;

use super::SourceEdit;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keeping::accept;

/// Nothing is wrong with what `edit` made of a source, or everything that is.
pub(super) async fn check(
    app: &App,
    ctx: &Ctx,
    source: &AlertSource,
    edit: &SourceEdit,
) -> Result<(), Error> {
    let service = app.store.get::<Service>(&ctx.tenant, source.service_id.as_str()).await?;
    let mut wrong = source.problems(service.is_some());
    if edit.source_type != source.source_type {
        let problem = format!("stays {}; another type is another alert source", source.source_type.word());
        wrong.push(Wrong::new("type", problem));
    }
    let folded = source.name.to_lowercase();
    let others = app.store.all::<AlertSource>(&ctx.tenant).await?;
    let mut others = others.iter().map(|other| &other.value).filter(|other| other.id != source.id);
    if let Some(other) = others.find(|other| other.name.to_lowercase() == folded) {
        wrong.push(Wrong::new("name", format!("is the name of another alert source ({})", other.id)));
    }
    // What is empty is no path either, and that is one mistake.
    let unread = app.reader.problems(source).into_iter();
    let unread: Vec<Wrong> =
        unread.filter(|more| wrong.iter().all(|told| told.field != more.field)).collect();
    wrong.extend(unread);
    wrong.extend(edit.signing_secret.problem(source.source_type));
    accept(wrong)
}
