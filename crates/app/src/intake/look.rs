//! A look at a door's address: a browser, or a chat that shows what an address leads to, asks for it and says nothing.
//!
//! Invariant: a look is answered and kept, and is no alert, whatever the door; only a heartbeat's door takes it for one more
//! sign of life. Whatever says anything is no look.

use domain::source::SourceType;

use super::Draft;
use super::masking::unescaped;
use crate::port::ReceivedBody;

/// Whether a request that only asks says nothing beside its key.
pub(super) fn is_one(received: ReceivedBody<'_>) -> bool {
    received.body.trim_ascii().is_empty() && received.query.split('&').all(is_silent)
}

/// Whether a part of a query is no field: nothing at all, or where the key stands.
fn is_silent(pair: &str) -> bool {
    let name = unescaped(pair.split('=').next().unwrap_or_default());
    pair.is_empty() || name == "key" || name == "token"
}

/// What a delivery to a door of this type is, where it is a look and no alert; for people.
pub(super) fn seen(source_type: SourceType, draft: &Draft) -> Option<String> {
    if !draft.value.request.is_look {
        return None;
    }
    match source_type {
        SourceType::Heartbeat => None,
        SourceType::Generic => Some(
            "a look at the address, which says nothing. An alert is sent there by POST, such as \
             {\"title\": \"Backup failed\", \"severity\": \"high\"}, or in the query: ?title=Backup+failed&severity=high"
                .to_owned(),
        ),
        other => {
            Some(format!("a look at the address, which says nothing. {} sends its alerts there", other.label()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_says_nothing_beside_the_key() {
        for (query, body, is_look) in [
            ("", "", true),
            ("key=k", " \r\n", true),
            ("key=k&", "", true),
            ("token=k&key=", "", true),
            ("k%65y=k", "", true),
            ("title=Backup+failed", "", false),
            ("key=k&title=Backup+failed", "", false),
            ("number=", "", false),
            ("keys=k", "", false),
            ("Backup+failed", "", false),
            ("", "{}", false),
            ("key=k", "Backup failed", false),
        ] {
            let received = ReceivedBody { query, ..ReceivedBody::bare(body.as_bytes()) };
            assert_eq!(is_one(received), is_look, "{query} {body}");
        }
    }
}
