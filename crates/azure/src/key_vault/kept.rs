//! What is known of one secret, and when the vault is asked for it again: rules on plain values.
//!
//! Invariants: one flight at a time; a failure leaves a value that was read as it is, unless the vault says that it is not
//! to be used any more; an outage is told once, and so is its end.

use std::time::Duration;

use app::port::SecretError;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

/// How long things last, and how long they may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How long a value is used before the vault is asked again.
    pub refresh: Duration,
    /// How long it is believed that there is no such secret.
    pub missing: Duration,
    /// The wait after a failure; it doubles with every one that follows.
    pub retry: Duration,
    /// The longest wait after a failure.
    pub longest_retry: Duration,
    /// How soon after an answer the vault is asked again because the value turned out to be wrong.
    pub renew: Duration,
    /// How long a reader who has a value waits for a newer one.
    pub patience: Duration,
    /// How long asking the vault may take in all: identity, connection and repetitions included.
    pub fetch: Duration,
}

impl Default for Timing {
    /// Asked again after 5 minutes, 30 seconds where there was none, and 15, 30, then 60 seconds after a failure; 5 seconds
    /// to answer, of which somebody who has a value waits 2.
    fn default() -> Self {
        Self {
            refresh: Duration::from_mins(5),
            missing: Duration::from_secs(30),
            retry: Duration::from_secs(15),
            longest_retry: Duration::from_mins(1),
            renew: Duration::from_secs(5),
            patience: Duration::from_secs(2),
            fetch: Duration::from_secs(5),
        }
    }
}

/// Why asking failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What stands against it, and what to do; never what the vault sent.
    pub(super) reason: String,
    /// The vault says that the value is not to be used any more.
    pub(super) revoked: bool,
}

/// What a landing is worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    Nothing,
    /// The first failure since it was answered last.
    Failing(String),
    /// The vault has no such secret.
    Missing,
    /// Read again after a failure, or after there was none.
    Again,
    /// There is another value than before.
    Rotated,
}

/// What somebody wants of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Its value.
    Present,
    /// The value in the vault: the one that is known turned out to be wrong.
    Renewed,
}

#[derive(Debug, Clone)]
enum Answer {
    Value(SecretString),
    Missing,
}

/// What was told last, and is not told again as long as it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Failing,
    Missing,
}

/// What is known of one secret.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    answer: Option<Answer>,
    /// Why the last flight failed, if it did.
    trouble: Option<String>,
    failures: u32,
    /// When the last flight landed; `None`: there was none.
    landed: Option<Instant>,
    flying: bool,
    told: Option<Told>,
}

impl Kept {
    pub(super) fn is_flying(&self) -> bool {
        self.flying
    }

    /// Whether the vault has said what there is to know.
    pub(super) fn is_answered(&self) -> bool {
        self.answer.is_some()
    }

    /// Why the last flight failed, if it did.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether the caller is to ask the vault now; once it was told so, nobody else is until [`Kept::land`].
    pub(super) fn take_off(&mut self, wish: Wish, now: Instant, timing: &Timing) -> bool {
        let due = !self.flying && self.landed.is_none_or(|landed| now >= landed + self.pause(wish, timing));
        self.flying |= due;
        due
    }

    /// How long the last answer, or none, stands.
    fn pause(&self, wish: Wish, timing: &Timing) -> Duration {
        if let Some(doublings) = self.failures.checked_sub(1) {
            return timing.retry.saturating_mul(1 << doublings.min(8)).min(timing.longest_retry);
        }
        match (&self.answer, wish) {
            (Some(Answer::Missing), _) => timing.missing,
            (_, Wish::Present) => timing.refresh,
            (_, Wish::Renewed) => timing.renew.min(timing.refresh),
        }
    }

    /// How long to wait for the flight before taking what there is.
    pub(super) fn wait(&self, timing: &Timing) -> Duration {
        match (&self.answer, &self.trouble) {
            _ if !self.flying => Duration::ZERO,
            (Some(Answer::Value(_)), None) => timing.patience.min(timing.fetch),
            // In an outage, one more failure is all there is to expect.
            (Some(Answer::Value(_)), Some(_)) => Duration::ZERO,
            // A flight ends by itself.
            (Some(Answer::Missing) | None, _) => timing.fetch.saturating_mul(2),
        }
    }

    /// What the vault said; `Ok(None)`: that there is no such secret.
    pub(super) fn land(&mut self, said: Result<Option<SecretString>, Trouble>, now: Instant) -> News {
        self.flying = false;
        self.landed = Some(now);
        match said {
            Ok(value) => {
                self.failures = 0;
                self.trouble = None;
                self.answered(value)
            }
            Err(trouble) => {
                self.failures = self.failures.saturating_add(1);
                if trouble.revoked || matches!(self.answer, Some(Answer::Missing)) {
                    self.answer = None;
                }
                self.trouble = Some(trouble.reason.clone());
                match self.told.replace(Told::Failing) {
                    Some(Told::Failing) => News::Nothing,
                    Some(Told::Missing) | None => News::Failing(trouble.reason),
                }
            }
        }
    }

    fn answered(&mut self, value: Option<SecretString>) -> News {
        let Some(value) = value else {
            self.answer = Some(Answer::Missing);
            return match self.told.replace(Told::Missing) {
                Some(Told::Missing) => News::Nothing,
                Some(Told::Failing) | None => News::Missing,
            };
        };
        let rotated =
            matches!(&self.answer, Some(Answer::Value(old)) if old.expose_secret() != value.expose_secret());
        self.answer = Some(Answer::Value(value));
        match self.told.take() {
            Some(_) => News::Again,
            None if rotated => News::Rotated,
            None => News::Nothing,
        }
    }

    /// What a reader gets.
    pub(super) fn value(&self, name: &str) -> Result<SecretString, SecretError> {
        match &self.answer {
            Some(Answer::Value(value)) => Ok(value.clone()),
            Some(Answer::Missing) => Err(SecretError::Missing(name.to_owned())),
            None => {
                let reason =
                    self.trouble.as_deref().unwrap_or("the key vault has not answered yet").to_owned();
                Err(SecretError::Unavailable { name: name.to_owned(), reason })
            }
        }
    }
}

#[cfg(test)]
mod tests;
