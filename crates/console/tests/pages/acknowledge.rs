//! The acknowledge link.

use console::acknowledge::LinkOutcome;

use crate::sample::{self, at};

fn shown(outcome: LinkOutcome) -> String {
    sample::acknowledge(outcome).render().unwrap()
}

#[test]
fn a_good_link_shows_the_incident_and_one_button_that_posts_to_itself() {
    let html = shown(LinkOutcome::Ready {
        incident: sample::linked_incident(),
        token: "t.o-k_en".into(),
        person: "Ann Lee".into(),
    });
    assert!(html.contains("#7") && html.contains("Disk full on SRV-02") && html.contains("Critical"));
    assert!(sample::posts_to(&html, "/app/a/t.o-k_en"));
    assert_eq!(html.matches("<button").count(), 1);
    assert!(html.contains("You take it as <strong>Ann Lee</strong>"));
}

#[test]
fn afterwards_the_page_says_who_has_it_and_offers_no_button() {
    let incident = sample::linked_incident;
    for (outcome, words) in [
        (LinkOutcome::Yours { incident: incident() }, "You have it"),
        (
            LinkOutcome::Taken { incident: incident(), by: "Bo Chen".into(), at: at("02:09:00") },
            "Bo Chen has it",
        ),
        (
            LinkOutcome::Resolved { incident: incident(), by: Some("Bo Chen".into()), at: at("02:09:00") },
            "By Bo Chen at",
        ),
        (LinkOutcome::Resolved { incident: incident(), by: None, at: at("02:09:00") }, "By its source at"),
    ] {
        let html = shown(outcome);
        assert!(html.contains(words), "{words} in {html}");
        assert!(!html.contains("<form") && html.contains("href=\"/app/incidents/inc_7\""));
    }
}

#[test]
fn a_dead_link_says_that_nothing_happened_and_tells_nothing_about_incidents() {
    for (outcome, words) in
        [(LinkOutcome::Expired, "This link has expired"), (LinkOutcome::NotValid, "This link is not valid")]
    {
        let html = shown(outcome);
        assert!(html.contains(words) && html.contains("Nothing was acknowledged"));
        assert!(!html.contains("<form") && !html.contains("#7"));
        assert!(html.contains("href=\"/app/incidents\">Open incidents"));
    }
}
