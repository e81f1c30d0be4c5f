//! Users: people, how they may be reached, and in which order.
//!
//! Invariant: a contact method counts only when it is verified and its channel can send here; a user without one
//! is unreachable, which is said and never guessed around.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::id::{ContactMethodId, TenantId, UserId};
use crate::input::Wrong;
use crate::severity::Urgency;

/// What the Hub lets a person do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Is paged, acknowledges, writes notes, resolves.
    Member,
    /// Also manages schedules, policies, services and sources.
    Admin,
    /// Also owns the organization.
    Owner,
}

impl Role {
    /// May work on incidents.
    pub fn can_respond(self) -> bool {
        self >= Self::Member
    }

    /// May change who is paged, and is told when nobody was.
    pub fn can_manage(self) -> bool {
        self >= Self::Admin
    }
}

/// A way to reach people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Electronic mail.
    Email,
    /// Text message.
    Sms,
    /// Telephone call.
    Voice,
    /// Push message (web push, ntfy).
    Push,
    /// Slack.
    Slack,
    /// Microsoft Teams.
    Teams,
}

impl ChannelKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Push => "push",
            Self::Slack => "slack",
            Self::Teams => "teams",
        }
    }
}

/// An address of a user on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMethod {
    /// Its identity.
    pub id: ContactMethodId,
    /// The channel.
    pub channel: ChannelKind,
    /// The address there, in the channel's own form.
    pub address: String,
    /// The user has shown that it is theirs.
    pub verified: bool,
}

/// "For this urgency, use this contact method after so many minutes."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationRule {
    /// When it applies.
    pub urgency: Urgency,
    /// What it uses.
    pub contact_method_id: ContactMethodId,
    /// How long after the step, in minutes.
    pub after_minutes: u32,
}

/// A person of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their identity here.
    pub id: UserId,
    /// Their identity at the Hub (`sub`).
    pub subject: String,
    /// As shown to others.
    pub name: String,
    /// Their mail address at the Hub; not a contact method by itself.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Left, or not to be paged.
    #[serde(default)]
    pub disabled: bool,
    /// Where they can be reached.
    pub contact_methods: Vec<ContactMethod>,
    /// In which order.
    pub rules: Vec<NotificationRule>,
    /// What they want to be told about their shifts.
    #[serde(default)]
    pub shift_notices: ShiftNotices,
}

/// What somebody wants to be told about their shifts; nothing, unless they say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ShiftNotices {
    /// So many minutes before a shift starts.
    pub before_minutes: Option<u32>,
    /// When a shift starts.
    pub at_start: bool,
    /// When a shift ends: who has it now.
    pub at_end: bool,
}

impl ShiftNotices {
    /// Whether they want any.
    pub fn any(self) -> bool {
        self.before_minutes.is_some() || self.at_start || self.at_end
    }

    /// What is wrong with it: a word more than two days ahead is no reminder.
    pub fn problem(self) -> Option<Wrong> {
        let is_far = self.before_minutes.is_some_and(|minutes| minutes > 2_880);
        is_far.then(|| Wrong::new("before_minutes", "must be a number from 0 to 2880, or null"))
    }
}

/// One way to reach a user for one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Where.
    pub method: ContactMethod,
    /// How long after the step.
    pub after: TimeDelta,
}

impl User {
    /// The identity of the person whom the Hub of `tenant` calls `subject`.
    pub fn id_of(tenant: &TenantId, subject: &str) -> UserId {
        UserId::derived(&[tenant.as_str(), subject])
    }

    /// How to reach them for `urgency`, soonest first; empty when they can't be reached.
    ///
    /// `sending` are the channels that can send here. Without a usable rule, every usable contact method is used at
    /// once: a missing preference must not be a missed page.
    pub fn reach(&self, urgency: Urgency, sending: &[ChannelKind]) -> Vec<Reach> {
        let mut reach: Vec<Reach> = self
            .rules
            .iter()
            .filter(|rule| rule.urgency == urgency)
            .filter_map(|rule| {
                let method = self.usable(sending).find(|method| method.id == rule.contact_method_id)?;
                Some(Reach {
                    method: method.clone(),
                    after: TimeDelta::minutes(i64::from(rule.after_minutes)),
                })
            })
            .collect();
        reach.sort_by_key(|r| r.after);
        // A page is one contact method for one step: of two rules for the same one, the sooner holds.
        let mut seen = HashSet::new();
        reach.retain(|r| seen.insert(r.method.id.clone()));
        if reach.is_empty() {
            reach = self
                .usable(sending)
                .map(|method| Reach { method: method.clone(), after: TimeDelta::zero() })
                .collect();
        }
        reach
    }

    /// Whether a rule for `urgency` can be followed; without one, [`User::reach`] uses every usable contact method at once.
    pub fn has_rule(&self, urgency: Urgency, sending: &[ChannelKind]) -> bool {
        let mut rules = self.rules.iter().filter(|rule| rule.urgency == urgency);
        rules.any(|rule| self.usable(sending).any(|method| method.id == rule.contact_method_id))
    }

    /// Every contact method that counts here, in the user's order, whatever their rules say; none of a disabled user.
    pub fn usable(&self, sending: &[ChannelKind]) -> impl Iterator<Item = &ContactMethod> {
        let counts = |method: &&ContactMethod| method.verified && sending.contains(&method.channel);
        self.contact_methods.iter().filter(|_| !self.disabled).filter(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(name: &str, channel: ChannelKind, verified: bool) -> ContactMethod {
        ContactMethod { id: ContactMethodId::derived(&[name]), channel, address: name.into(), verified }
    }

    fn user(methods: Vec<ContactMethod>, rules: Vec<NotificationRule>) -> User {
        User {
            id: UserId::derived(&["u"]),
            subject: "u".into(),
            name: "Ann".into(),
            email: "ann@msp.example".into(),
            role: Role::Member,
            disabled: false,
            contact_methods: methods,
            rules,
            shift_notices: ShiftNotices::default(),
        }
    }

    #[test]
    fn rules_of_the_urgency_apply_soonest_first() {
        let (mail, phone) =
            (method("mail", ChannelKind::Email, true), method("phone", ChannelKind::Sms, true));
        let rule = |m: &ContactMethod, urgency, after_minutes| NotificationRule {
            urgency,
            contact_method_id: m.id.clone(),
            after_minutes,
        };
        let rules = vec![
            rule(&phone, Urgency::High, 5),
            rule(&mail, Urgency::High, 0),
            rule(&mail, Urgency::Low, 30),
        ];
        let ann = user(vec![mail, phone], rules);
        let both = [ChannelKind::Email, ChannelKind::Sms];
        let told: Vec<_> = ann
            .reach(Urgency::High, &both)
            .into_iter()
            .map(|r| (r.method.address, r.after.num_minutes()))
            .collect();
        assert_eq!(told, [("mail".to_owned(), 0), ("phone".to_owned(), 5)]);
        assert_eq!(ann.reach(Urgency::Low, &both).len(), 1);
    }

    #[test]
    fn without_a_usable_rule_every_usable_method_is_used_at_once() {
        let ann = user(
            vec![
                method("mail", ChannelKind::Email, true),
                method("new", ChannelKind::Email, false),
                method("phone", ChannelKind::Sms, true),
            ],
            Vec::new(),
        );
        let told: Vec<_> =
            ann.reach(Urgency::High, &[ChannelKind::Email]).into_iter().map(|r| r.method.address).collect();
        assert_eq!(told, ["mail"]);
    }

    #[test]
    fn of_two_rules_for_one_method_the_sooner_holds() {
        let mail = method("mail", ChannelKind::Email, true);
        let rule = |after_minutes| NotificationRule {
            urgency: Urgency::High,
            contact_method_id: mail.id.clone(),
            after_minutes,
        };
        let ann = user(vec![mail.clone()], vec![rule(5), rule(2)]);
        let told: Vec<_> = ann
            .reach(Urgency::High, &[ChannelKind::Email])
            .into_iter()
            .map(|r| r.after.num_minutes())
            .collect();
        assert_eq!(told, [2]);
    }

    #[test]
    fn a_disabled_user_cannot_be_reached() {
        let mut ann = user(vec![method("mail", ChannelKind::Email, true)], Vec::new());
        ann.disabled = true;
        assert!(ann.reach(Urgency::High, &[ChannelKind::Email]).is_empty());
    }
}
