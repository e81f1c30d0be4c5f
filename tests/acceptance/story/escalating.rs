//! Who is told, and when.

use acceptance::world::World;
use app::tenants::DEMO_TENANT;
use chrono::TimeDelta;
use domain::policy::{EscalationPolicy, Step};
use domain::user::User;
use serde_json::{Value, json};
use store::{Changes, OperationId};

super::stories!(
    the_main_job,
    unanswered_it_goes_round_the_policy_and_ends_with_the_admins,
    an_acknowledge_stops_everything,
    after_an_outage_there_is_one_catch_up_page,
    escalate_now_tells_the_next_step_also_when_somebody_has_it,
    a_step_that_reaches_nobody_is_passed_at_once,
    a_policy_that_reaches_nobody_goes_to_the_last_resort,
);

async fn the_main_job(mut world: World) {
    let id = world.incident("Disk full on SRV-1", "critical").await;
    let mail = world.mail_to("ben");
    assert_eq!(mail.header("Subject"), Some("[CRITICAL] #1 Disk full on SRV-1"));
    world.advance(TimeDelta::minutes(4)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(1)).await;
    world.mail_to("olivia");
    world.sleep_through(TimeDelta::seconds(40));
    world.work("ben", &id, "acknowledge", Value::Null).await;
    world.work("ben", &id, "notes", json!({ "text": "cleared the logs" })).await;
    world.work("ben", &id, "resolve", json!({ "note": "log rotation was off" })).await;
    world.advance(TimeDelta::minutes(60)).await;
    let tickets = world.psa.tickets();
    assert_eq!(tickets.len(), 1);
    assert_eq!((tickets[0].notes.len(), tickets[0].is_closed()), (1, true));
    let incident = world.look(&id).await;
    assert_eq!(incident["psa_ticket_id"], json!(tickets[0].id));
    assert_eq!(
        world.timeline(&id).await,
        [
            "created",
            "step_notified",
            "page_sent",
            "step_notified",
            "page_sent",
            "acknowledged",
            "ticket_created",
            "note_added",
            "resolved",
            "ticket_completed"
        ]
    );
}

async fn unanswered_it_goes_round_the_policy_and_ends_with_the_admins(mut world: World) {
    let id = world.incident("Mail server down", "critical").await;
    world.mail_to("ben");
    for (minutes, person) in [(5, "olivia"), (10, "ben"), (5, "olivia")] {
        world.advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(15)).await;
        world.no_mail();
        world.advance(TimeDelta::seconds(15)).await;
        world.mail_to(person);
    }
    world.advance(TimeDelta::minutes(10)).await;
    let last = world.mail_to("olivia");
    assert!(last.header("Subject").is_some_and(|subject| !subject.starts_with("[CRITICAL]")), "{last:?}");
    world.advance(TimeDelta::hours(3)).await;
    world.no_mail();
    let incident = world.look(&id).await;
    assert_eq!(incident["status"], "triggered");
    assert_eq!(incident["escalation"]["exhausted"], true);
    assert!(world.timeline(&id).await.contains(&"escalation_exhausted".to_owned()));
}

async fn an_acknowledge_stops_everything(mut world: World) {
    let id = world.incident("Switch down", "high").await;
    world.mail_to("ben");
    world.work("ann", &id, "acknowledge", Value::Null).await;
    world.advance(TimeDelta::hours(2)).await;
    world.no_mail();
    let again = world.work("ann", &id, "acknowledge", Value::Null).await;
    assert_eq!(again["acknowledged_by"]["name"], "Ann Archer");
    let by_another = world.post("ben", &format!("/api/incidents/{id}/acknowledge"), Value::Null).await;
    assert_eq!(by_another.status, 409);
    assert!(by_another.text.contains("Ann Archer"), "{}", by_another.text);
}

async fn after_an_outage_there_is_one_catch_up_page(mut world: World) {
    world.incident("Router down", "critical").await;
    world.mail_to("ben");
    world.sleep_through(TimeDelta::hours(3));
    world.tick().await;
    world.mail_to("olivia");
    world.advance(TimeDelta::minutes(9)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(1)).await;
    world.mail_to("ben");
}

async fn escalate_now_tells_the_next_step_also_when_somebody_has_it(mut world: World) {
    let id = world.incident("Ransomware", "critical").await;
    world.mail_to("ben");
    world.work("ben", &id, "acknowledge", Value::Null).await;
    let incident = world.work("ben", &id, "escalate", Value::Null).await;
    assert_eq!(incident["status"], "triggered");
    world.mail_to("olivia");
    world.work("olivia", &id, "acknowledge", Value::Null).await;
    assert_eq!(world.psa.tickets().len(), 1, "the second acknowledge files nothing new");
}

async fn a_step_that_reaches_nobody_is_passed_at_once(mut world: World) {
    edit_policy(&world, |policy| {
        policy.steps.insert(0, Step { targets: Vec::new(), delay_minutes: 30 });
    })
    .await;
    let id = world.incident("UPS on battery", "high").await;
    world.mail_to("ben");
    assert_eq!(world.timeline(&id).await[..3], ["created", "step_empty", "step_notified"]);
}

async fn a_policy_that_reaches_nobody_goes_to_the_last_resort(mut world: World) {
    edit_policy(&world, |policy| {
        policy.steps.truncate(1);
        policy.repeat = 0;
    })
    .await;
    disable(&world, "ben").await;
    let id = world.incident("Backup storage gone", "critical").await;
    world.mail_to("olivia");
    assert_eq!(world.timeline(&id).await[..3], ["created", "step_empty", "nobody_reached"]);
    world.advance(TimeDelta::hours(1)).await;
    world.no_mail();
}

/// Changes the demo's policy.
async fn edit_policy(world: &World, edit: impl FnOnce(&mut EscalationPolicy)) {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let mut policies = world.store().all::<EscalationPolicy>(&tenant).await.expect("policies");
    let policy = &mut policies[0];
    edit(&mut policy.value);
    let mut changes = Changes::new();
    changes.replace(policy).expect("a document");
    world.store().commit(&tenant, OperationId("edit-policy".to_owned()), changes).await.expect("an edit");
}

/// Makes a person one who is not to be paged.
async fn disable(world: &World, person: &str) {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let id = User::id_of(&tenant, person);
    let mut user = world.store().get::<User>(&tenant, id.as_str()).await.expect("a store").expect("a person");
    user.value.disabled = true;
    let mut changes = Changes::new();
    changes.replace(&user).expect("a document");
    world.store().commit(&tenant, OperationId(format!("disable-{person}")), changes).await.expect("an edit");
}
