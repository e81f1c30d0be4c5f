//! What a sender signs with goes in and never comes out.

use acceptance::world::World;
use domain::source::AlertSource;
use serde_json::{Value, json};

use super::{demo, made, path, plain};

super::super::stories!(a_signing_secret_goes_in_and_never_comes_out);

/// Under which name the secret is kept, as the document says.
async fn kept(world: &World, source: &Value) -> Option<String> {
    let id = source["id"].as_str().expect("an id");
    let found = world.store().get::<AlertSource>(&demo(), id).await.expect("a store").expect("a source");
    found.value.signing_secret.map(|name| name.to_string())
}

async fn a_signing_secret_goes_in_and_never_comes_out(mut world: World) {
    let secret = "hunter2-of-grafana";
    let mut body = plain("Grafana", "grafana");
    body["signing_secret"] = json!(secret);
    let keyed = made(&mut world, body.clone()).await;
    let at = path(&keyed);
    assert_eq!((&keyed["signing_secret_set"], keyed.get("signing_secret")), (&json!(true), None));
    let first = kept(&world, &keyed).await.expect("a name");
    let read = world.send("GET", &at, Some("olivia"), "").await;
    assert!(!read.text.contains(secret) && !read.text.contains(&first), "{}", read.text);
    let same = world.put("olivia", &at, read.json()).await;
    assert_eq!(same.json()["signing_secret_set"], true, "what is left out stays");
    assert_eq!(kept(&world, &keyed).await.as_ref(), Some(&first));
    body["signing_secret"] = json!("another one");
    assert_eq!(world.put("olivia", &at, body.clone()).await.status, 200);
    let second = kept(&world, &keyed).await.expect("a name");
    assert_ne!(first, second, "another value is another name");
    for bad in [json!(" "), json!(12_345_678), json!("x".repeat(1_001))] {
        body["signing_secret"] = bad;
        let answer = world.put("olivia", &at, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec!["signing_secret".to_owned()]));
        assert!(!answer.text.contains("12345678"), "{}", answer.text);
    }
    assert_eq!(kept(&world, &keyed).await, Some(second));
    body["signing_secret"] = Value::Null;
    assert_eq!(world.put("olivia", &at, body).await.json()["signing_secret_set"], false);
    assert_eq!(kept(&world, &keyed).await, None);
}
