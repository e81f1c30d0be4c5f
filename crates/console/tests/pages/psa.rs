//! The tenant's PSA.

use console::psa::FiledIn;

use crate::sample::posts_to;
use crate::sample::sources::{check, own, psa, psa_form};

const SET: &str = "/app/settings/psa";
const VERIFY: &str = "/app/settings/psa/verify";

#[test]
fn a_check_is_told_point_by_point_with_what_is_missing() {
    let mut page = psa(own());
    let html = page.render().unwrap();
    assert!(html.contains("<strong>HaloPSA</strong>") && html.contains("Not checked yet."), "{html}");
    assert!(posts_to(&html, VERIFY));
    page.check = Some(check(&[("create tickets", None), ("find Ann Lee", Some("nobody has her address"))]));
    let html = page.render().unwrap();
    for words in [
        "outcome delivered\"><strong>create tickets</strong></li>",
        "outcome failed\"><strong>find Ann Lee</strong>",
        "nobody has her address",
        "1 of 2 points",
        "12 min ago",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    page.check = Some(check(&[("create tickets", None)]));
    assert!(page.render().unwrap().contains("Nothing is missing."));
}

#[test]
fn where_nothing_is_connected_there_is_nothing_to_check() {
    let html = psa(FiledIn::Nothing).render().unwrap();
    assert!(html.contains("No PSA is connected.") && !posts_to(&html, VERIFY), "{html}");
    let html = psa(FiledIn::Deployment("The One PSA".into())).render().unwrap();
    assert!(html.contains("<strong>The One PSA</strong>, set up for everybody"), "{html}");
    assert!(posts_to(&html, VERIFY));
}

#[test]
fn a_form_shows_what_is_set_but_never_the_secret() {
    let mut page = psa(own());
    let html = page.render().unwrap();
    for words in [
        "Change HaloPSA",
        "name=\"provider\" value=\"halopsa\"",
        "name=\"base_url\" value=\"https://msp.halopsa.com\" required",
        "<label for=\"halopsa-ticket_type\">ticket_type <span class=\"quiet\">(optional)",
        "type=\"password\" name=\"secret\" autocomplete=\"new-password\">",
        "name=\"time_entries\" value=\"yes\" checked",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert!(posts_to(&html, SET));
    page.forms = vec![psa_form(false)];
    let html = page.render().unwrap();
    assert!(html.contains("Connect HaloPSA") && html.contains("name=\"secret\" required"), "{html}");
}

#[test]
fn a_form_that_was_not_saved_is_open_and_says_why() {
    let mut page = psa(own());
    assert!(!page.render().unwrap().contains("make\" open"));
    page.forms[0].problems = vec!["The secret: is missing".into()];
    let html = page.render().unwrap();
    assert!(html.contains("make\" open") && html.contains("<li>The secret: is missing</li>"), "{html}");
}
