//! Shift notices: who hears that a shift starts, ends or is near. Ben's week ends on Monday at nine in Chicago.

use acceptance::world::World;
use app::tenants::DEMO_TENANT;
use chrono::{DateTime, TimeDelta, Utc};
use domain::handoff::HandoffWatch;
use domain::schedule::Schedule;
use domain::user::{ShiftNotices, User};
use serde_json::json;
use store::{Changes, OperationId};

super::stories!(
    whoever_comes_and_whoever_goes_are_told_when_it_happens,
    nobody_who_did_not_ask_is_told,
    a_shift_is_announced_beforehand,
    a_shift_that_is_swapped_is_handed_over_when_the_swap_says,
    after_an_outage_whoever_is_on_call_hears_so_once,
    a_start_that_a_mail_server_held_up_for_too_long_is_dropped,
    a_watch_without_its_schedule_rests,
);

const HANDOFF: &str = "2026-11-23T15:00:00Z";

/// Says what somebody wants to be told.
async fn want(world: &World, person: &str, wanted: ShiftNotices) {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let id = User::id_of(&tenant, person);
    let mut user = world.store().get::<User>(&tenant, id.as_str()).await.expect("a store").expect("a person");
    user.value.shift_notices = wanted;
    let mut changes = Changes::new();
    changes.replace(&user).expect("a document");
    world.store().commit(&tenant, OperationId(format!("want-{person}")), changes).await.expect("an edit");
}

fn start() -> ShiftNotices {
    ShiftNotices { at_start: true, ..ShiftNotices::default() }
}

fn end() -> ShiftNotices {
    ShiftNotices { at_end: true, ..ShiftNotices::default() }
}

/// Passes the time until so long before the handoff, with a tick at the end.
async fn until_handoff(world: &mut World, left: TimeDelta) {
    let handoff: DateTime<Utc> = HANDOFF.parse().expect("a time");
    // Days with nothing to tell pass in leaps; a watch looks again at least once a day.
    while handoff - left - world.now() > TimeDelta::hours(12) {
        world.sleep_through(TimeDelta::hours(12));
        world.tick().await;
    }
    world.sleep_through(handoff - left - world.now());
    world.tick().await;
}

fn told(world: &mut World) -> Vec<(String, String)> {
    let mails = world.mails();
    mails
        .into_iter()
        .map(|(who, mail)| (who, mail.header("Subject").expect("a subject").to_owned()))
        .collect()
}

async fn whoever_comes_and_whoever_goes_are_told_when_it_happens(mut world: World) {
    want(&world, "ann", start()).await;
    want(&world, "ben", end()).await;
    until_handoff(&mut world, TimeDelta::minutes(2)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(3)).await;
    let mails = world.mails();
    let [(ann, to_ann), (ben, to_ben)] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!((ann.as_str(), ben.as_str()), ("ann", "ben"));
    assert_eq!(to_ann.header("Subject"), Some("You are on call in Primary now"));
    let since = "since Mon 23 Nov 2026 09:00 CST, until Mon 30 Nov 2026 09:00 CST";
    assert!(to_ann.text.contains(since) && to_ann.text.contains("Before you: Ben Brook."), "{}", to_ann.text);
    assert!(to_ann.links().iter().any(|link| link.starts_with("http://oncall.test/app/schedules/sch_")));
    assert_eq!(to_ben.header("Subject"), Some("Your shift in Primary is over"));
    assert!(to_ben.text.contains("On call now: Ann Archer."), "{}", to_ben.text);
    world.advance(TimeDelta::hours(1)).await;
}

async fn nobody_who_did_not_ask_is_told(mut world: World) {
    until_handoff(&mut world, TimeDelta::minutes(2)).await;
    world.advance(TimeDelta::minutes(20)).await;
    world.no_mail();
}

async fn a_shift_is_announced_beforehand(mut world: World) {
    want(&world, "ann", ShiftNotices { before_minutes: Some(60), ..start() }).await;
    until_handoff(&mut world, TimeDelta::minutes(62)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(3)).await;
    let mail = world.mail_to("ann");
    assert_eq!(mail.header("Subject"), Some("Your shift in Primary starts Mon 23 Nov 2026 09:00 CST"));
    assert!(mail.text.contains("Until then it is with Ben Brook."), "{}", mail.text);
    world.advance(TimeDelta::minutes(58)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(2)).await;
    assert_eq!(world.mail_to("ann").header("Subject"), Some("You are on call in Primary now"));
}

async fn a_shift_that_is_swapped_is_handed_over_when_the_swap_says(mut world: World) {
    want(&world, "ann", ShiftNotices { at_end: true, ..start() }).await;
    let schedules = world.get("olivia", "/api/schedules").await;
    let schedule = schedules["schedules"][0]["id"].as_str().expect("an id").to_owned();
    let hour = |hours| world.now() + TimeDelta::hours(hours);
    let swap = json!({
        "schedule_id": schedule, "original_user_id": world.user_id("ben"), "user_id": world.user_id("ann"),
        "start_at": hour(1), "end_at": hour(3),
    });
    let made = world.post("olivia", "/api/overrides", swap).await;
    assert_eq!(made.status, 201, "{}", made.text);
    // Those who were swapped hear of the swap itself.
    world.skip_mails();
    world.advance(TimeDelta::minutes(59)).await;
    world.no_mail();
    world.advance(TimeDelta::minutes(2)).await;
    assert_eq!(told(&mut world), [("ann".to_owned(), "You are on call in Primary now".to_owned())]);
    world.advance(TimeDelta::hours(2)).await;
    assert_eq!(told(&mut world), [("ann".to_owned(), "Your shift in Primary is over".to_owned())]);
}

async fn after_an_outage_whoever_is_on_call_hears_so_once(mut world: World) {
    want(&world, "ann", ShiftNotices { before_minutes: Some(30), ..start() }).await;
    want(&world, "ben", ShiftNotices { at_end: true, ..start() }).await;
    world.tick().await;
    world.sleep_through(TimeDelta::days(4));
    world.tick().await;
    let since = "You are on call in Primary since Mon 23 Nov 2026 09:00 CST";
    assert_eq!(told(&mut world), [("ann".to_owned(), since.to_owned())]);
    world.advance(TimeDelta::minutes(10)).await;
    world.no_mail();
}

async fn a_start_that_a_mail_server_held_up_for_too_long_is_dropped(mut world: World) {
    want(&world, "ben", end()).await;
    until_handoff(&mut world, TimeDelta::minutes(1)).await;
    world.smtp.stop();
    world.advance(TimeDelta::minutes(2)).await;
    world.sleep_through(TimeDelta::hours(2));
    world.smtp.restart_on_same_port();
    world.advance(TimeDelta::minutes(2)).await;
    world.no_mail();
}

async fn a_watch_without_its_schedule_rests(mut world: World) {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let schedule = world.store().all::<Schedule>(&tenant).await.expect("a store").remove(0);
    let mut changes = Changes::new();
    changes.delete(&schedule);
    world.store().commit(&tenant, OperationId("gone".to_owned()), changes).await.expect("an edit");
    world.tick().await;
    let watch = store::watch_id(&schedule.value.id);
    let watch = world.store().get::<HandoffWatch>(&tenant, &watch).await.expect("a store").expect("a watch");
    assert_eq!(watch.value.due_at, None);
}
