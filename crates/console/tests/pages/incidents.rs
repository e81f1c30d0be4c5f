//! The incident list.

use console::IncidentState::{Acknowledged, Resolved, Suppressed, Triggered};
use console::incidents::{FilterCounts, IncidentFilter};
use console::{IncidentState, Severity};

use crate::sample::{self, posts_to};

fn list_of(state: IncidentState) -> String {
    sample::incidents(vec![sample::row(7, state)]).render().unwrap()
}

#[test]
fn a_row_tells_what_where_how_long_and_who() {
    let mut row = sample::row(7, Acknowledged);
    row.held_by = vec!["Ann Lee".into(), "Bo Chen".into()];
    let html = sample::incidents(vec![row]).render().unwrap();
    for words in [
        "#7",
        "Disk full on SRV-02",
        "High",
        "Acknowledged",
        "Contoso Dental",
        "Servers",
        ">12 min<",
        "3 alerts",
        "Ann Lee, Bo Chen",
        "href=\"/app/incidents/inc_7\"",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
}

#[test]
fn one_alert_is_singular() {
    let mut row = sample::row(7, Triggered);
    row.alert_count = 1;
    let html = sample::incidents(vec![row]).render().unwrap();
    assert!(html.contains("1 alert<"), "{html}");
}

#[test]
fn a_triggered_row_is_one_tap_from_acknowledged_or_resolved() {
    let html = list_of(Triggered);
    assert!(posts_to(&html, "/app/incidents/inc_7/acknowledge"));
    assert!(posts_to(&html, "/app/incidents/inc_7/resolve"));
    assert!(html.contains("Nobody has it yet"));
}

#[test]
fn an_acknowledged_row_can_only_be_resolved() {
    let html = list_of(Acknowledged);
    assert!(!posts_to(&html, "/app/incidents/inc_7/acknowledge"));
    assert!(posts_to(&html, "/app/incidents/inc_7/resolve"));
}

#[test]
fn a_suppressed_row_can_only_be_resolved() {
    let html = list_of(Suppressed);
    assert!(!posts_to(&html, "/app/incidents/inc_7/acknowledge"));
    assert!(posts_to(&html, "/app/incidents/inc_7/resolve"));
    assert!(html.contains("Maintenance, nobody paged"));
}

#[test]
fn a_resolved_row_has_no_buttons_and_no_checkbox() {
    let html = list_of(Resolved);
    assert!(!posts_to(&html, "/app/incidents/inc_7/resolve"));
    assert!(!html.contains("type=\"checkbox\""));
    assert!(!posts_to(&html, "/app/incidents/bulk"));
}

#[test]
fn a_viewer_sees_the_list_and_no_buttons() {
    let mut page = sample::incidents(vec![sample::row(7, Triggered)]);
    page.layout = sample::layout_of_viewer();
    let html = page.render().unwrap();
    assert!(html.contains("Disk full on SRV-02"));
    assert!(!html.contains("/acknowledge") && !html.contains("/resolve") && !html.contains("/bulk"));
    assert!(!html.contains("type=\"checkbox\""));
}

#[test]
fn checked_rows_are_posted_by_the_bulk_form() {
    let mut page = sample::incidents(vec![sample::row(7, Triggered), sample::row(8, Acknowledged)]);
    let html = page.render().unwrap();
    assert!(html.contains(
        "<form id=\"selected\" class=\"selected\" method=\"post\" action=\"/app/incidents/bulk\">"
    ));
    assert!(html.contains("type=\"checkbox\" form=\"selected\" name=\"id\" value=\"inc_7\">"));
    assert!(
        html.contains("name=\"action\" value=\"acknowledge\"")
            && html.contains("name=\"action\" value=\"resolve\"")
    );
    assert!(html.contains("/app/incidents?state=open&amp;select=all"));
    page.all_selected = true;
    assert_eq!(page.render().unwrap().matches(" checked>").count(), 2);
}

#[test]
fn forms_lead_back_to_this_very_page() {
    let mut page = sample::incidents(vec![sample::row(7, Triggered)]);
    page.filter = IncidentFilter::Triggered;
    page.before = Some("c1".into());
    let html = page.render().unwrap();
    assert!(html.contains("name=\"next\" value=\"/app/incidents?state=triggered&#38;before=c1\""), "{html}");
}

#[test]
fn tabs_show_their_counts_where_given_and_which_is_chosen() {
    let mut page = sample::incidents(Vec::new());
    page.filter = IncidentFilter::Acknowledged;
    page.counts = FilterCounts { triggered: Some(2), acknowledged: Some(0), ..FilterCounts::default() };
    let html = page.render().unwrap();
    assert!(html.contains("?state=triggered\">Triggered <span class=\"count\">2</span>"), "{html}");
    assert!(
        html.contains(
            "?state=acknowledged\" aria-current=\"page\">Acknowledged <span class=\"count\">0</span>"
        )
    );
    assert!(html.contains("?state=resolved\">Resolved</a>"));
    assert!(html.contains("<title>(2) Incidents"));
}

#[test]
fn older_and_newest_appear_only_where_there_is_such_a_page() {
    let mut page = sample::incidents(vec![sample::row(7, Triggered)]);
    assert!(!page.render().unwrap().contains("aria-label=\"Older and newer\""));
    page.before = Some("c1".into());
    page.older = Some("c2".into());
    let html = page.render().unwrap();
    assert!(html.contains("rel=\"prev\" href=\"/app/incidents?state=open\""));
    assert!(html.contains("rel=\"next\" href=\"/app/incidents?state=open&#38;before=c2\""), "{html}");
}

#[test]
fn every_empty_tab_says_what_to_do_next() {
    let mut page = sample::incidents(Vec::new());
    for (filter, words, way_on) in [
        (IncidentFilter::Open, "All quiet", "href=\"/app/on-call\">See who is on call"),
        (IncidentFilter::Triggered, "Nobody is being waited for", "?state=acknowledged\">See acknowledged"),
        (IncidentFilter::Acknowledged, "Nothing in work", "?state=triggered\">See triggered"),
        (IncidentFilter::Resolved, "Nothing resolved yet", "?state=open\">See open"),
        (IncidentFilter::All, "No incident yet", "https://oncall.example/api/webhooks/ingest?key=YOUR_KEY"),
    ] {
        page.filter = filter;
        let html = page.render().unwrap();
        assert!(html.contains(words) && html.contains(way_on), "{html}");
        assert!(!html.contains("<ul class=\"incidents\">"));
    }
}

#[test]
fn past_the_end_the_list_says_so() {
    let mut page = sample::incidents(Vec::new());
    page.before = Some("c9".into());
    let html = page.render().unwrap();
    assert!(html.contains("Nothing older") && !html.contains("All quiet"));
}

#[test]
fn filters_are_found_by_their_names_and_nothing_else_is() {
    for filter in IncidentFilter::ALL {
        assert_eq!(IncidentFilter::named(filter.name()), Some(filter));
    }
    assert_eq!(IncidentFilter::named("Open"), None);
}

#[test]
fn severity_is_a_word_as_well_as_a_colour() {
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info] {
        let mut row = sample::row(7, Triggered);
        row.severity = severity;
        let html = sample::incidents(vec![row]).render().unwrap();
        assert!(html.contains(&format!("</span>{}</span>", severity.label())), "{html}");
    }
}
