//! Who is named, and why.

use super::*;
use crate::id::{PolicyId, ScheduleId};
use crate::sample::{minute, override_of, person, rota};
use crate::schedule::{Calendar, CalendarShift, Duty, OverrideKind};

const DAY: i64 = 24 * 60;

/// One step with these targets; everybody of these names exists.
fn sources(targets: Vec<Target>, rotas: Vec<Rota>, teams: Vec<Team>, people: &[&str]) -> Sources {
    Sources {
        policy: EscalationPolicy {
            id: PolicyId::derived(&["p"]),
            name: "Nights".to_owned(),
            steps: vec![Step { targets, delay_minutes: 5 }],
            repeat: 0,
        },
        rotas: rotas.into_iter().map(|rota| (rota.schedule.id.clone(), rota)).collect(),
        teams: teams.into_iter().map(|team| (team.id.clone(), team)).collect(),
        users: people.iter().map(|name| (person(name).id, person(name))).collect(),
    }
}

fn team(members: &[&str]) -> Team {
    let members = members.iter().map(|name| person(name).id).collect();
    Team { id: TeamId::derived(&["night"]), name: "Night".to_owned(), members }
}

fn on_call(rota: &Rota) -> Target {
    Target::Schedule(rota.schedule.id.clone())
}

/// Name, reason in short, reason in full.
fn told(sources: &Sources, at_minute: i64) -> Vec<(String, String, String)> {
    let [step]: [StepRoster; 1] = steps_at(sources, minute(at_minute)).try_into().unwrap();
    let told = |found: Recipient| {
        let words = found.cause.in_words(|id| sources.name_of(id));
        (found.user.name.clone(), found.because(), words)
    };
    step.recipients.into_iter().map(told).collect()
}

fn nobody(sources: &Sources) -> Vec<String> {
    steps_at(sources, minute(0)).remove(0).nobody
}

fn line(name: &str, short: &str, full: &str) -> (String, String, String) {
    (name.to_owned(), short.to_owned(), full.to_owned())
}

#[test]
fn every_target_says_why_in_short_and_in_full() {
    let primary = rota("Primary", &["Ann", "Bob"]);
    let targets = vec![Target::User(person("Cid").id), on_call(&primary), Target::Team(team(&[]).id)];
    let sources = sources(targets, vec![primary], vec![team(&["Dee"])], &["Ann", "Bob", "Cid", "Dee"]);
    assert_eq!(
        told(&sources, 3 * DAY),
        [
            line("Cid", "named in the step", "named in the step"),
            line("Bob", "on call in Primary", "on call in Primary, turn 3 of the layer Daily"),
            line("Dee", "in Night", "member of the team Night"),
        ]
    );
}

#[test]
fn a_schedule_is_resolved_for_the_instant_of_telling() {
    let primary = rota("Primary", &["Ann", "Bob"]);
    let sources = sources(vec![on_call(&primary)], vec![primary], Vec::new(), &["Ann", "Bob"]);
    assert_eq!(told(&sources, DAY - 1)[0].0, "Ann");
    assert_eq!(told(&sources, DAY)[0].0, "Bob");
}

#[test]
fn an_override_says_for_whom_and_why() {
    let mut primary = rota("Primary", &["Ann"]);
    let replace = OverrideKind::Replace { original: person("Ann").id, by: person("Bob").id };
    let mut replaced = override_of(&primary, replace, (0, 10));
    replaced.reason = Some("dentist".to_owned());
    let added = override_of(&primary, OverrideKind::Add { user: person("Cid").id }, (0, 10));
    primary.overrides = vec![replaced.clone(), added];
    let sources = sources(vec![on_call(&primary)], vec![primary], Vec::new(), &["Ann", "Bob", "Cid"]);
    assert_eq!(
        told(&sources, 5),
        [
            line("Bob", "on call in Primary", "on call in Primary, override: for Ann (dentist)"),
            line("Cid", "on call in Primary", "on call in Primary, override: added"),
        ]
    );
    let recipient = &steps_at(&sources, minute(5))[0].recipients[0];
    let Cause::OnCall { by, .. } = &recipient.cause else { panic!("{recipient:?}") };
    let stands_in_for = Some(person("Ann").id);
    let (override_id, made_by) = (replaced.id, Some(replaced.made_by));
    assert_eq!(*by, By::Override { override_id, stands_in_for, reason: Some("dentist".to_owned()), made_by });
}

#[test]
fn a_layer_read_from_a_calendar_says_so() {
    let mut primary = rota("Primary", &[]);
    let shifts = vec![CalendarShift { user: person("Ann").id, starts: minute(0), ends: minute(60) }];
    let calendar = Calendar { url: None, read_at: minute(0), shifts, unknown: Vec::new(), problem: None };
    primary.schedule.layers[0].duty = Duty::Calendar(calendar);
    let sources = sources(vec![on_call(&primary)], vec![primary], Vec::new(), &["Ann"]);
    let full = "on call in Primary, in the calendar of the layer Daily";
    assert_eq!(told(&sources, 30), [line("Ann", "on call in Primary", full)]);
}

#[test]
fn who_is_named_twice_is_told_once_for_the_first_reason() {
    let primary = rota("Primary", &["Ann"]);
    let targets = vec![Target::Team(team(&[]).id), on_call(&primary), Target::User(person("Ann").id)];
    let sources = sources(targets, vec![primary], vec![team(&["Ann"])], &["Ann"]);
    assert_eq!(told(&sources, 0), [line("Ann", "in Night", "member of the team Night")]);
}

#[test]
fn a_target_that_names_nobody_says_why_and_keeps_nobody_else_from_being_told() {
    let (empty, gone) = (rota("Empty", &[]), ScheduleId::derived(&["gone"]));
    let lost = TeamId::derived(&["lost"]);
    let targets = vec![
        Target::Schedule(gone.clone()),
        on_call(&empty),
        Target::Team(lost.clone()),
        Target::Team(team(&[]).id),
        Target::User(person("Eve").id),
        Target::User(person("Ann").id),
    ];
    let sources = sources(targets, vec![empty], vec![team(&[])], &["Ann"]);
    assert_eq!(
        nobody(&sources),
        [
            format!("the schedule {gone} does not exist or can't be read"),
            "Empty has nobody on call".to_owned(),
            format!("the team {lost} does not exist or can't be read"),
            "the team Night has no members".to_owned(),
            format!("the user {} does not exist or can't be read", person("Eve").id),
        ]
    );
    assert_eq!(told(&sources, 0)[0].0, "Ann");
}

#[test]
fn only_who_is_named_at_the_instant_need_be_loaded() {
    let primary = rota("Primary", &["Ann", "Bob"]);
    let sources =
        sources(vec![on_call(&primary), Target::User(person("Cid").id)], vec![primary], Vec::new(), &[]);
    let named = named_at(&sources, minute(DAY));
    let ids: Vec<_> = named[0].people().cloned().collect();
    assert_eq!(ids, [person("Bob").id, person("Cid").id]);
}

#[test]
fn the_last_resort_may_be_anybody_and_disabled_admins_are_not_told() {
    let mut users = vec![person("Ann"), person("Ada"), person("Eve")];
    users[1].role = crate::user::Role::Admin;
    users[2].role = crate::user::Role::Owner;
    users[2].disabled = true;
    let (last_resort, admins) = fallback(&users, Some(&person("Ann").id));
    assert_eq!(last_resort.map(|user| user.name).as_deref(), Some("Ann"));
    assert_eq!(admins.iter().map(|user| &*user.name).collect::<Vec<_>>(), ["Ada"]);
    assert_eq!(fallback(&[person("Ann")], Some(&person("Bob").id)), (None, Vec::new()));
}
