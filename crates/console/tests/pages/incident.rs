//! One incident.

use console::IncidentState::{Acknowledged, Resolved, Suppressed, Triggered};
use console::incident::{
    DefendFacts, EntryKind, FurtherLink, PageAttempt, PageOutcome, PsaTicket, TicketProgress, TimelineEntry,
    Upcoming,
};

use crate::sample::{self, SCRIPT, at, posts_to};

const ACKNOWLEDGE: &str = "/app/incidents/inc_7/acknowledge";
const RESOLVE: &str = "/app/incidents/inc_7/resolve";
const NOTES: &str = "/app/incidents/inc_7/notes";
const ESCALATE: &str = "/app/incidents/inc_7/escalate";
const PSA_TICKET: &str = "/app/incidents/inc_7/psa-ticket";
const PSA_TICKET_RETRY: &str = "/app/incidents/inc_7/psa-ticket/retry";

fn with_ticket(ticket_id: Option<&str>, progress: TicketProgress) -> String {
    let mut page = sample::incident(Acknowledged);
    page.psa_ticket = PsaTicket { ticket_id: ticket_id.map(Into::into), number: None, url: None, progress };
    page.render().unwrap()
}

#[test]
fn the_steps_on_offer_follow_the_state() {
    for (state, offered) in [
        (Triggered, [true, true, true, true]),
        (Acknowledged, [false, true, true, true]),
        (Resolved, [false, false, true, false]),
        (Suppressed, [false, true, true, false]),
    ] {
        let html = sample::incident(state).render().unwrap();
        let found = [ACKNOWLEDGE, RESOLVE, NOTES, ESCALATE].map(|step| posts_to(&html, step));
        assert_eq!(found, offered, "{state:?}");
    }
}

#[test]
fn escalating_is_not_offered_when_nobody_is_left() {
    let mut page = sample::incident(Triggered);
    page.can_escalate = false;
    assert!(!posts_to(&page.render().unwrap(), ESCALATE));
}

#[test]
fn a_viewer_reads_everything_and_changes_nothing() {
    let mut page = sample::incident(Triggered);
    page.layout = sample::layout_of_viewer();
    page.psa_ticket.progress = TicketProgress::Failed { reason: "503".into(), retrying: false };
    let html = page.render().unwrap();
    assert!(html.contains("Disk full on SRV-02") && html.contains("503"));
    assert!(!html.contains("action=\"/app/incidents"));
    assert!(html.contains("Your role lets you look"));
}

#[test]
fn resolving_takes_two_taps_and_an_optional_note() {
    let html = sample::incident(Triggered).render().unwrap();
    assert!(html.contains("<label for=\"closing-note\">"));
    assert!(html.contains("<textarea id=\"closing-note\" name=\"note\" rows=\"3\"></textarea>"));
    assert!(html.contains("<textarea id=\"note\" name=\"note\" rows=\"4\" required></textarea>"));
}

#[test]
fn the_head_says_what_happens_next() {
    let mut page = sample::incident(Triggered);
    let html = page.render().unwrap();
    assert!(html.contains("step 2 (Bo Chen) is notified at"), "{html}");
    assert!(html.contains(
        "02:17</time> <span class=\"zone\">UTC+1</span></span> <span class=\"quiet nowrap\">(in 3 min)"
    ));
    assert!(html.contains("if nobody acknowledges"));
    page.upcoming = Some(Upcoming::Exhausted);
    let html = page.render().unwrap();
    assert!(html.contains("Escalation exhausted:") && html.contains("upcoming alarming"));
    page.upcoming = Some(Upcoming::AcknowledgeTimesOut { at: at("02:40:00") });
    assert!(page.render().unwrap().contains("it goes back to triggered at"));
    page.upcoming = Some(Upcoming::SnoozeEnds { at: at("02:40:00") });
    assert!(page.render().unwrap().contains("Snoozed:"));
}

#[test]
fn when_nothing_is_due_the_head_says_why() {
    for (state, words) in [
        (Triggered, "Nobody is paged unless somebody escalates"),
        (Acknowledged, "Nobody is paged while it is acknowledged"),
        (Resolved, "It is over"),
        (Suppressed, "Recorded during maintenance"),
    ] {
        let mut page = sample::incident(state);
        page.upcoming = None;
        assert!(page.render().unwrap().contains(words), "{state:?}");
    }
}

#[test]
fn facts_are_listed_and_unknown_ones_left_out() {
    let mut page = sample::incident(Triggered);
    let html = page.render().unwrap();
    for words in ["Contoso Dental", "SRV-02", "Zabbix", "srv-02/disk", "02:10:30"] {
        assert!(html.contains(words), "{words}");
    }
    assert!(!html.contains("From Defend"));
    page.facts.client = None;
    page.facts.device = None;
    let html = page.render().unwrap();
    assert!(!html.contains("<dt>Client</dt>") && !html.contains("<dt>Device</dt>"));
}

#[test]
fn what_defend_advises_stands_before_the_facts() {
    let mut page = sample::incident(Triggered);
    page.defend = Some(DefendFacts {
        mitre_technique: Some("T1486 Data Encrypted for Impact".into()),
        recommended_action: Some("Isolate the device.".into()),
        ..DefendFacts::default()
    });
    let html = page.render().unwrap();
    assert!(html.find("Isolate the device.").unwrap() < html.find("<dt>Service</dt>").unwrap());
    assert!(html.contains("T1486 Data Encrypted for Impact") && !html.contains("<dt>Hostname</dt>"));
}

#[test]
fn a_source_link_is_followed_only_to_the_web() {
    let mut page = sample::incident(Triggered);
    assert!(
        page.render()
            .unwrap()
            .contains("<a href=\"https://zabbix.example/event/1\" rel=\"noopener noreferrer\">")
    );
    for link in ["javascript:alert(1)", "data:text/html,x", "javascript://x", "/relative"] {
        page.facts.source_link = Some(link.into());
        let html = page.render().unwrap();
        assert!(!html.contains(&format!("href=\"{link}")) && html.contains(link), "{html}");
    }
}

#[test]
fn escalating_what_somebody_has_says_that_it_is_triggered_again() {
    let words = "The incident is triggered again";
    assert!(sample::incident(Acknowledged).render().unwrap().contains(words));
    assert!(!sample::incident(Triggered).render().unwrap().contains(words));
}

#[test]
fn a_linked_ticket_shows_its_id_and_nothing_to_press() {
    let html = with_ticket(Some("T-20417"), TicketProgress::Complete);
    assert!(html.contains("T-20417"));
    assert!(!posts_to(&html, PSA_TICKET) && !posts_to(&html, PSA_TICKET_RETRY));
}

#[test]
fn a_failed_ticket_shows_why_and_can_be_retried_or_linked_by_hand() {
    let failed = TicketProgress::Failed { reason: "503 Service Unavailable".into(), retrying: true };
    let html = with_ticket(None, failed.clone());
    assert!(html.contains("503 Service Unavailable") && html.contains("It is tried again by itself"));
    assert!(posts_to(&html, PSA_TICKET_RETRY) && posts_to(&html, PSA_TICKET));
    assert!(html.contains("name=\"psa_ticket_id\""));
    let html = with_ticket(Some("T-20417"), failed);
    assert!(html.contains("T-20417") && posts_to(&html, PSA_TICKET_RETRY));
    assert!(!posts_to(&html, PSA_TICKET), "there is a ticket already");
}

#[test]
fn a_ticket_on_its_way_is_waited_for() {
    let html = with_ticket(None, TicketProgress::Pending);
    assert!(html.contains("<strong>Pending.</strong> The ticket is being created."));
    assert!(!posts_to(&html, PSA_TICKET) && !posts_to(&html, PSA_TICKET_RETRY));
    let html = with_ticket(Some("T-20417"), TicketProgress::Pending);
    assert!(html.contains("T-20417") && html.contains("on its way there"));
}

#[test]
fn without_a_psa_the_page_says_so_and_a_ticket_can_be_linked_by_hand() {
    let html = with_ticket(None, TicketProgress::Off);
    assert!(html.contains("no PSA is configured."));
    assert!(posts_to(&html, PSA_TICKET));
    assert!(!html.contains("The note goes to the ticket"));
    let html = with_ticket(Some("T-1"), TicketProgress::Off);
    assert!(html.contains("so nothing is sent there") && !posts_to(&html, PSA_TICKET));
}

#[test]
fn the_timeline_keeps_its_order_and_names_actors() {
    let mut page = sample::incident(Acknowledged);
    let entry = |clock: &str, actor: Option<&str>, text: &str, kind| TimelineEntry {
        at: at(clock),
        actor: actor.map(Into::into),
        text: text.into(),
        kind,
    };
    page.timeline = vec![
        entry("02:02:00", None, "Step 1 notified", EntryKind::Step),
        entry("02:05:00", None, "Step 2 reached nobody", EntryKind::Trouble),
        entry("02:09:32", Some("Ann Lee"), "Looking at it", EntryKind::Note),
    ];
    let html = page.render().unwrap();
    let order = ["Step 1 notified", "Problem</strong> Step 2 reached nobody", "Note</strong> Looking at it"];
    let places = order.map(|words| html.find(words).unwrap_or_else(|| panic!("{words} in {html}")));
    assert!(places.is_sorted());
    assert!(html.contains("datetime=\"2026-11-21T02:09:32+01:00\">02:09:32</time>"));
    assert!(
        html.contains("<span class=\"zone\">UTC+1</span> ·</span> <span class=\"nowrap\">4 min ago</span>")
    );
    assert!(html.contains("<span class=\"actor\">Ann Lee</span>"));
}

#[test]
fn the_page_ledger_proves_who_was_reached() {
    let mut page = sample::incident(Triggered);
    assert!(page.render().unwrap().contains("Nobody was paged."));
    page.page_ledger = vec![PageAttempt {
        person: "Ann Lee".into(),
        reason: Some("Step 1".into()),
        channel: "Email".into(),
        address: Some("ann@northwind.example".into()),
        at: at("02:02:01"),
        outcome: PageOutcome::Delivered,
        detail: None,
        receipt: Some("250 queued as 4F1B".into()),
        attempts: 2,
    }];
    let html = page.render().unwrap();
    for words in ["Ann Lee", "Step 1", "Email", "Delivered", "(2 attempts)", "250 queued as 4F1B", "02:02:01"]
    {
        assert!(html.contains(words), "{words} in {html}");
    }
}

#[test]
fn the_raw_alert_is_shown_to_the_letter() {
    let mut page = sample::incident(Triggered);
    assert!(!page.render().unwrap().contains("Raw alert"));
    page.raw_alert = Some(format!("{{\n  \"title\": \"{SCRIPT}\"\n}}"));
    let html = page.render().unwrap();
    assert!(html.contains("{\n  &#34;title&#34;: &#34;&#60;script&#62;"), "{html}");
}

#[test]
fn a_ticket_is_named_as_people_there_name_it_and_leads_there() {
    let mut page = sample::incident(Acknowledged);
    page.psa_ticket = PsaTicket {
        ticket_id: Some("4711".into()),
        number: Some("T20261121.0007".into()),
        url: Some("https://psa.example/4711".into()),
        progress: TicketProgress::Complete,
    };
    let html = page.render().unwrap();
    assert!(
        html.contains("<a href=\"https://psa.example/4711\" rel=\"noopener noreferrer\">T20261121.0007</a>")
    );
    page.psa_ticket.url = Some("javascript:alert(1)//://".into());
    let html = page.render().unwrap();
    assert!(html.contains("<strong>T20261121.0007</strong>") && !html.contains("javascript:"), "{html}");
}

#[test]
fn what_else_the_sender_gave_to_look_at_is_linked_and_never_loaded() {
    let mut page = sample::incident(Triggered);
    let link = |label: &str, address: &str| FurtherLink { label: label.into(), address: address.into() };
    page.facts.further_links = vec![
        link("Runbook", "https://wiki.example/disk"),
        link("Image: graph", "http://graphs.example/1.png"),
        link("Trap", "data:text/html,x"),
    ];
    let html = page.render().unwrap();
    assert!(html.contains("<a href=\"https://wiki.example/disk\" rel=\"noopener noreferrer\">Runbook</a>"));
    assert!(
        html.contains("<a href=\"http://graphs.example/1.png\" rel=\"noopener noreferrer\">Image: graph</a>")
    );
    assert!(html.contains("<li>Trap: data:text/html,x</li>") && !html.contains("<img"), "{html}");
}
