//! Notices: messages to one person that are about no incident, such as a coverage gap or a request to be covered.
//!
//! Invariants: a notice's id is derived from what it tells whom, so that planning it twice plans it once. It is tried
//! until it is handed over, refused for good, or too old to be of use; unlike a page it escalates nowhere.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{NoticeId, UserId};
use crate::page::LEASE;
use crate::retry;
use crate::user::{ChannelKind, User};

const FIRST_RETRY: TimeDelta = TimeDelta::seconds(30);
const LONGEST_RETRY: TimeDelta = TimeDelta::minutes(30);

/// A message to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Derived; the idempotency key.
    pub id: NoticeId,
    /// To whom.
    pub user_id: UserId,
    /// Their name.
    pub user_name: String,
    /// By which channel.
    pub channel: ChannelKind,
    /// The address on it.
    pub address: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The path of a page of the console that it is about, such as `/app/coverage-gaps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// After this nobody needs it any more.
    pub expires_at: DateTime<Utc>,
    /// When it is tried next, or anybody may take it over; `None` when it is done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// How many attempts were begun.
    #[serde(default)]
    pub begun: u32,
    /// How it ended: the provider's receipt, or why it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// How a notice ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Handed over, with the provider's receipt.
    Sent(String),
    /// Given up, and why.
    GivenUp(String),
}

/// What is to be told; the same to everybody it is told to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// What it is about, in parts that name it for good.
    pub about: Vec<String>,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The path of a page of the console, such as `/app/coverage-gaps`.
    pub link: Option<String>,
    /// For how long it is of use.
    pub lasts: TimeDelta,
}

impl Notice {
    /// A notice to `user` on the first mail address of theirs that counts, due at once; `None` when they have none.
    pub fn plan(telling: &Telling, user: &User, sending: &[ChannelKind], now: DateTime<Utc>) -> Option<Self> {
        let method = user.usable(sending).find(|method| method.channel == ChannelKind::Email)?;
        let about: Vec<&str> = telling.about.iter().map(String::as_str).chain([user.id.as_str()]).collect();
        Some(Self {
            id: NoticeId::derived(&about),
            user_id: user.id.clone(),
            user_name: user.name.clone(),
            channel: method.channel,
            address: method.address.clone(),
            subject: telling.subject.clone(),
            text: telling.text.clone(),
            link: telling.link.clone(),
            created_at: now,
            expires_at: now + telling.lasts,
            due_at: Some(now),
            begun: 0,
            outcome: None,
        })
    }

    /// Takes it for an attempt; anybody may take it again when the lease ends.
    pub fn begin(&mut self, now: DateTime<Utc>) {
        self.begun += 1;
        self.due_at = Some(now + LEASE);
    }

    /// It was handed over.
    pub fn sent(&mut self, receipt: String) {
        self.due_at = None;
        self.outcome = Some(Outcome::Sent(receipt));
    }

    /// It was not. Refused for good, or too old by the next try, it is given up.
    pub fn failed(&mut self, now: DateTime<Utc>, reason: String, for_good: bool) {
        let next = now + retry::backoff(self.begun, FIRST_RETRY, LONGEST_RETRY);
        if for_good || next > self.expires_at {
            self.due_at = None;
            self.outcome = Some(Outcome::GivenUp(reason));
        } else {
            self.due_at = Some(next);
        }
    }

    /// Whether nobody needs it any more.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        now > self.expires_at
    }

    /// Its time passed before it could be handed over.
    pub fn expire(&mut self) {
        self.due_at = None;
        self.outcome = Some(Outcome::GivenUp("it came too late to be of use".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{method, minute, person};

    const MAIL: [ChannelKind; 1] = [ChannelKind::Email];

    fn telling() -> Telling {
        Telling {
            about: vec!["gap".to_owned(), "primary".to_owned()],
            subject: "Nobody is on call".to_owned(),
            text: "Nobody is on call tonight.".to_owned(),
            link: Some("/app/coverage-gaps".to_owned()),
            lasts: TimeDelta::hours(2),
        }
    }

    fn notice() -> Notice {
        Notice::plan(&telling(), &person("Ann"), &MAIL, minute(0)).unwrap()
    }

    #[test]
    fn it_is_named_by_what_it_tells_whom_and_not_by_when() {
        let later = Notice::plan(&telling(), &person("Ann"), &MAIL, minute(9)).unwrap();
        let to_ben = Notice::plan(&telling(), &person("Ben"), &MAIL, minute(0)).unwrap();
        let other = Telling { about: vec!["gap".to_owned(), "second".to_owned()], ..telling() };
        let of_other = Notice::plan(&other, &person("Ann"), &MAIL, minute(0)).unwrap();
        assert_eq!(notice().id, later.id);
        assert!(notice().id != to_ben.id && notice().id != of_other.id);
    }

    #[test]
    fn it_goes_to_the_first_mail_address_that_counts_or_to_nobody() {
        let mut ann = person("Ann");
        ann.contact_methods.insert(0, method("Ann", ChannelKind::Sms));
        let both = [ChannelKind::Sms, ChannelKind::Email];
        let planned = Notice::plan(&telling(), &ann, &both, minute(0)).unwrap();
        assert_eq!((planned.channel, planned.address.as_str()), (ChannelKind::Email, "ann@email.example"));
        ann.contact_methods[1].verified = false;
        assert_eq!(Notice::plan(&telling(), &ann, &both, minute(0)), None);
        assert_eq!(
            Notice::plan(&telling(), &User { disabled: true, ..person("Ann") }, &both, minute(0)),
            None
        );
    }

    #[test]
    fn it_is_tried_with_growing_waits_until_it_would_be_too_late() {
        let mut notice = notice();
        let mut waits = Vec::new();
        while let Some(due) = notice.due_at {
            notice.begin(due);
            notice.failed(due, "busy".to_owned(), false);
            waits.extend(notice.due_at.map(|next| (next - due).num_seconds()));
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1800, 1800]);
        assert_eq!(notice.outcome, Some(Outcome::GivenUp("busy".to_owned())));
    }

    #[test]
    fn what_waiting_will_not_mend_is_given_up_at_once() {
        let mut notice = notice();
        notice.begin(minute(0));
        assert_eq!(notice.due_at, Some(minute(0) + LEASE));
        notice.failed(minute(0), "no such mailbox".to_owned(), true);
        assert_eq!(
            (notice.due_at, notice.outcome),
            (None, Some(Outcome::GivenUp("no such mailbox".to_owned())))
        );
    }

    #[test]
    fn it_is_of_use_until_it_expires_and_done_with_afterwards() {
        let mut notice = notice();
        assert!(!notice.is_expired(minute(120)) && notice.is_expired(minute(121)));
        notice.expire();
        assert_eq!(notice.due_at, None);
        assert!(matches!(notice.outcome, Some(Outcome::GivenUp(_))));
    }
}
