//! An alarm of CloudWatch, as it stands in a message.

use std::fmt::Write as _;

use domain::severity::Severity;
use domain::signal::{Action, Device, Signal};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::address::is_region;
use crate::alert_source::format::{Found, Said};
use crate::alert_source::pick::{add_doubt, line, text, unknown_word};
use crate::alert_source::text::paragraphs;

/// An alarm has no severity of its own.
const SEVERITY: Severity = Severity::High;

/// How many dimensions are shown.
const MOST_DIMENSIONS: usize = 30;

/// One alarm.
#[derive(Debug)]
pub(super) struct Alarm<'a> {
    message: &'a Value,
    name: String,
}

impl<'a> Alarm<'a> {
    /// The alarm that a message is.
    pub(super) fn of(message: &'a Value) -> Option<Self> {
        Some(Self { message, name: line(message, &["AlarmName"])? })
    }

    pub(super) fn said(&self) -> Said {
        let (action, doubt) = match line(self.message, &["NewStateValue"]).as_deref() {
            Some("INSUFFICIENT_DATA") => {
                return Said::Nothing(format!("CloudWatch has not enough data for the alarm {}", self.name));
            }
            Some("OK") => (Action::Resolve, None),
            Some("ALARM") => (Action::Trigger, None),
            Some(other) => (Action::Trigger, Some(unknown_word("state", other, "ALARM"))),
            None => (Action::Trigger, Some("the alarm has no state and was taken for a problem".to_owned())),
        };
        let dimensions = self.dimensions();
        let arn = line(self.message, &["AlarmArn"]);
        let mut signal = Signal {
            action,
            description: self.description(&dimensions),
            link: arn.as_deref().and_then(|arn| self.link(arn)),
            dedup_key: Some(arn.unwrap_or_else(|| self.name.clone())),
            device: Device { name: machine(&dimensions), hostname: None },
            ..Signal::trigger(self.name.clone(), SEVERITY)
        };
        if let Some(doubt) = doubt {
            add_doubt(&mut signal, &doubt);
        }
        Said::Alerts(vec![Found { signal, item: self.message.clone() }])
    }

    /// What the alarm looks at, by name.
    fn dimensions(&self) -> Vec<(String, String)> {
        let all = self.message.get("Trigger").and_then(|trigger| trigger.get("Dimensions"));
        let all = all.and_then(Value::as_array).into_iter().flatten().take(MOST_DIMENSIONS);
        let pair = |dimension: &Value| {
            let of = |name: &str| line(dimension, &[name]);
            Some((of("name").or_else(|| of("Name"))?, of("value").or_else(|| of("Value"))?))
        };
        all.filter_map(pair).collect()
    }

    fn description(&self, dimensions: &[(String, String)]) -> String {
        let of = |path: &[&str]| text(self.message, path).unwrap_or_default();
        let mut facts = String::new();
        let trigger = |name: &str| line(self.message, &["Trigger", name]);
        if let Some(metric) = trigger("MetricName") {
            let space = trigger("Namespace").map(|space| format!(" ({space})")).unwrap_or_default();
            let _ = writeln!(facts, "Metric: {metric}{space}");
        }
        for (name, value) in dimensions {
            let _ = writeln!(facts, "{name}: {value}");
        }
        for (label, name) in [("Region", "Region"), ("Account", "AWSAccountId")] {
            if let Some(value) = line(self.message, &[name]) {
                let _ = writeln!(facts, "{label}: {value}");
            }
        }
        paragraphs([of(&["AlarmDescription"]), of(&["NewStateReason"]), facts])
    }

    /// The alarm in AWS's console, which is elsewhere for China and for governments.
    fn link(&self, arn: &str) -> Option<String> {
        let mut parts = arn.split(':');
        let is_alarm = parts.by_ref().take(3).eq(["arn", "aws", "cloudwatch"]);
        let region = parts.next().filter(|region| is_alarm && is_region(region))?;
        let name = utf8_percent_encode(&self.name, NON_ALPHANUMERIC);
        Some(format!(
            "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{name}"
        ))
    }
}

/// What the alarm is about: the instance, else whatever comes first.
fn machine(dimensions: &[(String, String)]) -> Option<String> {
    let instance = dimensions.iter().find(|(name, _)| name == "InstanceId");
    instance.or_else(|| dimensions.first()).map(|(_, value)| value.clone())
}
