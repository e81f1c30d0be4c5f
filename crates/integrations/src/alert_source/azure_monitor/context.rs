//! What an alert says beside its essentials: the health of a service or a resource, and what was measured.

use domain::signal::Action;
use serde_json::Value;

use crate::alert_source::pick::{line, text};
use crate::alert_source::text::one_line;

/// How many conditions are shown.
const MOST_CONDITIONS: usize = 10;

/// Characters of a text with markup that are looked at.
const LONGEST_MARKUP: usize = 32 * 1_024;

/// The health of one of Azure's services, or of one resource.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// What the stage asks for; `None` for one that isn't known.
    pub(super) action: Option<Action>,
    /// The same from the first stage to the last.
    pub(super) key: Option<String>,
    pub(super) title: Option<String>,
}

/// The health that an alert is about, if it is about one.
pub(super) fn health(data: &Value, essentials: &Value) -> Option<Health> {
    let context = data.get("alertContext")?;
    let properties = context.get("properties").unwrap_or(&Value::Null);
    let service = line(essentials, &["monitoringService"])?.replace(' ', "").to_lowercase();
    let title = line(properties, &["title"]);
    let status = line(context, &["status"]);
    match service.as_str() {
        "servicehealth" => {
            let stage = line(properties, &["stage"]).or(status);
            let key = line(properties, &["trackingId"]).map(|id| format!("azure-service-health:{id}"));
            Some(Health { action: stage.and_then(|stage| of_stage(&stage)), key, title })
        }
        "resourcehealth" => {
            let now = line(properties, &["currentHealthStatus"]).map(|now| now.to_lowercase());
            let action = match now.as_deref() {
                Some("available") => Some(Action::Resolve),
                Some("unavailable" | "degraded") => Some(Action::Trigger),
                _ => status.and_then(|status| of_stage(&status)),
            };
            let resource = essentials.get("alertTargetIDs").and_then(|ids| line(ids.get(0)?, &[]));
            let key = resource.map(|id| format!("azure-resource-health:{}", id.to_lowercase()));
            Some(Health { action, key, title })
        }
        _ => None,
    }
}

/// What the stage of an incident or of planned work asks for.
fn of_stage(stage: &str) -> Option<Action> {
    match stage.replace(' ', "").to_lowercase().as_str() {
        "active" | "planned" | "inprogress" | "updated" | "rescheduled" => Some(Action::Trigger),
        "resolved" | "complete" | "completed" | "canceled" | "cancelled" => Some(Action::Resolve),
        // The report on what it was, days after it.
        "rca" => Some(Action::Note),
        _ => None,
    }
}

/// What there is to say, for people.
pub(super) fn details(data: &Value, health: Option<&Health>) -> String {
    let Some(context) = data.get("alertContext") else { return String::new() };
    let Some(properties) = context.get("properties").filter(|_| health.is_some()) else {
        return conditions(context);
    };
    let names = ["service", "region", "incidentType", "trackingId", "stage", "currentHealthStatus", "cause"];
    let facts = names.into_iter().filter_map(|name| Some(format!("{name}: {}", line(properties, &[name])?)));
    let prose = ["communication", "details"].into_iter().filter_map(|name| text(properties, &[name]));
    prose.map(|prose| without_markup(&prose)).chain(facts).collect::<Vec<_>>().join("\n")
}

/// What was measured, and what was allowed.
fn conditions(context: &Value) -> String {
    let all = context.get("condition").and_then(|condition| condition.get("allOf")).and_then(Value::as_array);
    let lines = all.into_iter().flatten().take(MOST_CONDITIONS).filter_map(|condition| {
        let of = |name: &str| line(condition, &[name]);
        let measured =
            of("metricName").or_else(|| of("searchQuery")).or_else(|| of("metricMeasureColumn"))?;
        let measured: String = measured.chars().take(500).collect();
        let limit = match (of("operator"), of("threshold")) {
            (Some(operator), Some(threshold)) => format!(" {operator} {threshold}"),
            _ => String::new(),
        };
        let value = of("metricValue").map(|value| format!(" (now {value})")).unwrap_or_default();
        Some(format!("{measured}{limit}{value}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text of a piece of HTML, on one line.
fn without_markup(html: &str) -> String {
    let mut words = String::new();
    let mut in_tag = false;
    for c in html.chars().take(LONGEST_MARKUP) {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                words.push(' ');
            }
            c if !in_tag => words.push(c),
            _ => {}
        }
    }
    one_line(&words.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}
