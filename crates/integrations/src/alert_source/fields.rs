//! The fields of a JSON object by the names people give them: case and separators don't matter (`dedup_key`,
//! `dedupKey`, `Dedup-Key`), blank means absent, numbers are texts.

use serde_json::{Map, Value};

/// The fields of an object, and of some of the objects in it.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// The object itself, then those in it; each as simplified name and value.
    levels: Vec<Vec<(String, &'a Value)>>,
}

/// A name without case and separators.
pub(super) fn name_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl<'a> Fields<'a> {
    /// The fields of `object`, and one level down those of the objects it has under the names `containers`.
    pub(super) fn of(object: &'a Map<String, Value>, containers: &[&str]) -> Self {
        let own = level(object);
        let mut levels = vec![own];
        for container in containers {
            let inner =
                levels[0].iter().find(|(name, _)| name == container).and_then(|(_, value)| value.as_object());
            levels.extend(inner.map(level));
        }
        Self { levels }
    }

    /// The values under `names` that aren't blank: by the order of the names, the outer level first.
    pub(super) fn values(&self, names: &[&'static str]) -> impl Iterator<Item = &'a Value> {
        names.iter().flat_map(|name| {
            let fields = self.levels.iter().flatten().filter(move |(found, _)| found == name);
            fields.map(|(_, value)| *value).filter(|value| !is_blank(value))
        })
    }

    /// The value of the outer field that is called `name` in some spelling, blank or not.
    pub(super) fn any(&self, name: &str) -> Option<&'a Value> {
        let name = name_of(name);
        self.levels.first()?.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
    }

    /// The values under `names` that are texts, trimmed.
    pub(super) fn texts(&self, names: &[&'static str]) -> impl Iterator<Item = String> {
        self.values(names).filter_map(text_of)
    }

    /// The first of them.
    pub(super) fn text(&self, names: &[&'static str]) -> Option<String> {
        self.texts(names).next()
    }

    /// The first value under `names`, whatever it is made of, as lines of text.
    pub(super) fn prose(&self, names: &[&'static str]) -> Option<String> {
        self.values(names).find_map(prose_of)
    }
}

fn level(object: &Map<String, Value>) -> Vec<(String, &Value)> {
    object.iter().map(|(name, value)| (name_of(name), value)).collect()
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A text, a number, or the name of an object (`"device": {"name": "SRV-1"}`).
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => {
            ["name", "displayName", "display_name"].into_iter().find_map(|name| text_of(fields.get(name)?))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}

fn prose_of(value: &Value) -> Option<String> {
    let line = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines: Vec<String> = match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(values) => values.iter().map(line).collect(),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !is_blank(value));
            said.map(|(name, value)| format!("{name}: {}", line(value))).collect()
        }
        Value::Null | Value::Bool(_) => return None,
    };
    Some(lines.join("\n")).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_found_whatever_their_spelling_and_blank_ones_are_not() {
        let body =
            json!({"Dedup-Key": " k ", "deviceName": "", "device_name": 7, "client": {"name": "Contoso"}});
        let fields = Fields::of(body.as_object().unwrap(), &[]);
        assert_eq!(fields.text(&["dedupkey"]).as_deref(), Some("k"));
        assert_eq!(fields.text(&["devicename"]).as_deref(), Some("7"));
        assert_eq!(fields.text(&["client"]).as_deref(), Some("Contoso"));
        assert_eq!(fields.text(&["title"]), None);
    }

    #[test]
    fn an_earlier_name_wins_over_an_outer_level_and_the_outer_level_over_the_inner() {
        let body = json!({"subject": "device/42", "title": " ", "data": {"title": "inner", "subject": "x"}});
        let fields = Fields::of(body.as_object().unwrap(), &["data"]);
        assert_eq!(fields.text(&["title", "subject"]).as_deref(), Some("inner"));
        assert_eq!(fields.text(&["subject"]).as_deref(), Some("device/42"));
    }

    #[test]
    fn objects_and_lists_can_be_read_as_lines() {
        let body =
            json!({"details": {"disk": "97 %", "n": 2, "empty": ""}, "list": ["a", {"b": 1}], "no": true});
        let fields = Fields::of(body.as_object().unwrap(), &[]);
        assert_eq!(fields.prose(&["details"]).as_deref(), Some("disk: 97 %\nn: 2"));
        assert_eq!(fields.prose(&["list"]).as_deref(), Some("a\n{\"b\":1}"));
        assert_eq!(fields.prose(&["no"]), None);
    }
}
