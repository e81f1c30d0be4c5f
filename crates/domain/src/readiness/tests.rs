//! Evenings before a night on call.

use super::*;
use crate::id::TimeOffId;
use crate::sample::{actor, method, minute, override_of, person, rota, unreachable};
use crate::schedule::OverrideKind;
use crate::severity::Urgency;
use crate::user::NotificationRule;

const DAY: i64 = 24 * 60;

struct Case {
    rotas: Vec<Rota>,
    users: HashMap<UserId, User>,
    time_off: Vec<TimeOff>,
    psa: Option<Psa>,
}

impl Case {
    fn of(users: &[User]) -> Self {
        let users = users.iter().map(|user| (user.id.clone(), user.clone())).collect();
        Self { rotas: vec![rota("Primary", &["Ann", "Bob"])], users, time_off: Vec::new(), psa: None }
    }

    /// Looked at for a day from a minute on.
    fn at(&self, at_minute: i64) -> Readiness {
        readiness(Question {
            rotas: &self.rotas,
            users: &self.users,
            time_off: &self.time_off,
            sending: &[ChannelKind::Email],
            psa: self.psa.as_ref(),
            window: Span { starts: minute(at_minute), ends: minute(at_minute + DAY) },
        })
    }
}

fn both() -> Case {
    Case::of(&[person("Ann"), person("Bob")])
}

fn found(person: &PersonReadiness, about: About) -> Vec<(Level, &str)> {
    let about = person.checks.iter().filter(|check| check.about == about);
    about.map(|check| (check.level, &*check.text)).collect()
}

fn off(whose: Option<&str>, name: &str, from: i64, to: i64) -> TimeOff {
    TimeOff {
        id: TimeOffId::derived(&[name]),
        user_id: whose.map(|name| person(name).id),
        name: name.to_owned(),
        starts: minute(from),
        ends: minute(to),
        made_by: actor("Ada"),
        made_at: minute(0),
    }
}

#[test]
fn everybody_on_call_in_the_window_is_looked_at_by_when_they_come() {
    let readiness = both().at(DAY / 2);
    assert!(readiness.ready, "{readiness:?}");
    let stints: Vec<_> = readiness
        .people
        .iter()
        .map(|person| (&*person.name, person.stints[0].starts, person.stints[0].ends))
        .collect();
    let noon = DAY / 2;
    assert_eq!(stints, [("Ann", minute(noon), minute(DAY)), ("Bob", minute(DAY), minute(DAY + noon))]);
    assert!(readiness.people.iter().all(|person| person.level() == Level::Ok));
}

#[test]
fn somebody_in_two_schedules_is_one_person_with_both() {
    let mut case = both();
    case.rotas.push(rota("Backup", &["Ann"]));
    let readiness = case.at(0);
    assert_eq!(readiness.people.len(), 1);
    let names: Vec<_> = readiness.people[0].stints.iter().map(|stint| &*stint.schedule).collect();
    assert_eq!(names, ["Primary", "Backup"]);
}

#[test]
fn several_shifts_are_one_stint_from_the_first_to_the_last() {
    let mut case = both();
    let away = OverrideKind::Replace { original: person("Ann").id, by: person("Bob").id };
    case.rotas[0].overrides = vec![override_of(&case.rotas[0], away, (60, 120))];
    let readiness = case.at(0);
    let ann = &readiness.people[0];
    assert_eq!((&*ann.name, ann.stints.len()), ("Ann", 1));
    assert_eq!((ann.stints[0].starts, ann.stints[0].ends), (minute(0), minute(DAY)));
}

#[test]
fn a_disabled_or_vanished_user_is_a_problem_told_once() {
    let case = Case::of(&[User { disabled: true, ..person("Ann") }]);
    let readiness = case.at(DAY / 2);
    assert!(!readiness.ready);
    let [ann, bob] = &readiness.people[..] else { panic!("{readiness:?}") };
    assert_eq!(found(ann, About::Account)[0].0, Level::Problem);
    assert!(
        found(ann, About::Account)[0].1.contains("disabled") && found(ann, About::ContactMethod).is_empty()
    );
    assert_eq!(bob.name, bob.user_id.as_str());
    assert!(found(bob, About::Account)[0].1.contains("no such user"));
}

#[test]
fn who_cannot_be_reached_is_a_problem() {
    let readiness = Case::of(&[unreachable("Ann")]).at(0);
    let [(level, text)] = found(&readiness.people[0], About::ContactMethod)[..] else { panic!() };
    assert_eq!(level, Level::Problem);
    assert!(text.contains("verify it (here: email)"), "{text}");
    assert!(found(&readiness.people[0], About::FirstRule).is_empty());
    assert!(!readiness.ready);
}

#[test]
fn rules_that_all_wait_are_a_warning_and_no_rules_are_fine() {
    let with_rules = |after: &[u32]| {
        let mut ann = person("Ann");
        ann.contact_methods.push(method("Ann", ChannelKind::Sms));
        let rule = |after_minutes: &u32| NotificationRule {
            urgency: Urgency::High,
            contact_method_id: ann.contact_methods[0].id.clone(),
            after_minutes: *after_minutes,
        };
        let mut rules: Vec<_> = after.iter().map(rule).collect();
        // Text messages can't be sent here, so this rule is none.
        rules.push(NotificationRule { contact_method_id: ann.contact_methods[1].id.clone(), ..rule(&0) });
        ann.rules = rules;
        let readiness = Case::of(&[ann]).at(0);
        let found = found(&readiness.people[0], About::FirstRule);
        (readiness.ready, found[0].0, found[0].1.to_owned())
    };
    let (ready, level, text) = with_rules(&[5, 10]);
    assert_eq!((ready, level), (true, Level::Warning));
    assert!(text.contains("only 5 min after"), "{text}");
    assert_eq!(with_rules(&[5, 0]).1, Level::Ok);
    let (_, level, text) = with_rules(&[]);
    assert_eq!(level, Level::Ok);
    assert!(text.contains("no usable rule"), "{text}");
}

#[test]
fn whom_the_psa_does_not_know_is_a_warning_where_there_is_a_psa() {
    let mut case = both();
    assert!(found(&case.at(0).people[0], About::PsaMapping).is_empty());
    case.psa = Some(Psa { name: "The One PSA".to_owned(), recognizes: [person("Bob").id].into() });
    let readiness = case.at(DAY / 2);
    let levels: Vec<_> = readiness.people.iter().map(PersonReadiness::level).collect();
    assert_eq!(levels, [Level::Warning, Level::Ok]);
    assert!(readiness.ready, "a ticket without a technician wakes nobody less");
}

#[test]
fn ones_own_time_off_is_a_problem_while_on_call_only() {
    let mut case = both();
    case.time_off = vec![off(Some("Ann"), "Fishing", DAY, 2 * DAY), off(Some("Bob"), "Moving", 0, DAY)];
    assert!(case.at(0).ready, "Ann's turn is over when she goes");
    case.time_off.push(off(Some("Ann"), "Dentist", 600, 660));
    let readiness = case.at(0);
    let [(level, text)] = found(&readiness.people[0], About::TimeOff)[..] else { panic!() };
    assert_eq!((readiness.ready, level), (false, Level::Problem));
    assert!(text.contains("'Dentist', from ") && text.contains("10:00 UTC until 11:00"), "{text}");
}

#[test]
fn a_holiday_is_a_note() {
    let mut case = both();
    case.time_off = vec![off(None, "Thanksgiving", 0, DAY)];
    let readiness = case.at(0);
    let [(level, text)] = found(&readiness.people[0], About::Holiday)[..] else { panic!() };
    assert_eq!((readiness.ready, level), (true, Level::Ok));
    assert!(text.contains("Thanksgiving"), "{text}");
}

#[test]
fn nobody_on_call_is_not_ready() {
    let mut case = both();
    let away = OverrideKind::Remove { user: person("Ann").id };
    case.rotas[0].overrides = vec![override_of(&case.rotas[0], away, (60, 120))];
    let readiness = case.at(0);
    assert!(!readiness.ready);
    assert_eq!((readiness.gaps[0].starts, readiness.gaps[0].ends), (minute(60), minute(120)));
}
