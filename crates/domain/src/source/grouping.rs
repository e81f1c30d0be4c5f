//! Grouping: which alerts of a source become one incident.

use serde::{Deserialize, Serialize};

use crate::input::Wrong;
use crate::signal::Signal;

/// The rule of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Grouping {
    /// Alerts with the same dedup key.
    #[default]
    Key,
    /// Alerts of one service within so many minutes of the first.
    Time {
        /// 1 to 1440.
        minutes: u16,
    },
    /// Alerts that are about the same, while the incident is open.
    Content {
        /// The same what.
        field: ContentField,
    },
    /// Every alert by itself.
    None,
}

/// By what alerts are about the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentField {
    /// The customer company.
    Client,
    /// The machine.
    Device,
    /// What stands at this path of the delivery.
    Path(String),
}

impl Grouping {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::Key
    }

    /// What a signal has in common with those that it is grouped with, beside its dedup key. `None`: nothing, so only its
    /// key counts. Two alerts that both say nothing are not about the same.
    pub fn group_of(&self, signal: &Signal) -> Option<String> {
        match self {
            Self::Key | Self::None => None,
            Self::Time { .. } => Some("time".to_owned()),
            Self::Content { field } => {
                let value = match field {
                    ContentField::Client => signal.client.clone(),
                    ContentField::Device => signal.device.name.clone().or(signal.device.hostname.clone()),
                    ContentField::Path(_) => signal.group.clone(),
                };
                let value = value.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty())?;
                Some(format!("content|{value}"))
            }
        }
    }

    pub(super) fn problem(&self) -> Option<Wrong> {
        match self {
            Self::Time { minutes: 0 | 1_441.. } => {
                Some(Wrong::new("grouping.minutes", "must be a number from 1 to 1440"))
            }
            Self::Content { field: ContentField::Path(path) } if path.trim().is_empty() => {
                Some(Wrong::new("grouping.field.path", "must not be empty"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::Severity;

    #[test]
    fn alerts_are_about_the_same_only_where_both_say_so() {
        let by_client = Grouping::Content { field: ContentField::Client };
        let mut signal = Signal::trigger("Disk full", Severity::High);
        assert_eq!(by_client.group_of(&signal), None);
        signal.client = Some(" Contoso ".into());
        let mut other = Signal::trigger("Fan", Severity::Low);
        other.client = Some("contoso".into());
        assert_eq!(by_client.group_of(&signal), by_client.group_of(&other));
        assert_eq!(Grouping::None.group_of(&signal), None);
    }
}
