//! Queries: filters over entities, as far as the documentation goes.
//!
//! Invariant: what isn't understood is refused, never taken for everything.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::books::Books;

/// What a query finds, or why it is refused.
pub(super) fn query(books: &Books, entity: &str, body: &Value) -> Result<Value, String> {
    let Some(filter) = body["filter"].as_array().filter(|filter| !filter.is_empty()) else {
        return Err("The query has no filter.".to_owned());
    };
    let most = body.get("MaxRecords").map_or(Some(500), Value::as_u64);
    let most = most.filter(|most| (1..=500).contains(most)).ok_or("MaxRecords must be from 1 to 500.")?;
    let mut items = Vec::new();
    for item in books.all(entity) {
        if holds_all(filter, item, entity)? {
            items.push(only(item, body["IncludeFields"].as_array()));
        }
    }
    items.truncate(usize::try_from(most).map_err(|error| error.to_string())?);
    let count = items.len();
    let page = json!({ "count": count, "requestCount": most, "prevPageUrl": null, "nextPageUrl": null });
    Ok(json!({ "items": items, "pageDetails": page }))
}

fn only(item: &Value, fields: Option<&Vec<Value>>) -> Value {
    let (Some(fields), Some(all)) = (fields, item.as_object()) else { return item.clone() };
    let wanted = fields.iter().filter_map(Value::as_str);
    Value::Object(wanted.map(|name| (name.to_owned(), item[name].clone())).chain(id(all)).collect())
}

fn id(item: &Map<String, Value>) -> Option<(String, Value)> {
    item.get_key_value("id").map(|(name, value)| (name.clone(), value.clone()))
}

fn holds_all(filter: &[Value], item: &Value, entity: &str) -> Result<bool, String> {
    for condition in filter {
        if !holds(condition, item, entity)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn holds(condition: &Value, item: &Value, entity: &str) -> Result<bool, String> {
    let op = condition["op"].as_str().unwrap_or_default();
    let items = condition["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    match op {
        "and" => return holds_all(items, item, entity),
        "or" => {
            for condition in items {
                if holds(condition, item, entity)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        _ => {}
    }
    let field = condition["field"].as_str().unwrap_or_default();
    if !is_field(entity, field) {
        return Err(format!("Unable to find {field} in the {entity} Entity."));
    }
    let (has, wants) = (&item[field], &condition["value"]);
    let order = match (has.as_f64(), wants.as_f64()) {
        (Some(has), Some(wants)) => has.partial_cmp(&wants),
        _ => Some(text(has).cmp(&text(wants))),
    };
    Ok(match op {
        "eq" => order == Some(Ordering::Equal),
        "noteq" => order != Some(Ordering::Equal),
        "gt" => order == Some(Ordering::Greater),
        "contains" => text(has).contains(&text(wants)),
        "beginsWith" => text(has).starts_with(&text(wants)),
        "exist" => !has.is_null(),
        _ => return Err(format!("The operator {op} is not known.")),
    })
}

/// Comparisons look at no letter's case.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase()
}

fn is_field(entity: &str, field: &str) -> bool {
    let fields: &[&str] = match entity {
        "Tickets" => &["id", "ticketNumber", "externalID", "companyID", "status", "title"],
        "TicketNotes" => &["id", "ticketID", "description", "title", "noteType"],
        "Resources" => &["id", "email", "firstName", "lastName", "isActive"],
        "Roles" => &["id", "name", "isActive"],
        "ResourceServiceDeskRoles" => &["id", "resourceID", "roleID", "isActive", "isDefault"],
        "Companies" => &["id", "companyName", "isActive"],
        "TimeEntries" => &["id", "ticketID", "resourceID"],
        _ => &[],
    };
    fields.contains(&field)
}
