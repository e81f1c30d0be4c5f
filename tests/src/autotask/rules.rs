//! What Autotask takes: the rules for tickets, notes and time, each broken one answered with its text.
//!
//! Invariant: what breaks a rule changes nothing.

use serde_json::{Value, json};

use super::books::Books;

/// Why nothing was changed; the text of a 500.
pub(super) type Refused = String;

const FELL_OVER: &str =
    "An exception has been encountered. Please contact customer support. Error reference 7c9d2d5d";

/// Fields of a ticket that have a picklist.
const PICKED: [&str; 4] = ["status", "priority", "queueID", "source"];

/// Opens a ticket and answers its id.
pub(super) fn create(books: &mut Books, body: Value) -> Result<i64, Refused> {
    let Some(fields) = body.as_object() else { return Err(FELL_OVER.to_owned()) };
    if fields.values().any(Value::is_null) {
        return Err(FELL_OVER.to_owned());
    }
    let mut required = vec!["companyID", "title", "status", "priority", "dueDateTime"];
    required.extend(body.get("assignedResourceID").is_none().then_some("queueID"));
    let missing: Vec<&str> = required.into_iter().filter(|name| body.get(name).is_none()).collect();
    if !missing.is_empty() {
        return Err(format!("Required fields are missing: {}.", missing.join(", ")));
    }
    check_ticket(books, &body)?;
    Ok(books.open(body))
}

/// Changes what `body` names; everything else becomes null if `whole`.
pub(super) fn change(books: &mut Books, body: &Value, whole: bool) -> Result<i64, Refused> {
    let (Some(fields), Some(id)) = (body.as_object(), body["id"].as_i64()) else {
        return Err("The id of the ticket is missing.".to_owned());
    };
    let Some(old) = books.get("Tickets", id).cloned() else {
        return Err("No matching records found for the given id.".to_owned());
    };
    refuse_closed(books, &old)?;
    let mut new = old;
    if let (true, Some(all)) = (whole, new.as_object_mut()) {
        for (_, value) in all.iter_mut().filter(|(name, _)| *name != "id") {
            *value = Value::Null;
        }
    }
    for (name, value) in fields {
        new[name.as_str()] = value.clone();
    }
    if new["title"].is_null() || new["companyID"].is_null() || new["ticketNumber"].is_null() {
        return Err("Required fields are missing: title, companyID.".to_owned());
    }
    check_ticket(books, &new)?;
    *books.ticket_mut(&id.to_string()) = new;
    books.touch(id);
    Ok(id)
}

fn check_ticket(books: &Books, ticket: &Value) -> Result<(), Refused> {
    for field in PICKED {
        check_picked(books, "Tickets", field, &ticket[field])?;
    }
    for (field, longest) in
        [("title", 255), ("description", 8_000), ("externalID", 50), ("resolution", 32_000)]
    {
        check_length(ticket, field, longest)?;
    }
    let company = ticket["companyID"].as_i64().and_then(|id| books.get("Companies", id));
    if company.is_none_or(|company| company["isActive"] != true) {
        return Err("The value supplied for companyID is not an active company.".to_owned());
    }
    match (ticket["assignedResourceID"].as_i64(), ticket["assignedResourceRoleID"].as_i64()) {
        (None, None) => Ok(()),
        (Some(resource), Some(role)) => check_person(books, resource, role),
        _ => Err("assignedResourceID and assignedResourceRoleID come together.".to_owned()),
    }
}

fn check_person(books: &Books, resource: i64, role: i64) -> Result<(), Refused> {
    if books.get("Resources", resource).is_none_or(|resource| resource["isActive"] != true) {
        return Err("The assigned resource is not active.".to_owned());
    }
    let has = |known: &Value| known["resourceID"] == resource && known["roleID"] == role;
    if books.all("ResourceServiceDeskRoles").iter().any(has) {
        return Ok(());
    }
    Err("The resource does not have the role.".to_owned())
}

/// Adds a note to a ticket and answers its id.
pub(super) fn add_note(
    books: &mut Books,
    ticket: i64,
    mut body: Value,
    on_behalf_of: Option<i64>,
) -> Result<i64, Refused> {
    let Some(found) = books.get("Tickets", ticket) else {
        return Err("No matching records found for the ticket.".to_owned());
    };
    refuse_closed(books, found)?;
    for field in ["title", "description", "noteType", "publish"] {
        if body.get(field).is_none_or(Value::is_null) {
            return Err(format!("Required fields are missing: {field}."));
        }
    }
    check_length(&body, "title", 250)?;
    check_length(&body, "description", 32_000)?;
    check_picked(books, "TicketNotes", "noteType", &body["noteType"])?;
    check_picked(books, "TicketNotes", "publish", &body["publish"])?;
    body["ticketID"] = json!(ticket);
    body["impersonatorCreatorResourceID"] = json!(on_behalf_of);
    books.touch(ticket);
    Ok(books.keep("TicketNotes", 40_001, body))
}

/// Files time and answers the entry's id.
pub(super) fn add_time(books: &mut Books, body: Value) -> Result<i64, Refused> {
    let (Some(resource), Some(role)) = (body["resourceID"].as_i64(), body["roleID"].as_i64()) else {
        return Err("Required fields are missing: resourceID, roleID.".to_owned());
    };
    check_person(books, resource, role)?;
    let Some(ticket) = body["ticketID"].as_i64().filter(|id| books.get("Tickets", *id).is_some()) else {
        return Err("No matching records found for the ticket.".to_owned());
    };
    let hours = body["hoursWorked"].as_f64().unwrap_or_default();
    if hours <= 0.0 || hours > 24.0 || body["startDateTime"].as_str() >= body["endDateTime"].as_str() {
        return Err("hoursWorked must be more than 0 and at most 24.".to_owned());
    }
    check_length(&body, "summaryNotes", 8_000)?;
    books.touch(ticket);
    Ok(books.keep("TimeEntries", 70_001, body))
}

fn refuse_closed(books: &Books, ticket: &Value) -> Result<(), Refused> {
    if books.locks_closed && books.is_over(ticket) {
        return Err("The ticket is closed.".to_owned());
    }
    Ok(())
}

fn check_picked(books: &Books, entity: &str, field: &str, value: &Value) -> Result<(), Refused> {
    let is_known = books.picklist(entity, field).iter().any(|(known, _)| *value == *known);
    if value.is_null() || is_known {
        Ok(())
    } else {
        Err(format!("The value of {field} is not in its picklist."))
    }
}

fn check_length(item: &Value, field: &str, longest: usize) -> Result<(), Refused> {
    let length = item[field].as_str().map_or(0, |text| text.chars().count());
    if length <= longest { Ok(()) } else { Err(format!("{field} is longer than {longest} characters.")) }
}
