//! The forms that set PSAs up: a PSA's settings to fields, and fields to settings.
//!
//! Invariant: what a form shows and is sent back as it is changes nothing.

use ::console::psa::{PsaField, PsaForm};
use app::FieldError;
use domain::psa::{AutotaskSettings, HaloSettings, Provider, PsaMapping, TheOneSettings};

use super::super::form::Fields;

/// Every field: its name, which is that of the setting, and what people call it.
const LABELS: [(&str, &str); 19] = [
    ("api_url", "Address of its API"),
    ("base_url", "Address, such as https://msp.halopsa.com"),
    ("client_id", "Client id of the API application"),
    ("ticket_type", "Ticket type"),
    ("also_closed", "Further statuses that mean closed, with commas between"),
    ("note_outcome", "Outcome of private notes"),
    ("username", "API user"),
    ("integration_code", "Integration code"),
    ("queue", "Queue"),
    ("new_status", "Status of a new ticket"),
    ("working_status", "Status of a ticket that is worked on"),
    ("closed_status", "Status of a completed ticket"),
    ("source", "Source of tickets"),
    ("due_hours", "Hours until a ticket is due"),
    ("role", "Role of whoever a ticket is given to"),
    ("zone_url", "Address to ask for the zone, where it isn’t Autotask’s own"),
    ("default_company", "Company of tickets whose client is not known"),
    ("impersonate", "Write notes in the technician’s name, where Autotask allows it"),
    ("time_entries", "File the time from acknowledge to resolve as a draft"),
];

const DEFAULT_COMPANY: &str = "default_company";

fn label(name: &str) -> &'static str {
    LABELS.iter().find(|(own, _)| *own == name).map_or("", |(_, label)| label)
}

/// Each PSA with nothing set.
pub(super) fn blanks() -> [Provider; 3] {
    [
        Provider::Theone(TheOneSettings { api_url: String::new() }),
        Provider::Halopsa(HaloSettings::default()),
        Provider::Autotask(AutotaskSettings::default()),
    ]
}

/// The form of a PSA's settings.
pub(super) fn of(provider: &Provider, mapping: &PsaMapping, time_entries: bool) -> PsaForm {
    let company = optional(DEFAULT_COMPANY, mapping.default_company.as_ref());
    let mut switches = vec![("time_entries", label("time_entries"), time_entries)];
    let (fields, secret_label) = match provider {
        Provider::Theone(own) => (vec![needed("api_url", &own.api_url)], "Service key"),
        Provider::Halopsa(own) => ([halo(own), vec![company]].concat(), "Client secret"),
        Provider::Autotask(own) => {
            switches.push(("impersonate", label("impersonate"), own.impersonate));
            ([autotask(own), vec![company]].concat(), "API secret")
        }
    };
    PsaForm {
        provider: provider.word(),
        label: provider.label(),
        is_connected: false,
        fields,
        secret_label,
        switches,
        problems: Vec::new(),
    }
}

fn halo(own: &HaloSettings) -> Vec<PsaField> {
    vec![
        needed("base_url", &own.base_url),
        needed("client_id", &own.client_id),
        optional("ticket_type", own.ticket_type.as_ref()),
        optional("working_status", own.working_status.as_ref()),
        optional("closed_status", own.closed_status.as_ref()),
        optional("also_closed", Some(&own.also_closed.join(", "))),
        optional("note_outcome", own.note_outcome.as_ref()),
    ]
}

fn autotask(own: &AutotaskSettings) -> Vec<PsaField> {
    vec![
        needed("username", &own.username),
        needed("integration_code", &own.integration_code),
        needed("queue", &own.queue),
        optional("new_status", own.new_status.as_ref()),
        optional("working_status", own.working_status.as_ref()),
        optional("closed_status", own.closed_status.as_ref()),
        optional("source", own.source.as_ref()),
        optional("due_hours", own.due_hours.map(|hours| hours.to_string()).as_ref()),
        optional("role", own.role.as_ref()),
        optional("zone_url", own.zone_url.as_ref()),
    ]
}

fn needed(name: &'static str, value: &str) -> PsaField {
    PsaField { name, label: label(name), value: value.to_owned(), is_required: true }
}

fn optional(name: &'static str, value: Option<&String>) -> PsaField {
    PsaField { name, label: label(name), value: value.cloned().unwrap_or_default(), is_required: false }
}

/// The settings that were sent; `None`: of no PSA that there is.
pub(super) fn read(fields: &Fields) -> Option<Provider> {
    let text = |name: &str| fields.get(name).unwrap_or_default().trim().to_owned();
    let said = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let is_on = |name: &str| fields.get(name) == Some("yes");
    Some(match fields.get("provider")? {
        "theone" => Provider::Theone(TheOneSettings { api_url: text("api_url") }),
        "halopsa" => {
            let also_closed = text("also_closed");
            let also_closed = also_closed.split(',').map(str::trim).filter(|status| !status.is_empty());
            Provider::Halopsa(HaloSettings {
                base_url: text("base_url"),
                client_id: text("client_id"),
                ticket_type: said("ticket_type"),
                working_status: said("working_status"),
                closed_status: said("closed_status"),
                also_closed: also_closed.map(str::to_owned).collect(),
                note_outcome: said("note_outcome"),
            })
        }
        "autotask" => Provider::Autotask(AutotaskSettings {
            username: text("username"),
            integration_code: text("integration_code"),
            queue: text("queue"),
            new_status: said("new_status"),
            working_status: said("working_status"),
            closed_status: said("closed_status"),
            source: said("source"),
            // What is no number of hours is none that is taken.
            due_hours: said("due_hours").map(|hours| hours.parse().unwrap_or(0)),
            impersonate: is_on("impersonate"),
            role: said("role"),
            zone_url: said("zone_url"),
        }),
        _ => return None,
    })
}

/// What our words are called there: as it was, but for what the form has a field for.
pub(super) fn mapping(fields: &Fields, before: PsaMapping) -> PsaMapping {
    let Some(company) = fields.get(DEFAULT_COMPANY) else { return before };
    let company = Some(company.trim()).filter(|company| !company.is_empty());
    PsaMapping { default_company: company.map(str::to_owned), ..before }
}

/// What is wrong, by the form's own labels.
pub(super) fn in_words(wrong: &FieldError) -> String {
    let name = wrong.field.trim_start_matches("provider.").trim_start_matches("mapping.");
    let name = match (name, label(name)) {
        ("secret", _) => "The secret",
        (name, "") => name,
        (_, label) => label,
    };
    format!("{name}: {}", wrong.problem)
}
