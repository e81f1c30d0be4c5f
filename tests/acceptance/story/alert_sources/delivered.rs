//! What was delivered can be looked through, and read by managers.

use acceptance::world::World;
use chrono::TimeDelta;
use domain::alert::Outcome;
use domain::delivery::{Delivery, Request, Verdict};
use domain::id::{DeliveryId, SourceId};
use serde_json::{Value, json};
use store::{Changes, OperationId};

use super::{demo, made, path, plain};

super::super::stories!(
    deliveries_are_listed_newest_first_page_by_page,
    what_was_delivered_is_for_managers,
    a_list_that_is_asked_for_wrongly_says_so,
);

fn id(n: usize) -> DeliveryId {
    DeliveryId::derived(&["delivery", &n.to_string()])
}

/// Puts deliveries there, as many hours old as said.
async fn deliver(world: &World, source: &Value, hours: &[i64]) {
    let source: SourceId = source["id"].as_str().expect("an id").parse().expect("an id");
    let mut changes = Changes::new();
    for (n, ago) in hours.iter().enumerate() {
        let refused = Verdict::Refused { field: "body".to_owned(), problem: "says nothing".to_owned() };
        let taken = Verdict::Taken { outcome: Outcome::Created, incident_id: None };
        let delivery = Delivery {
            id: id(n),
            source_id: source.clone(),
            received_at: world.now() - TimeDelta::hours(*ago),
            request: Request {
                content_type: Some("application/json".to_owned()),
                query: "site=a".to_owned(),
                headers: vec![("x-event".to_owned(), "push".to_owned())],
                body: format!("the body of {n}"),
                ..Request::default()
            },
            verdict: if n % 2 == 0 { taken } else { refused },
            alerts: 1,
            replay_of: None,
            is_test: false,
            due_at: None,
            tries: 0,
        };
        changes.create(&delivery).expect("a document");
    }
    let operation = OperationId("deliveries".to_owned());
    world.store().commit(&demo(), operation, changes).await.expect("deliveries");
}

fn ids(page: &Value) -> Vec<String> {
    let deliveries = page["deliveries"].as_array().expect("deliveries");
    deliveries.iter().map(|delivery| delivery["id"].as_str().expect("an id").to_owned()).collect()
}

async fn deliveries_are_listed_newest_first_page_by_page(mut world: World) {
    let source = made(&mut world, plain("Nagios", "nagios")).await;
    let hours = [0, 0, 0, 1, 5, 30, 200, 200, 330];
    deliver(&world, &source, &hours).await;
    let mut wanted: Vec<_> = hours.iter().enumerate().map(|(n, ago)| (-ago, id(n).to_string())).collect();
    wanted.sort();
    wanted.reverse();
    let wanted: Vec<String> = wanted.into_iter().map(|(_, id)| id).collect();
    let at = format!("{}/deliveries", path(&source));
    let all = world.get("olivia", &at).await;
    assert_eq!((ids(&all), &all["next"]), (wanted.clone(), &Value::Null));
    for limit in [1, 2, 4, 9, 100] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = world.get("olivia", &format!("{at}?limit={limit}{after}")).await;
            assert!(ids(&page).len() <= limit);
            seen.extend(ids(&page));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, wanted, "{limit} at a time");
    }
}

async fn what_was_delivered_is_for_managers(mut world: World) {
    let source = made(&mut world, plain("Nagios", "nagios")).await;
    let other = made(&mut world, plain("Zabbix", "zabbix")).await;
    deliver(&world, &source, &[2, 1]).await;
    let list = format!("{}/deliveries", path(&source));
    assert_eq!(world.send("GET", &list, Some("ann"), "").await.status, 403);
    let page = world.send("GET", &list, Some("olivia"), "").await;
    assert!(!page.text.contains("the body of"), "{}", page.text);
    let first = page.json()["deliveries"][0].clone();
    assert_eq!(
        (&first["state"], &first["field"], &first["problem"]),
        (&json!("refused"), &json!("body"), &json!("says nothing"))
    );
    let second = page.json()["deliveries"][1].clone();
    assert_eq!((&second["state"], &second["result"]), (&json!("taken"), &json!("created")));
    let one = format!("{list}/{}", id(1));
    assert_eq!(world.send("GET", &one, Some("ann"), "").await.status, 403);
    assert_eq!(world.send("GET", &one, None, "").await.status, 401);
    let whole = world.get("olivia", &one).await;
    assert_eq!((&whole["body"], &whole["query"]), (&json!("the body of 1"), &json!("site=a")));
    assert_eq!(whole["headers"], json!([{ "name": "x-event", "value": "push" }]));
    assert_eq!((&whole["content_type"], &whole["id"]), (&json!("application/json"), &first["id"]));
    let of_other = format!("{}/deliveries/{}", path(&other), id(1));
    for nothing in [
        of_other,
        format!("{list}/{}", id(7)),
        format!("{list}/x"),
        "/api/alert-sources/x/deliveries/y".into(),
    ] {
        assert_eq!(world.send("GET", &nothing, Some("olivia"), "").await.status, 404, "{nothing}");
    }
    let stranger = world.stranger().await;
    assert_eq!(world.send_with(&stranger, "GET", &one, "").await.status, 404);
}

async fn a_list_that_is_asked_for_wrongly_says_so(mut world: World) {
    let source = made(&mut world, plain("Nagios", "nagios")).await;
    let at = format!("{}/deliveries", path(&source));
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("after=x", "after"),
        ("after=5.src_x", "after"),
        ("state=taken", "state"),
    ] {
        let answer = world.send("GET", &format!("{at}?{query}"), Some("olivia"), "").await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{query}");
    }
}
