//! The products of The One Stack: Defend's own body, and messages of RMM, Security and Backups, in a CloudEvents
//! envelope or without one.
//!
//! Invariants: a message names its tenant and, where its product's rule asks for it, a severity that is known, or it is
//! refused with the field's name; a problem and its end have the same dedup key.

mod bus;
mod defend;
mod envelope;

use app::port::{StackMessage, Unreadable};
use domain::severity::UnknownSeverity;
use domain::source::SourceType;
use serde_json::{Map, Value};

use super::fields::Fields;

/// The Hub's organization id, as the products name it.
const TENANT: [&str; 3] = ["tenantid", "orgid", "organizationid"];

const SEVERITY: [&str; 2] = ["severity", "priority"];

const TITLE: [&str; 5] = ["title", "summary", "name", "message", "subject"];

const DESCRIPTION: [&str; 4] = ["description", "details", "message", "reason"];

const DEVICE: [&str; 3] = ["devicename", "device", "computername"];

const HOSTNAME: [&str; 3] = ["hostname", "host", "fqdn"];

/// A message of `product`.
pub(super) fn read(product: SourceType, body: &[u8]) -> Result<StackMessage, Unreadable> {
    let object = object(body)?;
    match product {
        SourceType::Defend => defend::read(&object),
        SourceType::Rmm | SourceType::Security | SourceType::Backups => bus::read(product, object),
        _ => Err(unreadable("body", "is of no product of The One Stack")),
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let not_json = |error: serde_json::Error| unreadable("body", format!("is not JSON: {error}"));
    let value = match serde_json::from_slice(body).map_err(not_json)? {
        // Some queues carry JSON as a text.
        Value::String(text) => serde_json::from_str(&text).map_err(not_json)?,
        value => value,
    };
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(unreadable("body", "is not a JSON object")),
    }
}

/// The severity in words that aren't ours either, such as `warning`.
fn unknown_severity(said: Option<&str>) -> Unreadable {
    match said {
        Some(_) => unreadable("severity", UnknownSeverity.to_string()),
        None => unreadable("severity", "is missing"),
    }
}

fn device(fields: &Fields<'_>) -> domain::signal::Device {
    domain::signal::Device { name: fields.text(&DEVICE), hostname: fields.text(&HOSTNAME) }
}

fn unreadable(field: &str, problem: impl Into<String>) -> Unreadable {
    Unreadable { field: field.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests;
