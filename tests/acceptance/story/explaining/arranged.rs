//! What the stories arrange in the store.

use acceptance::world::World;
use app::tenants::DEMO_TENANT;
use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::Actor;
use domain::id::{ContactMethodId, OverrideId, TenantId, UserId};
use domain::policy::EscalationPolicy;
use domain::schedule::{Override, OverrideKind, OverrideState, Schedule};
use domain::service::Service;
use domain::severity::Urgency;
use domain::user::{ChannelKind, ContactMethod, NotificationRule, User};
use store::{Changes, Entity, OperationId, Versioned};

pub(super) fn tenant() -> TenantId {
    DEMO_TENANT.parse().expect("a tenant id")
}

pub(super) fn user(name: &str) -> UserId {
    User::id_of(&tenant(), name)
}

pub(super) async fn commit(world: &World, changes: Changes) {
    let operation = OperationId(format!("arranged-{changes:?}"));
    world.store().commit(&tenant(), operation, changes).await.expect("an edit");
}

pub(super) async fn create<T: Entity>(world: &World, value: &T) {
    let mut changes = Changes::new();
    changes.create(value).expect("a document");
    commit(world, changes).await;
}

pub(super) async fn replace<T: Entity>(world: &World, item: &Versioned<T>) {
    let mut changes = Changes::new();
    changes.replace(item).expect("a document");
    commit(world, changes).await;
}

pub(super) async fn edit_policy(world: &World, edit: impl FnOnce(&mut EscalationPolicy)) {
    let mut policies = world.store().all::<EscalationPolicy>(&tenant()).await.expect("policies");
    edit(&mut policies[0].value);
    replace(world, &policies[0]).await;
}

pub(super) async fn edit_user(world: &World, name: &str, edit: impl FnOnce(&mut User)) {
    let found = world.store().get::<User>(&tenant(), user(name).as_str()).await.expect("a store");
    let mut found = found.expect("a person");
    edit(&mut found.value);
    replace(world, &found).await;
}

pub(super) async fn schedule(world: &World) -> Schedule {
    world.store().all::<Schedule>(&tenant()).await.expect("schedules").remove(0).value
}

pub(super) async fn service(world: &World) -> String {
    world.store().all::<Service>(&tenant()).await.expect("services").remove(0).value.id.to_string()
}

/// A second mail address, after so many minutes; the first one at once.
pub(super) fn second_address(user: &mut User, after_minutes: u32) {
    let (id, urgency) = (ContactMethodId::derived(&[user.name.as_str(), "second"]), Urgency::High);
    let address = format!("second-{}", user.email);
    user.contact_methods.push(ContactMethod { id, channel: ChannelKind::Email, address, verified: true });
    let rule = |index: usize, after_minutes| NotificationRule {
        urgency,
        contact_method_id: user.contact_methods[index].id.clone(),
        after_minutes,
    };
    user.rules = vec![rule(0, 0), rule(1, after_minutes)];
}

pub(super) fn override_of(
    schedule: &Schedule,
    kind: OverrideKind,
    (starts, minutes): (DateTime<Utc>, i64),
) -> Override {
    Override {
        id: OverrideId::derived(&[schedule.id.as_str(), kind.as_str()]),
        schedule_id: schedule.id.clone(),
        kind,
        starts,
        ends: starts + TimeDelta::minutes(minutes),
        state: OverrideState::Approved,
        reason: Some("dentist".to_owned()),
        made_by: Actor::User { id: user("olivia"), name: "Olivia Owner".to_owned() },
        made_at: starts,
        decided_by: None,
    }
}
