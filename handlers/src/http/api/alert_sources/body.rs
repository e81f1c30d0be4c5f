//! An alert source on the wire.
//!
//! Invariant: a signing secret only comes in; an answer says whether there is one.

use app::alert_sources::{SigningSecret, SourceEdit};
use app::{Error, FieldError};
use chrono::{DateTime, Utc};
use domain::id::{IdError, ServiceId};
use domain::source::{AlertSource, FlapPause, SourceType};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::write_only::{Sent, is_untold};
use super::parts::{FlapPauseBody, GroupingBody, MappingBody};

/// A door for one tool's alerts.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct AlertSourceBody {
    /// Given by us; one that is sent is not looked at.
    #[serde(default)]
    id: Option<String>,
    /// No other alert source's.
    name: String,
    /// A `word` of `GET /api/alert-source-types`; stays what it was made with.
    #[serde(rename = "type")]
    source_type: String,
    /// What its alerts are about.
    service_id: String,
    #[serde(default)]
    mapping: MappingBody,
    #[serde(default)]
    grouping: GroupingBody,
    #[serde(default)]
    flap_pause: Option<FlapPauseBody>,
    /// A heartbeat's longest silence, 1 to 44640; nothing else has one.
    #[serde(default)]
    silence_minutes: Option<u32>,
    /// What the sender signs with, where its type can. In no answer; stays as it is when left out, `null` takes it away.
    #[serde(default, skip_serializing_if = "is_untold")]
    #[schema(value_type = Option<String>, write_only)]
    signing_secret: Sent,
    /// Whether there is one; not looked at when sent.
    #[serde(default)]
    #[schema(read_only)]
    signing_secret_set: bool,
    /// Since when it is quieter than it ever was, where it is; not looked at when sent.
    #[serde(default)]
    #[schema(read_only)]
    quiet_since: Option<DateTime<Utc>>,
}

impl AlertSourceBody {
    /// The same, and since when it is quiet.
    pub(super) fn quiet(self, since: Option<DateTime<Utc>>) -> Self {
        Self { quiet_since: since, ..self }
    }

    /// The source that is meant; every part that can't be read is named.
    pub(super) fn read(self) -> Result<SourceEdit, Error> {
        let mut wrong = Vec::new();
        let mut refuse = |field: &str, problem: String| {
            wrong.push(FieldError { field: field.to_owned(), problem });
        };
        let source_type: Option<SourceType> =
            self.source_type.parse().map_err(|error| refuse("type", format!("{error}"))).ok();
        let service_id: Option<ServiceId> =
            self.service_id.parse().map_err(|error: IdError| refuse("service_id", error.to_string())).ok();
        let grouping =
            self.grouping.read().map_err(|(field, problem)| refuse(field, problem.to_owned())).ok();
        let (Some(source_type), Some(service_id), Some(grouping)) = (source_type, service_id, grouping)
        else {
            return Err(Error::Invalid(wrong));
        };
        Ok(SourceEdit {
            name: self.name,
            source_type,
            service_id,
            mapping: self.mapping.into(),
            grouping,
            flap_pause: self.flap_pause.map(FlapPause::from),
            silence_minutes: self.silence_minutes,
            signing_secret: match self.signing_secret {
                Sent::Nothing => SigningSecret::Keep,
                Sent::Null => SigningSecret::Remove,
                Sent::Text(text) => SigningSecret::Set(text.into()),
            },
        })
    }
}

impl From<AlertSource> for AlertSourceBody {
    fn from(source: AlertSource) -> Self {
        Self {
            id: Some(source.id.to_string()),
            name: source.name,
            source_type: source.source_type.word().to_owned(),
            service_id: source.service_id.to_string(),
            mapping: source.mapping.into(),
            grouping: source.grouping.into(),
            flap_pause: source.flap_pause.map(FlapPauseBody::from),
            silence_minutes: source.silence_minutes,
            signing_secret: Sent::Nothing,
            signing_secret_set: source.signing_secret.is_some(),
            quiet_since: None,
        }
    }
}
