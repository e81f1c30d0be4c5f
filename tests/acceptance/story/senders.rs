//! Every type of alert source through its real route: a problem opens, its repeat joins, its recovery ends it, and what is
//! broken is either told to its sender or pages all the same.

use acceptance::fixture::Fixture;
use acceptance::world::{Answer, World};
use domain::source::SourceType;
use serde_json::{Value, json};

super::stories!(
    every_tools_problem_opens_its_repeat_joins_and_its_recovery_resolves,
    what_is_broken_pages_or_is_refused_with_the_field_and_can_be_read_again,
    every_tools_test_button_is_answered_well_and_wakes_nobody,
    a_tool_that_acknowledges_stops_the_paging_and_one_that_gives_it_back_starts_it_again,
    a_message_that_is_signed_by_somebody_else_is_not_taken,
    an_overfull_delivery_ends_what_came_alone_and_tells_what_it_does_not_list,
);

/// Those whose deliveries are no alerts by themselves have stories of their own.
fn tools() -> impl Iterator<Item = &'static str> {
    let alone = [SourceType::Heartbeat, SourceType::Autotask];
    let all = SourceType::ALL.iter().filter(move |kind| kind.has_key() && !alone.contains(kind));
    all.map(|kind| kind.word())
}

fn result(answer: &Answer) -> String {
    answer.json()["result"].as_str().unwrap_or_default().to_owned()
}

/// The running numbers of a delivery's incidents.
fn incidents(answer: &Value) -> Vec<Value> {
    match answer["alerts"].as_array() {
        Some(alerts) => alerts.iter().map(|alert| alert["number"].clone()).collect(),
        None => vec![answer["number"].clone()],
    }
}

async fn every_tools_problem_opens_its_repeat_joins_and_its_recovery_resolves(mut world: World) {
    for tool in tools() {
        let door = world.door(tool, json!({})).await;
        let mut numbers: Vec<Vec<Value>> = Vec::new();
        for (case, expected) in [("problem", "created"), ("repeat", "grouped"), ("recovery", "resolved")] {
            let answer = world.replay(&door, &Fixture::read(tool, case)).await;
            assert_eq!(answer.status, 200, "{tool} {case}: {}", answer.text);
            assert_eq!(result(&answer), expected, "{tool} {case}: {}", answer.text);
            numbers.push(incidents(&answer.json()));
        }
        for later in numbers[1..].iter().flatten() {
            assert!(numbers[0].contains(later), "{tool}: one problem is one incident: {numbers:?}");
        }
        let mails = world.mails();
        assert!(!mails.is_empty(), "{tool}: somebody was paged");
        let resolved = world.replay(&door, &Fixture::read(tool, "recovery")).await;
        // Who names each message has sent the same one again, which is answered as it was.
        let again = if matches!(tool, "aws_sns" | "pagerduty_webhook") { "resolved" } else { "ignored" };
        assert_eq!(result(&resolved), again, "{tool}: a second recovery: {}", resolved.text);
    }
}

async fn what_is_broken_pages_or_is_refused_with_the_field_and_can_be_read_again(mut world: World) {
    for tool in tools() {
        let door = world.door(tool, json!({})).await;
        let answer = world.replay(&door, &Fixture::read(tool, "malformed")).await;
        world.skip_mails();
        if answer.status == 200 {
            assert_eq!(result(&answer), "created", "{tool}: {}", answer.text);
            assert!(answer.json()["warning"].is_string(), "{tool}: {}", answer.text);
        } else {
            assert_eq!(answer.status, 400, "{tool}: {}", answer.text);
            assert!(!answer.wrong_fields().is_empty(), "{tool}: {}", answer.text);
            assert_eq!(world.deliveries(&door).await[0]["state"], "refused", "{tool}");
        }
    }
}

async fn every_tools_test_button_is_answered_well_and_wakes_nobody(mut world: World) {
    for tool in tools() {
        let tests = Fixture::cases(tool).into_iter().filter(|case| case.ends_with("test_button"));
        for case in tests.collect::<Vec<_>>() {
            let door = world.door(tool, json!({ "name": format!("{tool} {case}") })).await;
            let answer = world.replay(&door, &Fixture::read(tool, &case)).await;
            assert_eq!(
                (answer.status.as_u16(), result(&answer).as_str()),
                (200, "ignored"),
                "{tool}: {}",
                answer.text
            );
            world.no_mail();
        }
    }
}

async fn a_tool_that_acknowledges_stops_the_paging_and_one_that_gives_it_back_starts_it_again(
    mut world: World,
) {
    let door = world.door("zabbix", json!({})).await;
    let mut problem = Fixture::read("zabbix", "problem");
    problem.body = problem.body.replace("\"25\"", "\"27\"");
    let problem = world.replay(&door, &problem).await;
    let id = problem.json()["incident_id"].as_str().expect("an id").to_owned();
    world.mail_to("ben");
    for (case, status) in [("acknowledge", "acknowledged"), ("comment_only", "acknowledged")] {
        world.replay(&door, &Fixture::read("zabbix", case)).await;
        assert_eq!(world.look(&id).await["status"], status, "{case}");
    }
    world.advance(chrono::TimeDelta::hours(1)).await;
    world.no_mail();
    world.replay(&door, &Fixture::read("zabbix", "unacknowledged")).await;
    assert_eq!(world.look(&id).await["status"], "triggered");
    world.mail_to("ben");
    let timeline = world.timeline(&id).await;
    assert!(
        timeline.contains(&"remark".to_owned()) && timeline.contains(&"unacknowledged".to_owned()),
        "{timeline:?}"
    );
    world.replay(&door, &Fixture::read("zabbix", "closed_manually")).await;
    assert_eq!(world.look(&id).await["status"], "resolved");
}

async fn a_message_that_is_signed_by_somebody_else_is_not_taken(mut world: World) {
    let signed = Fixture::read("pagerduty_webhook", "signed");
    let door = world.door("pagerduty_webhook", json!({ "signing_secret": "somebody else's" })).await;
    let answer = world.replay(&door, &signed).await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    let kept = world.deliveries(&door).await;
    assert_eq!(
        (kept[0]["state"].as_str(), kept[0]["field"].as_str()),
        (Some("refused"), Some("signature")),
        "{kept:?}"
    );
    let shown = world.get("olivia", &format!("/api/alert-sources/{}", door.id)).await;
    assert_eq!((&shown["signing_secret_set"], shown.get("signing_secret")), (&json!(true), None::<&Value>));
}

async fn an_overfull_delivery_ends_what_came_alone_and_tells_what_it_does_not_list(mut world: World) {
    let door = world.door("alertmanager", json!({})).await;
    let alert = |number: usize, status: &str| {
        json!({ "status": status, "fingerprint": format!("f{number}"),
            "labels": { "alertname": format!("Fan {number}"), "severity": "info" } })
    };
    let group = |alerts: Vec<Value>| json!({ "version": "4", "groupKey": "fans", "alerts": alerts });
    let alone = world.taken(&door, group(vec![alert(550, "firing")])).await;
    assert_eq!(alone["result"], "created");
    // Behind more problems than are taken one by one.
    let mut all: Vec<Value> = (0..510).map(|number| alert(number, "firing")).collect();
    all.push(alert(550, "resolved"));
    let overfull = world.taken(&door, group(all)).await;
    let alerts = overfull["alerts"].as_array().expect("alerts");
    assert_eq!(alerts.len(), 502);
    assert_eq!((&alerts[500]["result"], &alerts[500]["number"]), (&json!("resolved"), &alone["number"]));
    let rest = &alerts[501];
    assert_eq!(rest["result"], "created");
    let id = rest["incident_id"].as_str().expect("an id");
    assert_eq!(world.look(id).await["title"], "And 10 more alerts not listed");
    world.skip_mails();
}
