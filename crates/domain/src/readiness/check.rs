//! The checks: each looks at one thing and says what to do about it.
//!
//! Invariant: a check that says `ok` means it; whoever would not be paged, or does not work, has a problem.

use super::{Question, Turnout};
use crate::id::UserId;
use crate::schedule::Span;
use crate::severity::Urgency;
use crate::time_off::TimeOff;
use crate::user::{ChannelKind, User};
use crate::when;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Nothing to do.
    #[default]
    Ok,
    /// They are paged, but not as well as they might be.
    Warning,
    /// A page would not reach them, or they are not there.
    Problem,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Whether they are here and not disabled.
    Account,
    /// Whether they can be reached.
    ContactMethod,
    /// Whether a page that wakes people reaches them at once.
    FirstRule,
    /// Whether the PSA knows them.
    PsaMapping,
    /// Whether they have time off.
    TimeOff,
    /// Whether everybody has.
    Holiday,
}

/// What a look said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// At what.
    pub about: About,
    /// How bad it is.
    pub level: Level,
    /// A sentence that says what to do.
    pub text: String,
}

fn check(about: About, level: Level, text: impl Into<String>) -> Check {
    Check { about, level, text: text.into() }
}

/// Everything about one person. What follows from being gone or disabled is not told again.
pub(super) fn all(
    (id, user): (&UserId, Option<&User>),
    turnouts: &[Turnout<'_>],
    question: &Question<'_>,
) -> Vec<Check> {
    let mut checks = Vec::new();
    match user {
        None => {
            let text = "is on call, but there is no such user any more: put somebody else on call";
            checks.push(check(About::Account, Level::Problem, text));
        }
        Some(user) if user.disabled => {
            let text = "is disabled and would not be paged: enable the user, or put somebody else on call";
            checks.push(check(About::Account, Level::Problem, text));
        }
        Some(user) => {
            checks.push(check(About::Account, Level::Ok, "is an active user"));
            checks.push(contact_method(user, question.sending));
            checks.extend(first_rule(user, question.sending));
        }
    }
    checks.extend(psa_mapping(id, question));
    checks.extend(time_off(id, turnouts, question));
    checks.extend(holidays(turnouts, question));
    checks
}

fn contact_method(user: &User, sending: &[ChannelKind]) -> Check {
    let mut channels: Vec<&str> = user.usable(sending).map(|method| method.channel.as_str()).collect();
    channels.dedup();
    if !channels.is_empty() {
        let text = format!("can be reached by {}", channels.join(", "));
        return check(About::ContactMethod, Level::Ok, text);
    }
    let can_send: Vec<&str> = sending.iter().map(|channel| channel.as_str()).collect();
    let text = if can_send.is_empty() {
        "cannot be reached: no channel is configured that could send; an operator has to set one up"
            .to_owned()
    } else {
        let can_send = can_send.join(", ");
        format!(
            "has no verified contact method that can send here: add one in the preferences and verify it (here: {can_send})"
        )
    };
    check(About::ContactMethod, Level::Problem, text)
}

/// `None` for whoever can't be reached at all: that is told already.
fn first_rule(user: &User, sending: &[ChannelKind]) -> Option<Check> {
    let first = user.reach(Urgency::High, sending).into_iter().next()?;
    let minutes = first.after.num_minutes();
    Some(if !user.has_rule(Urgency::High, sending) {
        let text =
            "has no usable rule for urgent pages, so that every verified contact method is used at once";
        check(About::FirstRule, Level::Ok, text)
    } else if minutes == 0 {
        check(About::FirstRule, Level::Ok, "has a rule that tells of urgent pages at once")
    } else {
        let text = format!(
            "hears of urgent pages only {minutes} min after everybody else: add a rule without delay in the preferences"
        );
        check(About::FirstRule, Level::Warning, text)
    })
}

/// `None` where there is no PSA.
fn psa_mapping(id: &UserId, question: &Question<'_>) -> Option<Check> {
    let psa = question.psa?;
    Some(if psa.recognizes.contains(id) {
        check(About::PsaMapping, Level::Ok, format!("is known to {}", psa.name))
    } else {
        let text = format!(
            "has no match in {name}, so that tickets of what they acknowledge are assigned to nobody: match the user \
             with a technician of {name}, by mail address",
            name = psa.name
        );
        check(About::PsaMapping, Level::Warning, text)
    })
}

fn time_off(id: &UserId, turnouts: &[Turnout<'_>], question: &Question<'_>) -> Vec<Check> {
    let now = question.window.starts;
    let own = question.time_off.iter().filter(|off| off.user_id.as_ref() == Some(id));
    let mut checks: Vec<Check> = own
        .filter_map(|off| {
            let (turnout, meeting) = first_meeting(turnouts, off)?;
            let schedule = &turnout.rota.schedule;
            let text = format!(
                "is on call in {} during their own time off '{}', {}: make an override, or move the time off",
                schedule.name,
                off.name,
                when::span(meeting, now, schedule.zone),
            );
            Some(check(About::TimeOff, Level::Problem, text))
        })
        .collect();
    if checks.is_empty() {
        checks.push(check(About::TimeOff, Level::Ok, "has no time off while on call"));
    }
    checks
}

fn holidays(turnouts: &[Turnout<'_>], question: &Question<'_>) -> Vec<Check> {
    let now = question.window.starts;
    let meet = |off: &TimeOff| {
        let (turnout, meeting) = first_meeting(turnouts, off)?;
        let meeting = when::span(meeting, now, turnout.rota.schedule.zone);
        let text = format!("is on call on a holiday, '{}', {meeting}: make sure that they know", off.name);
        Some(check(About::Holiday, Level::Ok, text))
    };
    question.time_off.iter().filter(|off| off.user_id.is_none()).filter_map(meet).collect()
}

/// The first part of a shift that is in `off`.
fn first_meeting<'a>(turnouts: &'a [Turnout<'a>], off: &TimeOff) -> Option<(&'a Turnout<'a>, Span)> {
    let off = Span { starts: off.starts, ends: off.ends };
    let meetings = turnouts
        .iter()
        .flat_map(|turnout| turnout.shifts.iter().filter_map(move |shift| Some((turnout, shift.meet(off)?))));
    meetings.min_by_key(|(_, meeting)| *meeting)
}
