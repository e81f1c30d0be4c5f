//! Alert sources, as managers keep them: made, edited, given another key, deleted.
//!
//! Invariants: no two of a tenant have the same name, and each is of a service that is there, however many are saved at
//! once: every change of one replaces the tenant's document, too, and whoever comes second decides again. A key counts from
//! the commit that makes it, and never after the one that makes the next.

mod check;
mod deliveries;
mod key;
mod signing;
mod watch;

pub use deliveries::{DeliveryPage, deliveries, delivery};
pub use signing::SigningSecret;
pub use watch::{quiet_since, quiet_since_each};

use domain::id::{ServiceId, SourceId};
use domain::source::{AlertSource, FlapPause, Grouping, KeyHash, Mapping, SourceType};
use domain::tenant::Tenant;
use domain::vault::SecretName;
use secrecy::{ExposeSecret as _, SecretString};
use store::{Changes, Versioned};

use crate::app::App;
use crate::ctx::Ctx;
use crate::entered_secret;
use crate::error::Error;
use crate::intake::none_waits;
use crate::keeping::{Fitting, fit};

const MAY: &str = "change alert sources";

/// An alert source as somebody writes it.
#[derive(Debug, Clone)]
pub struct SourceEdit {
    /// What people call it.
    pub name: String,
    /// How its deliveries are read; stays what it was made with.
    pub source_type: SourceType,
    /// The service its alerts are about.
    pub service_id: ServiceId,
    /// Where the sender's format differs from its type's.
    pub mapping: Mapping,
    /// Which alerts become one incident.
    pub grouping: Grouping,
    /// When a problem that comes and goes is waited for.
    pub flap_pause: Option<FlapPause>,
    /// A heartbeat's longest silence, in minutes.
    pub silence_minutes: Option<u32>,
    /// What the sender signs with.
    pub signing_secret: SigningSecret,
}

/// A source and the key that was just made for it. Nobody is told that key again.
#[derive(Debug, Clone)]
pub struct Keyed {
    /// The source.
    pub source: AlertSource,
    /// Its key.
    pub key: SecretString,
}

/// What happens to a source. The secrets are kept already.
enum Step<'a> {
    Make(&'a SourceEdit, &'a KeyHash, Option<&'a SecretName>),
    Edit(&'a SourceEdit, Option<&'a SecretName>),
    Rekey(&'a KeyHash),
    Delete,
}

/// What a step makes of a source.
struct Change {
    before: Option<AlertSource>,
    after: Option<AlertSource>,
}

/// Every source, by name.
pub async fn all(app: &App, ctx: &Ctx) -> Result<Vec<AlertSource>, Error> {
    let found = app.store.all::<AlertSource>(&ctx.tenant).await?;
    let mut sources: Vec<AlertSource> = found.into_iter().map(|found| found.value).collect();
    sources.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(sources)
}

/// One source.
pub async fn get(app: &App, ctx: &Ctx, id: &SourceId) -> Result<AlertSource, Error> {
    Ok(find(app, ctx, id).await?.value)
}

/// Makes a source, with a key that is told only now.
pub async fn create(app: &App, ctx: &Ctx, new: &SourceEdit) -> Result<Keyed, Error> {
    ctx.must_manage(MAY)?;
    let id = SourceId::fresh(ctx.now, app.entropy.draw());
    // Nothing is put anywhere for what can't be saved.
    check::check(app, ctx, &made(id.clone(), new), new).await?;
    let key = key::draw(app);
    let hash = KeyHash::of(key.expose_secret());
    key::put_up(app, ctx, &id, &hash).await?;
    let secret = signing::keep(app, ctx, &new.signing_secret).await?;
    let source = take_or_forget(app, ctx, &id, &Step::Make(new, &hash, secret.as_ref())).await?;
    Ok(Keyed { source, key })
}

/// Edits a source. Its type and its key stay.
pub async fn edit(app: &App, ctx: &Ctx, id: &SourceId, edit: &SourceEdit) -> Result<AlertSource, Error> {
    ctx.must_manage(MAY)?;
    let kept = find(app, ctx, id).await?;
    check::check(app, ctx, &edited(kept.value, edit, None), edit).await?;
    let secret = signing::keep(app, ctx, &edit.signing_secret).await?;
    take_or_forget(app, ctx, id, &Step::Edit(edit, secret.as_ref())).await
}

/// Gives a source another key. The one before opens nothing from the same commit on.
pub async fn rotate_key(app: &App, ctx: &Ctx, id: &SourceId) -> Result<Keyed, Error> {
    ctx.must_manage(MAY)?;
    find(app, ctx, id).await?;
    let key = key::draw(app);
    let hash = KeyHash::of(key.expose_secret());
    key::put_up(app, ctx, id, &hash).await?;
    let source = take_or_forget(app, ctx, id, &Step::Rekey(&hash)).await?;
    Ok(Keyed { source, key })
}

/// Deletes a source. Its key opens nothing from the same commit on; its incidents stay. One for which a delivery waits that
/// will page is not deleted yet.
pub async fn delete(app: &App, ctx: &Ctx, id: &SourceId) -> Result<(), Error> {
    take_or_forget(app, ctx, id, &Step::Delete).await.map(|_| ())
}

/// Takes a step; a secret that was kept for one which surely came to nothing is forgotten.
async fn take_or_forget(app: &App, ctx: &Ctx, id: &SourceId, step: &Step<'_>) -> Result<AlertSource, Error> {
    let taken = take(app, ctx, id, step).await;
    let name = match step {
        Step::Make(_, _, name) | Step::Edit(_, name) => *name,
        Step::Rekey(_) | Step::Delete => None,
    };
    entered_secret::unless_kept(app.secrets.as_ref(), taken, name).await
}

async fn take(app: &App, ctx: &Ctx, id: &SourceId, step: &Step<'_>) -> Result<AlertSource, Error> {
    ctx.must_manage(MAY)?;
    let change = fit(app, ctx, (id, step)).await?;
    tidy(app, &change).await;
    let kept = change.after.or(change.before);
    kept.ok_or_else(|| Error::not_found("alert source", id.as_str()))
}

impl Fitting for (&SourceId, &Step<'_>) {
    type Made = Change;

    async fn decide(&self, app: &App, ctx: &Ctx, _: &Tenant, changes: &mut Changes) -> Result<Change, Error> {
        let (id, step) = *self;
        if let Step::Make(new, hash, secret) = step {
            let mut source = made(id.clone(), new);
            source.key_hash = Some((*hash).clone());
            source.signing_secret = secret.cloned();
            check::check(app, ctx, &source, new).await?;
            changes.create(&source)?;
            changes.create(&watch::begin(&source, ctx.now))?;
            return Ok(Change { before: None, after: Some(source) });
        }
        let mut kept = find(app, ctx, id).await?;
        let before = kept.value.clone();
        match step {
            Step::Make(..) => {}
            Step::Edit(edit, secret) => {
                kept.value = edited(kept.value, edit, *secret);
                check::check(app, ctx, &kept.value, edit).await?;
                if kept.value.silence_minutes != before.silence_minutes {
                    watch::adjust(app, ctx, &kept.value, changes).await?;
                }
            }
            Step::Rekey(hash) => {
                if !kept.value.source_type.has_key() {
                    let detail = format!("alerts of {} come in without a key", kept.value.source_type);
                    return Err(Error::Conflict { code: "alert-source-without-key", detail });
                }
                kept.value.key_hash = Some((*hash).clone());
            }
            Step::Delete => {
                none_waits(app, &ctx.tenant, id, ctx.now).await?;
                watch::end(app, ctx, id, changes).await?;
                changes.delete(&kept);
                return Ok(Change { before: Some(before), after: None });
            }
        }
        changes.replace(&kept)?;
        Ok(Change { before: Some(before), after: Some(kept.value) })
    }
}

/// Takes down what no source names any more. What a crash leaves behind here opens nothing.
async fn tidy(app: &App, change: &Change) {
    let Some(before) = &change.before else { return };
    let after = change.after.as_ref();
    let hash = before.key_hash.as_ref();
    if let Some(hash) = hash.filter(|hash| after.and_then(|source| source.key_hash.as_ref()) != Some(*hash)) {
        key::take_down(app, hash).await;
    }
    let secret = before.signing_secret.as_ref();
    let is_gone = |name: &&SecretName| after.and_then(|source| source.signing_secret.as_ref()) != Some(*name);
    if let Some(name) = secret.filter(is_gone) {
        entered_secret::forget(app.secrets.as_ref(), name).await;
    }
}

fn made(id: SourceId, new: &SourceEdit) -> AlertSource {
    let source = AlertSource::new(id, String::new(), new.source_type, new.service_id.clone());
    edited(source, new, None)
}

/// What an edit makes of a source; `secret` is where the secret that it brings is kept.
fn edited(mut source: AlertSource, edit: &SourceEdit, secret: Option<&SecretName>) -> AlertSource {
    edit.name.trim().clone_into(&mut source.name);
    source.service_id = edit.service_id.clone();
    source.mapping = edit.mapping.clone();
    source.grouping = edit.grouping.clone();
    source.flap_pause = edit.flap_pause;
    source.silence_minutes = edit.silence_minutes;
    match edit.signing_secret {
        SigningSecret::Keep => {}
        SigningSecret::Remove => source.signing_secret = None,
        SigningSecret::Set(_) => source.signing_secret = secret.cloned(),
    }
    source
}

async fn find(app: &App, ctx: &Ctx, id: &SourceId) -> Result<Versioned<AlertSource>, Error> {
    let found = app.store.get::<AlertSource>(&ctx.tenant, id.as_str()).await?;
    found.ok_or_else(|| Error::not_found("alert source", id.as_str()))
}
