//! What a body would say, read by an alert source as it is set.

use ::console::alert_source_preview::{AlertSourcePreviewPage, PreviewRead, PreviewedAlert};
use app::{Error, FieldError, Preview, Sample};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use domain::id::SourceId;
use domain::signal::{Action, Signal};

use super::super::answer::{self, Stop};
use super::super::form::OurForm;
use super::super::shown;
use super::super::visitor::Named;

/// Reads what was typed; answered by the page with what it says.
pub(in super::super) async fn preview(Named(id): Named, form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    let id: SourceId = visitor.named("alert source", &id)?;
    // Browsers send every end of a line as two characters.
    let body = form.fields.get("body").unwrap_or_default().replace("\r\n", "\n");
    let sample = Sample::Body { body: body.clone(), content_type: None };
    let read = match app::preview(app, ctx, &id, sample, None).await {
        Ok(Preview::Alerts(signals)) => PreviewRead::Alerts(signals.into_iter().map(previewed).collect()),
        Ok(Preview::Nothing(why)) => PreviewRead::Nothing(answer::sentence(&why)),
        Err(Error::Invalid(wrong)) => PreviewRead::Refused(wrong.iter().map(in_words).collect()),
        Err(error) => return Err(visitor.stop(error)),
    };
    let source = app::alert_sources::get(app, ctx, &id).await.map_err(|error| visitor.stop(error))?;
    let status =
        if matches!(read, PreviewRead::Refused(_)) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = AlertSourcePreviewPage {
        layout: visitor.layout(),
        id: id.to_string(),
        name: source.name,
        body,
        read,
    };
    Ok((status, answer::page(page.render())).into_response())
}

fn previewed(signal: Signal) -> PreviewedAlert {
    let mut facts = vec![("Dedup key", signal.dedup_key())];
    let said = [
        ("Description", Some(signal.description).filter(|text| !text.is_empty())),
        ("Client", signal.client),
        ("Device", signal.device.name),
        ("Host name", signal.device.hostname),
        ("Noticed by", signal.product),
        ("Link", signal.link),
    ];
    facts.extend(said.into_iter().filter_map(|(what, how)| Some((what, how?))));
    PreviewedAlert {
        title: signal.title,
        tells: tells(signal.action),
        severity: shown::severity(signal.severity),
        warning: signal.degraded,
        facts,
    }
}

fn tells(action: Action) -> &'static str {
    match action {
        Action::Trigger => "A problem",
        Action::Acknowledge => "Acknowledged over there",
        Action::Resolve => "A recovery",
        Action::Unacknowledge => "No longer acknowledged over there",
        Action::Note => "A note",
    }
}

fn in_words(wrong: &FieldError) -> String {
    answer::sentence(format!("{} {}", wrong.field, wrong.problem).trim())
}
