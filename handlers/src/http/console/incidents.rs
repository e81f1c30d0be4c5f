//! The incident list, and working on several at once.

use std::collections::BTreeSet;

use ::console::incidents::{FilterCounts, IncidentFilter, IncidentRow, IncidentsPage};
use app::Error;
use axum::extract::RawQuery;
use axum::response::Response;
use domain::incident::{Incident, Status};
use tracing::warn;

use super::answer::{self, Stop};
use super::form::{Fields, OurForm};
use super::notice::{self, Said, Tally};
use super::shown;
use super::visitor::Visitor;

/// How many incidents one page holds.
const PAGE: u32 = 50;

/// What the query asks for. What it doesn't say, or says in words of its own, is the default.
#[derive(Debug, PartialEq, Eq)]
struct Query {
    filter: IncidentFilter,
    before: Option<String>,
    all_selected: bool,
}

impl Query {
    fn parse(query: &str) -> Self {
        let mut parsed = Self { filter: IncidentFilter::Open, before: None, all_selected: false };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "state" => parsed.filter = IncidentFilter::named(&value).unwrap_or(parsed.filter),
                "before" => parsed.before = Some(value.into_owned()).filter(|cursor| !cursor.is_empty()),
                "select" => parsed.all_selected = value == "all",
                _ => {}
            }
        }
        parsed
    }
}

fn wanted(filter: IncidentFilter) -> app::IncidentFilter {
    match filter {
        IncidentFilter::Open => app::IncidentFilter::Open,
        IncidentFilter::Triggered => app::IncidentFilter::In(Status::Triggered),
        IncidentFilter::Acknowledged => app::IncidentFilter::In(Status::Acknowledged),
        IncidentFilter::Resolved => app::IncidentFilter::In(Status::Resolved),
        IncidentFilter::All => app::IncidentFilter::All,
    }
}

/// The list.
pub(super) async fn list(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Stop> {
    let Query { filter, before, all_selected } = Query::parse(query.as_deref().unwrap_or_default());
    let found = app::list(visitor.app(), &visitor.ctx, wanted(filter), (before.as_deref(), PAGE)).await;
    let found = found.map_err(|error| match error {
        Error::Invalid(_) => visitor.stop(Error::invalid("before", "is not where a list goes on")),
        error => visitor.stop(error),
    })?;
    let is_whole = before.is_none() && found.older.is_none();
    let counts = if is_whole { counts(filter, &found.incidents) } else { FilterCounts::default() };
    let page = IncidentsPage {
        layout: visitor.layout(),
        filter,
        counts,
        rows: found.incidents.into_iter().map(|incident| row(&visitor, incident)).collect(),
        before,
        older: found.older,
        all_selected,
        ingest_url: format!("{}/api/webhooks/ingest", visitor.app().settings.public_url),
    };
    Ok(answer::page(page.render()))
}

/// What a list that is whole tells of the tabs; the others aren't counted.
fn counts(filter: IncidentFilter, listed: &[Incident]) -> FilterCounts {
    let of = |wanted: &[Status]| {
        let count = listed.iter().filter(|incident| wanted.contains(&incident.status)).count();
        u64::try_from(count).ok()
    };
    let (triggered, acknowledged) = (of(&[Status::Triggered]), of(&[Status::Acknowledged]));
    let open = of(&[Status::Triggered, Status::Acknowledged]);
    let resolved = of(&[Status::Resolved]);
    match filter {
        IncidentFilter::Open => FilterCounts { open, triggered, acknowledged, ..FilterCounts::default() },
        IncidentFilter::Triggered => FilterCounts { triggered, ..FilterCounts::default() },
        IncidentFilter::Acknowledged => FilterCounts { acknowledged, ..FilterCounts::default() },
        IncidentFilter::Resolved => FilterCounts { resolved, ..FilterCounts::default() },
        IncidentFilter::All => {
            FilterCounts { open, triggered, acknowledged, resolved, all: u64::try_from(listed.len()).ok() }
        }
    }
}

fn row(visitor: &Visitor, incident: Incident) -> IncidentRow {
    IncidentRow {
        held_by: shown::held_by(&incident),
        opened_at: visitor.local(incident.created_at),
        severity: shown::severity(incident.severity),
        state: shown::state(incident.status),
        id: incident.id.to_string(),
        number: incident.number,
        title: incident.title,
        service: incident.service_name,
        client: incident.client,
        alert_count: incident.alert_count,
    }
}

/// What may be done to several at once.
#[derive(Debug, Clone, Copy)]
enum Step {
    Acknowledge,
    Resolve,
}

/// Acknowledges or resolves what is selected, one after the other; one that can't be stops none of the others.
pub(super) async fn work_on_several(form: OurForm) -> Result<Response, Stop> {
    let visitor = &form.visitor;
    let (step, ids) = selected(&form.fields).map_err(|error| visitor.stop(error))?;
    let next = form.fields.next().unwrap_or(::console::routes::HOME);
    if ids.is_empty() {
        return Ok(notice::go_on(next, Said::NothingSelected));
    }
    let mut tally = Tally::default();
    for id in ids {
        match take(visitor, step, id).await {
            Ok(()) => tally.done += 1,
            Err(error @ (Error::Forbidden(_) | Error::Unauthenticated)) => return Err(visitor.stop(error)),
            Err(Error::Conflict { .. } | Error::NotFound { .. }) => tally.failed += 1,
            Err(error) => {
                warn!(incident = id, %error, "one of several could not be worked on");
                tally.failed += 1;
            }
        }
    }
    let said = match step {
        Step::Acknowledge => Said::SeveralAcknowledged(tally),
        Step::Resolve => Said::SeveralResolved(tally),
    };
    Ok(notice::go_on(next, said))
}

fn selected(fields: &Fields) -> Result<(Step, BTreeSet<&str>), Error> {
    let step = match fields.get("action") {
        Some("acknowledge") => Step::Acknowledge,
        Some("resolve") => Step::Resolve,
        _ => return Err(Error::invalid("action", "must be acknowledge or resolve")),
    };
    let ids: BTreeSet<&str> = fields.all("id").collect();
    if ids.len() > PAGE as usize {
        return Err(Error::invalid("id", format!("must not name more than {PAGE} incidents")));
    }
    Ok((step, ids))
}

async fn take(visitor: &Visitor, step: Step, id: &str) -> Result<(), Error> {
    let id = id.parse().map_err(|_| Error::not_found("incident", id))?;
    match step {
        Step::Acknowledge => app::acknowledge(visitor.app(), &visitor.ctx, &id).await?,
        Step::Resolve => app::resolve(visitor.app(), &visitor.ctx, &id, None).await?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_chooses_filter_page_and_selection() {
        assert_eq!(
            Query::parse("state=resolved&before=17&select=all&notice=resolved"),
            Query { filter: IncidentFilter::Resolved, before: Some("17".into()), all_selected: true }
        );
    }

    #[test]
    fn a_query_of_unknown_words_is_the_default_list() {
        let default = Query { filter: IncidentFilter::Open, before: None, all_selected: false };
        assert_eq!(Query::parse(""), default);
        assert_eq!(Query::parse("state=odd&before=&select=some"), default);
    }
}
