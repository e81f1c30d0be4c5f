//! What is said beforehand, and whether it comes so.

mod arranged;
mod readiness;

use acceptance::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::{ScheduleId, TeamId};
use domain::policy::{Step, Target, Team};
use domain::schedule::OverrideKind;
use serde_json::{Value, json};

use self::arranged::{create, edit_policy, edit_user, override_of, schedule, second_address, service, user};

super::stories!(
    what_is_explained_is_what_happens,
    a_handoff_between_two_steps_is_foreseen,
    an_override_is_foreseen_and_named,
    that_nobody_can_be_reached_is_foreseen,
    every_mistake_in_a_question_is_named,
    on_call_now_says_why,
);

async fn explain(world: &mut World, more: &str) -> Value {
    let service = service(world).await;
    world.get("ann", &format!("/api/on-call/explain?service_id={service}{more}")).await
}

/// When and to which address, in order.
type Mails = Vec<(DateTime<Utc>, String)>;

fn foreseen(explained: &Value) -> Mails {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().expect("a list");
    let mut mails = Mails::new();
    for notification in list(explained, "notifications") {
        for page in list(&notification, "people").iter().flat_map(|person| list(person, "pages")) {
            assert_eq!(page["channel"], "email");
            let at = page["at"].as_str().expect("a time").parse().expect("a time");
            mails.push((at, page["address"].as_str().expect("an address").to_owned()));
        }
    }
    mails.sort();
    mails
}

/// Sends an alert now and lets everybody sleep.
async fn mails_of_an_unanswered_night(world: &mut World) -> Mails {
    let mut seen = world.smtp.mails().len();
    let mut mails = Mails::new();
    let id = world.incident("The night begins", "critical").await;
    for _ in 0..4 * 60 * 2 {
        let new = &world.smtp.mails()[seen..];
        seen += new.len();
        mails.extend(new.iter().map(|mail| (world.now(), mail.to[0].clone())));
        world.advance(TimeDelta::seconds(15)).await;
    }
    world.skip_mails();
    assert_eq!(world.look(&id).await["escalation"]["exhausted"], true);
    mails.sort();
    mails
}

async fn explained_and_lived_through(world: &mut World) -> Value {
    let explained = explain(world, "").await;
    let foreseen = foreseen(&explained);
    assert_eq!(mails_of_an_unanswered_night(world).await, foreseen);
    explained
}

/// Words and times, one line for each notification.
fn told(explained: &Value) -> Vec<String> {
    let line = |notification: &Value| {
        let people = notification["people"].as_array().expect("people");
        let people: Vec<_> = people
            .iter()
            .map(|person| format!("{} ({})", person["name"], person["because"]).replace('"', ""))
            .collect();
        let at = &notification["at"].as_str().expect("a time")[11..16];
        format!("{at} {} {}", notification["kind"].as_str().expect("a kind"), people.join(", "))
    };
    explained["notifications"].as_array().expect("a list").iter().map(line).collect()
}

fn step(targets: Vec<Target>, delay_minutes: u32) -> Step {
    Step { targets, delay_minutes }
}

async fn what_is_explained_is_what_happens(mut world: World) {
    let bench = Team {
        id: TeamId::derived(&["bench"]),
        name: "Bench".to_owned(),
        members: vec![user("ann"), user("ben"), user("gone")],
    };
    create(&world, &bench).await;
    edit_user(&world, "ben", |ben| second_address(ben, 2)).await;
    // Later than the next step, and, in the last round, than the end.
    edit_user(&world, "olivia", |olivia| second_address(olivia, 12)).await;
    edit_policy(&world, |policy| {
        policy.steps.insert(1, step(vec![Target::Team(bench.id.clone())], 7));
        policy.steps.insert(2, step(Vec::new(), 30));
    })
    .await;
    let explained = explained_and_lived_through(&mut world).await;
    assert_eq!(
        told(&explained),
        [
            "21:04 step Ben Brook (on call in Primary, turn 1 of the layer Weekly)",
            "21:09 step Ann Archer (member of the team Bench), Ben Brook (member of the team Bench)",
            "21:16 step ",
            "21:16 step Olivia Owner (named in the step)",
            "21:26 step Ben Brook (on call in Primary, turn 1 of the layer Weekly)",
            "21:31 step Ann Archer (member of the team Bench), Ben Brook (member of the team Bench)",
            "21:38 step ",
            "21:38 step Olivia Owner (named in the step)",
            "21:48 exhausted Olivia Owner (an admin, told when every round is through)",
        ]
    );
    let steps: Vec<_> = explained["notifications"].as_array().expect("a list").clone();
    assert_eq!((&steps[7]["step"], &steps[7]["round"]), (&json!(4), &json!(2)));
    assert_eq!(steps[2]["nobody"], json!(["the step has no targets"]));
    assert_eq!(
        steps[1]["nobody"],
        json!([format!("the user {} does not exist or can't be read", user("gone"))])
    );
    let rules = |index: usize, person: usize| {
        let pages = steps[index]["people"][person]["pages"].as_array().expect("pages").clone();
        pages.into_iter().map(|page| page["because"].as_str().expect("words").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(rules(0, 0), ["rule at once", "rule after 2 min"]);
    assert_eq!(rules(1, 0), ["no usable rule: every verified contact method at once"]);
    assert_eq!(rules(8, 0).len(), 2);
    assert_eq!((&explained["end"]["kind"], &explained["end"]["at"]), (&json!("exhausted"), &steps[8]["at"]));
}

async fn a_handoff_between_two_steps_is_foreseen(mut world: World) {
    let primary = schedule(&world).await.id;
    edit_policy(&world, |policy| {
        policy.steps = vec![step(vec![Target::Schedule(primary)], 5)];
        policy.repeat = 2;
    })
    .await;
    // Ben's week ends on Monday at nine in Chicago.
    let asked_before = explain(&mut world, "&at=2026-11-23T08:57:30-06:00").await;
    let at = asked_before["at"].as_str().expect("a time").parse::<DateTime<Utc>>().expect("a time");
    world.clock.set(at);
    let explained = explained_and_lived_through(&mut world).await;
    assert_eq!(explained, asked_before);
    assert_eq!(
        told(&explained),
        [
            "14:57 step Ben Brook (on call in Primary, turn 1 of the layer Weekly)",
            "15:02 step Ann Archer (on call in Primary, turn 2 of the layer Weekly)",
            "15:07 step Ann Archer (on call in Primary, turn 2 of the layer Weekly)",
            "15:12 exhausted Olivia Owner (an admin, told when every round is through)",
        ]
    );
}

async fn an_override_is_foreseen_and_named(mut world: World) {
    let primary = schedule(&world).await;
    let kind = OverrideKind::Replace { original: user("ben"), by: user("ann") };
    let cover = override_of(&primary, kind, (world.now() - TimeDelta::minutes(2), 12));
    create(&world, &cover).await;
    let explained = explained_and_lived_through(&mut world).await;
    let told = told(&explained);
    assert_eq!(told[0], "21:04 step Ann Archer (on call in Primary, override: for Ben Brook (dentist))");
    assert_eq!(told[2], "21:19 step Ben Brook (on call in Primary, turn 1 of the layer Weekly)");
    let by = json!({
        "kind": "override", "override_id": cover.id, "override_kind": "replace", "original_user_id": user("ben"),
        "reason": "dentist", "made_by": "Olivia Owner",
    });
    let reason = &explained["notifications"][0]["people"][0]["reason"];
    let expected =
        json!({ "kind": "on_call", "schedule_id": primary.id, "schedule_name": "Primary", "by": by });
    assert_eq!(*reason, expected);
}

async fn that_nobody_can_be_reached_is_foreseen(mut world: World) {
    edit_policy(&world, |policy| {
        policy.steps.truncate(1);
        policy.repeat = 1;
    })
    .await;
    edit_user(&world, "ben", |ben| ben.disabled = true).await;
    let explained = explained_and_lived_through(&mut world).await;
    let last_resort = "nobody_reached Olivia Owner (the last resort when a policy reaches nobody)";
    let told = told(&explained);
    assert_eq!((told[0].as_str(), &told[1][6..], &told[3][6..]), ("21:04 step ", last_resort, last_resort));
    let why = "Ben Brook (on call in Primary) is disabled";
    assert_eq!(explained["notifications"][0]["nobody"], json!([why]));
    assert_eq!(explained["end"]["kind"], "nobody_reached");
}

async fn every_mistake_in_a_question_is_named(mut world: World) {
    let service = service(&world).await;
    let good = format!("service_id={service}");
    for (query, field) in [
        (String::new(), "service_id"),
        ("service_id=servers".to_owned(), "service_id"),
        (format!("service_id={service}X"), "service_id"),
        (format!("{good}&at=tonight"), "at"),
        (format!("{good}&at=2026-11-22T02:00:00"), "at"),
        (format!("{good}&severity=bad"), "severity"),
        (format!("{good}&when=now"), "when"),
    ] {
        let path = format!("/api/on-call/explain?{query}");
        let answer = world.send("GET", &path, Some("ann"), String::new()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{query}");
    }
    for (query, field) in
        [("hours=0", "hours"), ("hours=169", "hours"), ("hours=x", "hours"), ("day=1", "day")]
    {
        let path = format!("/api/on-call/readiness?{query}");
        let answer = world.send("GET", &path, Some("ann"), String::new()).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec![field.to_owned()]), "{query}");
    }
    for path in [format!("/api/on-call/explain?{good}"), "/api/on-call/readiness".to_owned()] {
        assert_eq!(world.send("GET", &path, None, String::new()).await.status, 401, "{path}");
    }
}

async fn on_call_now_says_why(mut world: World) {
    let mut backup = schedule(&world).await;
    backup.id = ScheduleId::derived(&["backup"]);
    "Backup".clone_into(&mut backup.name);
    create(&world, &backup).await;
    let add = OverrideKind::Add { user: user("olivia") };
    let now = world.now();
    create(&world, &override_of(&backup, add, (now, 60))).await;
    let over = OverrideKind::Replace { original: user("ben"), by: user("ann") };
    create(&world, &override_of(&backup, over, (now - TimeDelta::hours(2), 60))).await;
    let found = world.get("ann", "/api/on-call/now").await;
    let schedules = found["schedules"].as_array().expect("schedules").clone();
    let names: Vec<_> = schedules.iter().map(|schedule| &schedule["name"]).collect();
    assert_eq!(names, ["Backup", "Primary"]);
    let spoken = |people: &Value| {
        let people = people.as_array().expect("people").iter();
        people
            .map(|found| format!("{}: {}", found["name"], found["because"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        spoken(&schedules[0]["on_call"]),
        ["Ben Brook: turn 1 of the layer Weekly", "Olivia Owner: override: added (dentist)"]
    );
    assert_eq!(spoken(&schedules[1]["on_call"]), ["Ben Brook: turn 1 of the layer Weekly"]);
    assert_eq!(spoken(&schedules[1]["next"]), ["Ann Archer: turn 2 of the layer Weekly"]);
    assert_eq!(schedules[0]["on_call"][0]["reason"]["layer_name"], "Weekly");
    assert_eq!(schedules[0]["coverage_required"], true);
    assert_eq!(schedules[0]["on_call"][1]["until"], json!(now + TimeDelta::hours(1)));
}
