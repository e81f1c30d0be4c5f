//! What comes or is read more than once pages once.

use acceptance::fixture::Fixture;
use acceptance::world::{Door, World};
use serde_json::{Value, json};

use super::states;

super::super::stories!(
    what_was_read_again_is_not_read_a_third_time,
    a_delivery_that_many_read_again_at_once_pages_once,
    a_message_that_is_sent_twice_is_one_delivery_and_one_alert,
    a_message_that_was_refused_is_taken_when_it_is_sent_again_after_its_source_was_mended,
    an_unsigned_copy_changes_nothing_about_the_message_that_it_names,
    no_alert_tells_the_key,
);

/// A refused delivery; the path that reads it again.
async fn refused(world: &mut World, door: &Door) -> String {
    let odd = json!({ "what": { "happened": "Rack on fire" }, "how_bad": "bad" });
    assert_eq!(world.knock(door, odd).await.status, 400);
    let id = world.deliveries(door).await[0]["id"].as_str().expect("an id").to_owned();
    replay_of(door, &id)
}

fn replay_of(door: &Door, id: &str) -> String {
    format!("/api/alert-sources/{}/deliveries/{id}/replay", door.id)
}

async fn mend(world: &mut World, door: &Door, title: &str) {
    let path = format!("/api/alert-sources/{}", door.id);
    let mut source = world.get("olivia", &path).await;
    source["mapping"] = json!({ "title": title });
    let kept = world.put("olivia", &path, source).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
}

async fn what_was_read_again_is_not_read_a_third_time(mut world: World) {
    let door = world.door("zabbix", json!({})).await;
    let replay = refused(&mut world, &door).await;
    for _ in 0..2 {
        assert_eq!(world.post("olivia", &replay, Value::Null).await.status, 400, "nothing is mended yet");
    }
    let deliveries = world.deliveries(&door).await;
    assert_eq!(states(&deliveries), ["refused", "refused"], "every reading of it is one");
    let reading = deliveries.iter().find(|delivery| delivery["replay_of"].is_string()).expect("a reading");
    let of_the_reading = replay_of(&door, reading["id"].as_str().expect("an id"));
    mend(&mut world, &door, "{{ what.happened }}").await;
    let read = world.post("olivia", &replay, Value::Null).await.json();
    world.mail_to("ben");
    let incident = read["incident_id"].as_str().expect("an incident").to_owned();
    // So that another alert would open another incident.
    world.work("ben", &incident, "resolve", json!({ "note": "extinguished" })).await;
    for again in [&replay, &of_the_reading] {
        let answer = world.post("olivia", again, Value::Null).await;
        assert!(answer.status == 409 && answer.text.contains("delivery-taken"), "{}", answer.text);
    }
    world.no_mail();
}

async fn a_delivery_that_many_read_again_at_once_pages_once(mut world: World) {
    let door = world.door("zabbix", json!({})).await;
    let replay = refused(&mut world, &door).await;
    mend(&mut world, &door, "{{ what.happened }}").await;
    let answers = world.at_once("olivia", "POST", &replay, &Value::Null, 4).await;
    world.settle().await;
    let read: Vec<Value> =
        answers.iter().filter(|answer| answer.status == 200).map(acceptance::world::Answer::json).collect();
    assert!(!read.is_empty() && answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 409)));
    assert!(read.iter().all(|other| other["incident_id"] == read[0]["incident_id"]), "{read:?}");
    world.mail_to("ben");
    let incident = world.look(read[0]["incident_id"].as_str().expect("an incident")).await;
    assert_eq!(incident["alert_count"], 1, "{incident}");
}

async fn a_message_that_is_sent_twice_is_one_delivery_and_one_alert(mut world: World) {
    for tool in ["aws_sns", "pagerduty_webhook"] {
        let door = world.door(tool, json!({})).await;
        let problem = Fixture::read(tool, "problem");
        let first = world.replay(&door, &problem).await.json();
        world.mail_to("ben");
        let incident = first["incident_id"].as_str().expect("an incident").to_owned();
        assert_eq!(world.replay(&door, &problem).await.json(), first, "{tool}");
        assert_eq!(world.look(&incident).await["alert_count"], 1, "{tool}");
        world.work("ben", &incident, "resolve", Value::Null).await;
        assert_eq!(world.replay(&door, &problem).await.json(), first, "{tool}: it is late, and no news");
        assert_eq!(states(&world.deliveries(&door).await), ["taken"], "{tool}");
        world.no_mail();
    }
}

async fn a_message_that_was_refused_is_taken_when_it_is_sent_again_after_its_source_was_mended(
    mut world: World,
) {
    let door = world.door("pagerduty_webhook", json!({})).await;
    let mut odd = Fixture::read("pagerduty_webhook", "problem");
    odd.body =
        json!({ "event": { "id": "one", "event_type": "incident.triggered", "data": {} } }).to_string();
    for _ in 0..2 {
        assert_eq!(world.replay(&door, &odd).await.status, 400);
    }
    assert_eq!(states(&world.deliveries(&door).await), ["refused"]);
    mend(&mut world, &door, "{{ event.event_type }}").await;
    let id = world.deliveries(&door).await[0]["id"].as_str().expect("an id").to_owned();
    let read = world.post("olivia", &replay_of(&door, &id), Value::Null).await;
    assert_eq!(read.json()["result"], "created", "{}", read.text);
    world.mail_to("ben");
    let late = world.replay(&door, &odd).await;
    assert_eq!((late.status.as_u16(), &late.json()["result"]), (200, &json!("ignored")), "{}", late.text);
    world.no_mail();
}

async fn an_unsigned_copy_changes_nothing_about_the_message_that_it_names(mut world: World) {
    let door = world.door("aws_sns", json!({})).await;
    let problem = Fixture::read("aws_sns", "problem");
    let mut forged = problem.clone();
    forged.body = forged.body.replace("ALARM", "ALURM");
    for _ in 0..2 {
        assert_eq!(world.replay(&door, &forged).await.status, 401);
    }
    assert_eq!(world.replay(&door, &problem).await.json()["result"], "created");
    world.mail_to("ben");
    assert_eq!(world.replay(&door, &forged).await.status, 401);
    let mut kept = states(&world.deliveries(&door).await).into_iter().map(str::to_owned).collect::<Vec<_>>();
    kept.sort();
    assert_eq!(kept, ["refused", "refused", "refused", "taken"]);
}

async fn no_alert_tells_the_key(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let url = format!("https://oncall.test/api/webhooks/{}", door.key);
    let alert = |status: &str| {
        json!({
            "title": format!("No answer from {url}"), "description": format!("Sent to {url}"), "link": url,
            "dedup_key": format!("{url}#1"), "severity": "high", "status": status,
        })
    };
    let created = world.taken(&door, alert("firing")).await;
    let id = created["incident_id"].as_str().expect("an incident").to_owned();
    let mail = world.mail_to("ben");
    let seen = [
        created.to_string(),
        format!("{mail:?}"),
        world.look(&id).await.to_string(),
        world.get("olivia", &format!("/api/incidents/{id}/timeline")).await.to_string(),
        format!("{:?}", world.deliveries(&door).await),
    ];
    for text in seen {
        assert!(!text.contains(&door.key), "{text}");
    }
    assert_eq!(world.taken(&door, alert("resolved")).await["result"], "resolved", "the same problem");
}
