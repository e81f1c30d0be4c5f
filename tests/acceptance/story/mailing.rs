//! Pages by mail, and the acknowledge link in them.

use acceptance::smtp::Mail;
use acceptance::world::World;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::Value;

super::stories!(
    following_the_link_changes_nothing_and_the_button_acknowledges,
    a_link_is_good_for_a_day,
    a_changed_link_does_nothing,
    a_link_of_somebody_late_says_who_has_it,
    a_mail_server_that_is_down_delays_a_page_and_loses_none,
    hours_without_a_mail_server_end_with_one_page_for_each_person,
    a_page_that_is_no_longer_wanted_is_not_sent,
    an_address_that_is_refused_for_good_hurries_the_next_step,
);

/// The path of the mail's acknowledge link.
fn link(mail: &Mail) -> String {
    let links = mail.links();
    let link = links.iter().find(|link| link.contains("/app/a/")).expect("an acknowledge link");
    link.trim_start_matches("http://oncall.test").to_owned()
}

async fn following_the_link_changes_nothing_and_the_button_acknowledges(mut world: World) {
    let id = world.incident("Disk full on SRV-1", "critical").await;
    let link = link(&world.mail_to("ben"));
    for method in ["GET", "HEAD", "GET"] {
        let page = world.send(method, &link, None, "").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    assert_eq!(world.look(&id).await["status"], "triggered");
    let done = world.send("POST", &link, None, "").await;
    assert!(done.status.is_success() || done.status.is_redirection(), "{}", done.status);
    world.settle().await;
    let incident = world.look(&id).await;
    assert_eq!(
        (incident["status"].as_str(), incident["acknowledged_by"]["name"].as_str()),
        (Some("acknowledged"), Some("Ben Brook"))
    );
    assert_eq!(world.psa.tickets().len(), 1);
    world.send("POST", &link, None, "").await;
    world.settle().await;
    assert_eq!(world.psa.tickets().len(), 1, "pressing twice is pressing once");
}

async fn a_link_is_good_for_a_day(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    let link = link(&world.mail_to("ben"));
    world.sleep_through(TimeDelta::hours(25));
    let page = world.send("POST", &link, None, "").await;
    assert_eq!(page.status, StatusCode::GONE, "{}", page.text);
    assert_eq!(world.look(&id).await["status"], "triggered");
}

async fn a_changed_link_does_nothing(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    let link = link(&world.mail_to("ben"));
    let (head, tail) = link.split_at(link.len() - 3);
    for forged in
        [format!("{head}AAA"), format!("{head}x{tail}"), "/app/a/x".to_owned(), link.replace("eyJ", "eyK")]
    {
        let page = world.send("POST", &forged, None, "").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{forged}");
    }
    assert_eq!(world.look(&id).await["status"], "triggered");
}

async fn a_link_of_somebody_late_says_who_has_it(mut world: World) {
    let id = world.incident("Disk", "critical").await;
    let link = link(&world.mail_to("ben"));
    world.work("ann", &id, "acknowledge", Value::Null).await;
    world.send("POST", &link, None, "").await;
    let page = world.send("GET", &link, None, "").await;
    assert!(page.text.contains("Ann Archer"), "{}", page.text);
    assert_eq!(world.look(&id).await["acknowledged_by"]["name"], "Ann Archer");
}

async fn a_mail_server_that_is_down_delays_a_page_and_loses_none(mut world: World) {
    world.smtp.stop();
    let id = world.incident("Disk", "critical").await;
    world.advance(TimeDelta::minutes(2)).await;
    world.smtp.restart_on_same_port();
    world.no_mail();
    world.advance(TimeDelta::minutes(2)).await;
    world.mail_to("ben");
    let events = world.timeline(&id).await;
    assert_eq!(events, ["created", "step_notified", "page_failed", "page_sent"]);
}

async fn hours_without_a_mail_server_end_with_one_page_for_each_person(mut world: World) {
    world.smtp.stop();
    let id = world.incident("Core switch down", "critical").await;
    world.advance(TimeDelta::hours(2)).await;
    assert_eq!(world.look(&id).await["escalation"]["exhausted"], true);
    world.smtp.restart_on_same_port();
    world.advance(TimeDelta::minutes(3)).await;
    let mut told: Vec<String> = world.smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    told.sort();
    assert_eq!(told, ["ben@msp.example", "olivia@msp.example"]);
    world.skip_mails();
    world.advance(TimeDelta::hours(1)).await;
}

async fn a_page_that_is_no_longer_wanted_is_not_sent(mut world: World) {
    world.smtp.greylist(true);
    let id = world.incident("Disk", "critical").await;
    world.work("ann", &id, "acknowledge", Value::Null).await;
    world.smtp.greylist(false);
    world.advance(TimeDelta::hours(1)).await;
    world.no_mail();
    let ledger = world.get("ben", &format!("/api/incidents/{id}/pages")).await;
    assert_eq!(ledger["pages"][0]["state"], "cancelled");
    assert!(ledger["pages"][0]["attempts"][0]["failure"].is_string(), "{ledger}");
}

async fn an_address_that_is_refused_for_good_hurries_the_next_step(mut world: World) {
    world.smtp.refuse_recipients(true);
    world.incident("Disk", "critical").await;
    world.smtp.refuse_recipients(false);
    world.no_mail();
    world.advance(TimeDelta::seconds(15)).await;
    world.mail_to("olivia");
}
