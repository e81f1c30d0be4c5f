//! Nights that are only told.

use super::*;
use crate::id::{PolicyId, ServiceId};
use crate::policy::{EscalationPolicy, Step, Target};
use crate::roster::Rota;
use crate::sample::{method, minute, override_of, person, rota, unreachable};
use crate::schedule::OverrideKind;
use crate::severity::Urgency;
use crate::user::NotificationRule;

const DAY: i64 = 24 * 60;

/// A step of 5 minutes for `Primary`, one of 10 for Cid, once more; Lou is the last resort, Ada the admin.
fn sources(primary: Rota) -> Sources {
    let step = |target, delay_minutes| Step { targets: vec![target], delay_minutes };
    let people = ["Ann", "Bob", "Cid", "Lou", "Ada"].map(person);
    Sources {
        policy: EscalationPolicy {
            id: PolicyId::derived(&["p"]),
            name: "Nights".to_owned(),
            steps: vec![
                step(Target::Schedule(primary.schedule.id.clone()), 5),
                step(Target::User(person("Cid").id), 10),
            ],
            repeat: 1,
        },
        rotas: [(primary.schedule.id.clone(), primary)].into(),
        teams: [].into(),
        users: people.map(|user| (user.id.clone(), user)).into(),
    }
}

fn fallback() -> Roster {
    let (last_resort, admins) = (Some(person("Lou")), vec![person("Ada")]);
    Roster { steps: Vec::new(), last_resort, admins, sending: vec![ChannelKind::Email, ChannelKind::Sms] }
}

fn explained(sources: &Sources, fallback: &Roster, severity: Severity, at: DateTime<Utc>) -> Explanation {
    let service = Service {
        id: ServiceId::derived(&["s"]),
        name: "Servers".to_owned(),
        policy_id: sources.policy.id.clone(),
        client: None,
        auto_resolve_hours: None,
    };
    let tenant = "org-1".parse().unwrap();
    explain(Question { tenant: &tenant, service: &service, severity, at }, sources, fallback)
}

fn critical(sources: &Sources, at_minute: i64) -> Explanation {
    explained(sources, &fallback(), Severity::Critical, minute(at_minute))
}

/// Minute, occasion, and who is told.
fn told(explanation: &Explanation) -> Vec<(i64, Occasion, String)> {
    let line = |told: &Notification| {
        let names: Vec<_> = told.people.iter().map(|person| &*person.name).collect();
        ((told.at - minute(0)).num_minutes(), told.occasion, names.join(" "))
    };
    explanation.notifications.iter().map(line).collect()
}

fn step(step: u32, round: u32) -> Occasion {
    Occasion::Step { step, round }
}

#[test]
fn every_round_is_told_to_the_end() {
    let explanation = critical(&sources(rota("Primary", &["Ann"])), 0);
    let expected = [
        (0, step(1, 1), "Ann"),
        (5, step(2, 1), "Cid"),
        (15, step(1, 2), "Ann"),
        (20, step(2, 2), "Cid"),
        (30, Occasion::Exhausted, "Ada"),
    ];
    assert_eq!(told(&explanation), expected.map(|(at, occasion, who)| (at, occasion, who.to_owned())));
    assert_eq!(explanation.end, End::Exhausted(minute(30)));
    let [first, .., last] = &explanation.notifications[..] else { panic!() };
    assert_eq!(first.people[0].because, "on call in Primary, turn 0 of the layer Daily");
    assert_eq!((&last.people[0].why, last.people[0].pages[0].rule), (&Why::Admin, Rule::Regardless));
}

#[test]
fn a_schedule_is_asked_at_each_steps_own_instant() {
    let explanation = critical(&sources(rota("Primary", &["Ann", "Bob"])), DAY - 10);
    let who: Vec<_> = told(&explanation).into_iter().map(|(_, _, who)| who).collect();
    assert_eq!(who, ["Ann", "Cid", "Bob", "Cid", "Ada"]);
}

#[test]
fn an_override_is_named_while_it_lasts() {
    let mut primary = rota("Primary", &["Ann"]);
    let replace = OverrideKind::Replace { original: person("Ann").id, by: person("Bob").id };
    primary.overrides = vec![override_of(&primary, replace, (0, 15))];
    let explanation = critical(&sources(primary), 0);
    let [first, _, third, ..] = &explanation.notifications[..] else { panic!() };
    assert_eq!((&*first.people[0].name, &*third.people[0].name), ("Bob", "Ann"));
    assert_eq!(first.people[0].because, "on call in Primary, override: for Ann");
}

#[test]
fn each_message_says_when_on_what_and_by_which_rule() {
    let mut sources = sources(rota("Primary", &["Ann"]));
    let mut ann = person("Ann");
    ann.contact_methods.push(method("Ann", ChannelKind::Sms));
    let rule = |index: usize, after_minutes| NotificationRule {
        urgency: Urgency::High,
        contact_method_id: ann.contact_methods[index].id.clone(),
        after_minutes,
    };
    ann.rules = vec![rule(0, 7), rule(1, 0)];
    sources.users.insert(ann.id.clone(), ann);
    let pages = |severity| {
        let explanation = explained(&sources, &fallback(), severity, minute(0));
        let pages = explanation.notifications[0].people[0].pages.clone();
        pages.into_iter().map(|page| (page.at, page.channel, page.rule)).collect::<Vec<_>>()
    };
    assert_eq!(
        pages(Severity::High),
        [(minute(0), ChannelKind::Sms, Rule::After(0)), (minute(7), ChannelKind::Email, Rule::After(7))]
    );
    let at_once = [ChannelKind::Email, ChannelKind::Sms].map(|channel| (minute(0), channel, Rule::NoRule));
    assert_eq!(pages(Severity::Low), at_once, "there is no rule for what can wait");
}

#[test]
fn a_step_that_reaches_nobody_says_why_and_the_next_is_told_at_once() {
    let mut sources = sources(rota("Primary", &[]));
    sources.policy.repeat = 0;
    let explanation = critical(&sources, 0);
    let who: Vec<_> = told(&explanation);
    assert_eq!(who[..2], [(0, step(1, 1), String::new()), (0, step(2, 1), "Cid".to_owned())]);
    assert_eq!(explanation.notifications[0].nobody, ["Primary has nobody on call"]);
}

#[test]
fn a_policy_that_reaches_nobody_tells_the_last_resort_and_the_admins() {
    let mut sources = sources(rota("Primary", &[]));
    sources.users.insert(person("Cid").id, unreachable("Cid"));
    sources.policy.repeat = 0;
    let explanation = critical(&sources, 0);
    let last = explanation.notifications.last().unwrap();
    assert_eq!((last.occasion, explanation.end), (Occasion::NobodyReached, End::NobodyReached(minute(0))));
    let why: Vec<_> = last.people.iter().map(|told| (&*told.name, &told.why)).collect();
    assert_eq!(why, [("Lou", &Why::LastResort), ("Ada", &Why::Admin)]);
    assert_eq!(
        explanation.notifications[1].nobody,
        ["Cid (named in the step) has no verified contact method that can send here"]
    );
}

#[test]
fn where_nobody_at_all_can_be_told_it_says_so_and_ends() {
    let sources = sources(rota("Primary", &["Ann"]));
    let fallback = Roster { sending: Vec::new(), ..fallback() };
    let explanation = explained(&sources, &fallback, Severity::Critical, minute(0));
    assert_eq!(explanation.end, End::Unheard(minute(5)));
}

#[test]
fn a_policy_without_end_is_explained_for_a_while() {
    let mut sources = sources(rota("Primary", &["Ann"]));
    sources.policy.repeat = u32::MAX;
    let explanation = critical(&sources, 0);
    assert_eq!(explanation.notifications.len(), MOST_NOTIFICATIONS);
    assert_eq!(explanation.end, End::GoesOn(minute(15 * 100)));
    sources.policy.steps[0].delay_minutes = u32::MAX;
    let explanation = critical(&sources, 0);
    assert_eq!(explanation.notifications.len(), 1);
    assert_eq!(explanation.end, End::GoesOn(minute(i64::from(u32::MAX))));
}

#[test]
fn any_instant_that_can_be_written_down_is_explained() {
    let mut sources = sources(rota("Primary", &["Ann"]));
    sources.policy.steps.iter_mut().for_each(|step| step.delay_minutes = u32::MAX);
    for text in ["0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"] {
        let at = DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc);
        let explanation = explained(&sources, &fallback(), Severity::Critical, at);
        assert!(!explanation.notifications.is_empty(), "{text}");
    }
}
