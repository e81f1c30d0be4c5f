//! The envelope of a message: CloudEvents 1.0 in structured mode, or none.

use app::port::Unreadable;
use serde_json::{Map, Value};

use super::{TENANT, unreadable};
use crate::alert_source::fields::Fields;

/// A message out of its envelope.
#[derive(Debug)]
pub(super) struct Opened {
    /// The message's own id; a message without an envelope has none, since an `id` in it may be that of the alert.
    pub(super) id: Option<String>,
    /// Such as `rmm.alert.critical`; may be empty.
    pub(super) kind: String,
    pub(super) tenant: String,
    pub(super) data: Map<String, Value>,
}

pub(super) fn open(mut object: Map<String, Value>) -> Result<Opened, Unreadable> {
    let data = match object.remove("data") {
        _ if object.contains_key("data_base64") => {
            return Err(unreadable("data_base64", "is not read here; put JSON into data"));
        }
        None => None,
        Some(Value::Object(data)) => Some(data),
        Some(Value::String(text)) => Some(
            serde_json::from_str(&text)
                .map_err(|error| unreadable("data", format!("is not a JSON object: {error}")))?,
        ),
        Some(Value::Null) if object.contains_key("specversion") => {
            return Err(unreadable("data", "is missing"));
        }
        Some(_) => return Err(unreadable("data", "is not a JSON object")),
    };
    let enveloped = data.is_some() || object.contains_key("specversion");
    let (id, kind, outer) = {
        let fields = Fields::of(&object, &[]);
        let id = if enveloped { fields.text(&["id"]) } else { fields.text(&["messageid"]) };
        let kind = fields.text(&["type", "eventtype", "event"]).unwrap_or_default();
        (id, kind, fields.text(&TENANT))
    };
    let data = match data {
        Some(data) => data,
        None if enveloped => return Err(unreadable("data", "is missing")),
        None => object,
    };
    let inner = Fields::of(&data, &[]).text(&TENANT);
    let tenant = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => {
            return Err(unreadable("tenant_id", "is another one in data than in the envelope"));
        }
        (Some(tenant), _) | (None, Some(tenant)) => tenant,
        (None, None) => return Err(unreadable("tenant_id", "is missing")),
    };
    Ok(Opened { id, kind, tenant, data })
}
