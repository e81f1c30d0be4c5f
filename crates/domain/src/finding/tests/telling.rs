//! Who hears of it, and what they read.

use super::*;
use crate::user::Role;

/// Ann owns the schedule's team with Ben; Olivia owns the place, Ada manages it and is in the team, Eve is disabled.
fn tenant() -> Tenant {
    let mut tenant = Tenant::sound();
    let with = |name, role, disabled| User { role, disabled, ..person(name) };
    for user in [
        with("Olivia", Role::Owner, false),
        with("Ada", Role::Admin, false),
        with("Eve", Role::Admin, true),
        with("Zoe", Role::Member, false),
    ] {
        tenant.user(user);
    }
    let members = ["Ann", "Ben", "Ada"].map(|name| person(name).id).to_vec();
    let crew = Team { id: TeamId::derived(&["crew"]), name: "Crew".to_owned(), members };
    tenant.rotas[0].schedule.owner = Some(crew.id.clone());
    tenant.teams.insert(crew.id.clone(), crew);
    tenant.nobody_in(hours(20, 30));
    tenant.steps(vec![Vec::new()]);
    tenant
}

fn told(tenant: &Tenant, scan: u64) -> Vec<(String, crate::notice::Telling)> {
    let question = tenant.question();
    let (_, news) = update(
        &CoverageReport::begin(minute(0)),
        find(&question),
        question.window.starts,
        question.window.ends,
    );
    let tellings = tellings(&news, scan, &question, minute(0));
    tellings.into_iter().map(|(user, telling)| (user.name.clone(), telling)).collect()
}

#[test]
fn managers_hear_of_everything_and_a_team_of_its_own_and_each_once() {
    let told = told(&tenant(), 1);
    let mut names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Ada", "Ann", "Ben", "Olivia"]);
    for (name, telling) in &told {
        assert!(telling.text.contains("Primary has nobody on call,"), "{}", telling.text);
        let manages = ["Ada", "Olivia"].contains(&name.as_str());
        assert_eq!(telling.text.contains("Step 1 of Nights reaches nobody"), manages, "{name}");
    }
    assert!(["Ada", "Olivia"].contains(&told[0].0.as_str()), "whoever manages is told first");
}

#[test]
fn one_finding_is_said_in_the_subject_and_what_to_do_in_the_text() {
    let told = told(&tenant(), 1);
    let (_, telling) = told.iter().find(|(name, _)| name == "Ben").unwrap();
    assert_eq!(telling.subject, "Primary has nobody on call from Fri 4 Oct 2024 20:00 UTC");
    assert_eq!(
        telling.text,
        "Now or within 48 hours:\n\n\
         - Primary has nobody on call,\n  \
         from Fri 4 Oct 2024 20:00 UTC until Sat 5 Oct 2024 06:00 UTC.\n  \
         Put somebody on call with an override, close the gap in a layer, or say that the schedule needs nobody then.\n\n\
         The whole list, and a button to fill a gap:"
    );
    assert_eq!(telling.link.as_deref(), Some("/app/coverage-gaps"));
}

#[test]
fn many_findings_are_counted_and_a_message_stays_short() {
    let mut tenant = tenant();
    for hour in 50..90 {
        tenant.nobody_in(Span { starts: minute(60 * hour), ends: minute(60 * hour + 30) });
    }
    let told = told(&tenant, 1);
    let (_, telling) = told.iter().find(|(name, _)| name == "Olivia").unwrap();
    assert_eq!(telling.subject, "On-call coverage: 42 problems, 2 within 48 hours");
    assert!(
        telling.text.contains("New, later:") && telling.text.contains("And 22 more."),
        "{}",
        telling.text
    );
    assert!(telling.text.len() < 8_000, "{}", telling.text.len());
}

#[test]
fn a_message_is_named_by_the_scan_and_what_it_tells() {
    let tenant = tenant();
    assert_eq!(told(&tenant, 1), told(&tenant, 1));
    let about = |scan| told(&tenant, scan)[0].1.about.clone();
    assert_ne!(about(1), about(2));
}
