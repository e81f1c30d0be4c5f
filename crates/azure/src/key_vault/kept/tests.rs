//! One secret over time, on instants held by hand.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A secret, and a clock that stands unless it is moved.
struct Story {
    kept: Kept,
    now: Instant,
    timing: Timing,
}

impl Story {
    fn begin() -> Self {
        Self { kept: Kept::default(), now: Instant::now(), timing: Timing::default() }
    }

    /// Somebody reads after that time: whether the vault is asked.
    fn reads_after(&mut self, time: Duration) -> bool {
        self.wishes_after(time, Wish::Present)
    }

    fn wishes_after(&mut self, time: Duration, wish: Wish) -> bool {
        self.now += time;
        self.kept.take_off(wish, self.now, &self.timing)
    }

    fn says(&mut self, value: &str) -> News {
        self.kept.land(Ok(Some(value.into())), self.now)
    }

    fn has_none(&mut self) -> News {
        self.kept.land(Ok(None), self.now)
    }

    fn fails(&mut self, reason: &str) -> News {
        self.kept.land(Err(Trouble { reason: reason.to_owned(), revoked: false }), self.now)
    }

    fn revokes(&mut self) -> News {
        self.kept.land(Err(Trouble { reason: "disabled".to_owned(), revoked: true }), self.now)
    }

    fn value(&self) -> String {
        match self.kept.value("KEY") {
            Ok(value) => value.expose_secret().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn wait(&self) -> Duration {
        self.kept.wait(&self.timing)
    }
}

#[test]
fn a_value_is_used_for_five_minutes_and_then_asked_for_by_one_reader() {
    let mut story = Story::begin();
    assert!(story.reads_after(Duration::ZERO));
    assert!(!story.reads_after(SECOND), "somebody is on the way");
    assert_eq!(story.says("k1"), News::Nothing);
    assert!(!story.reads_after(299 * SECOND));
    assert!(story.reads_after(SECOND));
    assert!(!story.reads_after(SECOND));
    assert_eq!((story.says("k2"), story.value().as_str()), (News::Rotated, "k2"));
    assert!(!story.reads_after(SECOND));
}

#[test]
fn a_reader_waits_for_the_first_value_and_two_seconds_for_a_newer_one_and_not_at_all_in_an_outage() {
    let mut story = Story::begin();
    assert!(story.reads_after(Duration::ZERO));
    assert!(story.wait() > story.timing.fetch);
    story.says("k1");
    assert_eq!(story.wait(), Duration::ZERO);
    assert!(story.reads_after(300 * SECOND));
    assert_eq!(story.wait(), 2 * SECOND);
    story.fails("down");
    assert!(story.reads_after(15 * SECOND));
    assert_eq!(story.wait(), Duration::ZERO);
}

#[test]
fn a_failure_keeps_the_value_and_is_repeated_after_15_30_and_then_every_60_seconds() {
    let mut story = Story::begin();
    story.reads_after(Duration::ZERO);
    story.says("k1");
    assert!(story.reads_after(300 * SECOND));
    story.fails("down");
    for pause in [15, 30, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60] {
        assert_eq!(story.value(), "k1");
        assert!(!story.reads_after((pause - 1) * SECOND), "{pause}");
        assert!(!story.wishes_after(Duration::ZERO, Wish::Renewed), "a wrong value doesn't hurry an outage");
        assert!(story.reads_after(SECOND), "{pause}");
        story.fails("down");
    }
    story.reads_after(60 * SECOND);
    story.says("k2");
    assert!(!story.reads_after(299 * SECOND));
    assert_eq!(story.value(), "k2");
}

#[test]
fn a_value_that_was_never_read_is_unavailable_with_the_reason() {
    let mut story = Story::begin();
    story.reads_after(Duration::ZERO);
    assert_eq!(story.value(), "the secret KEY can't be read now: the key vault has not answered yet");
    story.fails("down");
    assert_eq!(story.value(), "the secret KEY can't be read now: down");
}

#[test]
fn an_outage_is_told_once_and_its_end_once() {
    let mut story = Story::begin();
    story.reads_after(Duration::ZERO);
    assert_eq!(story.fails("down"), News::Failing("down".to_owned()));
    assert_eq!(story.fails("still down"), News::Nothing);
    assert_eq!(story.says("k1"), News::Again);
    assert_eq!(story.says("k1"), News::Nothing);
    assert_eq!(story.fails("down again"), News::Failing("down again".to_owned()));
}

#[test]
fn a_missing_secret_is_missing_for_half_a_minute_and_told_once() {
    let mut story = Story::begin();
    story.reads_after(Duration::ZERO);
    assert_eq!(story.has_none(), News::Missing);
    assert_eq!(story.value(), "there is no secret KEY");
    assert!(!story.reads_after(29 * SECOND));
    assert!(!story.wishes_after(Duration::ZERO, Wish::Renewed));
    assert!(story.reads_after(SECOND));
    assert!(story.wait() > story.timing.fetch, "somebody may have put it there");
    assert_eq!(story.has_none(), News::Nothing);
    story.reads_after(30 * SECOND);
    assert_eq!((story.says("k1"), story.value().as_str()), (News::Again, "k1"));
}

#[test]
fn what_is_gone_from_the_vault_is_gone_here_and_what_is_disabled_too() {
    let mut story = Story::begin();
    story.says("k1");
    story.has_none();
    assert_eq!(story.value(), "there is no secret KEY");
    story.says("k2");
    assert_eq!(story.revokes(), News::Failing("disabled".to_owned()));
    assert_eq!(story.value(), "the secret KEY can't be read now: disabled");
}

#[test]
fn nobody_who_can_reach_the_vault_no_more_says_that_there_is_none() {
    let mut story = Story::begin();
    story.has_none();
    story.fails("down");
    assert_eq!(story.value(), "the secret KEY can't be read now: down");
}

#[test]
fn a_wrong_value_is_asked_for_again_at_most_every_five_seconds() {
    let mut story = Story::begin();
    story.says("k1");
    assert!(!story.wishes_after(4 * SECOND, Wish::Renewed));
    assert!(story.wishes_after(SECOND, Wish::Renewed));
    story.says("k1");
    assert!(!story.wishes_after(4 * SECOND, Wish::Renewed));
}

#[test]
fn nothing_of_it_is_printed() {
    let mut story = Story::begin();
    story.says("hunter2");
    assert!(!format!("{:?}", story.kept).contains("hunter2"));
}
