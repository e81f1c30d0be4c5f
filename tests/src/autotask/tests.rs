//! The stand-in itself, without the client that it is there to test.

use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::*;

#[expect(
    clippy::disallowed_methods,
    reason = "the stand-in is tested without the client that it is there to test"
)]
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn ask(autotask: &Autotask, method: Method, path: &str) -> RequestBuilder {
    client()
        .request(method, format!("{}/zone3/ATServicesRest/V1.0/{path}", autotask.url()))
        .header("ApiIntegrationCode", Autotask::CODE)
        .header("UserName", Autotask::USERNAME)
        .header("Secret", Autotask::SECRET)
        .header("Content-Type", "application/json")
}

fn order() -> Value {
    json!({
        "companyID": 175, "title": "CPU", "status": 31, "priority": 71, "queueID": 29_682_833,
        "dueDateTime": "2026-11-21T21:04:05Z", "externalID": "oncall-1"
    })
}

#[tokio::test]
async fn the_zone_is_told_to_everybody_and_the_rest_to_whoever_has_all_three_headers() {
    let autotask = Autotask::start().await;
    let zone = format!("{}/ATServicesRest/V1.0/zoneInformation?user=api%40msp.test", autotask.url());
    let (status, told) = answer(client().get(zone)).await;
    assert_eq!((status, &told["url"]), (200, &json!(format!("{}/zone3/ATServicesRest/", autotask.url()))));
    let bare = client().get(format!("{}/zone3/ATServicesRest/V1.0/Tickets/1", autotask.url()));
    assert_eq!(answer(bare).await.0, 401);
    assert_eq!(answer(ask(&autotask, Method::GET, "Tickets/1")).await, (200, json!({ "item": null })));
    autotask.move_zone();
    let (status, told) = answer(ask(&autotask, Method::GET, "Tickets/1")).await;
    assert_eq!((status, told), (500, json!({ "errors": ["The user's data is in another zone."] })));
}

#[tokio::test]
async fn a_ticket_is_made_found_changed_and_noted_and_wrong_orders_are_refused_with_500() {
    let autotask = Autotask::start().await;
    assert_eq!(
        answer(ask(&autotask, Method::POST, "Tickets").json(&order())).await,
        (200, json!({ "itemId": 128_926 }))
    );
    for (field, value, text) in [
        ("status", json!(1), "The value of status is not in its picklist."),
        (
            "assignedResourceID",
            json!(29_682_885),
            "assignedResourceID and assignedResourceRoleID come together.",
        ),
        ("companyID", json!(177), "The value supplied for companyID is not an active company."),
    ] {
        let mut wrong = order();
        wrong[field] = value;
        let told = answer(ask(&autotask, Method::POST, "Tickets").json(&wrong)).await;
        assert_eq!(told, (500, json!({ "errors": [text] })));
    }
    let query = json!({ "filter": [{ "op": "eq", "field": "externalID", "value": "oncall-1" }] });
    let (_, found) = answer(ask(&autotask, Method::POST, "Tickets/query").json(&query)).await;
    assert_eq!(
        (found["items"].as_array().map(Vec::len), &found["items"][0]["id"]),
        (Some(1), &json!(128_926))
    );
    let change = json!({ "id": 128_926, "status": 35, "resolution": "done" });
    assert_eq!(answer(ask(&autotask, Method::PATCH, "Tickets").json(&change)).await.0, 200);
    let note = json!({ "title": "n", "description": "text", "noteType": 93, "publish": 81 });
    assert_eq!(answer(ask(&autotask, Method::POST, "Tickets/128926/Notes").json(&note)).await.0, 200);
    let tickets = autotask.tickets();
    let [ticket] = tickets.as_slice() else { panic!("{tickets:?}") };
    assert_eq!(
        (ticket.status.as_str(), ticket.notes[0].publish.as_str()),
        ("Complete", "Internal Project Team")
    );
    let statuses: Vec<_> = autotask.requests().iter().filter_map(|request| request.status).collect();
    assert_eq!(statuses, [200, 500, 500, 500, 200, 200, 200]);
}

#[tokio::test]
async fn putting_a_ticket_takes_away_what_is_not_named() {
    let autotask = Autotask::start().await;
    answer(ask(&autotask, Method::POST, "Tickets").json(&order())).await;
    let half = json!({ "id": 128_926, "title": "CPU", "companyID": 175, "ticketNumber": "T20261120.0042" });
    assert_eq!(answer(ask(&autotask, Method::PUT, "Tickets").json(&half)).await.0, 200);
    assert_eq!(autotask.tickets()[0].external_id, "");
}

#[tokio::test]
async fn a_fourth_call_at_once_is_refused() {
    let autotask = Autotask::start().await;
    autotask.misbehave(Fault::Slow(Duration::from_millis(300)));
    let calls = (0..4).map(|_| ask(&autotask, Method::GET, "Tickets/1").send());
    let answers = futures::future::join_all(calls).await;
    let refused = answers.iter().filter(|answer| answer.as_ref().unwrap().status() == 429);
    assert_eq!(refused.count(), 1);
}

#[tokio::test]
async fn whatever_happens_to_a_ticket_moves_its_last_activity_and_reading_it_does_not() {
    let autotask = Autotask::start().await;
    let (id, _) = autotask.add_ticket("Disk", "New", "High", "Contoso Ltd");
    let (other, _) = autotask.add_ticket("Disk", "New", "High", "Contoso Ltd");
    let last = |id: &str| {
        let ticket = autotask.tickets().into_iter().find(|ticket| ticket.id == id).unwrap();
        ticket.raw["lastActivityDate"].as_str().unwrap().to_owned()
    };
    let (mut before, others) = (last(&id), last(&other));
    let note = json!({ "title": "n", "description": "text", "noteType": 93, "publish": 81 });
    let change = json!({ "id": 128_926, "status": 38 });
    for (method, path, body) in
        [(Method::POST, format!("Tickets/{id}/Notes"), note), (Method::PATCH, "Tickets".to_owned(), change)]
    {
        assert_eq!(answer(ask(&autotask, method, &path).json(&body)).await.0, 200);
        assert!(last(&id) > before, "{path}");
        before = last(&id);
    }
    autotask.set_status(&id, "Waiting Customer");
    assert!(last(&id) > before);
    before = last(&id);
    answer(ask(&autotask, Method::GET, &format!("Tickets/{id}"))).await;
    assert_eq!((last(&id), last(&other)), (before, others));
}
