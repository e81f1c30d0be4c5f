//! Setting a PSA up, checking it, and hearing of what is missing before the night.

use std::sync::Arc;

use acceptance::autotask::Autotask;
use acceptance::world::World;
use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use domain::user::User;
use serde_json::{Value, json};
use store::Documents;
use tower::ServiceExt as _;

use super::super::deliveries::gate::Gate;
use super::office::Office;

super::super::stories!(
    settings_that_cannot_work_are_refused_by_name_and_change_nothing,
    a_secret_is_never_shown_and_stays_when_it_is_left_out,
    a_secret_is_never_sent_to_another_address,
    a_check_says_exactly_what_is_missing,
    the_admins_hear_before_the_night_what_is_missing_and_only_then,
    only_managers_see_and_change_it,
);

async fn settings_that_cannot_work_are_refused_by_name_and_change_nothing(mut world: World) {
    let body = json!({
        "provider": { "type": "halopsa", "base_url": "not an address", "client_id": "" },
        "mapping": { "technicians": { "usr_GONE": "1" } },
    });
    let refused = world.put("olivia", "/api/settings/psa", body).await;
    assert_eq!(refused.status, 400);
    let fields = refused.wrong_fields();
    for field in ["secret", "mapping.technicians.usr_GONE", "provider.base_url", "provider.client_id"] {
        assert!(fields.contains(&field.to_owned()), "{field} in {fields:?}");
    }
    let provider = json!({ "type": "theone", "api_url": "https://psa.example" });
    let no_text = json!({ "provider": provider, "secret": 83_920_174 });
    let refused = world.put("olivia", "/api/settings/psa", no_text).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("secret") && !refused.text.contains("83920174"), "{}", refused.text);
    let kept = world.get("olivia", "/api/settings/psa").await;
    assert_eq!((&kept["connection"], &kept["deployment"]), (&Value::Null, &json!("The One PSA")));
}

async fn a_secret_is_never_shown_and_stays_when_it_is_left_out(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let mut settings = office.settings(&world);
    settings.as_object_mut().expect("an object").remove("secret");
    settings["time_entries"] = json!(true);
    let set = world.put("olivia", "/api/settings/psa", settings).await;
    assert_eq!((set.status.as_u16(), &set.json()["secret_set"]), (200, &json!(true)), "{}", set.text);
    assert!(!set.text.contains(Autotask::SECRET));
    let read = world.get("olivia", "/api/settings/psa").await;
    let back = world.put("olivia", "/api/settings/psa", read["connection"].clone()).await;
    assert_eq!((back.status.as_u16(), &back.json()["mapping"]), (200, &read["connection"]["mapping"]));
    let checked = world.post("olivia", "/api/settings/psa/verify", Value::Null).await.json();
    assert_eq!(checked["good"], true, "{checked}");
    let gone = world.send("DELETE", "/api/settings/psa", Some("olivia"), "").await;
    assert_eq!(gone.status, 204);
    assert_eq!(world.get("olivia", "/api/settings/psa").await["connection"], Value::Null);
}

async fn a_secret_is_never_sent_to_another_address(mut world: World) {
    let elsewhere = Autotask::start().await;
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.connect(&mut world, json!({})).await;
        let address = if matches!(office, Office::Halo { .. }) { "base_url" } else { "zone_url" };
        let mut kept = office.settings(&world);
        kept.as_object_mut().expect("an object").remove("secret");
        let mut moved = vec![(address, elsewhere.url())];
        if address == "zone_url" {
            moved.push(("username", "somebody@else.test".to_owned()));
        }
        for (field, value) in moved {
            let mut moved = kept.clone();
            moved["provider"][field] = json!(value);
            let refused = world.put("olivia", "/api/settings/psa", moved.clone()).await;
            assert_eq!(
                (refused.status.as_u16(), refused.wrong_fields()),
                (400, vec!["secret".to_owned()]),
                "{field}"
            );
            moved["secret"] = json!("given again");
            assert_eq!(world.put("olivia", "/api/settings/psa", moved).await.status, 200, "{field}");
            office.connect(&mut world, json!({})).await;
        }
        kept["time_entries"] = json!(true);
        assert_eq!(world.put("olivia", "/api/settings/psa", kept).await.status, 200, "the same address");
    }
    assert!(elsewhere.requests().is_empty(), "{:?}", elsewhere.requests());
}

/// Whoever leaves the secret out keeps the one that is there when the settings are kept, not the one from before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_changed_meanwhile_is_kept() {
    let gate = Arc::new(Gate::open().await);
    let mut world = World::open_on(Arc::clone(&gate) as Arc<dyn Documents>).await;
    let office = Office::autotask(&mut world, json!({})).await;
    let mut late = office.settings(&world);
    late.as_object_mut().expect("an object").remove("secret");
    late["time_entries"] = json!(true);
    gate.hold(store::PSA);
    let tenant = app::tenants::DEMO_TENANT.parse().expect("a tenant id");
    let olivia = User::id_of(&tenant, "olivia");
    let user =
        world.store().get::<User>(&tenant, olivia.as_str()).await.expect("a store").expect("a user").value;
    let claims = embedded::hub::claims(&tenant, &user, (world.now() + TimeDelta::days(1)).timestamp());
    let token = world.machine().hub.issue(claims).expect("a token");
    let request = Request::put("/api/settings/psa")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(late.to_string()))
        .expect("a request");
    let router = world.machine().router();
    let saving = tokio::spawn(async move { router.oneshot(request).await.expect("an answer").status() });
    gate.was_read().await;
    office.connect(&mut world, json!({})).await;
    gate.open_up();
    assert_eq!(saving.await.expect("no panic"), 200);
    let checked = world.post("olivia", "/api/settings/psa/verify", Value::Null).await.json();
    assert_eq!(checked["good"], true, "{checked}");
}

async fn a_check_says_exactly_what_is_missing(mut world: World) {
    for office in
        [Office::halopsa(&mut world, json!({})).await, Office::autotask(&mut world, json!({})).await]
    {
        office.connect(&mut world, json!({})).await;
        let good = world.post("olivia", "/api/settings/psa/verify", Value::Null).await.json();
        assert_eq!(good["good"], true, "{good}");
        office.dismiss_everybody();
        office.connect(&mut world, json!({})).await;
        let bad = world.post("olivia", "/api/settings/psa/verify", Value::Null).await.json();
        let points = bad["points"].as_array().cloned().expect("points");
        let missing: Vec<String> =
            points.iter().filter_map(|point| point["missing"].as_str().map(str::to_owned)).collect();
        assert_eq!(bad["good"], false, "{bad}");
        let named = |mail: &str| missing.iter().any(|line| line.contains(mail));
        assert!(named("sam@msp.test") && named("alex@msp.test"), "{missing:?}");
        assert_eq!(world.get("olivia", "/api/settings/psa").await["connection"]["checked"]["good"], false);
    }
}

async fn the_admins_hear_before_the_night_what_is_missing_and_only_then(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    // It is four minutes past three in the afternoon in Chicago.
    world.advance(TimeDelta::hours(1)).await;
    world.no_mail();
    office.dismiss_everybody();
    world.sleep_through(TimeDelta::hours(23));
    world.tick().await;
    world.no_mail();
    world.advance(TimeDelta::hours(1)).await;
    let mail = world.mail_to("olivia");
    assert!(mail.text.contains("sam@msp.test"), "{}", mail.text);
}

async fn only_managers_see_and_change_it(mut world: World) {
    let office = Office::halopsa(&mut world, json!({})).await;
    let body = office.settings(&world);
    for (method, path) in [("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/verify")] {
        let path = format!("/api/settings/psa{path}");
        let answer = world.send(method, &path, Some("ben"), body.to_string()).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
    }
}
