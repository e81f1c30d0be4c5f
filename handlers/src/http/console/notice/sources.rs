//! What is said of steps on alert sources and the PSA.

use ::console::{Notice, Tone};

/// The outcome of such a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Sources {
    TestTaken,
    TestNotTaken,
    NotSure,
    RotatedAlready,
    WithoutKey,
    ReadAgain,
    StillNotTaken,
    RefusedAgain,
    TakenAlready,
    BeingTaken,
    BodyGone,
    PsaKept,
}

impl Sources {
    pub(super) const ALL: [Self; 12] = [
        Self::TestTaken,
        Self::TestNotTaken,
        Self::NotSure,
        Self::RotatedAlready,
        Self::WithoutKey,
        Self::ReadAgain,
        Self::StillNotTaken,
        Self::RefusedAgain,
        Self::TakenAlready,
        Self::BeingTaken,
        Self::BodyGone,
        Self::PsaKept,
    ];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::TestTaken => "test-alert-taken",
            Self::TestNotTaken => "test-alert-not-taken",
            Self::NotSure => "rotation-not-confirmed",
            Self::RotatedAlready => "key-rotated-already",
            Self::WithoutKey => "alert-source-without-key",
            Self::ReadAgain => "delivery-read-again",
            Self::StillNotTaken => "delivery-still-not-taken",
            Self::RefusedAgain => "delivery-refused-again",
            Self::TakenAlready => "delivery-taken",
            Self::BeingTaken => "delivery-being-taken",
            Self::BodyGone => "delivery-body-gone",
            Self::PsaKept => "psa-set-up",
        }
    }

    pub(super) fn notice(self) -> Notice {
        let (tone, text) = match self {
            Self::TestTaken => (Tone::Done, "The test alert was taken in, and this is its incident."),
            Self::TestNotTaken => {
                (Tone::Info, "The test alert opened nothing. What became of it stands in the list.")
            }
            Self::NotSure => {
                (Tone::Info, "The key was not rotated: tick the box first. Nothing was changed.")
            }
            Self::RotatedAlready => {
                (Tone::Problem, "The key was rotated since that page was made. Nothing was changed.")
            }
            Self::WithoutKey => {
                (Tone::Problem, "Its alerts come in without a key, so there is none to rotate.")
            }
            Self::ReadAgain => (Tone::Done, "It was read again, and its alerts were taken in."),
            Self::StillNotTaken => {
                (Tone::Info, "It was read again. What became of it this time stands in the list.")
            }
            Self::RefusedAgain => {
                (Tone::Problem, "It can’t be read this time either. Why stands in the list.")
            }
            Self::TakenAlready => (Tone::Problem, "Its alerts were taken in already. Nothing was changed."),
            Self::BeingTaken => (
                Tone::Info,
                "Its alerts are being taken in just now. Try again in a minute. Nothing was changed.",
            ),
            Self::BodyGone => (
                Tone::Problem,
                "What came with it is no longer kept, so that it can’t be read again. Nothing was changed.",
            ),
            Self::PsaKept => {
                (Tone::Done, "The PSA is set up. Check now whether it lets On-Call do everything it needs.")
            }
        };
        Notice { tone, text: text.to_owned() }
    }
}
