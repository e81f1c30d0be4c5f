//! A ticket as HaloPSA tells it: whose it is, whether it is over, and what it says.
//!
//! Invariant: a ticket is ours only where our whole key stands in its text; a search that found it proves nothing.

use domain::halopsa::{Standing, is_date};
use domain::psa::HaloSettings;
use domain::ticket::TicketFacts;
use serde_json::Value;

use super::lists::Entry;
use super::wire::{is_of_key, number, text, ticket_key};

/// The ticket's number, if this is one.
pub(super) fn id(ticket: &Value) -> Option<i64> {
    number(ticket, &["id", "ticket_id"]).filter(|id| *id > 0)
}

/// The name of the ticket's status.
pub(super) fn status<'a>(ticket: &'a Value, statuses: &'a [Entry]) -> Option<&'a str> {
    let own = text(ticket, "status_name").or_else(|| text(ticket.get("status")?, "name"));
    own.or_else(|| {
        let id = number(ticket, &["status_id"])?;
        let entry = statuses.iter().find(|entry| entry.id == id)?;
        entry.names.first().map(String::as_str)
    })
}

/// Whether nothing more is done about it: it was merged into another, or it is over as any ticket is.
pub(super) fn is_over(ticket: &Value, settings: &HaloSettings, statuses: &[Entry]) -> bool {
    let merged = number(ticket, &["merged_into_id", "mergedtoid", "merged_to_id", "mergedintoid"]);
    if merged.is_some_and(|into| into > 0) {
        return true;
    }
    let standing = Standing {
        names: status(ticket, statuses).map(str::to_owned).into_iter().collect(),
        id: number(ticket, &["status_id"]),
        is_dated: is_dated(ticket),
        has_been_closed: ticket.get("hasbeenclosed") == Some(&Value::Bool(true)),
    };
    standing.is_over_by(settings)
}

fn is_dated(ticket: &Value) -> Option<bool> {
    match ticket.get("dateclosed")? {
        Value::Null => Some(false),
        Value::String(date) => is_date(date),
        _ => None,
    }
}

/// Whether the ticket's text is there to be looked at.
pub(super) fn has_details(ticket: &Value) -> bool {
    text(ticket, "details").or_else(|| text(ticket, "details_html")).is_some()
}

/// Whether the ticket carries our key, and not just a longer one that begins like it.
pub(super) fn carries(ticket: &Value, external_ref: &str) -> bool {
    ["details", "details_html"].iter().filter_map(|name| text(ticket, name)).any(|details| {
        details.match_indices(external_ref).any(|(start, found)| {
            let (before, after) = (&details[..start], &details[start + found.len()..]);
            !before.ends_with(is_of_key) && !after.starts_with(is_of_key)
        })
    })
}

/// What a ticket says.
pub(super) fn facts(ticket: &Value, url: String, statuses: &[Entry]) -> Option<TicketFacts> {
    let id = id(ticket)?.to_string();
    let own = |name: &str| text(ticket, name).unwrap_or_default().to_owned();
    let priority = ticket.get("priority").and_then(|priority| text(priority, "name"));
    let priority =
        priority.map(str::to_owned).or_else(|| number(ticket, &["priority_id"]).map(|id| id.to_string()));
    let details = own("details");
    Some(TicketFacts {
        number: Some(id.clone()),
        id,
        title: own("summary"),
        status: status(ticket, statuses).unwrap_or_default().to_owned(),
        stage: None,
        priority: text(ticket, "priority_name").map(str::to_owned).or(priority).unwrap_or_default(),
        client: text(ticket, "client_name").map(str::to_owned),
        url: Some(url),
        external_ref: key_in(ticket),
        touched: last_action(ticket).map(str::to_owned),
        description: details,
    })
}

/// When the last thing was done about it, as HaloPSA writes that.
fn last_action(ticket: &Value) -> Option<&str> {
    text(ticket, "lastactiondate").filter(|date| is_date(date) != Some(false))
}

/// The number that whoever made it has for it, where it has one.
pub(super) fn third_party_id(ticket: &Value) -> Option<u64> {
    number(ticket, &["third_party_id"]).and_then(|id| u64::try_from(id).ok()).filter(|id| *id > 0)
}

/// Our key for a ticket, where its text ends as ours do.
fn key_in(ticket: &Value) -> Option<String> {
    let texts = ["details", "details_html"].into_iter();
    texts.filter_map(|name| text(ticket, name)).find_map(ticket_key).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_ticket_is_over_by_its_status_and_else_by_its_closing_date() {
        let settings = HaloSettings {
            closed_status: Some("Erledigt".into()),
            also_closed: vec!["Rechnung".into(), "23".into()],
            working_status: Some("In Arbeit".into()),
            ..HaloSettings::default()
        };
        let (empty, date) = ("1900-01-01T00:00:00", "2026-11-20T22:00:00.113");
        for (ticket, over) in [
            (json!({"status_name": "New", "hasbeenclosed": false, "dateclosed": empty}), false),
            (json!({"status_name": "Closed", "hasbeenclosed": true, "dateclosed": date}), true),
            (json!({"status_name": "resolved", "dateclosed": empty}), true),
            (json!({"status_name": "ERLEDIGT "}), true),
            (json!({"status_name": "Rechnung", "dateclosed": empty}), true),
            (json!({"status_name": "In Arbeit", "hasbeenclosed": true, "dateclosed": date}), false),
            (json!({"status_name": "In Progress", "hasbeenclosed": true}), false),
            (json!({"status_name": "Fertig", "hasbeenclosed": true, "dateclosed": date}), true),
            (json!({"status_name": "Wartet", "hasbeenclosed": true, "dateclosed": empty}), false),
            (json!({"status_id": 24, "hasbeenclosed": true, "dateclosed": null}), false),
            (json!({"status_id": 24, "hasbeenclosed": true, "dateclosed": ""}), false),
            (json!({"status_id": 24, "hasbeenclosed": true}), true),
            (json!({"hasbeenclosed": true}), true),
            (json!({"status_name": "New", "merged_into_id": 7}), true),
            (json!({"status_name": "New", "merged_into_id": 0, "mergedtoid": -1}), false),
            (json!({"status_id": 9}), true),
            (json!({"status_id": 1}), false),
            (json!({"status_id": 23, "status_name": "Abgelegt", "dateclosed": empty}), true),
            (json!({"status_id": 23}), true),
            (json!({"status_id": 24, "status_name": "23 or so", "dateclosed": empty}), false),
            (json!({}), false),
        ] {
            let status = |id, name: &str| Entry { id, names: vec![name.to_owned()], sla: None, off: false };
            let statuses = [status(1, "New"), status(9, "Closed")];
            assert_eq!(is_over(&ticket, &settings, &statuses), over, "{ticket}");
        }
    }

    #[test]
    fn a_ticket_is_ours_only_with_the_whole_key() {
        for (details, ours) in [
            ("On-Call: oncall-incident-inc_1", true),
            ("<p>x<br>On-Call: oncall-incident-inc_1</p>", true),
            ("On-Call: oncall-incident-inc_1-2", false),
            ("On-Call: oncall-incident-inc_12", false),
            ("On-Call: oncall-incident-inc_12, and oncall-incident-inc_1.", true),
            ("nothing", false),
        ] {
            assert_eq!(carries(&json!({"details": details}), "oncall-incident-inc_1"), ours, "{details}");
            assert_eq!(
                carries(&json!({"details_html": details}), "oncall-incident-inc_1"),
                ours,
                "{details}"
            );
        }
    }

    #[test]
    fn a_ticket_of_somebody_else_says_what_it_is_about_and_one_of_ours_says_its_key() {
        let ticket = json!({
            "id": 4713, "summary": "ERP down", "details": "no access", "status_name": "New", "priority_id": 1,
            "priority": {"priorityid": 1, "name": "Critical"}, "client_name": "Contoso Ltd",
            "lastactiondate": "2026-11-20T21:04:05.617",
        });
        let facts = facts(&ticket, "u".into(), &[]).unwrap();
        assert_eq!((facts.id.as_str(), facts.title.as_str()), ("4713", "ERP down"));
        assert_eq!((facts.status.as_str(), facts.priority.as_str()), ("New", "Critical"));
        assert_eq!((facts.client.as_deref(), facts.external_ref), (Some("Contoso Ltd"), None));
        assert_eq!(facts.touched.as_deref(), Some("2026-11-20T21:04:05.617"));
        let ours = json!({"id": "5", "details": "x\nOn-Call: oncall-incident-inc_1-2\n"});
        let facts = super::facts(&ours, "u".into(), &[]).unwrap();
        assert_eq!(facts.external_ref.as_deref(), Some("oncall-incident-inc_1-2"));
        assert_eq!(super::facts(&json!({"id": 0}), "u".into(), &[]), None);
        let quoting = json!({"id": 6, "details": "Help!\n> On-Call: oncall-incident-inc_1-2"});
        assert_eq!(super::facts(&quoting, "u".into(), &[]).unwrap().external_ref, None);
    }
}
