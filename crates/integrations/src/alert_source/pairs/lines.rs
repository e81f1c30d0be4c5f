//! Fields that come as text: a notification mail (`Host: srv-1`), an environment (`MONIT_HOST=vm`), or a form whose
//! blanks nobody encoded.
//!
//! Invariant: only names that are known make a field, and two of them at least make an alert; all else is prose.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::simple;

/// The fields in `text` whose names are among `known`, as an object.
pub(in crate::alert_source) fn fields(text: &str, prefixes: &[&str], known: &[&[&str]]) -> Option<Value> {
    let text = text.trim();
    let is_known = |name: &str| {
        let name = simple(name, prefixes);
        known.iter().any(|names| names.contains(&name.as_str()))
    };
    let mut found = Map::new();
    if !text.contains('\n') && text.contains('&') {
        for (name, value) in form_urlencoded::parse(text.as_bytes()).filter(|(name, _)| is_known(name)) {
            found.entry(name).or_insert_with(|| Value::String(value.into_owned()));
        }
    } else {
        // A heading ("Additional Info:") has all lines below it, up to the next field.
        let mut heading: Option<(String, String)> = None;
        for line in text.lines() {
            match field(line).filter(|(name, _)| is_known(name)) {
                Some((name, value)) => {
                    keep(&mut found, heading.take());
                    if value.is_empty() {
                        heading = Some((name.to_owned(), String::new()));
                    } else {
                        keep(&mut found, Some((name.to_owned(), value.to_owned())));
                    }
                }
                None => {
                    if let Some((_, block)) = &mut heading {
                        block.push_str(line);
                        block.push('\n');
                    }
                }
            }
        }
        keep(&mut found, heading);
    }
    (found.len() > 1).then_some(Value::Object(found))
}

/// `Name: value` or `NAME=value`, whichever sign comes first.
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once([':', '='])?;
    let name = name.trim();
    (!name.is_empty() && name.len() <= 64).then(|| (name, value.trim()))
}

fn keep(found: &mut Map<String, Value>, field: Option<(String, String)>) {
    if let Some((name, text)) = field {
        found.entry(name).or_insert_with(|| Value::String(text.trim().to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mail_an_environment_and_a_form_with_blanks_have_fields() {
        let known: [&[&str]; 2] = [&["host", "event"], &["additionalinfo"]];
        let mail = "** Alert **\n\nHost: srv\nDate: today\nAdditional Info:\n\nDISK - free: 3%\nbye";
        let said = fields(mail, &[], &known).unwrap();
        assert_eq!(said, json!({"Host": "srv", "Additional Info": "DISK - free: 3%\nbye"}));
        let environment = "PATH=/bin\nX_HOST=vm\nX_EVENT=Does not exist: a=b";
        let said = fields(environment, &["x_"], &known).unwrap();
        assert_eq!(said, json!({"X_HOST": "vm", "X_EVENT": "Does not exist: a=b"}));
        let form = "X_HOST=vm&X_EVENT=Does not exist&X_DATE=now";
        assert_eq!(
            fields(form, &["x_"], &known).unwrap(),
            json!({"X_HOST": "vm", "X_EVENT": "Does not exist"})
        );
    }

    #[test]
    fn prose_with_one_word_that_is_a_name_has_none() {
        assert_eq!(fields("Host: it is on fire\nPlease come.", &[], &[&["host", "service"]]), None);
        assert_eq!(fields("", &[], &[&["host"]]), None);
    }
}
