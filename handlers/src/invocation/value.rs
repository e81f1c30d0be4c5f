//! How the host writes values: a text is JSON inside a JSON string (`"\"text\""`), a number or a flag is its JSON
//! in a string (`"1"`), dates and bytes are plain strings, objects stay objects. Older hosts write objects and
//! dates as strings too.
//!
//! Invariant: every reader here takes both forms, and takes null for absent.

use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};
use serde_json::{Map, Value};

/// The member called `name`, whatever its letter case: the host's own dictionaries don't tell cases apart.
pub(super) fn find<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members
        .get(name)
        .or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
        .filter(|value| !value.is_null())
}

/// As [`find`], moving the member out.
pub(super) fn take(members: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = if members.contains_key(name) {
        name.to_owned()
    } else {
        members.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone()
    };
    members.remove(&key).filter(|value| !value.is_null())
}

/// The text inside a doubly encoded string, and `None` for any string that isn't one.
pub(super) fn inner_text(encoded: &str) -> Option<String> {
    encoded.starts_with('"').then(|| serde_json::from_str(encoded).ok()).flatten()
}

pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(encoded) if encoded == "null" => None,
        Value::String(encoded) => Some(inner_text(encoded).unwrap_or_else(|| encoded.clone())),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn number(value: &Value) -> Option<u32> {
    text(value)?.trim().parse().ok()
}

pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        // A flag that went through .NET's own formatting is capitalised.
        other => text(other)?.trim().to_ascii_lowercase().parse().ok(),
    }
}

/// An instant; without an offset it is UTC. The zero of .NET's calendar, year 1, stands for "never".
pub(super) fn instant(value: &Value) -> Option<DateTime<Utc>> {
    let text = text(value)?;
    let at = DateTime::parse_from_rfc3339(&text)
        .map(|at| at.to_utc())
        .or_else(|_| text.parse::<NaiveDateTime>().map(|at| at.and_utc()))
        .ok()?;
    (at.year() > 1).then_some(at)
}

pub(super) fn object(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::String(encoded) => serde_json::from_str(encoded).ok(),
        _ => None,
    }
}

/// What a value is, for an error message.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_read_in_either_encoding() {
        for (written, read) in [
            (json!(r#""evt-1""#), Some("evt-1")),
            (json!(r#""say \"hi\"\n""#), Some("say \"hi\"\n")),
            (json!(r#""123""#), Some("123")),
            (json!("evt-1"), Some("evt-1")),
            (json!("\"unclosed"), Some("\"unclosed")),
            (json!(17), Some("17")),
            (json!(""), Some("")),
            (json!("null"), None),
            (json!({}), None),
        ] {
            assert_eq!(text(&written).as_deref(), read, "{written}");
        }
    }

    #[test]
    fn numbers_and_flags_are_read_in_either_encoding() {
        for (written, read) in [
            (json!("1"), Some(1)),
            (json!(r#""2""#), Some(2)),
            (json!(3), Some(3)),
            (json!("-1"), None),
            (json!("many"), None),
            (json!([1]), None),
        ] {
            assert_eq!(number(&written), read, "{written}");
        }
        for (written, read) in [
            (json!(true), Some(true)),
            (json!("false"), Some(false)),
            (json!("True"), Some(true)),
            (json!(r#""False""#), Some(false)),
            (json!(1), None),
            (json!("late"), None),
        ] {
            assert_eq!(flag(&written), read, "{written}");
        }
    }

    #[test]
    fn instants_are_utc_unless_they_say_otherwise() {
        for (written, read) in [
            (json!("2026-05-01T10:00:03"), Some("2026-05-01T10:00:03+00:00")),
            (json!("2026-05-01T10:00:03.64"), Some("2026-05-01T10:00:03.640+00:00")),
            (json!("2026-05-01T12:00:03+02:00"), Some("2026-05-01T10:00:03+00:00")),
            (json!("2026-05-01T10:00:03Z"), Some("2026-05-01T10:00:03+00:00")),
            (json!(r#""2026-05-01T10:00:03""#), Some("2026-05-01T10:00:03+00:00")),
            (json!("0001-01-01T00:00:00"), None),
            (json!("0001-01-01T00:00:00+00:00"), None),
            (json!("05/01/2026 10:00:00"), None),
        ] {
            assert_eq!(instant(&written).map(|at| at.to_rfc3339()).as_deref(), read, "{written}");
        }
    }

    #[test]
    fn names_are_found_in_any_case_and_the_exact_one_first() {
        let mut members = json!({"messageid": "a", "MessageId": "b", "LABEL": "c", "Subject": null});
        let members = members.as_object_mut().unwrap();
        assert_eq!(find(members, "MessageId"), Some(&json!("b")));
        assert_eq!(find(members, "Label"), Some(&json!("c")));
        assert_eq!(find(members, "Subject"), None);
        assert_eq!(take(members, "label"), Some(json!("c")));
        assert_eq!(take(members, "Label"), None);
    }
}
