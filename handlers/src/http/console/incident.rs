//! One incident's page, from everything that belongs to it.

mod page_ledger;
pub(super) mod steps;
mod upcoming;

use ::console::incident::{DefendFacts, Facts, FurtherLink, IncidentPage, PsaTicket, TicketProgress};
use ::console::{Notice, Tone};
use app::{IncidentDetail, TicketStanding};
use axum::response::Response;
use domain::incident::Incident;
use domain::signal::{Detection, Device};

use super::answer::{self, Stop};
use super::visitor::{Named, Visitor};
use super::{shown, timeline_text};

/// How much of a raw alert a page shows, in bytes: as much as anybody reads, and no more than a phone likes to load.
const LONGEST_RAW: usize = 64 * 1024;

/// The page.
pub(super) async fn show(visitor: Visitor, Named(id): Named) -> Result<Response, Stop> {
    let id = visitor.incident(&id)?;
    let (app, ctx) = (visitor.app(), &visitor.ctx);
    let stop = |error| visitor.stop(error);
    let IncidentDetail { incident, timeline, pages, ticket } =
        app::detail(app, ctx, &id).await.map_err(stop)?;
    let first_body = app::first_body(app, ctx, &id).await.map_err(stop)?;
    let mut layout = visitor.layout();
    layout.notices.extend(incident.degraded.as_deref().map(not_understood));
    let page = IncidentPage {
        layout,
        id: id.to_string(),
        number: incident.number,
        title: incident.title.clone(),
        description: Some(incident.description.clone()).filter(|text| !text.is_empty()),
        severity: shown::severity(incident.severity),
        state: shown::state(incident.status),
        held_by: shown::held_by(&incident),
        facts: facts(&visitor, &incident),
        upcoming: upcoming::of(&visitor, &incident).await.map_err(stop)?,
        // Past the last step the policy starts over or the admins are told, so there is always somebody.
        can_escalate: true,
        psa_ticket: psa_ticket(&incident, ticket),
        timeline: timeline.into_iter().map(|entry| timeline_text::entry(&visitor.home, entry)).collect(),
        page_ledger: pages.into_iter().map(|page| page_ledger::line(&visitor.home, page)).collect(),
        raw_alert: first_body.map(raw),
        defend: incident.detection.map(|detection| defend(detection, incident.device)),
    };
    Ok(answer::page(page.render()))
}

fn not_understood(why: &str) -> Notice {
    let text =
        format!("Its first alert could not be fully understood ({why}). It stands below as it was received.");
    Notice { tone: Tone::Info, text }
}

fn facts(visitor: &Visitor, incident: &Incident) -> Facts {
    let origin = &incident.origin;
    let product = origin.product.as_ref().filter(|product| **product != origin.source_name);
    Facts {
        service: incident.service_name.clone(),
        client: incident.client.clone(),
        device: device(&incident.device),
        source: match product {
            Some(product) => format!("{} ({product})", origin.source_name),
            None => origin.source_name.clone(),
        },
        source_link: incident.link.clone(),
        further_links: further_links(incident),
        alert_count: incident.alert_count,
        first_seen: visitor.local(incident.created_at),
        last_seen: visitor.local(incident.last_seen_at),
        dedup_key: if incident.dedup_key.is_empty() { "none".to_owned() } else { incident.dedup_key.clone() },
    }
}

/// What the sender gave to look at besides, pictures after pages.
fn further_links(incident: &Incident) -> Vec<FurtherLink> {
    let link = |label: Option<&String>, address: &String| FurtherLink {
        label: label.filter(|label| !label.trim().is_empty()).unwrap_or(address).clone(),
        address: address.clone(),
    };
    let pages = incident.links.iter().map(|page| link(page.text.as_ref(), &page.href));
    let pictures = incident.images.iter().flat_map(|image| {
        let picture = FurtherLink {
            label: format!("Image: {}", image.alt.as_deref().unwrap_or(&image.src)),
            address: image.src.clone(),
        };
        std::iter::once(picture).chain(image.href.as_ref().map(|href| link(None, href)))
    });
    pages.chain(pictures).collect()
}

fn device(device: &Device) -> Option<String> {
    match (&device.name, &device.hostname) {
        (Some(name), Some(host)) if name != host => Some(format!("{name} ({host})")),
        (Some(name), _) | (None, Some(name)) => Some(name.clone()),
        (None, None) => None,
    }
}

fn defend(detection: Detection, device: Device) -> DefendFacts {
    let technique = detection.mitre_technique;
    DefendFacts {
        hostname: device.hostname,
        detection_type: detection.detection_type,
        mitre_technique: technique.map(|mitre| format!("{} {}", mitre.id, mitre.name).trim_end().to_owned()),
        recommended_action: detection.recommended_action,
    }
}

fn psa_ticket(incident: &Incident, standing: TicketStanding) -> PsaTicket {
    let progress = match standing {
        TicketStanding::Off => TicketProgress::Off,
        TicketStanding::NotYet if incident.first_acknowledged_at.is_some() => TicketProgress::Failed {
            reason: "nothing was filed, because no PSA was configured when it was acknowledged".to_owned(),
            retrying: false,
        },
        TicketStanding::NotYet => TicketProgress::OnAcknowledge,
        TicketStanding::Pending => TicketProgress::Pending,
        TicketStanding::Filed => TicketProgress::Complete,
        TicketStanding::Failed { reason, retrying } => TicketProgress::Failed { reason, retrying },
    };
    PsaTicket {
        ticket_id: incident.psa_ticket_id.clone(),
        number: incident.psa_ticket_number.clone(),
        url: incident.psa_ticket_url.clone(),
        progress,
    }
}

fn raw(body: String) -> String {
    let shown = body.floor_char_boundary(LONGEST_RAW);
    match body.len() - shown {
        0 => body,
        left => format!("{}\n… and {left} bytes more", &body[..shown]),
    }
}
