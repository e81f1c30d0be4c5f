//! `GET /api/calendars/{secret}.ics`: what calendar programs subscribe to. The secret in the address is all they need.
//!
//! Invariants: every address that doesn't work is answered with the same bytes; the same calendar is the same bytes, and a
//! program that has them is told so.

use std::sync::Arc;

use app::feeds::{Agenda, AgendaEntry};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use integrations::calendar::{Feed, FeedEvent, write};
use sha2::{Digest as _, Sha256};

use crate::edge::Edge;
use crate::problem::Problem;

/// Programs ask often; a shift that changes is in the calendar a quarter of an hour later.
const CACHE: &str = "private, max-age=900";

/// A calendar, or that the program has it already.
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let secret = file.strip_suffix(".ics").ok_or_else(nothing)?;
    let agenda = app::feeds::read(&edge.app, secret).await?.ok_or_else(nothing)?;
    let disposition = format!("inline; filename=\"{}.ics\"", file_name(&agenda.name));
    let body = write(&feed(agenda));
    let tag = tag(&body);
    if has(&headers, &tag) {
        let caching = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, CACHE)];
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, CACHE),
    ];
    Ok((headers, body).into_response())
}

fn nothing() -> Problem {
    let detail = "there is no calendar at this address, or not any more";
    Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
}

fn feed(agenda: Agenda) -> Feed {
    let stamp = agenda.stamp;
    let event = |entry: AgendaEntry| FeedEvent {
        starts: entry.span.starts,
        ends: entry.span.ends,
        uid: entry.uid,
        stamp,
        summary: entry.summary,
        description: entry.description,
        url: Some(entry.url),
    };
    Feed {
        name: agenda.name,
        zone: agenda.zone.name(),
        url: agenda.url,
        events: agenda.entries.into_iter().map(event).collect(),
    }
}

/// What a calendar is saved under: letters and digits that every system takes.
fn file_name(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// A strong tag: the same for the same bytes only.
fn tag(body: &str) -> String {
    use std::fmt::Write as _;
    let mut tag = String::from("\"");
    for byte in Sha256::digest(body.as_bytes()).iter().take(16) {
        // Writing to a String cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Whether the program has these bytes. A cache on the way may have weakened the tag.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut given = given.flat_map(|value| value.split(',')).map(str::trim);
    given.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_tag_is_known_however_it_comes_back() {
        let tag = tag("BEGIN:VCALENDAR");
        let asked = |value: &str| {
            has(&HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(value).unwrap())]), &tag)
        };
        assert!(asked(&tag) && asked(&format!("\"x\", W/{tag}")) && asked("*"));
        assert!(!asked("\"x\"") && !asked("") && !asked(tag.trim_matches('"')));
        assert!(!has(&HeaderMap::new(), &tag));
    }

    #[test]
    fn a_file_name_is_plain_whatever_the_calendar_is_called() {
        assert_eq!(file_name("On call: Nächte \"A\"\r\n/.."), "on-call-n-chte-a");
    }
}
