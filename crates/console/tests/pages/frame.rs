//! What holds for every page.

use console::acknowledge::LinkOutcome;
use console::alert_source::DeliveryState;
use console::alert_source_preview::{PreviewRead, PreviewedAlert};
use console::alert_sources::Choice;
use console::coverage_gaps::FindingKind;
use console::incident::{
    DefendFacts, EntryKind, FurtherLink, PageAttempt, PageOutcome, PsaTicket, TicketProgress, TimelineEntry,
};
use console::mail::{MailPage, MailRow};
use console::on_call_now::{OnCallNowPage, OnCallPerson};
use console::schedule::{Change, FormField, FormProblem, Person};
use console::schedules::{ScheduleRow, SchedulesPage};
use console::{Candidate, IncidentState, Layout, Notice, Severity, Tone, asset};

use crate::sample::{self, SCRIPT, at, rota, sources};

/// A frame in which everything somebody else wrote is a script.
fn hostile_layout(mut layout: Layout) -> Layout {
    layout.tenant = Some(SCRIPT.into());
    layout.notices = vec![Notice { tone: Tone::Info, text: SCRIPT.into() }];
    if let Some(viewer) = &mut layout.viewer {
        viewer.name = SCRIPT.into();
    }
    layout
}

fn hostile_incident() -> String {
    let mut page = sample::incident(IncidentState::Triggered);
    let script = || Some(SCRIPT.to_owned());
    page.layout = hostile_layout(page.layout);
    page.title = SCRIPT.into();
    page.description = script();
    page.held_by = vec![SCRIPT.into()];
    page.facts.client = script();
    page.facts.device = script();
    page.facts.source = SCRIPT.into();
    page.facts.source_link = Some(format!("https://a/\"{SCRIPT}"));
    page.facts.further_links = ["https://a/", "data:"]
        .map(|start| FurtherLink { label: SCRIPT.into(), address: format!("{start}\"{SCRIPT}") })
        .to_vec();
    page.facts.dedup_key = SCRIPT.into();
    page.defend = Some(DefendFacts {
        hostname: script(),
        detection_type: script(),
        mitre_technique: script(),
        recommended_action: script(),
    });
    page.psa_ticket = PsaTicket {
        ticket_id: script(),
        number: script(),
        url: Some(format!("https://a/\"{SCRIPT}")),
        progress: TicketProgress::Failed { reason: SCRIPT.into(), retrying: true },
    };
    page.timeline = vec![TimelineEntry {
        at: at("02:02:00"),
        actor: script(),
        text: SCRIPT.into(),
        kind: EntryKind::Note,
    }];
    page.page_ledger = vec![PageAttempt {
        person: SCRIPT.into(),
        reason: script(),
        channel: SCRIPT.into(),
        address: script(),
        at: at("02:02:00"),
        outcome: PageOutcome::Failed,
        detail: script(),
        receipt: script(),
        attempts: 2,
    }];
    page.raw_alert = script();
    page.render().unwrap()
}

fn hostile_list() -> String {
    let mut row = sample::row(7, IncidentState::Triggered);
    row.id = format!("\"{SCRIPT}");
    row.title = SCRIPT.into();
    row.service = SCRIPT.into();
    row.client = Some(SCRIPT.into());
    row.held_by = vec![SCRIPT.into()];
    let mut page = sample::incidents(vec![row]);
    page.layout = hostile_layout(page.layout);
    page.before = Some(format!("\"{SCRIPT}"));
    page.older = Some(format!("\"{SCRIPT}"));
    page.render().unwrap()
}

/// A schedule with every part, named by somebody hostile.
fn hostile_schedule() -> String {
    let person = || Person { id: format!("\"{SCRIPT}"), name: SCRIPT.into() };
    let mut page = rota::page();
    page.layout = hostile_layout(page.layout);
    page.schedule.id = format!("\"{SCRIPT}");
    page.schedule.name = SCRIPT.into();
    page.layers[0].name = SCRIPT.into();
    page.layers[0].turns[0].name = Some(SCRIPT.into());
    for shift in page.layers[0].shifts.iter_mut().chain(&mut page.shifts) {
        shift.person = person();
        shift.why = SCRIPT.into();
    }
    for (row, change) in page.overrides.iter_mut().zip([
        Change::Replace { original: person(), by: person() },
        Change::Add { user: person() },
        Change::Remove { user: person() },
        Change::Cover { original: person() },
    ]) {
        row.id = format!("\"{SCRIPT}");
        row.change = change;
        row.reason = Some(SCRIPT.into());
        row.made_by = SCRIPT.into();
    }
    let form = page.form.as_mut().unwrap();
    form.can_be_on.on_schedule[0] = Candidate { id: format!("\"{SCRIPT}"), name: SCRIPT.into() };
    form.can_be_off.others[0] = Candidate { id: format!("\"{SCRIPT}"), name: SCRIPT.into() };
    form.entered.starts = format!("\"{SCRIPT}");
    form.entered.ends = format!("\"{SCRIPT}");
    form.entered.reason = format!("\"{SCRIPT}");
    form.problems = vec![FormProblem { field: Some(FormField::Reason), text: SCRIPT.into() }];
    page.render().unwrap()
}

fn hostile_gaps() -> String {
    let mut row = rota::finding("fnd_1", FindingKind::Gap);
    row.id = format!("\"{SCRIPT}");
    row.summary = SCRIPT.into();
    row.schedule_id = Some(format!("\"{SCRIPT}"));
    let mut page = rota::gaps(vec![row]);
    page.layout = hostile_layout(page.layout);
    page.render().unwrap()
}

/// The pages of alert sources and of the PSA, named by somebody hostile.
fn hostile_sources() -> Vec<String> {
    let quoted = || format!("\"{SCRIPT}");
    let mut row = sources::listed();
    (row.id, row.name, row.kind, row.service) = (quoted(), SCRIPT.into(), SCRIPT.into(), SCRIPT.into());
    let mut list = sources::list(vec![row]);
    let form = list.form.as_mut().unwrap();
    form.types = vec![Choice { value: quoted(), label: SCRIPT.into() }];
    form.services = vec![Choice { value: quoted(), label: SCRIPT.into() }];
    (form.entered.name, form.entered.silence_minutes) = (quoted(), quoted());
    form.problems = vec![SCRIPT.into()];
    let mut key = sources::key(true);
    (key.id, key.name, key.enqueue_url) = (quoted(), SCRIPT.into(), Some(SCRIPT.into()));
    let mut delivery = sources::delivery(DeliveryState::Refused);
    (delivery.id, delivery.can_read_again) = (quoted(), true);
    (delivery.result, delivery.problem) = (Some(SCRIPT.into()), Some(SCRIPT.into()));
    delivery.incident_id = Some(quoted());
    let mut one = sources::one(vec![delivery]);
    (one.id, one.name, one.kind) = (quoted(), SCRIPT.into(), SCRIPT.into());
    one.settings = vec![("Mapping", SCRIPT.into())];
    one.older = Some(quoted());
    let alert = PreviewedAlert {
        title: SCRIPT.into(),
        tells: "A problem",
        severity: Severity::High,
        warning: Some(SCRIPT.into()),
        facts: vec![("Client", SCRIPT.into())],
    };
    let mut preview = sources::preview(PreviewRead::Alerts(vec![alert]));
    (preview.id, preview.name, preview.body) = (quoted(), SCRIPT.into(), format!("</textarea>{SCRIPT}"));
    let nothing = sources::preview(PreviewRead::Nothing(SCRIPT.into()));
    let refused = sources::preview(PreviewRead::Refused(vec![SCRIPT.into()]));
    let mut psa = sources::psa(sources::own());
    psa.check = Some(sources::check(&[(SCRIPT, Some(SCRIPT))]));
    psa.forms[0].fields[0].value = quoted();
    psa.forms[0].problems = vec![SCRIPT.into()];
    let previews = [preview, nothing, refused].map(|page| page.render());
    let rendered = [list.render(), key.render(), one.render(), psa.render()].into_iter().chain(previews);
    rendered.map(Result::unwrap).collect()
}

/// Every page, filled with scripts where others write.
fn pages() -> Vec<String> {
    let mut linked = sample::linked_incident();
    linked.title = SCRIPT.into();
    let ready =
        LinkOutcome::Ready { incident: linked, token: format!("\"{SCRIPT}").into(), person: SCRIPT.into() };
    let mut schedule = sample::schedule(vec![OnCallPerson {
        name: SCRIPT.into(),
        until: None,
        reason: Some(SCRIPT.into()),
        is_viewer: true,
    }]);
    schedule.id = format!("\"{SCRIPT}");
    schedule.name = SCRIPT.into();
    let listed = ScheduleRow { now: schedule.clone(), gaps: vec![at("05:00:00")] };
    let mail = MailRow {
        name: format!("\"{SCRIPT}"),
        subject: SCRIPT.into(),
        to: SCRIPT.into(),
        at: at("02:02:00"),
    };
    let mut sign_in = sample::sign_in();
    sign_in.people[0].user_id = format!("\"{SCRIPT}");
    sign_in.next = format!("\"{SCRIPT}");
    sign_in.refused = Some(SCRIPT.into());
    let mut problem = sample::problem();
    problem.detail = SCRIPT.into();
    let mut pages = vec![
        hostile_list(),
        hostile_incident(),
        OnCallNowPage { layout: sample::layout(), schedules: vec![schedule] }.render().unwrap(),
        SchedulesPage { layout: sample::layout(), schedules: vec![listed] }.render().unwrap(),
        hostile_schedule(),
        hostile_gaps(),
        sign_in.render().unwrap(),
        sample::acknowledge(ready).render().unwrap(),
        MailPage { layout: sample::layout(), mails: vec![mail] }.render().unwrap(),
        sample::mail_message(&format!("{SCRIPT} https://oncall.example/\"{SCRIPT}")).render().unwrap(),
        problem.render().unwrap(),
    ];
    pages.extend(hostile_sources());
    pages
}

#[test]
fn nothing_that_others_wrote_becomes_markup() {
    for html in pages() {
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("\"\""), "an attribute was closed early: {html}");
    }
}

#[test]
fn no_page_needs_what_its_policy_forbids() {
    for html in pages() {
        for forbidden in [" style=", "<style", " onclick=", " onload=", "javascript:", "<iframe", "<img"] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
    }
}

#[test]
fn every_form_that_posts_carries_the_csrf_value_and_none_gets() {
    for html in pages() {
        let forms = html.matches("<form").count();
        assert_eq!(html.matches("method=\"post\"").count(), forms, "{html}");
        assert_eq!(html.matches("name=\"csrf\" value=\"csrf-of-ann\"").count(), forms, "{html}");
    }
}

#[test]
fn every_page_is_one_document_with_its_landmarks_and_one_top_heading() {
    for html in pages() {
        for landmark in
            ["<!doctype html>", "<html lang=\"en\">", "<main id=\"content\"", "<footer", "</html>"]
        {
            assert_eq!(html.matches(landmark).count(), 1, "{landmark} in {html}");
        }
        assert_eq!(html.matches("<h1>").count(), 1, "{html}");
    }
}

#[test]
fn the_style_sheet_is_linked_by_its_content() {
    let html = sample::problem().render().unwrap();
    assert!(html.contains(&format!("<link rel=\"stylesheet\" href=\"{}\">", asset::style_address())));
}

#[test]
fn the_frame_says_who_is_signed_in_where_and_lets_them_out() {
    let html = sample::problem().render().unwrap();
    assert!(html.contains("Ann Lee") && html.contains("Northwind IT"));
    assert!(sample::posts_to(&html, "/app/sign-out"));
    assert!(html.contains("The One On-Call 0.1.0"));
}

#[test]
fn the_navigation_marks_the_section_and_knows_captured_mail_only_where_there_is_some() {
    let mut page = sample::incidents(Vec::new());
    let html = page.render().unwrap();
    assert!(html.contains("<a href=\"/app/incidents\" aria-current=\"page\">Incidents</a>"));
    assert!(html.contains("<a href=\"/app/on-call\">On call now</a>"));
    assert!(html.contains("<a href=\"/app/schedules\">Schedules</a>"));
    assert!(html.contains("<a href=\"/app/coverage-gaps\">Gaps</a>"));
    assert!(html.contains("<a href=\"/app/alert-sources\">Alert sources</a>"));
    assert!(!html.contains("/app/mail"));
    page.layout.captures_mail = true;
    assert!(page.render().unwrap().contains("<a href=\"/app/mail\">Captured mail</a>"));
}

#[test]
fn the_navigation_leads_to_settings_only_who_may_change_them() {
    let mut page = sample::incidents(Vec::new());
    assert!(page.render().unwrap().contains("<a href=\"/app/settings/psa\">PSA</a>"));
    page.layout = sample::layout_of_viewer();
    assert!(!page.render().unwrap().contains("/app/settings/psa"));
}

#[test]
fn before_sign_in_there_is_no_navigation_and_no_way_out() {
    let html = sample::sign_in().render().unwrap();
    assert!(!html.contains("aria-label=\"Sections\""));
    assert!(!html.contains("/app/sign-out"));
}

#[test]
fn a_notice_says_in_words_how_it_is_meant() {
    let mut page = sample::problem();
    page.layout.notices = vec![
        Notice { tone: Tone::Done, text: "Incident #7 is resolved.".into() },
        Notice { tone: Tone::Problem, text: "Incident #6 had been resolved.".into() },
    ];
    let html = page.render().unwrap();
    assert!(html.contains("role=\"status\"><strong>Done:</strong> Incident #7 is resolved."));
    assert!(html.contains("role=\"alert\"><strong>Problem:</strong> Incident #6 had been resolved."));
}

#[test]
fn a_logged_view_model_keeps_its_tokens() {
    let ready = LinkOutcome::Ready {
        incident: sample::linked_incident(),
        token: "token-of-the-link".into(),
        person: "Ann Lee".into(),
    };
    let logged = format!("{:?}", sample::acknowledge(ready));
    assert!(!logged.contains("token-of-the-link") && !logged.contains("csrf-of-ann"), "{logged}");
}
