//! Secrets that come in and are never told.
//!
//! Invariant: what was sent stands in no answer and in no log, not even in a refusal of it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// What was sent as a secret.
#[derive(Default)]
pub(super) enum Sent {
    /// Nothing: it was left out.
    #[default]
    Nothing,
    /// `null`.
    Null,
    /// This.
    Text(String),
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Null => "Null",
            Self::Text(_) => "Text",
        })
    }
}

/// It is in no answer; the description of the API has it all the same.
pub(super) fn is_untold(_: &Sent) -> bool {
    true
}

impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de> Deserialize<'de> for Sent {
    /// By hand, since a refusal by serde would repeat what was sent.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::Null),
            Value::String(text) => Ok(Self::Text(text)),
            _ => Err(serde::de::Error::custom("must be a text, or null")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_repeated_nowhere() {
        let refused = serde_json::from_str::<Sent>("83920174").unwrap_err().to_string();
        assert!(refused.starts_with("must be a text, or null") && !refused.contains("83920174"), "{refused}");
        let sent: Sent = serde_json::from_str(r#""hunter2""#).unwrap();
        assert!(matches!(&sent, Sent::Text(text) if text == "hunter2"));
        assert!(!format!("{sent:?}").contains("hunter2"));
        assert_eq!(serde_json::to_string(&sent).unwrap(), "null");
        assert!(matches!(serde_json::from_str("null").unwrap(), Sent::Null));
    }
}
