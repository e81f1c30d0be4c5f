//! The parts of an alert source on the wire: mapping, grouping, flap pause.
//!
//! Invariant: what is answered can be sent back as it is.

use std::collections::BTreeMap;

use domain::severity::Severity;
use domain::source::{ContentField, FlapPause, Grouping, Mapping, Meaning};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the sender's format differs from its type's. Paths are `JSONPath`, `$.` may be left
/// out; templates are of Jinja's kind.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MappingBody {
    /// Path of the list whose elements are the alerts; the other paths start at an element then.
    each: Option<String>,
    /// Template.
    title: Option<String>,
    /// Template.
    description: Option<String>,
    /// Path.
    severity: Option<String>,
    /// Path.
    status: Option<String>,
    /// Path.
    dedup_key: Option<String>,
    /// Path.
    client: Option<String>,
    /// Path.
    device: Option<String>,
    /// Path.
    link: Option<String>,
    /// What the sender's words for a severity mean: `critical`, `high`, `medium`, `low` or `info`.
    #[schema(value_type = BTreeMap<String, String>)]
    severities: BTreeMap<String, Severity>,
    /// What the sender's words for a status mean: `trigger`, `acknowledge`, `resolve` or `ignore`.
    #[schema(value_type = BTreeMap<String, String>)]
    statuses: BTreeMap<String, Meaning>,
    /// The severity of an alert that says none.
    #[schema(value_type = Option<String>)]
    default_severity: Option<Severity>,
}

impl From<MappingBody> for Mapping {
    fn from(body: MappingBody) -> Self {
        // An empty text in a form means that there is none.
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Self {
            each: said(body.each),
            title: said(body.title),
            description: said(body.description),
            severity: said(body.severity),
            status: said(body.status),
            dedup_key: said(body.dedup_key),
            client: said(body.client),
            device: said(body.device),
            link: said(body.link),
            severities: body.severities,
            statuses: body.statuses,
            default_severity: body.default_severity,
        }
    }
}

impl From<Mapping> for MappingBody {
    fn from(mapping: Mapping) -> Self {
        Self {
            each: mapping.each,
            title: mapping.title,
            description: mapping.description,
            severity: mapping.severity,
            status: mapping.status,
            dedup_key: mapping.dedup_key,
            client: mapping.client,
            device: mapping.device,
            link: mapping.link,
            severities: mapping.severities,
            statuses: mapping.statuses,
            default_severity: mapping.default_severity,
        }
    }
}

/// Which alerts become one incident.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupingBody {
    by: GroupingBy,
    /// For `time`: of the first alert; 1 to 1440.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
    /// For `content`: the same what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<GroupingField>,
}

/// By what alerts are grouped: the same dedup key, soon after one another, the same content, or not at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum GroupingBy {
    #[default]
    Key,
    Time,
    Content,
    None,
}

/// By what alerts are about the same: `"client"`, `"device"`, or what stands at a path.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum GroupingField {
    Client,
    Device,
    Path(String),
}

impl GroupingBody {
    /// The rule that is meant; else the field that is wrong, and what is wrong with it.
    pub(super) fn read(self) -> Result<Grouping, (&'static str, &'static str)> {
        match (self.by, self.minutes, self.field) {
            (GroupingBy::Key, None, None) => Ok(Grouping::Key),
            (GroupingBy::None, None, None) => Ok(Grouping::None),
            (GroupingBy::Time, Some(minutes), None) => {
                // What is too much stays too much.
                Ok(Grouping::Time { minutes: u16::try_from(minutes).unwrap_or(u16::MAX) })
            }
            (GroupingBy::Content, None, Some(field)) => Ok(Grouping::Content {
                field: match field {
                    GroupingField::Client => ContentField::Client,
                    GroupingField::Device => ContentField::Device,
                    GroupingField::Path(path) => ContentField::Path(path),
                },
            }),
            (GroupingBy::Time, None, _) => Err(("grouping.minutes", "is missing")),
            (GroupingBy::Content, _, None) => Err(("grouping.field", "is missing")),
            (GroupingBy::Key | GroupingBy::None | GroupingBy::Content, Some(_), _) => {
                Err(("grouping.minutes", "is only for grouping by time"))
            }
            (_, _, Some(_)) => Err(("grouping.field", "is only for grouping by content")),
        }
    }
}

impl From<Grouping> for GroupingBody {
    fn from(grouping: Grouping) -> Self {
        let plain = |by| Self { by, minutes: None, field: None };
        match grouping {
            Grouping::Key => plain(GroupingBy::Key),
            Grouping::None => plain(GroupingBy::None),
            Grouping::Time { minutes } => Self { minutes: Some(minutes.into()), ..plain(GroupingBy::Time) },
            Grouping::Content { field } => Self {
                field: Some(match field {
                    ContentField::Client => GroupingField::Client,
                    ContentField::Device => GroupingField::Device,
                    ContentField::Path(path) => GroupingField::Path(path),
                }),
                ..plain(GroupingBy::Content)
            },
        }
    }
}

/// When a problem that comes and goes is waited for before anybody is paged.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FlapPauseBody {
    /// 2 to 20, this one included.
    times: u32,
    /// 1 to 1440.
    within_minutes: u32,
    /// How long the page waits; 1 to 60.
    pause_minutes: u32,
}

impl From<FlapPauseBody> for FlapPause {
    /// What is too much stays too much.
    fn from(body: FlapPauseBody) -> Self {
        Self {
            times: u8::try_from(body.times).unwrap_or(u8::MAX),
            within_minutes: u16::try_from(body.within_minutes).unwrap_or(u16::MAX),
            pause_minutes: u16::try_from(body.pause_minutes).unwrap_or(u16::MAX),
        }
    }
}

impl From<FlapPause> for FlapPauseBody {
    fn from(pause: FlapPause) -> Self {
        Self {
            times: pause.times.into(),
            within_minutes: pause.within_minutes.into(),
            pause_minutes: pause.pause_minutes.into(),
        }
    }
}
