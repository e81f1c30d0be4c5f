//! Alert sources: looking at them, and making one.
//!
//! Invariant: a key is answered once, by the page that the form which makes it is answered with; no address and no redirect
//! ever holds it.

mod delivered;
mod one;
pub(super) mod preview;
pub(super) mod steps;
mod words;

use std::collections::HashMap;

use ::console::alert_sources::{
    AlertSourceKeyPage, AlertSourceRow, AlertSourcesPage, Choice, EnteredSource, SourceForm,
};
use app::alert_sources::{Keyed, SigningSecret, SourceEdit};
use app::{Error, FieldError};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::id::ServiceId;
use domain::service::Service;
use domain::source::{Grouping, Mapping, SourceType};
use secrecy::ExposeSecret as _;

pub(super) use self::one::show;
use super::answer::{self, Stop};
use super::form::{Fields, OurForm};
use super::visitor::Visitor;

/// The page.
pub(super) async fn list(visitor: Visitor) -> Result<Response, Stop> {
    page(&visitor, SourceForm::default()).await
}

/// The page, with what the form was sent with and why it was not saved.
async fn page(visitor: &Visitor, form: SourceForm) -> Result<Response, Stop> {
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    let stop = |error| visitor.stop(error);
    let sources = app::alert_sources::all(app, ctx).await.map_err(stop)?;
    let quiet_since = app::alert_sources::quiet_since_each(app, ctx, &sources).await.map_err(stop)?;
    let services = app::services::all(app, ctx).await.map_err(stop)?;
    let names: HashMap<&ServiceId, &str> = services.iter().map(|s| (&s.id, s.name.as_str())).collect();
    let row = |(source, since): (&domain::source::AlertSource, Option<_>)| AlertSourceRow {
        id: source.id.to_string(),
        name: source.name.clone(),
        kind: source.source_type.label().to_owned(),
        service: names.get(&source.service_id).copied().unwrap_or("a service that is gone").to_owned(),
        quiet_since: since.map(|at| visitor.local(at)),
    };
    let page = AlertSourcesPage {
        layout: visitor.layout(),
        sources: sources.iter().zip(quiet_since).map(row).collect(),
        form: ctx.role.can_manage().then(|| SourceForm {
            types: types(),
            services: services.iter().map(service_choice).collect(),
            ..form
        }),
    };
    Ok(answer::page(page.render()))
}

fn types() -> Vec<Choice> {
    let kinds = SourceType::ALL.iter().filter(|kind| kind.has_key());
    kinds.map(|kind| Choice { value: kind.word().to_owned(), label: kind.label().to_owned() }).collect()
}

fn service_choice(service: &Service) -> Choice {
    Choice { value: service.id.to_string(), label: service.name.clone() }
}

/// Makes a source; answered by the page with its key. Why that can't be is said on the form.
pub(super) async fn create(form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    ctx.must_manage("make alert sources").map_err(|error| visitor.stop(error))?;
    let entered = entered(&form.fields);
    let made = match read(&entered) {
        Ok(edit) => app::alert_sources::create(app, ctx, &edit).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(keyed) => Ok(key_page(visitor, keyed, false)),
        Err(Error::Invalid(wrong)) => {
            let problems = wrong.iter().map(in_words).collect();
            let page = page(visitor, SourceForm { entered, problems, ..SourceForm::default() }).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        Err(error) => Err(visitor.stop(error)),
    }
}

/// The page that shows a key.
fn key_page(visitor: &Visitor, Keyed { source, key }: Keyed, is_rotated: bool) -> Response {
    let base = &visitor.app().settings.public_url;
    let key = key.expose_secret();
    let page = AlertSourceKeyPage {
        layout: visitor.layout(),
        id: source.id.to_string(),
        name: source.name,
        url: format!("{base}/api/webhooks/{key}").into(),
        enqueue_url: (source.source_type == SourceType::PagerdutyEvents)
            .then(|| format!("{base}/v2/enqueue")),
        key: key.into(),
        is_rotated,
    };
    answer::page(page.render())
}

fn entered(fields: &Fields) -> EnteredSource {
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    EnteredSource {
        name: text("name"),
        source_type: text("type"),
        service_id: text("service_id"),
        silence_minutes: text("silence_minutes"),
    }
}

/// The source that is meant; both choices that weren't made are told at once.
fn read(entered: &EnteredSource) -> Result<SourceEdit, Error> {
    let mut wrong = Vec::new();
    let mut choose = |field: &str| {
        wrong.push(FieldError { field: field.to_owned(), problem: "choose one".to_owned() });
    };
    let source_type: Option<SourceType> = entered.source_type.parse().map_err(|_| choose("type")).ok();
    let service_id: Option<ServiceId> = entered.service_id.parse().map_err(|_| choose("service_id")).ok();
    let (Some(source_type), Some(service_id)) = (source_type, service_id) else {
        return Err(Error::Invalid(wrong));
    };
    // The field stands for other types too, where a browser can't hide it. What is no number is no number of minutes.
    let silence_minutes = match source_type {
        SourceType::Heartbeat => entered.silence_minutes.parse().ok(),
        _ => None,
    };
    Ok(SourceEdit {
        name: entered.name.clone(),
        source_type,
        service_id,
        mapping: Mapping::default(),
        grouping: Grouping::default(),
        flap_pause: None,
        silence_minutes,
        signing_secret: SigningSecret::Keep,
    })
}

/// By the form's own labels.
fn in_words(wrong: &FieldError) -> String {
    let field = match wrong.field.as_str() {
        "name" => "Name",
        "type" => "Type",
        "service_id" => "Service",
        "silence_minutes" => "Longest silence",
        other => other,
    };
    format!("{field}: {}", wrong.problem)
}
