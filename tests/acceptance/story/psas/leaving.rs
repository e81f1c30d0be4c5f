//! A callout that was promised a page has one, whoever deletes its source meanwhile.

use acceptance::fault::Fault;
use acceptance::world::World;
use app::tenants::DEMO_TENANT;
use chrono::TimeDelta;
use domain::id::TenantId;
use domain::source::AlertSource;
use serde_json::{Value, json};
use store::{Changes, OperationId};

use super::both_ways::{autotask, call_out};
use super::office::Office;

super::super::stories!(
    a_source_is_not_deleted_while_a_callout_waits_and_its_key_may_be_rotated,
    a_callout_whose_source_is_gone_all_the_same_pages_with_the_tickets_number,
);

async fn a_source_is_not_deleted_while_a_callout_waits_and_its_key_may_be_rotated(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (_, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    autotask(&office).misbehave(Fault::Fails(503));
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "pending".to_owned()));
    let path = format!("/api/alert-sources/{}", door.id);
    let refused = world.send("DELETE", &path, Some("olivia"), "").await;
    assert!(
        refused.status == 409 && refused.text.contains("source-has-waiting-deliveries"),
        "{}",
        refused.text
    );
    assert!(refused.text.contains("a few minutes"), "{}", refused.text);
    assert_eq!(world.post("olivia", &format!("{path}/rotate-key"), Value::Null).await.status, 200);
    world.advance(TimeDelta::minutes(3)).await;
    assert!(world.mail_to("ben").text.contains(&number));
    assert_eq!(world.deliveries(&door).await[0]["state"], "taken");
    assert_eq!(world.send("DELETE", &path, Some("olivia"), "").await.status, 204);
}

async fn a_callout_whose_source_is_gone_all_the_same_pages_with_the_tickets_number(mut world: World) {
    let office = Office::autotask(&mut world, json!({})).await;
    let door = world.door("autotask", json!({})).await;
    let (_, number) = autotask(&office).add_ticket("Disk", "New", "Critical", "Contoso Ltd");
    autotask(&office).misbehave(Fault::Fails(503));
    assert_eq!(call_out(&mut world, &door, &number).await, (200, "pending".to_owned()));
    // As somebody deletes it who looked before the callout was there.
    let tenant: TenantId = DEMO_TENANT.parse().expect("a tenant id");
    let source = world.store().get::<AlertSource>(&tenant, &door.id).await.expect("a store");
    let mut changes = Changes::new();
    changes.delete(&source.expect("a source"));
    world.store().commit(&tenant, OperationId("gone".to_owned()), changes).await.expect("a commit");
    world.advance(TimeDelta::minutes(1)).await;
    let mail = world.mail_to("ben");
    assert!(mail.text.contains(&number) && mail.text.contains("deleted"), "{}", mail.text);
    world.advance(TimeDelta::minutes(1)).await;
    world.no_mail();
}
