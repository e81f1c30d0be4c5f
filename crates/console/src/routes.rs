//! Every address of the console, once: patterns for the router, builders for links, forms and redirects.
//!
//! Invariant: a builder's address is matched by its pattern; ids, names and cursors are percent-encoded.
//!
//! Every form is posted as `application/x-www-form-urlencoded` with a `csrf` field, and most carry `next`: the path to
//! show afterwards, which is the page that the form stood on. `next` comes back from a browser, so whoever redirects to
//! it checks that it stays within the console ([`is_console_path`]).

use chrono::NaiveDate;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::incidents::IncidentFilter;

/// `GET`: the list; query `state` ([`IncidentFilter::name`]), `before` (a cursor), `select=all`.
pub const INCIDENTS: &str = "/app/incidents";
/// `POST`: several at once; fields `action` (`acknowledge` or `resolve`) and one `id` for each.
pub const INCIDENTS_BULK: &str = "/app/incidents/bulk";
/// `GET`: one incident.
pub const INCIDENT: &str = "/app/incidents/{id}";
/// `POST`: take it.
pub const INCIDENT_ACKNOWLEDGE: &str = "/app/incidents/{id}/acknowledge";
/// `POST`: end it; field `note` is the closing note, absent or empty for none.
pub const INCIDENT_RESOLVE: &str = "/app/incidents/{id}/resolve";
/// `POST`: field `note`, not empty.
pub const INCIDENT_NOTES: &str = "/app/incidents/{id}/notes";
/// `POST`: notify the next step now.
pub const INCIDENT_ESCALATE: &str = "/app/incidents/{id}/escalate";
/// `POST`: link a PSA ticket by hand; field `psa_ticket_id`.
pub const INCIDENT_PSA_TICKET: &str = "/app/incidents/{id}/psa-ticket";
/// `POST`: try again to create the PSA ticket.
pub const INCIDENT_PSA_TICKET_RETRY: &str = "/app/incidents/{id}/psa-ticket/retry";
/// `GET`: who is on call now.
pub const ON_CALL: &str = "/app/on-call";
/// `GET`: every schedule.
pub const SCHEDULES: &str = "/app/schedules";
/// `GET`: one schedule; query `from` (`YYYY-MM-DD`), `days`, and what to fill in its form with: `kind`, `off`, `start`,
/// `end`.
pub const SCHEDULE: &str = "/app/schedules/{id}";
/// `POST`: make an override; fields of [`crate::schedule::FormField`].
pub const SCHEDULE_OVERRIDES: &str = "/app/schedules/{id}/overrides";
/// `POST`: take the shift of whoever asks to be covered.
pub const OVERRIDE_ACCEPT: &str = "/app/overrides/{id}/accept";
/// `POST`: agree to it.
pub const OVERRIDE_APPROVE: &str = "/app/overrides/{id}/approve";
/// `POST`: refuse it.
pub const OVERRIDE_REJECT: &str = "/app/overrides/{id}/reject";
/// `POST`: take it back, or end it.
pub const OVERRIDE_WITHDRAW: &str = "/app/overrides/{id}/withdraw";
/// `GET`: what is wrong with who is on call.
pub const COVERAGE_GAPS: &str = "/app/coverage-gaps";
/// `POST`: look again; no fields of its own.
pub const COVERAGE_GAPS_SCAN: &str = "/app/coverage-gaps/scan";
/// `POST`: put somebody on call; fields `user_id`, `reason`.
pub const COVERAGE_GAP_FILL: &str = "/app/coverage-gaps/{id}/fill";
/// `GET`: every alert source; `POST`: make one, answered by the page with its key; fields of
/// [`crate::alert_sources::EnteredSource`].
pub const ALERT_SOURCES: &str = "/app/alert-sources";
/// `GET`: one alert source; query `after`, a cursor of its deliveries.
pub const ALERT_SOURCE: &str = "/app/alert-sources/{id}";
/// `POST`: send a test alert; field `severity`.
pub const ALERT_SOURCE_TEST: &str = "/app/alert-sources/{id}/test";
/// `POST`: another key, answered by the page with it; fields `of` (the mark of the key to replace) and `sure` (`yes`).
pub const ALERT_SOURCE_ROTATE_KEY: &str = "/app/alert-sources/{id}/rotate-key";
/// `POST`: read a delivery again; field `delivery`, its id.
pub const ALERT_SOURCE_READ_AGAIN: &str = "/app/alert-sources/{id}/read-again";
/// `POST`: what a body would say, answered by the page with it; field `body`.
pub const ALERT_SOURCE_PREVIEW: &str = "/app/alert-sources/{id}/preview";
/// `GET`: the tenant's PSA; `POST`: set it up; field `provider`, and that form's.
pub const PSA: &str = "/app/settings/psa";
/// `POST`: check it now, answered by the page; no fields of its own.
pub const PSA_VERIFY: &str = "/app/settings/psa/verify";
/// `GET`: the page, query `next`, and where the Hub signs people in `ended` or `renew`; `POST`: field `user_id` or `token`, and `next`.
pub const SIGN_IN: &str = "/app/sign-in";
/// `GET`: where the Hub sends browsers back to; query `code` and `state`, or `error` and `state`.
pub const SIGN_IN_CALLBACK: &str = "/app/sign-in/callback";
/// `POST`: no fields of its own.
pub const SIGN_OUT: &str = "/app/sign-out";
/// `GET`: the captured mails.
pub const MAIL: &str = "/app/mail";
/// `GET`: one captured mail.
pub const MAIL_MESSAGE: &str = "/app/mail/{name}";
/// `GET`: the style sheet.
pub const STYLE: &str = "/app/assets/style.css";
/// `GET` shows the page, `POST` acknowledges; no sign-in.
pub const ACKNOWLEDGE_LINK: &str = "/app/a/{token}";

/// The page to land on.
pub const HOME: &str = INCIDENTS;

/// What stands for itself in a path segment or a query value.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn filled(pattern: &str, placeholder: &str, value: &str) -> String {
    pattern.replacen(placeholder, &encoded(value), 1)
}

/// The list, filtered, from a cursor on (`None`: from the newest).
pub fn incidents(filter: IncidentFilter, before: Option<&str>) -> String {
    let mut address = format!("{INCIDENTS}?state={}", filter.name());
    if let Some(cursor) = before {
        address.push_str("&before=");
        address.push_str(&encoded(cursor));
    }
    address
}

/// See [`INCIDENT`].
pub fn incident(id: &str) -> String {
    filled(INCIDENT, "{id}", id)
}

/// See [`INCIDENT_ACKNOWLEDGE`].
pub fn incident_acknowledge(id: &str) -> String {
    filled(INCIDENT_ACKNOWLEDGE, "{id}", id)
}

/// See [`INCIDENT_RESOLVE`].
pub fn incident_resolve(id: &str) -> String {
    filled(INCIDENT_RESOLVE, "{id}", id)
}

/// See [`INCIDENT_NOTES`].
pub fn incident_notes(id: &str) -> String {
    filled(INCIDENT_NOTES, "{id}", id)
}

/// See [`INCIDENT_ESCALATE`].
pub fn incident_escalate(id: &str) -> String {
    filled(INCIDENT_ESCALATE, "{id}", id)
}

/// See [`INCIDENT_PSA_TICKET`].
pub fn incident_psa_ticket(id: &str) -> String {
    filled(INCIDENT_PSA_TICKET, "{id}", id)
}

/// See [`INCIDENT_PSA_TICKET_RETRY`].
pub fn incident_psa_ticket_retry(id: &str) -> String {
    filled(INCIDENT_PSA_TICKET_RETRY, "{id}", id)
}

/// See [`SCHEDULE`]; the days of the default.
pub fn schedule(id: &str) -> String {
    filled(SCHEDULE, "{id}", id)
}

/// See [`SCHEDULE`].
pub fn schedule_days(id: &str, from: NaiveDate, days: u16) -> String {
    format!("{}?from={from}&days={days}", schedule(id))
}

/// See [`SCHEDULE_OVERRIDES`].
pub fn schedule_overrides(id: &str) -> String {
    filled(SCHEDULE_OVERRIDES, "{id}", id)
}

/// See [`OVERRIDE_ACCEPT`].
pub fn override_accept(id: &str) -> String {
    filled(OVERRIDE_ACCEPT, "{id}", id)
}

/// See [`OVERRIDE_APPROVE`].
pub fn override_approve(id: &str) -> String {
    filled(OVERRIDE_APPROVE, "{id}", id)
}

/// See [`OVERRIDE_REJECT`].
pub fn override_reject(id: &str) -> String {
    filled(OVERRIDE_REJECT, "{id}", id)
}

/// See [`OVERRIDE_WITHDRAW`].
pub fn override_withdraw(id: &str) -> String {
    filled(OVERRIDE_WITHDRAW, "{id}", id)
}

/// See [`COVERAGE_GAP_FILL`].
pub fn coverage_gap_fill(id: &str) -> String {
    filled(COVERAGE_GAP_FILL, "{id}", id)
}

/// See [`ALERT_SOURCE`].
pub fn alert_source(id: &str) -> String {
    filled(ALERT_SOURCE, "{id}", id)
}

/// See [`ALERT_SOURCE`]; its deliveries from a cursor on.
pub fn alert_source_older(id: &str, after: &str) -> String {
    format!("{}?after={}", alert_source(id), encoded(after))
}

/// See [`ALERT_SOURCE_TEST`].
pub fn alert_source_test(id: &str) -> String {
    filled(ALERT_SOURCE_TEST, "{id}", id)
}

/// See [`ALERT_SOURCE_ROTATE_KEY`].
pub fn alert_source_rotate_key(id: &str) -> String {
    filled(ALERT_SOURCE_ROTATE_KEY, "{id}", id)
}

/// See [`ALERT_SOURCE_READ_AGAIN`].
pub fn alert_source_read_again(id: &str) -> String {
    filled(ALERT_SOURCE_READ_AGAIN, "{id}", id)
}

/// See [`ALERT_SOURCE_PREVIEW`].
pub fn alert_source_preview(id: &str) -> String {
    filled(ALERT_SOURCE_PREVIEW, "{id}", id)
}

/// The sign-in page that leads on to `next` afterwards.
pub fn sign_in(next: &str) -> String {
    format!("{SIGN_IN}?next={}", encoded(next))
}

/// See [`MAIL_MESSAGE`].
pub fn mail_message(name: &str) -> String {
    filled(MAIL_MESSAGE, "{name}", name)
}

/// See [`ACKNOWLEDGE_LINK`].
pub fn acknowledge_link(token: &str) -> String {
    filled(ACKNOWLEDGE_LINK, "{token}", token)
}

/// Whether `next` leads to a page of this console and nowhere else: a path below `/app/` without what a browser would
/// read as another host, a step upwards, or a second line.
pub fn is_console_path(next: &str) -> bool {
    let path = next.split(['?', '#']).next().unwrap_or(next);
    path.starts_with("/app/")
        && next.chars().all(|c| c.is_ascii_graphic() && c != '\\')
        && !path.contains("//")
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
        && !path.contains('%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, address: &str) -> bool {
        let (pattern, address): (Vec<_>, Vec<_>) =
            (pattern.split('/').collect(), address.split('/').collect());
        pattern.len() == address.len()
            && pattern.iter().zip(&address).all(|(p, a)| p == a || (p.starts_with('{') && !a.is_empty()))
    }

    #[test]
    fn every_builder_is_matched_by_its_pattern() {
        let odd = "a/b?c#d e";
        for (pattern, address) in [
            (INCIDENT, incident(odd)),
            (INCIDENT_ACKNOWLEDGE, incident_acknowledge(odd)),
            (INCIDENT_RESOLVE, incident_resolve(odd)),
            (INCIDENT_NOTES, incident_notes(odd)),
            (INCIDENT_ESCALATE, incident_escalate(odd)),
            (INCIDENT_PSA_TICKET, incident_psa_ticket(odd)),
            (INCIDENT_PSA_TICKET_RETRY, incident_psa_ticket_retry(odd)),
            (SCHEDULE, schedule(odd)),
            (SCHEDULE_OVERRIDES, schedule_overrides(odd)),
            (OVERRIDE_ACCEPT, override_accept(odd)),
            (OVERRIDE_APPROVE, override_approve(odd)),
            (OVERRIDE_REJECT, override_reject(odd)),
            (OVERRIDE_WITHDRAW, override_withdraw(odd)),
            (COVERAGE_GAP_FILL, coverage_gap_fill(odd)),
            (ALERT_SOURCE, alert_source(odd)),
            (ALERT_SOURCE_TEST, alert_source_test(odd)),
            (ALERT_SOURCE_ROTATE_KEY, alert_source_rotate_key(odd)),
            (ALERT_SOURCE_READ_AGAIN, alert_source_read_again(odd)),
            (ALERT_SOURCE_PREVIEW, alert_source_preview(odd)),
            (MAIL_MESSAGE, mail_message(odd)),
            (ACKNOWLEDGE_LINK, acknowledge_link(odd)),
        ] {
            assert!(matches(pattern, &address), "{pattern} {address}");
            assert!(address.contains("a%2Fb%3Fc%23d%20e"), "{address}");
        }
    }

    #[test]
    fn a_cursor_cannot_add_parameters() {
        assert_eq!(
            incidents(IncidentFilter::Open, Some("x&state=all")),
            "/app/incidents?state=open&before=x%26state%3Dall"
        );
        assert_eq!(sign_in("/app/mail?a=b"), "/app/sign-in?next=%2Fapp%2Fmail%3Fa%3Db");
    }

    #[test]
    fn next_stays_within_the_console() {
        for good in [INCIDENTS, "/app/incidents?state=all&before=x%2F..", "/app/incidents/inc_1#timeline"] {
            assert!(is_console_path(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "/api/incidents",
            "//evil.example/app/",
            "https://evil.example/app/",
            "/app//evil.example",
            "/app/../api/incidents",
            "/app/%2e%2e/api",
            "/app/\\evil",
            "/app/x\r\nSet-Cookie: a=b",
        ] {
            assert!(!is_console_path(bad), "{bad}");
        }
    }
}
