//! Who is told of an override, and in which words.

use chrono::TimeDelta;
use domain::id::UserId;
use domain::notice::Telling;
use domain::schedule::{Override, OverrideKind, OverrideState, Schedule};
use domain::when::instant;

use crate::ctx::Ctx;
use crate::schedules::People;

/// For how long a word about a shift is of use.
const LASTS: TimeDelta = TimeDelta::hours(24);

/// Who hears of an override that was just made: whoever comes on or off call by it, or has a say in it.
pub(super) fn of_new(
    made: &Override,
    schedule: &Schedule,
    people: &People,
    ctx: &Ctx,
) -> Vec<(UserId, Telling)> {
    if matches!(made.kind, OverrideKind::Cover { .. }) {
        let asked =
            schedule.people_from(ctx.now).into_iter().filter(|user| !made.kind.people().contains(user));
        let telling = cover_request(made, schedule, people);
        return asked.map(|user| (user.clone(), telling.clone())).collect();
    }
    let subject = match made.state {
        OverrideState::Pending => format!("{} asks you: {}", ctx.name, in_words(made, people)),
        _ => format!("{}: {}", schedule.name, in_words(made, people)),
    };
    to_others(made, ctx, &telling("made", made, schedule, subject))
}

/// Who hears of a decision: whoever made it and everybody it is about, but whoever decided.
pub(super) fn of_decided(
    decided: &Override,
    schedule: &Schedule,
    people: &People,
    ctx: &Ctx,
) -> Vec<(UserId, Telling)> {
    let what = in_words(decided, people);
    let (about, subject) = match decided.state {
        OverrideState::Rejected => ("rejected", format!("Not any more: {what}")),
        _ if decided.ends <= ctx.now => ("ended", format!("Ended early: {what}")),
        _ => ("agreed", format!("Agreed: {what}")),
    };
    to_others(decided, ctx, &telling(about, decided, schedule, subject))
}

fn to_others(change: &Override, ctx: &Ctx, telling: &Telling) -> Vec<(UserId, Telling)> {
    let mut told: Vec<UserId> =
        change.made_by.user_id().into_iter().chain(change.kind.people()).cloned().collect();
    told.sort();
    told.dedup();
    told.retain(|user| *user != ctx.user_id);
    told.into_iter().map(|user| (user, telling.clone())).collect()
}

/// What an override does, such as `Ben Brook is on call for Ann Archer`.
fn in_words(change: &Override, people: &People) -> String {
    match &change.kind {
        OverrideKind::Replace { original, by } => {
            format!("{} is on call for {}", people.name(by), people.name(original))
        }
        OverrideKind::Add { user } => format!("{} is on call, too", people.name(user)),
        OverrideKind::Remove { user } => format!("{} is not on call", people.name(user)),
        OverrideKind::Cover { original } => format!("{} asks to be covered", people.name(original)),
    }
}

fn cover_request(made: &Override, schedule: &Schedule, people: &People) -> Telling {
    let subject = format!("{}: {}", schedule.name, in_words(made, people));
    let mut telling = telling("asked", made, schedule, subject);
    telling.text.push_str("\n\nThe first one to accept has the shift.");
    telling
}

fn telling(about: &str, change: &Override, schedule: &Schedule, subject: String) -> Telling {
    let mut text = format!(
        "{subject}.\n\nFrom {} to {}, on the schedule {}.",
        instant(change.starts, schedule.zone),
        instant(change.ends, schedule.zone),
        schedule.name
    );
    if let Some(reason) = &change.reason {
        text.push_str("\n\nReason: ");
        text.push_str(reason);
    }
    Telling {
        about: vec!["override".to_owned(), change.id.to_string(), about.to_owned()],
        subject,
        text,
        link: Some(format!("/app/schedules/{}", schedule.id)),
        lasts: LASTS,
    }
}
