//! Picklists: the numbers behind the labels that people chose, which are others in every Autotask.
//!
//! Invariants: no number is known here that Autotask didn't say; what was said is believed for a day, and asked for again
//! where a label or a number isn't among it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::port::TicketError;
use domain::severity::Severity;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::answer::{self, Call};
use super::api::{Api, Request, no_such, number};

const DAY: Duration = Duration::from_hours(24);

/// Of what kind of thing a picklist is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entity {
    Tickets,
    Notes,
}

/// A picklist's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: i64,
    pub(super) label: String,
    is_active: bool,
    is_default: bool,
}

/// The picklists of one kind of thing, by field.
#[derive(Debug, Default)]
struct Fields(HashMap<String, Vec<Choice>>);

/// All picklists that we need.
#[derive(Debug, Default)]
pub(super) struct Picklists {
    tickets: Mutex<Option<(Instant, Arc<Fields>)>>,
    notes: Mutex<Option<(Instant, Arc<Fields>)>>,
}

impl Picklists {
    /// The number behind a label.
    pub(super) async fn value(
        &self,
        api: &Api,
        (entity, field): (Entity, &str),
        label: &str,
    ) -> Result<i64, TicketError> {
        let found = self.look(api, entity, |fields| labelled(fields.active(field), label)).await?;
        found.ok_or_else(|| no_such(word(field), label))
    }

    /// The label of a number; the number itself where Autotask doesn't know it either.
    pub(super) async fn label(
        &self,
        api: &Api,
        (entity, field): (Entity, &str),
        value: i64,
    ) -> Result<String, TicketError> {
        let named = |fields: &Fields| {
            let choice = fields.all(field).iter().find(|choice| choice.value == value)?;
            Some(choice.label.clone())
        };
        Ok(self.look(api, entity, named).await?.unwrap_or_else(|| value.to_string()))
    }

    /// The priority of a ticket, as `wanted` says, or the one whose label comes closest to the severity.
    pub(super) async fn priority(
        &self,
        api: &Api,
        severity: Severity,
        wanted: Option<&String>,
    ) -> Result<i64, TicketError> {
        if let Some(label) = wanted {
            return self.value(api, (Entity::Tickets, "priority"), label).await;
        }
        let found = self.look(api, Entity::Tickets, |fields| closest(&fields.active("priority"), severity));
        found.await?.ok_or_else(|| no_such("priority", severity.as_str()))
    }

    /// A type for notes that people write.
    pub(super) async fn note_type(&self, api: &Api) -> Result<i64, TicketError> {
        let usual = ["ticket notes", "ticket note", "task notes", "task note", "notes", "task summary"];
        let found = self.look(api, Entity::Notes, |fields| {
            let choices = fields.active("noteType");
            let usual = usual.iter().find_map(|label| labelled(choices.clone(), label));
            usual.or_else(|| default_of(&choices)).or_else(|| choices.first().map(|choice| choice.value))
        });
        found.await?.ok_or_else(|| no_such("note type", "Task Notes"))
    }

    /// Whom a note is shown to that a client must not see. Rather none than one that is shown to everybody.
    pub(super) async fn internal(&self, api: &Api) -> Result<i64, TicketError> {
        let found = self.look(api, Entity::Notes, |fields| {
            let choices = fields.active("publish");
            let inside = |choice: &&&Choice| {
                let label = choice.label.to_lowercase();
                label.contains("internal") && !label.contains("co-managed") && !label.contains("external")
            };
            let usual = labelled(choices.clone(), "Internal Project Team");
            usual.or_else(|| choices.iter().find(inside).map(|choice| choice.value))
        });
        found.await?.ok_or_else(|| no_such("way to publish a note", "Internal Project Team"))
    }

    /// Whatever was said is asked for again.
    pub(super) async fn forget(&self) {
        *self.tickets.lock().await = None;
        *self.notes.lock().await = None;
    }

    /// What `wanted` finds in what is known, or else in what Autotask says now.
    async fn look<T>(
        &self,
        api: &Api,
        entity: Entity,
        wanted: impl Fn(&Fields) -> Option<T>,
    ) -> Result<Option<T>, TicketError> {
        let (kept, path) = match entity {
            Entity::Tickets => (&self.tickets, "Tickets/entityInformation/fields"),
            Entity::Notes => (&self.notes, "TicketNotes/entityInformation/fields"),
        };
        let mut kept = kept.lock().await;
        if let Some((since, fields)) = &*kept
            && since.elapsed() < DAY
            && let Some(found) = wanted(fields)
        {
            return Ok(Some(found));
        }
        let said = api.ask(Call::Look, &Request::get(path)).await?;
        let fields = Arc::new(read(&said).ok_or_else(|| answer::not_understood(Call::Look))?);
        *kept = Some((Instant::now(), Arc::clone(&fields)));
        Ok(wanted(&fields))
    }
}

impl Fields {
    fn all(&self, field: &str) -> &[Choice] {
        self.0.get(field).map(Vec::as_slice).unwrap_or_default()
    }

    fn active(&self, field: &str) -> Vec<&Choice> {
        self.all(field).iter().filter(|choice| choice.is_active).collect()
    }
}

fn labelled(choices: Vec<&Choice>, label: &str) -> Option<i64> {
    let label = label.trim().to_lowercase();
    choices.into_iter().find(|choice| choice.label.to_lowercase() == label).map(|choice| choice.value)
}

fn default_of(choices: &[&Choice]) -> Option<i64> {
    choices.iter().find(|choice| choice.is_default).map(|choice| choice.value)
}

/// By the word in the label (`4 - Critical`), or by the product's `P1`; else by the next word, rather upwards; else what
/// Autotask takes where nothing is said.
fn closest(choices: &[&Choice], severity: Severity) -> Option<i64> {
    let words: &[&str] = match severity {
        Severity::Critical => &["critical", "p1", "urgent", "emergency", "high"],
        Severity::High => &["high", "p2", "critical", "medium"],
        Severity::Medium => &["medium", "p3", "normal", "high", "low"],
        Severity::Low | Severity::Info => &["low", "p4", "medium", "normal"],
    };
    let says = |choice: &Choice, word: &str| {
        choice.label.split(|c: char| !c.is_alphanumeric()).any(|part| part.eq_ignore_ascii_case(word))
    };
    let by_word = words
        .iter()
        .find_map(|word| choices.iter().find(|choice| says(choice, word)))
        .map(|choice| choice.value);
    by_word.or_else(|| default_of(choices))
}

/// What people call a field.
fn word(field: &str) -> &str {
    if field == "queueID" { "queue" } else { field }
}

/// Read leniently: an entry without a number or a label is none.
fn read(answer: &Value) -> Option<Fields> {
    let mut fields = HashMap::new();
    for field in answer.get("fields")?.as_array()? {
        let (Some(name), Some(values)) = (field["name"].as_str(), field["picklistValues"].as_array()) else {
            continue;
        };
        let choice = |entry: &Value| {
            Some(Choice {
                value: number(&entry["value"])?,
                label: entry["label"].as_str()?.trim().to_owned(),
                is_active: entry["isActive"].as_bool().unwrap_or(true),
                is_default: entry["isDefaultValue"].as_bool().unwrap_or(false),
            })
        };
        fields.insert(name.to_owned(), values.iter().filter_map(choice).collect());
    }
    Some(Fields(fields))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(labels: &[&str]) -> Fields {
        let values: Vec<Value> = labels
            .iter()
            .zip(11..)
            .map(|(label, value)| json!({ "value": format!("{value}"), "label": label, "isActive": !label.contains("old") }))
            .collect();
        read(&json!({ "fields": [{ "name": "priority", "picklistValues": values }, { "name": "title" }] }))
            .unwrap()
    }

    fn of(labels: &[&str], severity: Severity) -> Option<i64> {
        closest(&fields(labels).active("priority"), severity)
    }

    #[test]
    fn a_label_is_found_in_any_case_and_only_while_it_is_active() {
        let fields = fields(&["New", " In Progress ", "old Status"]);
        assert_eq!(labelled(fields.active("priority"), "in progress "), Some(12));
        assert_eq!(labelled(fields.active("priority"), "old status"), None);
        assert_eq!(labelled(fields.active("title"), "new"), None);
        assert!(read(&json!({ "errors": [] })).is_none());
    }

    #[test]
    fn a_severity_is_the_priority_whose_label_comes_closest() {
        use Severity::{Critical, High, Info, Low, Medium};
        let usual = ["High", "Medium", "Low", "Critical"];
        let numbered = ["1 - Low", "2 - High", "3 - Medium", "4 - Critical"];
        let ours = ["P1 Now", "P2 Today", "P3 Week", "P4 Once"];
        for (labels, expected) in
            [(usual, [14, 11, 12, 13, 13]), (numbered, [14, 12, 13, 11, 11]), (ours, [11, 12, 13, 14, 14])]
        {
            let found = [Critical, High, Medium, Low, Info].map(|severity| of(&labels, severity));
            assert_eq!(found, expected.map(Some), "{labels:?}");
        }
        assert_eq!(of(&["Normal", "High"], Critical), Some(12));
        assert_eq!(of(&["Slowly", "Highway"], Low), None);
    }
}
