//! Alert sources: the list, the form, the page with the key, and one source.

use console::Severity;
use console::alert_source::DeliveryState;
use console::alert_source_preview::{PreviewRead, PreviewedAlert};

use crate::sample::sources::{delivery, key, list, listed, one, preview};
use crate::sample::{at, posts_to};

const MAKE: &str = "/app/alert-sources";
const TEST: &str = "/app/alert-sources/src_1/test";
const ROTATE: &str = "/app/alert-sources/src_1/rotate-key";
const READ_AGAIN: &str = "/app/alert-sources/src_1/read-again";
const PREVIEW: &str = "/app/alert-sources/src_1/preview";

#[test]
fn a_source_is_listed_with_its_type_its_service_and_since_when_it_is_quiet() {
    let mut row = listed();
    let html = list(vec![row.clone()]).render().unwrap();
    for words in ["href=\"/app/alert-sources/src_1\"", "Zabbix of Contoso", "Zabbix · Servers"] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert!(!html.contains("Quiet"), "{html}");
    row.quiet_since = Some(at("01:14:00"));
    let html = list(vec![row]).render().unwrap();
    assert!(html.contains("<strong>Quiet</strong> since") && html.contains("1 h ago"), "{html}");
}

#[test]
fn only_whoever_may_make_one_is_offered_to() {
    let mut page = list(Vec::new());
    let html = page.render().unwrap();
    assert!(posts_to(&html, MAKE) && html.contains("No alert source yet"));
    page.form = None;
    assert!(!posts_to(&page.render().unwrap(), MAKE));
}

#[test]
fn a_form_that_was_not_saved_says_why_and_keeps_what_was_typed() {
    let mut page = list(Vec::new());
    assert!(!page.render().unwrap().contains("Not saved"));
    let form = page.form.as_mut().unwrap();
    form.entered.name = "Beat".into();
    form.entered.source_type = "heartbeat".into();
    form.problems = vec!["Service: choose one".into()];
    let html = page.render().unwrap();
    for words in [
        "make\" open",
        "role=\"alert\"",
        "<li>Service: choose one</li>",
        "value=\"Beat\"",
        "<option value=\"heartbeat\" selected>Heartbeat</option>",
        "<option value=\"svc_1\">Servers</option>",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
}

#[test]
fn a_key_stands_on_its_page_in_no_link_and_in_no_form() {
    let mut page = key(false);
    let html = page.render().unwrap();
    assert!(html.contains("<code>https://oncall.example/api/webhooks/KEY0KEY1</code>"), "{html}");
    assert!(html.contains("<code>KEY0KEY1</code>") && html.contains("It is not shown again."), "{html}");
    assert!(!html.contains("opens nothing any more") && !html.contains("routing_key"));
    for start in ["href=\"", "action=\"", "value=\""] {
        let mut values = html.split(start).skip(1).filter_map(|rest| rest.split('"').next());
        assert!(values.all(|value| !value.contains("KEY0KEY1")), "{start} in {html}");
    }
    page.enqueue_url = Some("https://oncall.example/v2/enqueue".into());
    page.is_rotated = true;
    let html = page.render().unwrap();
    assert!(html.contains("/v2/enqueue") && html.contains("The key before opens nothing any more."));
}

#[test]
fn a_key_is_not_in_a_logged_view_model() {
    assert!(!format!("{:?}", key(true)).contains("KEY0KEY1"));
}

#[test]
fn rotating_asks_first_and_names_the_key_it_is_about() {
    let mut page = one(Vec::new());
    let html = page.render().unwrap();
    assert!(posts_to(&html, ROTATE) && posts_to(&html, TEST));
    assert!(html.contains("name=\"of\" value=\"0123456789ab\""));
    assert!(html.contains("<input type=\"checkbox\" name=\"sure\" value=\"yes\" required>"), "{html}");
    assert!(html.contains("<option value=\"critical\">Critical</option>"));
    page.steps.as_mut().unwrap().key_mark = None;
    let html = page.render().unwrap();
    assert!(!posts_to(&html, ROTATE) && posts_to(&html, TEST), "one without a key has none to rotate");
}

#[test]
fn whoever_may_only_look_is_offered_nothing() {
    let mut page = one(vec![delivery(DeliveryState::Refused)]);
    page.steps = None;
    let html = page.render().unwrap();
    for step in [TEST, ROTATE, READ_AGAIN, PREVIEW] {
        assert!(!posts_to(&html, step), "{step}");
    }
    assert!(html.contains("<dt>Service</dt><dd>Servers</dd>") && html.contains("What came is for managers"));
    assert!(!html.contains("Refused"), "nor what came, which may hold anything");
}

#[test]
fn each_delivery_says_how_it_went_and_what_became_of_it() {
    let mut taken = delivery(DeliveryState::Taken);
    taken.result = Some("It opened an incident.".into());
    taken.incident_id = Some("inc_7".into());
    let mut refused = delivery(DeliveryState::Refused);
    refused.problem = Some("alerts is missing.".into());
    refused.can_read_again = true;
    let html = one(vec![taken, refused]).render().unwrap();
    for words in [
        "outcome delivered\"><strong>Taken",
        "It opened an incident. <a href=\"/app/incidents/inc_7\">See the incident</a>",
        "outcome failed\"><strong>Refused",
        "alerts is missing.",
        "name=\"delivery\" value=\"dlv_1\"",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert_eq!(html.matches(READ_AGAIN).count(), 1, "only what was not taken");
}

#[test]
fn older_deliveries_are_a_link_away_and_so_is_the_way_back() {
    let mut page = one(vec![delivery(DeliveryState::Nothing)]);
    assert!(!page.render().unwrap().contains("Older"));
    page.older = Some("1.dlv_1&x".into());
    let html = page.render().unwrap();
    assert!(html.contains("rel=\"next\" href=\"/app/alert-sources/src_1?after=1.dlv_1%26x\""), "{html}");
    page.is_older = true;
    assert!(page.render().unwrap().contains("rel=\"prev\" href=\"/app/alert-sources/src_1\""));
}

#[test]
fn a_preview_says_what_was_read_and_keeps_what_was_typed() {
    let alert = PreviewedAlert {
        title: "CPU at <98> %".into(),
        tells: "A problem",
        severity: Severity::High,
        warning: None,
        facts: vec![("Dedup key", "cpu-srv-1".into())],
    };
    let html = preview(PreviewRead::Alerts(vec![alert])).render().unwrap();
    for words in [
        "CPU at &#60;98&#62; %",
        "A problem",
        "<dt>Dedup key</dt><dd class=\"text\">cpu-srv-1</dd>",
        "nobody was paged",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert!(posts_to(&html, PREVIEW) && html.contains("required>\n{&#34;a&#34;:1}</textarea>"), "{html}");
    let html = preview(PreviewRead::Refused(vec!["Body is empty.".into()])).render().unwrap();
    assert!(html.contains("<li>Body is empty.</li>"), "{html}");
    let html = preview(PreviewRead::Nothing("A test of PRTG.".into())).render().unwrap();
    assert!(html.contains("Nothing to act on:</strong> A test of PRTG."), "{html}");
    assert!(posts_to(&one(Vec::new()).render().unwrap(), PREVIEW), "from the source's page");
}
