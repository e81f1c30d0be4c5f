//! The tenant's PSA: which one it is, checking it, and setting it up. For managers.
//!
//! Invariant: a secret only comes in; what the page has no field for stays as it was, unless the PSA becomes another: one
//! account's companies and technicians are strangers in the next.

mod form;

use ::console::psa::{FiledIn, PsaCheckRows, PsaForm, PsaPage, PsaPoint};
use ::console::{Notice, Tone, routes};
use app::Error;
use app::psa::PsaEdit;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::psa::{PsaCheck, PsaConnection, PsaMapping};
use secrecy::SecretString;

use super::answer::{self, Stop};
use super::form::OurForm;
use super::notice::{self, Said, Sources};
use super::visitor::Visitor;

/// The page.
pub(super) async fn show(visitor: Visitor) -> Result<Response, Stop> {
    page(&visitor, None, Returned::default()).await
}

/// Checks now; answered by the page with what the check said, since only that of a tenant's own PSA is kept.
pub(super) async fn verify(form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    match app::psa::verify(visitor.app(), &visitor.ctx).await {
        Ok(check) => page(visitor, Some(check), Returned::default()).await,
        Err(Error::Conflict { code: "psa-not-configured", .. }) => {
            Ok(notice::go_on(routes::PSA, Said::NoPsa))
        }
        Err(error) => Err(visitor.stop(error)),
    }
}

/// Sets it up. Why that can't be is said on the form.
pub(super) async fn set(form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    let before = app::psa::get(app, ctx).await.map_err(|error| visitor.stop(error))?;
    let Some(provider) = form::read(&form.fields) else {
        return Err(visitor.stop(Error::invalid("provider", "is none that there is")));
    };
    let secret = form.fields.get("secret").filter(|secret| !secret.trim().is_empty());
    let is_same = |before: &PsaConnection| before.provider.home() == provider.home();
    let mapping = before.filter(is_same).map_or_else(PsaMapping::default, |before| before.mapping);
    let edit = PsaEdit {
        secret: secret.map(|secret| SecretString::from(secret.to_owned())),
        mapping: form::mapping(&form.fields, mapping),
        time_entries: form.fields.get("time_entries") == Some("yes"),
        provider,
    };
    match app::psa::set(app, ctx, &edit).await {
        Ok(_) => Ok(notice::go_on(routes::PSA, Said::Sources(Sources::PsaKept))),
        Err(Error::Invalid(wrong)) => {
            let problems = wrong.iter().map(form::in_words).collect();
            let page = page(visitor, None, Returned { edit: Some(edit), problems }).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
        Err(error) => Err(visitor.stop(error)),
    }
}

/// A form that was not saved.
#[derive(Default)]
struct Returned {
    edit: Option<PsaEdit>,
    problems: Vec<String>,
}

async fn page(visitor: &Visitor, said: Option<PsaCheck>, returned: Returned) -> Result<Response, Stop> {
    let app = visitor.app();
    let connection = app::psa::get(app, &visitor.ctx).await.map_err(|error| visitor.stop(error))?;
    let mut layout = visitor.layout();
    if let Some(check) = &said {
        layout.notices.push(told(check));
    }
    let check = said.or_else(|| connection.as_ref().and_then(|connection| connection.checked.clone()));
    let page = PsaPage {
        layout,
        filed_in: match (&connection, app::psa::deployments_own(app)) {
            (Some(connection), _) => FiledIn::Own {
                label: connection.provider.label().to_owned(),
                next_check: visitor.local(connection.due_at),
            },
            (None, Some(name)) => FiledIn::Deployment(name.to_owned()),
            (None, None) => FiledIn::Nothing,
        },
        check: check.map(|check| rows(visitor, check)),
        forms: forms(connection.as_ref(), &returned),
    };
    Ok(answer::page(page.render()))
}

fn told(check: &PsaCheck) -> Notice {
    let (tone, text) = if check.is_good() {
        (Tone::Done, "Checked just now: nothing is missing.")
    } else {
        (Tone::Problem, "Checked just now: something is missing.")
    };
    Notice { tone, text: text.to_owned() }
}

fn rows(visitor: &Visitor, check: PsaCheck) -> PsaCheckRows {
    let points = check.points.into_iter();
    PsaCheckRows {
        at: visitor.local(check.at),
        points: points.map(|point| PsaPoint { what: point.what, missing: point.missing }).collect(),
    }
}

/// A form for each PSA, with what it is set to; the one that was not saved with what was typed.
fn forms(connection: Option<&PsaConnection>, returned: &Returned) -> Vec<PsaForm> {
    let mut forms: Vec<PsaForm> = form::blanks()
        .into_iter()
        .map(|blank| {
            let is_own = |connection: &&PsaConnection| connection.provider.word() == blank.word();
            let kept = connection.filter(is_own);
            let typed = returned.edit.as_ref().filter(|edit| edit.provider.word() == blank.word());
            let shown = match (typed, kept) {
                (Some(edit), _) => form::of(&edit.provider, &edit.mapping, edit.time_entries),
                (None, Some(kept)) => form::of(&kept.provider, &kept.mapping, kept.time_entries),
                (None, None) => form::of(&blank, &PsaMapping::default(), false),
            };
            let problems = if typed.is_some() { returned.problems.clone() } else { Vec::new() };
            PsaForm { is_connected: kept.is_some(), problems, ..shown }
        })
        .collect();
    forms.sort_by_key(|form| !form.is_connected);
    forms
}
