//! Who may make an override, and who has to agree to it.
//!
//! Invariant: nobody's duty is changed by somebody who has no say in it. A manager may make any; whoever has a shift may hand
//! it off; what else a member makes is about themselves, and counts once a manager or the other person agrees.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Duty, Layer, Override, OverrideKind, OverrideState, Schedule};
use crate::actor::Actor;
use crate::id::UserId;
use crate::user::Role;

impl OverrideKind {
    /// The state in which an override of this kind begins when `user` makes it; `None` when they may not.
    pub fn begins(&self, user: &UserId, role: Role) -> Option<OverrideState> {
        let is_manager = role.can_manage();
        match self {
            _ if !role.can_respond() => None,
            Self::Cover { original } => (is_manager || original == user).then_some(OverrideState::Pending),
            _ if is_manager => Some(OverrideState::Approved),
            Self::Replace { original, .. } if original == user => Some(OverrideState::Approved),
            _ if self.people().contains(&user) => Some(OverrideState::Pending),
            _ => None,
        }
    }
}

impl Override {
    /// Whether `user` may agree to it: a manager, or whoever it is about and hasn't made it. A cover request is not agreed
    /// to but accepted, by anybody else on the schedule.
    pub fn may_approve(&self, user: &UserId, role: Role) -> bool {
        !matches!(self.kind, OverrideKind::Cover { .. }) && self.may_decide(user, role)
    }

    /// Whether `user` may refuse it while it is pending: also whoever made it.
    pub fn may_reject(&self, user: &UserId, role: Role) -> bool {
        self.may_decide(user, role) || self.may_withdraw(user, role)
    }

    /// Whether `user` may take it back: a manager, or whoever made it. Whoever was put on call by it may hand it on, but
    /// not put somebody else back on call who doesn't know.
    pub fn may_withdraw(&self, user: &UserId, role: Role) -> bool {
        role.can_manage() || (role.can_respond() && self.made_by.user_id() == Some(user))
    }

    fn may_decide(&self, user: &UserId, role: Role) -> bool {
        let is_concerned = self.kind.people().contains(&user) && self.made_by.user_id() != Some(user);
        role.can_manage() || (role.can_respond() && is_concerned)
    }

    /// It counts, from now on: who was on call stays what it was.
    pub fn approve(&mut self, now: DateTime<Utc>, actor: Actor) {
        self.state = OverrideState::Approved;
        self.starts = self.starts.max(now);
        self.decided_by = Some(actor);
    }

    /// A cover request that `by` accepts: a replacement that counts.
    pub fn accept(&mut self, by: UserId, now: DateTime<Utc>, actor: Actor) -> bool {
        let OverrideKind::Cover { original } = &self.kind else { return false };
        self.kind = OverrideKind::Replace { original: original.clone(), by };
        self.approve(now, actor);
        true
    }

    /// Takes it back: one that runs ends now, and what it did stays true; one that hasn't begun is rejected. `false` for one
    /// that is over.
    pub fn withdraw(&mut self, now: DateTime<Utc>, actor: Actor) -> bool {
        if self.ends <= now {
            return false;
        }
        if self.counts() && self.starts < now {
            self.ends = now;
        } else {
            self.state = OverrideState::Rejected;
        }
        self.decided_by = Some(actor);
        true
    }
}

impl Schedule {
    /// Everybody who takes part in it at an instant or is going to.
    pub fn people_from(&self, at: DateTime<Utc>) -> BTreeSet<&UserId> {
        people_of(self.layers.iter(), at)
    }

    /// Everybody whom it names at any time, in layers that were, too.
    pub fn everybody(&self) -> BTreeSet<&UserId> {
        let former = self.former.iter().map(|former| &former.layer);
        people_of(self.layers.iter().chain(former), DateTime::<Utc>::MIN_UTC)
    }
}

fn people_of<'a>(layers: impl Iterator<Item = &'a Layer>, at: DateTime<Utc>) -> BTreeSet<&'a UserId> {
    let mut people = BTreeSet::new();
    for layer in layers {
        match &layer.duty {
            Duty::Turns(turns) => {
                let later = turns.changes.iter().filter(|change| change.from > at);
                let later = later.flat_map(|change| &change.participants);
                people.extend(turns.participants_at(at).iter().chain(later).flatten());
            }
            Duty::Calendar(calendar) => {
                let coming = calendar.shifts.iter().filter(|shift| shift.ends > at);
                people.extend(coming.map(|shift| &shift.user));
            }
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{OverrideId, ScheduleId};

    fn user(name: &str) -> UserId {
        UserId::derived(&[name])
    }

    fn replace(original: &str, by: &str) -> OverrideKind {
        OverrideKind::Replace { original: user(original), by: user(by) }
    }

    fn made(kind: OverrideKind, by: &str, state: OverrideState) -> Override {
        Override {
            id: OverrideId::derived(&["one"]),
            schedule_id: ScheduleId::derived(&["nights"]),
            kind,
            starts: DateTime::UNIX_EPOCH,
            ends: DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(8),
            state,
            reason: None,
            made_by: Actor::User { id: user(by), name: by.to_owned() },
            made_at: DateTime::UNIX_EPOCH,
            decided_by: None,
        }
    }

    #[test]
    fn a_manager_may_make_any_and_a_member_what_is_about_themselves() {
        use OverrideState::{Approved, Pending};
        let cover = |name| OverrideKind::Cover { original: user(name) };
        let add = |name| OverrideKind::Add { user: user(name) };
        let remove = |name| OverrideKind::Remove { user: user(name) };
        for (kind, role, expected) in [
            (replace("bob", "cid"), Role::Admin, Some(Approved)),
            (cover("bob"), Role::Owner, Some(Pending)),
            (replace("ann", "bob"), Role::Member, Some(Approved)),
            (replace("bob", "ann"), Role::Member, Some(Pending)),
            (replace("bob", "cid"), Role::Member, None),
            (cover("ann"), Role::Member, Some(Pending)),
            (cover("bob"), Role::Member, None),
            (add("ann"), Role::Member, Some(Pending)),
            (add("bob"), Role::Member, None),
            (remove("ann"), Role::Member, Some(Pending)),
            (replace("ann", "bob"), Role::Viewer, None),
        ] {
            assert_eq!(kind.begins(&user("ann"), role), expected, "{kind:?} {role:?}");
        }
    }

    #[test]
    fn whoever_asked_cannot_agree_for_the_other() {
        let take = made(replace("bob", "ann"), "ann", OverrideState::Pending);
        assert!(!take.may_approve(&user("ann"), Role::Member));
        assert!(take.may_approve(&user("bob"), Role::Member));
        assert!(!take.may_approve(&user("cid"), Role::Member));
        assert!(take.may_approve(&user("cid"), Role::Admin));
        assert!(take.may_reject(&user("ann"), Role::Member), "but may withdraw it");
        assert!(!take.may_reject(&user("ann"), Role::Viewer));
        assert!(take.may_reject(&user("bob"), Role::Member));
        assert!(!take.may_withdraw(&user("bob"), Role::Member), "what Bob agreed to is Ann's to give up");
        assert!(
            take.may_withdraw(&user("ann"), Role::Member) && take.may_withdraw(&user("cid"), Role::Admin)
        );
    }

    #[test]
    fn what_runs_is_cut_short_and_what_has_not_begun_is_rejected() {
        let by = || Actor::System;
        let hour = |hours| DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(hours);
        let one = made(replace("ann", "bob"), "ann", OverrideState::Approved);
        let mut running = one.clone();
        assert!(running.withdraw(hour(3), by()));
        assert_eq!((running.ends, running.state), (hour(3), OverrideState::Approved));
        let mut coming = one.clone();
        assert!(coming.withdraw(hour(-3), by()));
        assert_eq!((coming.ends, coming.state), (hour(8), OverrideState::Rejected));
        assert!(!one.clone().withdraw(hour(8), by()), "what is over stays as it was");
    }

    #[test]
    fn accepting_a_cover_request_makes_a_replacement_of_it() {
        let mut asked = made(OverrideKind::Cover { original: user("ann") }, "ann", OverrideState::Pending);
        assert!(asked.accept(user("bob"), DateTime::UNIX_EPOCH, Actor::System));
        assert_eq!((&asked.kind, asked.counts()), (&replace("ann", "bob"), true));
        assert!(!asked.accept(user("cid"), DateTime::UNIX_EPOCH, Actor::System), "once");
        let hour = |hours| DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(hours);
        let mut late = made(OverrideKind::Cover { original: user("ann") }, "ann", OverrideState::Pending);
        late.accept(user("bob"), hour(2), Actor::System);
        assert_eq!((late.starts, late.ends), (hour(2), hour(8)), "what was stays");
    }
}
