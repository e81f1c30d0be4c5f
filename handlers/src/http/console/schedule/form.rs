//! The form that makes an override: what it offers to whom, and reading it.
//!
//! Invariant: reading finds everything that is wrong at once; whether the override may be made is the use-case's word.

use std::collections::BTreeSet;

use ::console::schedule::{Entered, FormField, FormProblem, OverrideForm, OverrideKind};
use app::overrides::NewOverride;
use app::schedules::ScheduleView;
use app::{Ctx, Error, FieldError};
use chrono::{DateTime, Utc};
use domain::id::UserId;
use domain::schedule;
use domain::user::User;

use super::super::form::Fields;
use super::super::shown;
use super::super::visitor::Visitor;
use super::wall_clock;

const LONGEST_REASON: usize = 1_000;

/// The form as the visitor gets it; `None` for whoever may make no override of this schedule.
pub(super) fn offered(
    visitor: &Visitor,
    view: &ScheduleView,
    entered: Entered,
    problems: Vec<FormProblem>,
) -> Option<OverrideForm> {
    let ctx = &visitor.ctx;
    let has_shifts = view.takes_part.contains(&ctx.user_id)
        || view.shifts.iter().any(|shift| shift.user_id == ctx.user_id);
    let is_offered = |kind: &OverrideKind| match kind {
        OverrideKind::Replace | OverrideKind::Add | OverrideKind::Remove => ctx.role.can_manage(),
        OverrideKind::HandOff | OverrideKind::Cover => ctx.role.can_respond() && has_shifts,
    };
    let kinds: Vec<OverrideKind> = OverrideKind::ALL.into_iter().filter(is_offered).collect();
    if kinds.is_empty() {
        return None;
    }
    let on_call: BTreeSet<&UserId> = view.shifts.iter().map(|shift| &shift.user_id).collect();
    let takes_part = |user: &User| view.takes_part.contains(&user.id) || on_call.contains(&user.id);
    let people = view.people();
    let enabled = people.iter().copied().filter(|user| !user.disabled);
    Some(OverrideForm {
        kinds,
        can_be_on: shown::candidates(enabled, takes_part),
        // Somebody disabled can't be put on call, but is on call all the same where a layer says so.
        can_be_off: shown::candidates(people.iter().copied(), takes_part),
        entered,
        problems,
    })
}

/// What was typed.
pub(super) fn entered(fields: &Fields) -> Entered {
    let text = |field: FormField| fields.get(field.name()).unwrap_or_default().to_owned();
    Entered {
        kind: OverrideKind::named(&text(FormField::Kind)),
        off: text(FormField::Off),
        on: text(FormField::On),
        starts: text(FormField::Start),
        ends: text(FormField::End),
        reason: text(FormField::Reason),
    }
}

/// The override that was asked for, or everything that is wrong with it.
pub(super) fn read(
    entered: &Entered,
    view: &ScheduleView,
    ctx: &Ctx,
) -> Result<NewOverride, Vec<FormProblem>> {
    let mut wrong = Vec::new();
    let kind = kind(entered, ctx, &mut wrong);
    let zone = view.schedule.zone;
    let mut instant = |field, typed: &str| -> Option<DateTime<Utc>> {
        wall_clock::instant(zone, typed).map_err(|text| wrong.push(problem(field, text))).ok()
    };
    let starts = instant(FormField::Start, &entered.starts);
    let ends = instant(FormField::End, &entered.ends);
    let reason = entered.reason.trim();
    if reason.chars().count() > LONGEST_REASON {
        wrong
            .push(problem(FormField::Reason, format!("must not be longer than {LONGEST_REASON} characters")));
    }
    match (kind, starts, ends) {
        (Some(kind), Some(starts), Some(ends)) if wrong.is_empty() => Ok(NewOverride {
            schedule_id: view.schedule.id.clone(),
            kind,
            starts,
            ends,
            reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        }),
        _ => Err(wrong),
    }
}

fn kind(entered: &Entered, ctx: &Ctx, wrong: &mut Vec<FormProblem>) -> Option<schedule::OverrideKind> {
    let mut person = |field, id: &str| {
        let parsed = id.parse::<UserId>().ok();
        if parsed.is_none() {
            wrong.push(problem(field, "choose a person".to_owned()));
        }
        parsed
    };
    let me = || ctx.user_id.clone();
    Some(match entered.kind {
        None => {
            wrong.push(problem(FormField::Kind, "choose one".to_owned()));
            return None;
        }
        Some(OverrideKind::Replace) => {
            let (original, by) = (person(FormField::Off, &entered.off), person(FormField::On, &entered.on));
            schedule::OverrideKind::Replace { original: original?, by: by? }
        }
        Some(OverrideKind::Add) => schedule::OverrideKind::Add { user: person(FormField::On, &entered.on)? },
        Some(OverrideKind::Remove) => {
            schedule::OverrideKind::Remove { user: person(FormField::Off, &entered.off)? }
        }
        Some(OverrideKind::HandOff) => {
            schedule::OverrideKind::Replace { original: me(), by: person(FormField::On, &entered.on)? }
        }
        Some(OverrideKind::Cover) => schedule::OverrideKind::Cover { original: me() },
    })
}

fn problem(field: FormField, text: String) -> FormProblem {
    FormProblem { field: Some(field), text }
}

/// What the use-case says against it, beside the field that it is about; the error itself where a form can't mend it.
pub(super) fn refused(error: Error, kind: Option<OverrideKind>) -> Result<Vec<FormProblem>, Error> {
    match error {
        Error::Invalid(fields) => Ok(fields.iter().map(|wrong| in_words(wrong, kind)).collect()),
        Error::Conflict { code: "override-clash", detail } => {
            Ok(vec![FormProblem { field: None, text: format!("{detail}.") }])
        }
        error => Err(error),
    }
}

/// The use-case names the fields of the API.
fn in_words(wrong: &FieldError, kind: Option<OverrideKind>) -> FormProblem {
    let field = match wrong.field.as_str() {
        "original_user_id" => Some(FormField::Off),
        // Who is taken off is the only person then.
        "user_id" if kind == Some(OverrideKind::Remove) => Some(FormField::Off),
        "user_id" => Some(FormField::On),
        "start_at" => Some(FormField::Start),
        "end_at" => Some(FormField::End),
        "reason" => Some(FormField::Reason),
        _ => None,
    };
    let text = wrong.problem.replace("`start_at`", "the start").replace("`original_user_id`", "who is off");
    FormProblem { field, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_use_case_says_stands_beside_the_field_of_the_form() {
        let wrong = Error::invalid("end_at", "must be after `start_at`");
        let told = refused(wrong, Some(OverrideKind::Add)).unwrap();
        assert_eq!(told, [problem(FormField::End, "must be after the start".to_owned())]);
        let unknown = || Error::invalid("user_id", "there is no user 'usr_1'");
        for (kind, field) in [(OverrideKind::Remove, FormField::Off), (OverrideKind::HandOff, FormField::On)]
        {
            assert_eq!(refused(unknown(), Some(kind)).unwrap()[0].field, Some(field), "{kind:?}");
        }
        assert!(refused(Error::Forbidden("do that"), None).is_err());
    }
}
