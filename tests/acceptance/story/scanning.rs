//! The scan for coverage gaps: what is found, who is told and how often, and filling it.

use acceptance::world::World;
use app::tenants::DEMO_TENANT;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::TeamId;
use domain::policy::Team;
use domain::schedule::Schedule;
use domain::user::User;
use serde_json::{Value, json};
use store::{Changes, OperationId};

super::stories!(
    a_gap_is_mailed_when_it_is_new_and_when_it_is_near_and_never_again,
    a_firing_that_is_doubled_late_or_early_scans_nobody_twice,
    a_scan_on_demand_tells_everything_once_however_many_ask,
    a_gap_is_filled_and_gone,
    a_gap_that_was_closed_by_hand_meanwhile_is_not_filled_again,
    a_shift_of_somebody_unreachable_is_filled_by_a_replacement,
    a_step_that_reaches_nobody_is_no_gap_to_fill,
    the_team_of_a_schedule_hears_of_its_own,
    mail_about_gaps_waits_for_the_mail_server,
    mail_that_nobody_needs_any_more_is_not_sent,
    what_may_be_asked_of_gaps_and_by_whom,
);

/// Takes everybody off call, from one instant to another.
async fn nobody_from(world: &mut World, starts: DateTime<Utc>, ends: DateTime<Utc>) {
    let schedule = schedule_id(world).await;
    for person in ["ann", "ben"] {
        let user = world.user_id(person);
        let off = json!({
            "schedule_id": schedule, "kind": "remove", "user_id": user, "start_at": starts, "end_at": ends,
        });
        let made = world.post("olivia", "/api/overrides", off).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    // They hear of the overrides themselves.
    world.skip_mails();
}

async fn schedule_id(world: &mut World) -> String {
    let schedules = world.get("olivia", "/api/schedules").await;
    schedules["schedules"][0]["id"].as_str().expect("an id").to_owned()
}

/// A gap of ten hours that starts in so many hours.
async fn gap_in(world: &mut World, hours: i64) {
    let starts = world.now() + TimeDelta::hours(hours);
    nobody_from(world, starts, starts + TimeDelta::hours(10)).await;
}

/// What Ben sees: kind and finding.
async fn findings(world: &mut World) -> Vec<(String, Value)> {
    let report = world.get("ben", "/api/coverage-gaps").await;
    let findings = report["findings"].as_array().expect("findings").clone();
    findings.into_iter().map(|found| (found["kind"].as_str().expect("a kind").to_owned(), found)).collect()
}

async fn the_gap(world: &mut World) -> Value {
    findings(world).await.into_iter().find(|(kind, _)| kind == "gap").expect("a gap").1
}

async fn kinds(world: &mut World) -> Vec<String> {
    findings(world).await.into_iter().map(|(kind, _)| kind).collect()
}

/// Edits a person.
async fn edit_person(world: &World, person: &str, edit: impl FnOnce(&mut User)) {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let id = User::id_of(&tenant, person);
    let mut user = world.store().get::<User>(&tenant, id.as_str()).await.expect("a store").expect("a person");
    edit(&mut user.value);
    let mut changes = Changes::new();
    changes.replace(&user).expect("a document");
    world.store().commit(&tenant, OperationId(format!("edit-{person}")), changes).await.expect("an edit");
}

async fn a_gap_is_mailed_when_it_is_new_and_when_it_is_near_and_never_again(mut world: World) {
    assert_eq!(world.scan_gaps().await, 1);
    world.no_mail();
    let starts: DateTime<Utc> = "2026-11-27T04:00:00Z".parse().expect("a time");
    nobody_from(&mut world, starts, starts + TimeDelta::hours(10)).await;
    world.sleep_through(TimeDelta::hours(24));
    world.scan_gaps().await;
    let mail = world.mail_to("olivia");
    assert_eq!(mail.header("Subject"), Some("On-call coverage: 2 new problems"));
    let told =
        "- Primary has nobody on call,\n  from Thu 26 Nov 2026 22:00 CST until Fri 27 Nov 2026 08:00 CST.";
    assert!(mail.text.replace('\r', "").contains(told), "{}", mail.text);
    assert!(mail.text.contains("- Step 1 of After hours reaches nobody,"), "{}", mail.text);
    assert!(mail.links().contains(&"http://oncall.test/app/coverage-gaps".to_owned()), "{:?}", mail.links());
    assert_eq!(findings(&mut world).await.len(), 2);

    let mut told = Vec::new();
    for day in 2..8 {
        world.sleep_through(TimeDelta::hours(24));
        assert_eq!(world.scan_gaps().await, 1, "day {day}");
        told.extend(
            world
                .mails()
                .into_iter()
                .map(|(who, mail)| (day, who, mail.header("Subject").map(str::to_owned))),
        );
    }
    let subject = "On-call coverage: 2 problems, 2 within 48 hours".to_owned();
    assert_eq!(told, [(5, "olivia".to_owned(), Some(subject))], "within 48 hours on the fifth day");
    assert_eq!(kinds(&mut world).await, [""; 0], "over");
}

async fn a_firing_that_is_doubled_late_or_early_scans_nobody_twice(mut world: World) {
    assert_eq!(world.scan_gaps().await, 1);
    gap_in(&mut world, 10).await;
    assert_eq!(world.scan_gaps().await, 0);
    world.sleep_through(TimeDelta::hours(19));
    assert_eq!(world.scan_gaps().await, 0);
    world.no_mail();
    world.sleep_through(TimeDelta::hours(150));
    gap_in(&mut world, 30).await;
    assert_eq!(world.scan_gaps().await, 1, "however late, it is one");
    world.mail_to("olivia");
}

async fn a_scan_on_demand_tells_everything_once_however_many_ask(mut world: World) {
    gap_in(&mut world, 10).await;
    let answers = world.at_once("olivia", "POST", "/api/coverage-gaps/scan", &Value::Null, 6).await;
    world.settle().await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let mail = world.mail_to("olivia");
    assert_eq!(mail.header("Subject"), Some("On-call coverage: 2 problems, 2 within 48 hours"));
    let ids = |report: &Value| -> Vec<String> {
        report["findings"].as_array().expect("findings").iter().map(|found| found["id"].to_string()).collect()
    };
    let kept = world.get("ben", "/api/coverage-gaps").await;
    for answer in answers {
        assert_eq!(ids(&answer.json()), ids(&kept));
    }
    world.post("olivia", "/api/coverage-gaps/scan", Value::Null).await;
}

async fn a_gap_is_filled_and_gone(mut world: World) {
    gap_in(&mut world, 30).await;
    world.post("olivia", "/api/coverage-gaps/scan", Value::Null).await;
    world.mail_to("olivia");
    let gap = the_gap(&mut world).await;
    assert_eq!((&gap["schedule_name"], &gap["can_be_filled"]), (&json!("Primary"), &json!(true)));
    let path = format!("/api/coverage-gaps/{}/fill", gap["id"].as_str().expect("an id"));
    let fill = json!({ "user_id": world.user_id("olivia"), "reason": "nobody else can" });
    let filled = world.post("olivia", &path, fill.clone()).await;
    assert_eq!(filled.status, 201, "{}", filled.text);
    assert_eq!(filled.json()["findings"], json!([]));
    let made = filled.json()["override_id"].as_str().expect("an id").to_owned();
    let made = world.get("ben", &format!("/api/overrides/{made}")).await;
    let expected = json!(["add", "approved", world.user_id("olivia"), gap["starts_at"], gap["ends_at"]]);
    assert_eq!(
        json!([made["kind"], made["status"], made["user_id"], made["start_at"], made["end_at"]]),
        expected,
        "{made}"
    );
    let again = world.post("olivia", &path, fill).await;
    assert_eq!(again.status, 404, "{}", again.text);
    world.skip_mails();
}

async fn a_gap_that_was_closed_by_hand_meanwhile_is_not_filled_again(mut world: World) {
    gap_in(&mut world, 30).await;
    world.post("olivia", "/api/coverage-gaps/scan", Value::Null).await;
    let gap = the_gap(&mut world).await;
    let by_hand = json!({
        "schedule_id": gap["schedule_id"], "user_id": world.user_id("olivia"),
        "start_at": gap["starts_at"], "end_at": gap["ends_at"],
    });
    let made = world.post("olivia", "/api/overrides", by_hand).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = format!("/api/coverage-gaps/{}/fill", gap["id"].as_str().expect("an id"));
    let fill = json!({ "user_id": world.user_id("ann") });
    let refused = world.post("olivia", &path, fill).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["type"]),
        (409, &json!("urn:oncall:problem:finding-is-mended"))
    );
    world.skip_mails();
}

async fn a_shift_of_somebody_unreachable_is_filled_by_a_replacement(mut world: World) {
    edit_person(&world, "ben", |ben| ben.contact_methods[0].verified = false).await;
    world.post("olivia", "/api/coverage-gaps/scan", Value::Null).await;
    let mail = world.mail_to("olivia");
    assert!(mail.text.contains("Ben Brook is on call in Primary and can't be reached"), "{}", mail.text);
    let found = findings(&mut world).await;
    let running: Vec<_> = found
        .iter()
        .filter(|(kind, found)| kind == "unreachable" && found["user_name"] == "Ben Brook")
        .collect();
    assert_eq!(running.len(), 2, "this week's and that after next's: {found:?}");
    world.sleep_through(TimeDelta::hours(1));
    let path = format!("/api/coverage-gaps/{}/fill", running[0].1["id"].as_str().expect("an id"));
    let fill = json!({ "user_id": world.user_id("ann") });
    let filled = world.post("olivia", &path, fill).await;
    assert_eq!(filled.status, 201, "{}", filled.text);
    world.skip_mails();
    let left: Vec<_> = findings(&mut world).await;
    let left: Vec<_> = left.iter().map(|(kind, found)| (kind.as_str(), found["starts_at"].clone())).collect();
    let next = running[1].1["starts_at"].clone();
    assert_eq!(left, [("empty_step", next.clone()), ("unreachable", next)]);
    world.incident("Disk", "critical").await;
    world.mail_to("ann");
}

async fn a_step_that_reaches_nobody_is_no_gap_to_fill(mut world: World) {
    edit_person(&world, "olivia", |olivia| olivia.disabled = true).await;
    world.scan_gaps().await;
    world.no_mail();
    edit_person(&world, "olivia", |olivia| olivia.disabled = false).await;
    let (kind, step) = findings(&mut world).await.remove(0);
    assert_eq!(
        (kind.as_str(), &step["step"], &step["policy_name"]),
        ("empty_step", &json!(2), &json!("After hours"))
    );
    let path = format!("/api/coverage-gaps/{}/fill", step["id"].as_str().expect("an id"));
    let fill = json!({ "user_id": world.user_id("ann") });
    let refused = world.post("olivia", &path, fill).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains("Name somebody in the step"), "{}", refused.text);
}

async fn the_team_of_a_schedule_hears_of_its_own(mut world: World) {
    let tenant = DEMO_TENANT.parse().expect("a tenant id");
    let mut schedule = world.store().all::<Schedule>(&tenant).await.expect("a store").remove(0);
    let members = ["ann", "olivia"].map(|person| User::id_of(&tenant, person)).to_vec();
    let team = Team { id: TeamId::derived(&["crew"]), name: "Crew".to_owned(), members };
    schedule.value.owner = Some(team.id.clone());
    let mut changes = Changes::new();
    changes.create(&team).expect("a document");
    changes.replace(&schedule).expect("a document");
    world.store().commit(&tenant, OperationId("crew".to_owned()), changes).await.expect("an edit");
    gap_in(&mut world, 100).await;
    world.scan_gaps().await;
    let mails = world.mails();
    let told: Vec<_> =
        mails.iter().map(|(who, mail)| (who.as_str(), mail.header("Subject").expect("one"))).collect();
    let gap = "Primary has nobody on call from Tue 24 Nov 2026 19:04 CST";
    assert_eq!(told, [("ann", gap), ("olivia", "On-call coverage: 2 new problems")]);
}

async fn mail_about_gaps_waits_for_the_mail_server(mut world: World) {
    gap_in(&mut world, 10).await;
    world.smtp.stop();
    world.scan_gaps().await;
    world.advance(TimeDelta::minutes(3)).await;
    world.smtp.restart_on_same_port();
    world.incident("Disk", "critical").await;
    world.mail_to("ben");
    world.advance(TimeDelta::minutes(4)).await;
    world.mail_to("olivia");
}

async fn mail_that_nobody_needs_any_more_is_not_sent(mut world: World) {
    gap_in(&mut world, 10).await;
    world.smtp.stop();
    world.scan_gaps().await;
    world.sleep_through(TimeDelta::hours(49));
    world.smtp.restart_on_same_port();
    world.advance(TimeDelta::minutes(1)).await;
    world.no_mail();
}

async fn what_may_be_asked_of_gaps_and_by_whom(mut world: World) {
    let never = world.get("ben", "/api/coverage-gaps").await;
    assert_eq!((&never["scanned_at"], &never["findings"]), (&Value::Null, &json!([])));
    let fill = json!({ "user_id": world.user_id("ann") });
    for (path, body) in [("scan", Value::Null), ("fnd_x/fill", fill.clone())] {
        let refused = world.post("ben", &format!("/api/coverage-gaps/{path}"), body).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
    }
    assert_eq!(world.send("GET", "/api/coverage-gaps", None, "").await.status, 401);
    for id in ["fnd_x", "x"] {
        let missing = world.post("olivia", &format!("/api/coverage-gaps/{id}/fill"), fill.clone()).await;
        assert_eq!(missing.status, 404, "{}", missing.text);
    }
    gap_in(&mut world, 10).await;
    world.post("olivia", "/api/coverage-gaps/scan", Value::Null).await;
    world.skip_mails();
    let gap = the_gap(&mut world).await;
    let path = format!("/api/coverage-gaps/{}/fill", gap["id"].as_str().expect("an id"));
    for (body, field) in [
        (json!({ "user_id": "ann" }), "user_id"),
        (json!({ "user_id": "usr_nobody" }), "user_id"),
        (json!({ "user_id": world.user_id("ann"), "until": "then" }), "until"),
        (json!({}), "user_id"),
    ] {
        let refused = world.post("olivia", &path, body.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), refused.wrong_fields()),
            (400, vec![field.to_owned()]),
            "{body}"
        );
    }
    let scanned = world.get("ben", "/api/coverage-gaps").await;
    assert_eq!((&scanned["scanned_at"], &scanned["left_out"]), (&json!(world.now()), &json!(0)));
    assert_eq!(scanned["until"], json!(world.now() + TimeDelta::days(14)));
}
