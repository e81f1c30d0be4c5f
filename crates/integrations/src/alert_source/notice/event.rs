//! What happened: the notification types of Nagios, Icinga 2 and Checkmk.

use crate::alert_source::fields::name_of;

/// A notification type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Problem,
    Recovery,
    Acknowledged,
    FlappingStarted,
    FlappingOver,
    DowntimeStarted,
    DowntimeOver,
    Custom,
}

impl Event {
    /// The type that a word means; Nagios and Icinga 2 don't call all of them the same.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match name_of(word).as_str() {
            "problem" => Self::Problem,
            "recovery" | "recovered" => Self::Recovery,
            "acknowledgement" | "acknowledgment" | "acknowledged" | "acknowledge" | "ack" => {
                Self::Acknowledged
            }
            "flappingstart" => Self::FlappingStarted,
            "flappingstop" | "flappingend" | "flappingdisabled" => Self::FlappingOver,
            "downtimestart" => Self::DowntimeStarted,
            "downtimeend" | "downtimestop" | "downtimecancelled" | "downtimecanceled" | "downtimeremoved" => {
                Self::DowntimeOver
            }
            "custom" => Self::Custom,
            _ => return None,
        })
    }

    /// What there is to say about it beside the state; who did it and why may follow.
    pub(super) fn told(self) -> Option<&'static str> {
        match self {
            Self::Problem | Self::Recovery => None,
            Self::Acknowledged => Some("Acknowledged"),
            Self::FlappingStarted => Some("It has started flapping"),
            Self::FlappingOver => Some("It has stopped flapping"),
            Self::DowntimeStarted => Some("A downtime has started"),
            Self::DowntimeOver => Some("A downtime has ended"),
            Self::Custom => Some("Custom notification"),
        }
    }
}
