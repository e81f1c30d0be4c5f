//! Deliveries: what came to an alert source's door, as it came, and what became of it. Nothing is dropped in silence: what was
//! refused is kept too, so that it can be read again when its source is mended.
//!
//! Invariants: a delivery that was taken is kept in the commit that takes its first alert; one that waits for something
//! outside is kept before its sender is answered. What is kept of a body gives the bytes back that came, so that reading it
//! again is reading the same.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::alert::Outcome;
use crate::id::{AlertId, DeliveryId, IncidentId, SourceId};

/// How long a delivery is kept.
pub const KEPT: TimeDelta = TimeDelta::days(14);

/// How many of one source are kept.
pub const MOST_KEPT: usize = 1_000;

/// The largest body that is kept in its delivery, in bytes.
pub const LARGEST_INSIDE: usize = 16 * 1024;

/// What came to a door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its identity.
    pub id: DeliveryId,
    /// The door.
    pub source_id: SourceId,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What came.
    pub request: Request,
    /// What became of it.
    pub verdict: Verdict,
    /// How many alerts it held.
    #[serde(default)]
    pub alerts: u32,
    /// The delivery that this one is another reading of, by hand. All those are one, however often that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<DeliveryId>,
    /// Somebody here sent it, to see whether paging works.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_test: bool,
    /// When it is looked at again, where it waits for something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// How often it was looked at again.
    #[serde(default)]
    pub tries: u32,
}

/// A request as it is kept: never with a key in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What the sender said the body is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The query without the key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// The headers that say something about the body; names in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body, as [`decoded`] reads it. Empty where it stands apart.
    pub body: String,
    /// The body is large, and kept beside the delivery: [`DeliveryBody`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_apart: bool,
    /// The body came in Latin-1.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_latin1: bool,
    /// Somebody looked at the door's address, and said nothing: a `GET` or a `HEAD` with nothing beside the key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_look: bool,
}

/// The text of a body, and whether it is read as Latin-1, which any bytes are: what isn't UTF-8. Whoever reads a body and
/// whoever keeps it take it for the same text by this.
pub fn decoded(body: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(body) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (body.iter().copied().map(char::from).collect(), true),
    }
}

impl Request {
    /// The body's bytes as they came, but for what is masked or cut off.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        if !self.is_latin1 {
            return Cow::Borrowed(self.body.as_bytes());
        }
        // Nothing else stands there but the mark of a cut.
        self.body.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
    }
}

/// The body of a delivery, where it is too large to be read with every list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryBody {
    /// Whose.
    pub delivery_id: DeliveryId,
    /// As [`Request::body`].
    pub text: String,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Verdict {
    /// Its alerts were taken in; what became of the first. Of the others, their alerts say.
    Taken {
        /// What was done.
        outcome: Outcome,
        /// The incident, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident_id: Option<IncidentId>,
    },
    /// There was nothing in it to act on, such as a tool's test.
    Nothing {
        /// What it was.
        why: String,
    },
    /// It could not be read, or was not allowed.
    Refused {
        /// Which part of it.
        field: String,
        /// What is wrong with that.
        problem: String,
    },
    /// It is understood when something outside was asked.
    Waiting {
        /// What stands against it.
        problem: String,
    },
}

impl Verdict {
    /// The word for it.
    pub fn state(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "taken",
            Self::Nothing { .. } => "nothing",
            Self::Refused { .. } => "refused",
            Self::Waiting { .. } => "waiting",
        }
    }
}

impl Delivery {
    /// Whether its source's sender sent it, and nobody here.
    pub fn is_senders(&self) -> bool {
        self.replay_of.is_none() && !self.is_test && !self.request.is_look
    }

    /// Whether it was taken, and its only alert for one that asks for nothing: a problem that was misread looks so, too.
    pub fn did_nothing(&self) -> bool {
        let is_nothing =
            matches!(self.verdict, Verdict::Taken { outcome: Outcome::Ignored, incident_id: None });
        is_nothing && self.alerts <= 1
    }

    /// Whether reading it again by hand may do anything: any alert of it may be missing, or may have been taken for another than
    /// it is. Of several, only reading them again tells. One that waits is read again by itself.
    pub fn may_be_replayed(&self) -> bool {
        match self.verdict {
            Verdict::Nothing { .. } | Verdict::Refused { .. } => true,
            Verdict::Taken { .. } => self.did_nothing() || self.alerts > 1,
            Verdict::Waiting { .. } => false,
        }
    }

    /// Takes a body out that is too large to stand in it. One that stands apart already stays there.
    pub fn part(&mut self) -> Option<DeliveryBody> {
        if self.request.body.is_empty() {
            return None;
        }
        self.request.is_apart = self.request.body.len() > LARGEST_INSIDE;
        let text = self.request.is_apart.then(|| std::mem::take(&mut self.request.body))?;
        Some(DeliveryBody { delivery_id: self.id.clone(), text })
    }

    /// The identity of its alert at `index`: the same however often it is taken in.
    pub fn alert_id(&self, index: usize) -> AlertId {
        AlertId::derived(&[self.id.as_str(), &index.to_string()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_as_it_came_or_waits_is_not_replayed() {
        let taken = |outcome| Verdict::Taken { outcome, incident_id: None };
        let refused = Verdict::Refused { field: "title".into(), problem: "is missing".into() };
        for (verdict, alerts, may) in [
            (refused, 0, true),
            (Verdict::Nothing { why: "a test".into() }, 0, true),
            (taken(Outcome::Ignored), 1, true),
            (taken(Outcome::Created), 1, false),
            (taken(Outcome::Created), 2, true),
            (Verdict::Waiting { problem: "the PSA is away".into() }, 0, false),
        ] {
            let delivery = Delivery {
                id: DeliveryId::derived(&["1"]),
                source_id: SourceId::derived(&["1"]),
                received_at: DateTime::UNIX_EPOCH,
                request: Request::default(),
                verdict,
                alerts,
                replay_of: None,
                is_test: false,
                due_at: None,
                tries: 0,
            };
            assert_eq!(delivery.may_be_replayed(), may, "{:?}", delivery.verdict);
        }
    }

    #[test]
    fn the_bytes_of_a_body_come_back_whatever_they_are() {
        let all: Vec<u8> = (0..=255).collect();
        for (bytes, is_latin1) in [
            (&b""[..], false),
            ("Büro-SRV \u{1f525}".as_bytes(), false),
            (b"\xef\xbb\xbfx", false),
            (b"B\xfcro-SRV", true),
            (&all, true),
        ] {
            let (text, is_read_as_latin1) = decoded(bytes);
            assert_eq!(is_read_as_latin1, is_latin1);
            let kept = Request { body: text.into_owned(), is_latin1, ..Request::default() };
            assert_eq!(&*kept.bytes(), bytes);
        }
        assert_eq!(decoded(b"B\xfcro-SRV").0, "Büro-SRV");
    }
}
