//! The watch over an alert source: whether it has gone quiet for longer than it ever has, how many of its deliveries are
//! kept, and for a heartbeat, whether it still beats.
//!
//! Invariants: a silence is told once; only what the sender sent is a sign of life, and everything that is kept is counted; a
//! silence in which On-Call was away counts from when it was back, once, so that nothing puts it off for ever: neither
//! absences without end, nor a timer that is set so slow that each of its pauses looks like one.

mod pulse;

pub use pulse::{AWAY, Pulse};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::delivery::{KEPT, MOST_KEPT};
use crate::id::SourceId;

/// How often a source is looked at.
pub const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);

/// Whoever is judged has been watched for so long, …
const WATCHED: TimeDelta = TimeDelta::days(3);

/// … has spoken so often, …
const SPOKEN: u64 = 20;

/// … and is quiet for longer than this.
const SHORTEST: TimeDelta = TimeDelta::hours(1);

/// One source's watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceWatch {
    /// Over which source.
    pub source_id: SourceId,
    /// Since when it is watched.
    pub since: DateTime<Utc>,
    /// The newest delivery that was seen; `None`: none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<DateTime<Utc>>,
    /// The longest time between two deliveries so far, in seconds.
    #[serde(default)]
    pub longest_quiet_seconds: i64,
    /// How many deliveries it has been judged by.
    #[serde(default)]
    pub heard: u64,
    /// The newest delivery that was counted, whoever sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at: Option<DateTime<Utc>>,
    /// How many deliveries are kept, by the hour since 1970 that they came in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<(i64, u32)>,
    /// The silence that people were told of: the last delivery before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_of: Option<DateTime<Utc>>,
    /// The silence in which On-Call was away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excused: Option<Excuse>,
    /// When it is looked at next.
    pub due_at: DateTime<Utc>,
}

/// A silence in which On-Call was away, so that what was sent then is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    /// The last delivery before the silence.
    pub of: DateTime<Utc>,
    /// When On-Call was back.
    pub back_at: DateTime<Utc>,
}

/// How a source is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// As ever.
    Well,
    /// It has been quiet for longer than ever, which nobody was told yet.
    Quiet {
        /// Its last delivery.
        since: DateTime<Utc>,
    },
}

impl SourceWatch {
    /// A watch that begins now.
    pub fn begin(source_id: SourceId, now: DateTime<Utc>) -> Self {
        Self {
            source_id,
            since: now,
            heard_at: None,
            longest_quiet_seconds: 0,
            heard: 0,
            counted_at: None,
            kept: Vec::new(),
            told_of: None,
            excused: None,
            due_at: now + LOOK_EVERY,
        }
    }

    /// The sender sent a delivery.
    pub fn hear(&mut self, at: DateTime<Utc>) {
        if let Some(before) = self.heard_at {
            self.longest_quiet_seconds = self.longest_quiet_seconds.max((at - before).num_seconds());
        }
        self.heard_at = self.heard_at.max(Some(at));
        self.heard += 1;
    }

    /// A delivery is kept.
    pub fn count(&mut self, at: DateTime<Utc>) {
        self.counted_at = self.counted_at.max(Some(at));
        match self.kept.iter_mut().find(|(hour, _)| *hour == hour_of(at)) {
            Some((_, count)) => *count += 1,
            None => self.kept.push((hour_of(at), 1)),
        }
    }

    /// On-Call was away until then: where that was in its silence, the silence counts from then on. Once for each silence.
    pub fn excuse(&mut self, back_at: DateTime<Utc>) {
        let Some(of) = self.heard_at else { return };
        if back_at > of && self.excused.is_none_or(|excused| excused.of != of) {
            self.excused = Some(Excuse { of, back_at });
        }
    }

    /// Since when it is silent, as far as On-Call was there to hear it; `None`: it never spoke.
    pub fn silent_since(&self) -> Option<DateTime<Utc>> {
        let heard = self.heard_at?;
        Some(self.excused.filter(|excused| excused.of == heard).map_or(heard, |excused| excused.back_at))
    }

    /// Whether it is quiet for longer than it ever was. Says so once for each silence.
    pub fn judge(&mut self, now: DateTime<Utc>) -> Heard {
        let (Some(since), Some(silent)) = (self.heard_at, self.silent_since()) else { return Heard::Well };
        let quiet = now - silent;
        let is_known = self.heard >= SPOKEN && now - self.since >= WATCHED;
        let is_longer = quiet > SHORTEST && quiet.num_seconds() > self.longest_quiet_seconds;
        if !is_known || !is_longer || self.told_of == Some(since) {
            return Heard::Well;
        }
        self.told_of = Some(since);
        Heard::Quiet { since }
    }

    /// Since when it is quiet, as far as people were told.
    pub fn quiet_since(&self) -> Option<DateTime<Utc>> {
        self.told_of.filter(|told| self.heard_at == Some(*told))
    }

    /// How many deliveries there are too many. Those that are too old to be kept go by themselves.
    pub fn surplus(&mut self, now: DateTime<Utc>) -> u32 {
        let oldest = hour_of(now - KEPT);
        self.kept.retain(|(hour, count)| *hour >= oldest && *count > 0);
        let kept: u32 = self.kept.iter().map(|(_, count)| count).sum();
        kept.saturating_sub(u32::try_from(MOST_KEPT).unwrap_or(u32::MAX))
    }

    /// A delivery was taken away.
    pub fn forget(&mut self, at: DateTime<Utc>) {
        if let Some((_, count)) = self.kept.iter_mut().find(|(hour, _)| *hour == hour_of(at)) {
            *count = count.saturating_sub(1);
        }
    }
}

fn hour_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::minute;

    /// Speaks every two hours for four days.
    fn regular() -> SourceWatch {
        let mut watch = SourceWatch::begin(SourceId::derived(&["x"]), minute(0));
        (0..48).for_each(|n| watch.hear(minute(n * 120)));
        watch
    }

    #[test]
    fn a_source_is_told_to_be_quiet_once_and_only_when_it_is_longer_than_ever() {
        let mut watch = regular();
        let last = watch.heard_at.unwrap();
        assert_eq!(watch.judge(last + TimeDelta::minutes(120)), Heard::Well, "no longer than before");
        assert_eq!(watch.judge(last + TimeDelta::minutes(121)), Heard::Quiet { since: last });
        assert_eq!(watch.quiet_since(), Some(last));
        assert_eq!(watch.judge(last + TimeDelta::days(1)), Heard::Well, "told once");
        watch.hear(last + TimeDelta::days(2));
        assert_eq!(watch.quiet_since(), None);
        assert_eq!(
            watch.judge(last + TimeDelta::days(3)),
            Heard::Well,
            "it has been quiet for two days before"
        );
    }

    #[test]
    fn a_new_source_is_not_judged() {
        let mut watch = SourceWatch::begin(SourceId::derived(&["x"]), minute(0));
        assert_eq!(watch.judge(minute(10_000)), Heard::Well, "it never spoke");
        (0..48).for_each(|n| watch.hear(minute(n)));
        assert_eq!(watch.judge(minute(200)), Heard::Well, "it is watched for hours only");
    }

    #[test]
    fn a_silence_in_which_on_call_was_away_counts_from_when_it_was_back_and_only_once() {
        let mut watch = regular();
        let last = watch.heard_at.unwrap();
        let back = last + TimeDelta::minutes(100);
        watch.excuse(last - TimeDelta::minutes(1));
        assert_eq!(watch.silent_since(), Some(last), "it has spoken since");
        watch.excuse(back);
        assert_eq!(watch.judge(back + TimeDelta::minutes(120)), Heard::Well);
        watch.excuse(back + TimeDelta::minutes(120));
        assert_eq!(watch.silent_since(), Some(back), "not again and again");
        assert_eq!(watch.judge(back + TimeDelta::minutes(121)), Heard::Quiet { since: last });
        watch.hear(back + TimeDelta::minutes(130));
        assert_eq!(watch.silent_since(), watch.heard_at);
        watch.excuse(back + TimeDelta::minutes(140));
        assert_eq!(watch.silent_since(), Some(back + TimeDelta::minutes(140)), "another silence");
    }

    #[test]
    fn only_what_is_still_kept_can_be_too_much() {
        let mut watch = SourceWatch::begin(SourceId::derived(&["x"]), minute(0));
        (0..1_200).for_each(|_| watch.count(minute(1)));
        assert_eq!(watch.surplus(minute(60)), 200);
        (0..200).for_each(|_| watch.forget(minute(1)));
        assert_eq!(watch.surplus(minute(60)), 0);
        watch.count(minute(2));
        assert_eq!(watch.surplus(minute(2) + KEPT + TimeDelta::hours(2)), 0, "gone by itself");
    }
}
