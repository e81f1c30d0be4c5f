//! A quiet night at an MSP, to build view models from.

pub(crate) mod rota;
pub(crate) mod sources;

use chrono::{DateTime, FixedOffset};
use console::acknowledge::{AcknowledgePage, LinkOutcome, LinkedIncident};
use console::incident::{Facts, IncidentPage, PsaTicket, TicketProgress, Upcoming};
use console::incidents::{FilterCounts, IncidentFilter, IncidentRow, IncidentsPage};
use console::mail::MailMessagePage;
use console::on_call_now::{NextShift, OnCallPerson, ScheduleNow};
use console::problem::ProblemPage;
use console::sign_in::{SignInPage, SignInPerson, SignInStandingPage};
use console::{IncidentState, Layout, Severity, Viewer};

/// What no page may ever contain as it stands.
pub(crate) const SCRIPT: &str = "<script>alert('x')</script>";

/// A time of the night of 20 to 21 November 2026 in Vienna.
pub(crate) fn at(clock: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("2026-11-21T{clock}+01:00")).unwrap()
}

/// The frame for somebody who may act.
pub(crate) fn layout() -> Layout {
    Layout {
        tenant: Some("Northwind IT".into()),
        viewer: Some(Viewer {
            name: "Ann Lee".into(),
            role: "admin".into(),
            can_act: true,
            can_manage: true,
        }),
        notices: Vec::new(),
        csrf: "csrf-of-ann".into(),
        now: at("02:14:00"),
        version: "0.1.0".into(),
        captures_mail: false,
    }
}

/// The frame for somebody who may only look.
pub(crate) fn layout_of_viewer() -> Layout {
    let viewer =
        Viewer { name: "Vic Stone".into(), role: "viewer".into(), can_act: false, can_manage: false };
    Layout { viewer: Some(viewer), ..layout() }
}

/// The frame before sign-in.
pub(crate) fn layout_of_nobody() -> Layout {
    Layout { viewer: None, tenant: None, ..layout() }
}

/// Whether a page can post to `address`.
pub(crate) fn posts_to(html: &str, address: &str) -> bool {
    html.contains(&format!("method=\"post\" action=\"{address}\""))
}

pub(crate) fn row(number: u64, state: IncidentState) -> IncidentRow {
    IncidentRow {
        id: format!("inc_{number}"),
        number,
        title: "Disk full on SRV-02".into(),
        severity: Severity::High,
        state,
        service: "Servers".into(),
        client: Some("Contoso Dental".into()),
        opened_at: at("02:02:00"),
        alert_count: 3,
        held_by: Vec::new(),
    }
}

pub(crate) fn incidents(rows: Vec<IncidentRow>) -> IncidentsPage {
    IncidentsPage {
        layout: layout(),
        filter: IncidentFilter::Open,
        counts: FilterCounts::default(),
        rows,
        before: None,
        older: None,
        all_selected: false,
        ingest_url: "https://oncall.example/api/webhooks/ingest".into(),
    }
}

pub(crate) fn incident(state: IncidentState) -> IncidentPage {
    IncidentPage {
        layout: layout(),
        id: "inc_7".into(),
        number: 7,
        title: "Disk full on SRV-02".into(),
        description: None,
        severity: Severity::Critical,
        state,
        held_by: Vec::new(),
        facts: Facts {
            service: "Servers".into(),
            client: Some("Contoso Dental".into()),
            device: Some("SRV-02".into()),
            source: "Zabbix".into(),
            source_link: Some("https://zabbix.example/event/1".into()),
            further_links: Vec::new(),
            alert_count: 3,
            first_seen: at("02:02:00"),
            last_seen: at("02:10:30"),
            dedup_key: "srv-02/disk".into(),
        },
        defend: None,
        upcoming: Some(Upcoming::StepNotified { step: 2, who: vec!["Bo Chen".into()], at: at("02:17:00") }),
        can_escalate: true,
        psa_ticket: PsaTicket {
            ticket_id: None,
            number: None,
            url: None,
            progress: TicketProgress::OnAcknowledge,
        },
        timeline: Vec::new(),
        page_ledger: Vec::new(),
        raw_alert: None,
    }
}

pub(crate) fn linked_incident() -> LinkedIncident {
    LinkedIncident {
        id: "inc_7".into(),
        number: 7,
        title: "Disk full on SRV-02".into(),
        severity: Severity::Critical,
        service: "Servers".into(),
        client: None,
        opened_at: at("02:02:00"),
    }
}

pub(crate) fn acknowledge(outcome: LinkOutcome) -> AcknowledgePage {
    AcknowledgePage { layout: layout_of_nobody(), outcome }
}

pub(crate) fn schedule(on_call: Vec<OnCallPerson>) -> ScheduleNow {
    ScheduleNow {
        id: "sch_1".into(),
        name: "Nights".into(),
        time_zone: "Europe/Vienna".into(),
        on_call,
        next: Some(NextShift { names: vec!["Bo Chen".into()], from: at("07:00:00") }),
        coverage_required: true,
    }
}

pub(crate) fn sign_in() -> SignInPage {
    SignInPage {
        layout: layout_of_nobody(),
        people: vec![SignInPerson { user_id: "usr_1".into(), name: "Ann Lee".into(), role: "admin".into() }],
        takes_token: true,
        refused: None,
        next: "/app/incidents/inc_7".into(),
    }
}

pub(crate) fn sign_in_standing() -> SignInStandingPage {
    SignInStandingPage {
        layout: layout_of_nobody(),
        is_problem: true,
        title: "The Hub can’t be reached".into(),
        detail: "Nobody can sign in now.".into(),
        what_to_do: Some("Try again in a minute.".into()),
        ways: vec![("Try again", "/app/sign-in?next=%2Fapp%2Fincidents%3Fa%3D\"b".into())],
    }
}

pub(crate) fn mail_message(text: &str) -> MailMessagePage {
    MailMessagePage {
        layout: layout(),
        subject: "#7 Disk full on SRV-02".into(),
        headers: vec![("To".into(), "Ann Lee <ann@northwind.example>".into())],
        text: text.into(),
        has_html: true,
        base_url: "https://oncall.example".into(),
    }
}

pub(crate) fn problem() -> ProblemPage {
    ProblemPage {
        layout: layout(),
        status: 404,
        title: "No such incident".into(),
        detail: "There is no incident inc_99.".into(),
        what_to_do: Some("Look for it in the list.".into()),
    }
}
