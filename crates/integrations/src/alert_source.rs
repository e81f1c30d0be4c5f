//! Alert sources: from each tool's own format to signals, one file for each tool.
//!
//! Invariants: a door with a key takes whatever can be told as an alert, since a page must not be lost to a comma, and
//! refuses the rest with the field's name; a product of The One Stack is held to its contract.

mod alert;
mod alertmanager;
mod atera;
mod autotask;
mod aws_sns;
mod azure_monitor;
mod body;
mod datadog;
mod datto_rmm;
mod fields;
#[cfg(test)]
mod fixture;
mod format;
mod generic;
mod grafana;
mod halopsa;
mod heartbeat;
mod icinga2;
mod level;
mod many;
mod mapping;
mod monit;
mod n_central;
mod nagios;
mod ninjaone;
mod notice;
mod pagerduty_events;
mod pagerduty_webhook;
mod pairs;
mod pick;
mod prtg;
mod reading;
#[cfg(test)]
mod requests;
mod rmm;
mod sentry;
mod signature;
mod stack;
mod tactical_rmm;
mod text;
mod uptime_kuma;
mod uptime_robot;
mod words;
mod zabbix;

use std::sync::Arc;

use app::port::{Distrust, Reading, ReceivedBody, SignalReader, StackMessage, Unreadable};
use async_trait::async_trait;
use domain::input::Wrong;
use domain::source::{AlertSource, SourceType};
use secrecy::SecretString;
use serde_json::Value;

use self::aws_sns::Signed;
use self::body::{Body, Content};
use self::format::{Format, Found, Said};
use crate::http::Http;

pub use self::aws_sns::Fetch;
pub use self::pagerduty_events::EventsApi;

/// The JSON in a body, with what senders get wrong about JSON mended as it is for a reader; `None` where there is none.
pub fn json_of(body: &[u8]) -> Option<Value> {
    let Body { content, raw, .. } = Body::read(ReceivedBody::bare(body));
    match content {
        Content::Value(value) if raw.trim_start().starts_with(['{', '[', '"']) => Some(value),
        _ => None,
    }
}

/// Knows every format there is here.
#[derive(Debug)]
pub struct Readers {
    sns: Signed,
}

impl Readers {
    /// Asks SNS for its certificates with this client.
    pub fn new(http: Http) -> Self {
        Self::fetching(Arc::new(http))
    }

    /// The same with somebody else who does the asking; what may be asked for stays what it is.
    pub fn fetching(fetch: Arc<dyn Fetch>) -> Self {
        Self { sns: Signed::new(fetch) }
    }
}

impl Default for Readers {
    fn default() -> Self {
        Self::new(Http::default())
    }
}

/// The format of a type; a product of The One Stack has no door with a key.
fn format(source_type: SourceType) -> &'static dyn Format {
    match source_type {
        SourceType::Generic
        | SourceType::Defend
        | SourceType::Rmm
        | SourceType::Security
        | SourceType::Backups => &generic::Generic,
        SourceType::Alertmanager => &alertmanager::Alertmanager,
        SourceType::Grafana => &grafana::Grafana,
        SourceType::PagerdutyWebhook => &pagerduty_webhook::PagerdutyWebhook,
        SourceType::Datadog => &datadog::Datadog,
        SourceType::Sentry => &sentry::Sentry,
        SourceType::AwsSns => &aws_sns::AwsSns,
        SourceType::AzureMonitor => &azure_monitor::AzureMonitor,
        SourceType::UptimeKuma => &uptime_kuma::UptimeKuma,
        SourceType::UptimeRobot => &uptime_robot::UptimeRobot,
        SourceType::Prtg => &prtg::Prtg,
        SourceType::PagerdutyEvents => &pagerduty_events::PagerdutyEvents,
        SourceType::Ninjaone => &ninjaone::Ninjaone,
        SourceType::DattoRmm => &datto_rmm::DattoRmm,
        SourceType::NCentral => &n_central::NCentral,
        SourceType::Atera => &atera::Atera,
        SourceType::Level => &level::Level,
        SourceType::TacticalRmm => &tactical_rmm::TacticalRmm,
        SourceType::Halopsa => &halopsa::Halopsa,
        SourceType::Autotask => &autotask::Autotask,
        SourceType::Heartbeat => &heartbeat::Heartbeat,
        SourceType::Nagios => &nagios::Nagios,
        SourceType::Icinga2 => &icinga2::Icinga2,
        SourceType::Zabbix => &zabbix::Zabbix,
        SourceType::Monit => &monit::Monit,
    }
}

#[async_trait]
impl SignalReader for Readers {
    async fn authenticate(
        &self,
        source: &AlertSource,
        secret: Option<&SecretString>,
        received: ReceivedBody<'_>,
    ) -> Result<(), Distrust> {
        match source.source_type {
            SourceType::AwsSns => self.sns.authenticate(received).await,
            other => format(other).authenticate(secret, received),
        }
    }

    fn read(&self, source: &AlertSource, received: ReceivedBody<'_>) -> Result<Reading, Unreadable> {
        Ok(match reading::read(source, format(source.source_type), received)? {
            Said::Alerts(found) => {
                Reading::Alerts(found.into_iter().map(|Found { signal, .. }| signal).collect())
            }
            Said::Nothing(why) => Reading::Nothing(why),
            Said::Confirm(url) => Reading::Confirm(url),
            Said::Ticket(name) => Reading::Ticket(name),
        })
    }

    fn redelivery_id(&self, source_type: SourceType, received: ReceivedBody<'_>) -> Option<String> {
        reading::redelivery_id(source_type, received)
    }

    async fn confirm(&self, url: &str) -> Result<(), String> {
        self.sns.confirm(url).await
    }

    fn read_message(&self, product: SourceType, body: &[u8]) -> Result<StackMessage, Unreadable> {
        stack::read(product, body)
    }

    fn problems(&self, source: &AlertSource) -> Vec<Wrong> {
        mapping::problems(source)
    }
}
