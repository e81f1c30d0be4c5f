//! A PSA's tickets as alerts, and what is done here going back: without an echo.

use acceptance::autotask::Autotask;
use acceptance::fault::Fault;
use acceptance::fixture::Fixture;
use acceptance::halopsa::{HaloPsa, Ticket};
use acceptance::world::{Door, World};
use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::acknowledged;
use super::office::{Deed, Office};

super::super::stories!(
    each_status_of_autotask_does_what_the_table_says,
    an_acknowledge_and_a_resolve_here_change_autotasks_ticket_and_come_back_as_nothing,
    a_callout_while_autotask_is_away_waits_and_is_taken_when_it_is_back,
    a_callout_that_autotask_goes_on_not_answering_pages_and_the_answer_joins,
    a_callout_pages_at_once_where_autotask_refuses_us_and_the_answer_joins,
    a_deleted_ticket_ends_its_incident,
    a_callout_without_a_connection_pages_with_the_tickets_number,
    a_ticket_that_we_made_comes_back_as_its_incident_and_never_as_another,
    a_ticket_that_we_are_making_opens_nothing_before_its_id_is_known,
    a_ticket_that_quotes_or_copies_one_of_ours_is_a_problem_of_its_own,
    a_halopsa_ticket_lives_and_ends_as_an_incident,
    statuses_of_the_tenants_own_mean_what_its_settings_say,
    a_callout_about_a_known_ticket_that_cannot_be_read_reaches_its_incident,
);

pub(super) fn autotask(office: &Office) -> &Autotask {
    match office {
        Office::Autotask { autotask, .. } => autotask,
        Office::Halo { .. } => panic!("it is a HaloPSA"),
    }
}

fn halo(office: &Office) -> &HaloPsa {
    match office {
        Office::Halo { halo, .. } => halo,
        Office::Autotask { .. } => panic!("it is an Autotask"),
    }
}

/// Autotask calls out about a ticket; the status of the answer and what was done.
pub(super) async fn call_out(world: &mut World, door: &Door, number: &str) -> (u16, String) {
    call_out_by(world, door, format!("number={number}")).await
}

async fn call_out_by(world: &mut World, door: &Door, query: String) -> (u16, String) {
    let fixture = Fixture { method: "GET".to_owned(), query, headers: [].into(), body: String::new() };
    let answer = world.replay(door, &fixture).await;
    (answer.status.as_u16(), answer.json()["result"].as_str().unwrap_or_default().to_owned())
}

const OPENS: [&str; 3] = ["New", "In Progress", "Waiting Parts"];
const REFUSED: [&str; 10] = [
    "Complete",
    "Denied",
    "Waiting Customer",
    "Waiting Materials",
    "Scheduled",
    "Escalate",
    "Waiting Vendor",
    "Waiting Approval",
    "Waiting Dispatch",
    "Approved",
];

async fn each_status_of_autotask_does_what_the_table_says(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let autotask = autotask(&office);
    for status in REFUSED {
        let (_, number) = autotask.add_ticket("Disk", status, "Low", "Contoso Ltd");
        assert_eq!(call_out(&mut world, &door, &number).await.0, 400, "{status} opens nothing");
    }
    for status in OPENS {
        let (_, number) = autotask.add_ticket("Disk", status, "Critical", "Contoso Ltd");
        assert_eq!(call_out(&mut world, &door, &number).await, (200, "created".to_owned()), "{status}");
        world.mail_to("ben");
    }
    for status in REFUSED.into_iter().chain(["In Progress", "New", "Waiting Parts"]) {
        let (id, number) = autotask.add_ticket("Disk", "New", "High", "Contoso Ltd");
        call_out(&mut world, &door, &number).await;
        world.mail_to("ben");
        autotask.set_status(&id, status);
        let expected = match status {
            "Complete" | "Denied" => "resolved",
            "New" | "Waiting Parts" => "grouped",
            _ => "acknowledged",
        };
        assert_eq!(call_out(&mut world, &door, &number).await, (200, expected.to_owned()), "{status}");
        if expected == "acknowledged" {
            assert_eq!(call_out(&mut world, &door, &number).await.0, 200, "{status} again changes nothing");
        }
    }
}

async fn an_acknowledge_and_a_resolve_here_change_autotasks_ticket_and_come_back_as_nothing(
    mut world: World,
) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let autotask = autotask(&office);
    let (id, number) = autotask.add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    call_out(&mut world, &door, &number).await;
    world.mail_to("ben");
    let open = world.get("ben", "/api/incidents").await;
    let incident = open["incidents"][0]["id"].as_str().expect("an incident").to_owned();
    assert_eq!(world.look(&incident).await["psa_ticket_id"], json!(id));
    world.work("ben", &incident, "acknowledge", Value::Null).await;
    assert_eq!(office.tickets().len(), 1, "no second ticket");
    assert_eq!(
        (autotask.tickets()[0].status.as_str(), office.tickets()[0].owner.is_empty()),
        ("In Progress", false)
    );
    assert_eq!(call_out(&mut world, &door, &number).await.0, 200);
    autotask.misbehave_once_at(Method::PATCH, "/tickets", Fault::Fails(503));
    world.work("ben", &incident, "resolve", json!({ "note": "done" })).await;
    assert_eq!(autotask.tickets()[0].status, "In Progress", "Autotask was away for a moment");
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "ignored".to_owned()), "no news");
    world.no_mail();
    world.advance(TimeDelta::minutes(1)).await;
    assert_eq!(autotask.tickets()[0].status, "Complete");
    let sent = autotask.requests().len();
    assert_eq!(call_out(&mut world, &door, &number).await.0, 400, "it is over here, too");
    world.advance(TimeDelta::minutes(5)).await;
    let since: Vec<_> =
        autotask.requests().split_off(sent).into_iter().filter(|request| request.method == "PATCH").collect();
    assert!(since.is_empty(), "{since:?}");
}

async fn a_callout_while_autotask_is_away_waits_and_is_taken_when_it_is_back(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (_, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    autotask(&office).misbehave(Fault::Fails(503));
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "pending".to_owned()));
    assert_eq!(world.deliveries(&door).await[0]["state"], "waiting");
    world.advance(TimeDelta::minutes(1)).await;
    world.no_mail();
    autotask(&office).misbehave(Fault::None);
    world.advance(TimeDelta::minutes(5)).await;
    world.mail_to("ben");
    let deliveries = world.deliveries(&door).await;
    assert_eq!((deliveries.len(), deliveries[0]["state"].as_str()), (1, Some("taken")));
}

async fn a_callout_that_autotask_goes_on_not_answering_pages_and_the_answer_joins(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (_, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    autotask(&office).misbehave(Fault::Fails(503));
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "pending".to_owned()));
    world.advance(TimeDelta::seconds(105)).await;
    world.no_mail();
    world.advance(TimeDelta::seconds(30)).await;
    let mail = world.mail_to("ben");
    assert!(mail.text.contains(&number), "{}", mail.text);
    autotask(&office).misbehave(Fault::None);
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "grouped".to_owned()));
    assert_eq!(world.deliveries(&door).await.len(), 2);
    let open = world.get("ben", "/api/incidents").await;
    let incident = open["incidents"][0]["id"].as_str().expect("an incident").to_owned();
    world.work("ben", &incident, "acknowledge", Value::Null).await;
    assert_eq!(office.tickets().len(), 1, "the ticket is the incident's now, and no second one is made");
}

async fn a_callout_pages_at_once_where_autotask_refuses_us_and_the_answer_joins(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    for by_id in [false, true] {
        let (id, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
        autotask(&office).rotate_secret("another one");
        let query = if by_id { format!("id={id}") } else { format!("number={number}") };
        let fixture = Fixture { method: "GET".to_owned(), query, headers: [].into(), body: String::new() };
        let unread = world.replay(&door, &fixture).await.json();
        assert_eq!(unread["result"], "created", "{unread}");
        assert!(unread["warning"].as_str().is_some_and(|why| why.contains("can't be read")), "{unread}");
        world.mail_to("ben");
        autotask(&office).rotate_secret(Autotask::SECRET);
        // A connection that was refused rests for a while.
        office.connect(&mut world, json!({})).await;
        assert_eq!(call_out(&mut world, &door, &number).await, (200, "grouped".to_owned()), "by id: {by_id}");
        autotask(&office).set_status(&id, "Complete");
        assert_eq!(
            call_out(&mut world, &door, &number).await,
            (200, "resolved".to_owned()),
            "by id: {by_id}"
        );
    }
}

async fn a_deleted_ticket_ends_its_incident(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (id, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    assert_eq!(call_out(&mut world, &door, &number).await.1, "created");
    world.mail_to("ben");
    let deleted =
        json!({ "Action": "Delete", "EntityType": "Ticket", "Id": id.parse::<u64>().expect("a number") });
    assert_eq!(world.taken(&door, deleted.clone()).await["result"], "resolved");
    assert_eq!(world.taken(&door, deleted).await["result"], "ignored");
}

async fn a_callout_without_a_connection_pages_with_the_tickets_number(mut world: World) {
    let door = world.door("autotask", json!({})).await;
    assert_eq!(call_out(&mut world, &door, "T20261120.0042").await, (200, "created".to_owned()));
    let mail = world.mail_to("ben");
    assert!(mail.text.contains("T20261120.0042"), "{}", mail.text);
    assert_eq!(call_out(&mut world, &door, "T20261120.0042").await, (200, "grouped".to_owned()));
}

/// HaloPSA tells of a ticket as its runbook does.
async fn told(world: &mut World, door: &Door, ticket: &Ticket) -> Value {
    let body = json!({ "ticket": {
        "id": ticket.id, "summary": ticket.summary, "details": ticket.details,
        "status": { "id": ticket.status, "name": ticket.status_name() }, "third_party_id": ticket.third_party_id,
        "priority": { "id": 1, "name": "Critical" }, "client_name": "Contoso Ltd", "dateclosed": "1900-01-01T00:00:00",
    }});
    let answer = world.knock(door, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn a_ticket_that_we_made_comes_back_as_its_incident_and_never_as_another(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let door = world.door("halopsa", json!({})).await;
    let incident = acknowledged(&mut world).await;
    let made = halo(&office).tickets()[0].clone();
    let back = told(&mut world, &door, &made).await;
    assert_eq!((&back["result"], &back["incident_id"]), (&json!("grouped"), &json!(incident)));
    halo(&office).close(made.id);
    let sent = halo(&office).requests().len();
    let back = told(&mut world, &door, &halo(&office).tickets()[0]).await;
    assert_eq!((&back["result"], &back["incident_id"]), (&json!("resolved"), &json!(incident)));
    world.advance(TimeDelta::minutes(5)).await;
    let written: Vec<_> = halo(&office)
        .requests()
        .split_off(sent)
        .into_iter()
        .filter(|request| request.method == "POST")
        .collect();
    assert!(written.is_empty(), "no echo: {written:?}");
    halo(&office).reopen(made.id);
    let back = told(&mut world, &door, &halo(&office).tickets()[0]).await;
    assert_eq!(back["result"], "ignored", "whoever opens our ticket again works on it there");
}

async fn a_ticket_that_we_are_making_opens_nothing_before_its_id_is_known(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let door = world.door("halopsa", json!({})).await;
    office.misbehave(Deed::Create, Fault::WorksThenCuts);
    let incident = acknowledged(&mut world).await;
    let made = halo(&office).tickets()[0].clone();
    assert_eq!(world.look(&incident).await["psa_ticket_id"], Value::Null, "nobody has told us");
    let back = told(&mut world, &door, &made).await;
    assert_eq!((&back["result"], &back["incident_id"]), (&json!("grouped"), &json!(incident)));
    world.advance(TimeDelta::minutes(10)).await;
    assert_eq!(world.look(&incident).await["psa_ticket_id"], json!(made.id.to_string()));
    world.no_mail();
}

async fn a_ticket_that_quotes_or_copies_one_of_ours_is_a_problem_of_its_own(mut world: World) {
    let door = world.door("halopsa", json!({})).await;
    let alert = json!({ "title": "CPU", "severity": "low", "dedup_key": "cpu" });
    let unfiled = world.alert(alert).await["incident_id"].as_str().expect("an id").to_owned();
    world.skip_mails();
    let office = Office::halopsa(&mut world, json!({})).await;
    let incident = acknowledged(&mut world).await;
    let made = halo(&office).tickets()[0].clone();
    let quote = format!("Please help!\n\n> {}", made.details.replace('\n', "\n> "));
    let details = [quote, made.details.clone(), format!("Help!\n\nOn-Call: oncall-incident-{unfiled}")];
    for (details, id) in details.into_iter().zip(90_001..) {
        let mut theirs = Ticket { id, details, ..made.clone() };
        let opened = told(&mut world, &door, &theirs).await;
        assert_eq!(opened["result"], "created", "{}", theirs.details);
        world.mail_to("ben");
        theirs.status = 9;
        let closed = told(&mut world, &door, &theirs).await;
        assert_eq!((&closed["result"], &closed["incident_id"]), (&json!("resolved"), &opened["incident_id"]));
    }
    assert_eq!(world.look(&incident).await["status"], "acknowledged");
    assert_eq!(world.look(&unfiled).await["status"], "triggered");
    world.work("ben", &incident, "resolve", Value::Null).await;
    let copy = Ticket { id: 90_010, ..made };
    assert_eq!(told(&mut world, &door, &copy).await["result"], "created", "after the end, too");
    world.mail_to("ben");
}

async fn a_halopsa_ticket_lives_and_ends_as_an_incident(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let door = world.door("halopsa", json!({})).await;
    let opened = world.replay(&door, &Fixture::read("halopsa", "problem")).await.json();
    world.mail_to("ben");
    assert_eq!(opened["result"], "created");
    let id = opened["incident_id"].as_str().expect("an id").to_owned();
    assert!(world.look(&id).await["psa_ticket_id"].is_string());
    let closed = world.replay(&door, &Fixture::read("halopsa", "recovery")).await.json();
    assert_eq!((&closed["result"], &closed["incident_id"]), (&json!("resolved"), &json!(id)));
    let again = world.replay(&door, &Fixture::read("halopsa", "problem")).await.json();
    assert_eq!(again["result"], "created", "opened again, it is a new incident");
    world.mail_to("ben");
    assert_eq!(office.tickets().len(), 0, "no ticket of ours beside theirs");
}

async fn statuses_of_the_tenants_own_mean_what_its_settings_say(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let mut provider = office.settings(&world)["provider"].clone();
    provider["closed_status"] = json!("waiting parts");
    provider["working_status"] = json!("Scheduled");
    office.connect(&mut world, json!({ "provider": provider })).await;
    let door = world.door("autotask", json!({})).await;
    let autotask = autotask(&office);
    let (_, number) = autotask.add_ticket("Disk", "Waiting Parts", "High", "Contoso Ltd");
    assert_eq!(call_out(&mut world, &door, &number).await.0, 400, "what is closed opens nothing");
    let (id, number) = autotask.add_ticket("Disk", "Scheduled", "High", "Contoso Ltd");
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "created".to_owned()));
    world.mail_to("ben");
    autotask.set_status(&id, "Scheduled");
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "acknowledged".to_owned()));
    autotask.set_status(&id, "Waiting Parts");
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "resolved".to_owned()));
    assert_eq!(call_out(&mut world, &door, &number).await.0, 400);
    // One that is closed from here.
    let (_, number) = autotask.add_ticket("Disk", "New", "High", "Contoso Ltd");
    call_out(&mut world, &door, &number).await;
    world.mail_to("ben");
    let open = world.get("ben", "/api/incidents").await;
    let incident = open["incidents"][0]["id"].as_str().expect("an incident").to_owned();
    world.work("ben", &incident, "resolve", json!({ "note": "done" })).await;
    assert_eq!(autotask.tickets().last().expect("a ticket").status, "Waiting Parts");
    world.sleep_through(TimeDelta::minutes(5));
    assert_eq!(call_out(&mut world, &door, &number).await.0, 400, "a note on it, say, is no new problem");
    world.no_mail();
}

async fn a_callout_about_a_known_ticket_that_cannot_be_read_reaches_its_incident(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let autotask = autotask(&office);
    // One of ours, and one that somebody made.
    let ours = acknowledged(&mut world).await;
    let (id, number) = autotask.add_ticket("Disk", "New", "High", "Contoso Ltd");
    call_out(&mut world, &door, &number).await;
    world.mail_to("ben");
    let open = world.get("ben", "/api/incidents").await;
    let of_id = |id: &str| {
        let incidents = open["incidents"].as_array().expect("a list");
        incidents.iter().filter_map(|one| one["id"].as_str()).find(|other| *other != id).map(str::to_owned)
    };
    let theirs = of_id(&ours).expect("another incident");
    let known = [
        format!("number={}", autotask.tickets()[0].number.to_lowercase()),
        format!("id={}", autotask.tickets()[0].id),
        format!("number={number}"),
        format!("id={id}"),
    ];
    autotask.rotate_secret("another one");
    for query in &known {
        let told = call_out_by(&mut world, &door, query.clone()).await;
        assert_eq!(told, (200, "grouped".to_owned()), "{query}");
    }
    world.no_mail();
    autotask.rotate_secret(Autotask::SECRET);
    office.connect(&mut world, json!({})).await;
    for incident in [&ours, &theirs] {
        world.work("ben", incident, "resolve", Value::Null).await;
    }
    assert!(office.tickets().iter().all(|ticket| ticket.closed));
    world.sleep_through(TimeDelta::minutes(50));
    autotask.rotate_secret("another one");
    for query in &known {
        let told = call_out_by(&mut world, &door, query.clone()).await;
        assert_eq!(told, (200, "ignored".to_owned()), "{query}: it is the echo of the end");
    }
    world.no_mail();
    world.sleep_through(TimeDelta::minutes(11));
    for query in [&known[0], &known[2]] {
        let told = call_out_by(&mut world, &door, query.clone()).await;
        assert_eq!(told, (200, "created".to_owned()), "{query}: it may have been opened again");
        world.mail_to("ben");
    }
}
