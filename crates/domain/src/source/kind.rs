//! The types of alert sources: the word of each, and what it hands over.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::severity::Severity;
use crate::signal::{Action, Signal};

/// Names each type once: its word, and what people call it.
macro_rules! types {
    ($($(#[$doc:meta])* $type:ident = $word:literal, $label:literal;)*) => {
        /// How a source's deliveries are read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum SourceType {
            $($(#[$doc])* #[serde(rename = $word)] $type,)*
        }

        impl SourceType {
            /// All of them, in the order that people choose from.
            pub const ALL: &[Self] = &[$(Self::$type,)*];

            /// The word it is chosen by.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$type => $word,)*
                }
            }

            /// What people call it.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$type => $label,)*
                }
            }
        }
    };
}

types! {
    /// Any JSON, form or text body, with the usual names.
    Generic = "generic", "Generic webhook";
    /// Prometheus Alertmanager, webhook version 4.
    Alertmanager = "alertmanager", "Prometheus Alertmanager";
    /// Grafana alerting.
    Grafana = "grafana", "Grafana";
    /// PagerDuty Events API v2 (and v1), as a drop-in.
    PagerdutyEvents = "pagerduty_events", "PagerDuty Events API";
    /// PagerDuty's outbound webhooks, v3 (and v2).
    PagerdutyWebhook = "pagerduty_webhook", "PagerDuty webhook";
    /// Nagios and what is like it.
    Nagios = "nagios", "Nagios";
    /// Icinga 2.
    Icinga2 = "icinga2", "Icinga 2";
    /// Zabbix.
    Zabbix = "zabbix", "Zabbix";
    /// Datadog.
    Datadog = "datadog", "Datadog";
    /// Azure Monitor, common alert schema.
    AzureMonitor = "azure_monitor", "Azure Monitor";
    /// AWS SNS, with CloudWatch alarms in it.
    AwsSns = "aws_sns", "AWS SNS (CloudWatch)";
    /// Uptime Kuma.
    UptimeKuma = "uptime_kuma", "Uptime Kuma";
    /// UptimeRobot.
    UptimeRobot = "uptime_robot", "UptimeRobot";
    /// PRTG.
    Prtg = "prtg", "PRTG";
    /// Sentry.
    Sentry = "sentry", "Sentry";
    /// Monit.
    Monit = "monit", "Monit";
    /// NinjaOne.
    Ninjaone = "ninjaone", "NinjaOne";
    /// Datto RMM.
    DattoRmm = "datto_rmm", "Datto RMM";
    /// N-able N-central.
    NCentral = "n_central", "N-able N-central";
    /// Atera.
    Atera = "atera", "Atera";
    /// Level.
    Level = "level", "Level";
    /// Tactical RMM.
    TacticalRmm = "tactical_rmm", "Tactical RMM";
    /// HaloPSA: its tickets as incidents.
    Halopsa = "halopsa", "HaloPSA";
    /// Autotask: its tickets as incidents, by Extension Callout.
    Autotask = "autotask", "Autotask";
    /// A dead-man's switch: silence opens an incident.
    Heartbeat = "heartbeat", "Heartbeat";
    /// The One Defend, by its internal route.
    Defend = "defend", "The One Defend";
    /// The One RMM, over the bus.
    Rmm = "rmm", "The One RMM";
    /// The One Security, over the bus.
    Security = "security", "The One Security";
    /// The One Backups, over the bus.
    Backups = "backups", "The One Backups";
}

/// A text that is no type's word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not a type of alert source; known is {}", known())]
pub struct UnknownType;

fn known() -> String {
    let words = SourceType::ALL.iter().filter(|kind| kind.has_key()).map(|kind| kind.word());
    words.collect::<Vec<_>>().join(", ")
}

impl FromStr for SourceType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        Self::ALL.iter().copied().find(|kind| kind.word() == text).ok_or(UnknownType)
    }
}

impl fmt::Display for SourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl SourceType {
    /// The incident's `source`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "webhook",
            other => other.word(),
        }
    }

    /// The product that triggers through it, where it is one of The One Stack.
    pub fn product(self) -> Option<&'static str> {
        match self {
            Self::Defend | Self::Rmm | Self::Security | Self::Backups => Some(self.label()),
            _ => None,
        }
    }

    /// Whether its deliveries come with a key of the source's own.
    pub fn has_key(self) -> bool {
        self.product().is_none()
    }

    /// Whether its alerts are tickets of a PSA.
    pub fn is_psa(self) -> bool {
        matches!(self, Self::Halopsa | Self::Autotask)
    }

    /// Whether its sender can sign what it sends with a secret that both sides know.
    pub fn can_sign(self) -> bool {
        matches!(self, Self::PagerdutyWebhook | Self::Grafana | Self::Sentry)
    }

    /// Whether a signal of this door concerns On-Call at all. RMM hands over critical alerts, Security and Defend
    /// critical and high ones, Backups every failure; a recovery always passes, since it can only resolve.
    pub fn takes(self, signal: &Signal) -> bool {
        let enough = match self {
            Self::Rmm => Severity::Critical,
            Self::Security | Self::Defend => Severity::High,
            _ => Severity::Info,
        };
        signal.action != Action::Trigger || signal.severity >= enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_word_and_kept_under_it() {
        for kind in SourceType::ALL {
            assert_eq!(kind.word().parse(), Ok(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
        let told = "zabix".parse::<SourceType>().unwrap_err().to_string();
        assert!(told.contains("zabbix") && !told.contains("defend"), "{told}");
    }

    #[test]
    fn each_product_hands_over_what_its_rule_says() {
        let takes = |door: SourceType| {
            Severity::ALL.into_iter().filter(|s| door.takes(&Signal::trigger("x", *s))).count()
        };
        assert_eq!(takes(SourceType::Rmm), 1, "critical only");
        assert_eq!(takes(SourceType::Security), 2, "critical and high");
        assert_eq!(takes(SourceType::Defend), 2, "critical and high");
        assert_eq!(takes(SourceType::Backups), 5, "every failure");
        assert_eq!(takes(SourceType::Generic), 5);
    }

    #[test]
    fn a_recovery_always_passes() {
        let mut recovery = Signal::trigger("ok again", Severity::Info);
        recovery.action = Action::Resolve;
        assert!(SourceType::Rmm.takes(&recovery) && SourceType::Security.takes(&recovery));
    }
}
