//! Autotask: the adapter against a stand-in that speaks the documented format and misbehaves on command.
//!
//! Invariant: whoever retries does what the product does: looks first, and only then sends again.

mod checks;
mod faults;
mod reading;
mod ticket;
mod work;

use std::time::Duration;

use acceptance::autotask::Autotask as StandIn;
use app::port::{Filed, Secret, TicketError, TicketNote, TicketResolution, TicketSystem as _, TimeSpent};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::TenantId;
use domain::psa::{AutotaskSettings, PsaMapping};
use domain::severity::Severity;
use domain::ticket::{NewTicket, Technician};
use integrations::http::{Http, Timeouts};
use integrations::psa::Autotask;

const SAM: i64 = 29_682_885;
const ENGINEER: i64 = 29_683_001;
const NIGHT_DUTY: i64 = 29_683_002;
const REF: &str = "oncall-incident-inc_01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn tenant() -> TenantId {
    "org_1".parse().expect("an id")
}

fn at() -> DateTime<Utc> {
    "2026-11-20T21:04:05Z".parse().expect("an instant")
}

fn settings(stand_in: &StandIn) -> AutotaskSettings {
    AutotaskSettings {
        username: StandIn::USERNAME.into(),
        integration_code: StandIn::CODE.into(),
        queue: StandIn::QUEUE.into(),
        source: Some("Monitoring Alert".into()),
        zone_url: Some(stand_in.url()),
        ..AutotaskSettings::default()
    }
}

fn mapping() -> PsaMapping {
    PsaMapping { default_company: Some("The MSP".into()), ..PsaMapping::default() }
}

fn open(settings: &AutotaskSettings, mapping: &PsaMapping, timeouts: Timeouts) -> Autotask {
    let secret = Secret::fixed("psa-1", StandIn::SECRET.into());
    Autotask::new(settings, mapping, secret, Http::new(timeouts)).expect("settings that can work")
}

/// The adapter as it usually is.
fn adapter(stand_in: &StandIn) -> Autotask {
    open(&settings(stand_in), &mapping(), Timeouts::default())
}

/// One that soon stops waiting for an answer.
fn impatient(stand_in: &StandIn) -> Autotask {
    let timeouts = Timeouts { total: Duration::from_millis(1_500), ..Timeouts::default() };
    open(&settings(stand_in), &mapping(), timeouts)
}

fn technician(email: &str, name: &str) -> Technician {
    Technician {
        user_id: "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id"),
        email: email.into(),
        name: name.into(),
    }
}

fn sam() -> Technician {
    technician("sam@msp.test", "Sam Tech")
}

fn new_ticket() -> NewTicket {
    NewTicket {
        tenant_id: tenant(),
        title: "CPU critical on SRV-1".into(),
        description: "CPU at 98 %".into(),
        priority: "P1",
        severity: Severity::Critical,
        number: 42,
        client: Some("Contoso Ltd".into()),
        assignee: Some(sam()),
        created_at: at(),
        external_ref: REF.into(),
    }
}

fn note(number: i64) -> TicketNote {
    TicketNote {
        external_ref: format!("oncall-note_{number}"),
        author: "Sam Tech".into(),
        text: format!("step {number}"),
        at: at() + TimeDelta::minutes(number),
    }
}

fn end() -> TicketResolution {
    TicketResolution { at: at() + TimeDelta::minutes(40), by: "Sam Tech".into(), summary: "restarted".into() }
}

fn time() -> TimeSpent {
    TimeSpent {
        external_ref: "oncall-time-inc_1".into(),
        technician: sam(),
        from: at(),
        to: at() + TimeDelta::minutes(40),
        summary: "restarted".into(),
    }
}

/// Files the ticket as the product does: whatever came of the first attempt, it looks before the next.
async fn file(psa: &Autotask, ticket: &NewTicket) -> Filed {
    let mut told = psa.create(ticket).await;
    for _ in 0..3 {
        match told {
            Ok(filed) => return filed,
            Err(TicketError::Unknown { .. } | TicketError::Unavailable { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
        told = match psa.find(&ticket.tenant_id, &ticket.external_ref, ticket.number).await {
            Ok(Some(found)) => Ok(found.filed),
            Ok(None) => psa.create(ticket).await,
            Err(error) => Err(error),
        };
    }
    told.expect("a ticket, in the end")
}

/// Writes a note as the product does.
async fn write(psa: &Autotask, ticket: &str, note: &TicketNote) {
    for _ in 0..3 {
        let Ok(read) = psa.read(&tenant(), ticket).await else { continue };
        if read.note_refs.contains(&note.external_ref) || psa.add_note(&tenant(), ticket, note).await.is_ok()
        {
            return;
        }
    }
    panic!("the note {} isn't there", note.external_ref);
}
