//! A path into a delivery: `JSONPath`, RFC 9535, `$.` may be left out.
//!
//! Invariant: a path that is taken asks for no more work than some walks over the delivery; two of what multiplies work
//! (`..`, a filter, a comma) could take a night over one body.

use std::cell::OnceCell;

use domain::signal::LONGEST_ADDRESS;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::alert_source::fields::text_of;

/// Bytes of the longest path.
const LONGEST: usize = 2 * 1024;

/// Bytes of a text of the whole delivery that are laid over each of its alerts. More than of an address, so that a long one
/// is seen to be too long, and isn't one that leads somewhere else.
const LONGEST_LINE: usize = LONGEST_ADDRESS + 4;

/// How deep a filter's brackets may be nested, since each level is one on the stack.
const MOST_BRACKETS: usize = 16;

/// A path that can be followed.
#[derive(Debug)]
pub(super) struct Path {
    path: JsonPath,
    /// What stands there in the whole delivery, which is the same for each of its alerts.
    in_whole: OnceCell<Option<String>>,
}

impl Path {
    /// The path that `text` says, or what is wrong with it.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("must not be empty".to_owned());
        }
        if text.len() > LONGEST {
            return Err(format!("must not be longer than {LONGEST} bytes"));
        }
        let full = match text.as_bytes().first() {
            Some(b'$') => text.to_owned(),
            Some(b'[') => format!("${text}"),
            _ => format!("$.{text}"),
        };
        if let Some(problem) = too_much(&full) {
            return Err(problem);
        }
        let path = JsonPath::parse(&full).map_err(|error| format!("is no path: in '{full}' {error}"))?;
        Ok(Self { path, in_whole: OnceCell::new() })
    }

    /// Everything that stands there.
    pub(super) fn nodes<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        self.path.query(value).all()
    }

    /// The first that is a text, or can be told as one.
    pub(super) fn text(&self, value: &Value) -> Option<String> {
        self.nodes(value).into_iter().find_map(told)
    }

    /// The same in the delivery that this path is for, looked for once, and not longer than a line.
    pub(super) fn line_in_whole(&self, whole: &Value) -> Option<String> {
        self.in_whole.get_or_init(|| self.text(whole).map(cut)).clone()
    }
}

/// So much of a text as is ever kept of a line.
fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LONGEST_LINE));
    text
}

fn told(value: &Value) -> Option<String> {
    match value {
        Value::Bool(said) => Some(said.to_string()),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().filter_map(text_of).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        other => text_of(other),
    }
}

fn too_much(path: &str) -> Option<String> {
    let bare = outside_quotes(path);
    let count = |what: &str| bare.matches(what).count();
    let once = [("..", "'..'"), ("?", "a filter"), (",", "a comma"), ("$", "'$'")];
    if let Some((_, name)) = once.iter().find(|(what, _)| count(what) > 1) {
        return Some(format!("must not have {name} more than once"));
    }
    (count("(") > MOST_BRACKETS).then(|| format!("must not have more than {MOST_BRACKETS} brackets"))
}

/// What isn't in quotes; a backslash keeps the quote after it from ending them.
fn outside_quotes(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let (mut within, mut escaped) = (None, false);
    for c in text.chars() {
        match within {
            None if matches!(c, '\'' | '"') => within = Some(c),
            None => bare.push(c),
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(quote) if c == quote => within = None,
            Some(_) => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(path: &str, value: &Value) -> Option<String> {
        Path::new(path).unwrap().text(value)
    }

    #[test]
    fn paths_are_followed_with_and_without_their_beginning() {
        let value = json!({"a": {"b": [{"c": "x"}, {"c": 7}]}, "host-name": "SRV-1", "up": false,
            "tags": ["one", "two"], "client": {"name": "Contoso"}, "empty": " ", "list": []});
        for (path, found) in [
            ("a.b[0].c", Some("x")),
            ("$.a.b[1].c", Some("7")),
            ("['host-name']", Some("SRV-1")),
            ("$[\"host-name\"]", Some("SRV-1")),
            ("..c", Some("x")),
            ("$..c", Some("x")),
            ("a.b[?@.c == 7].c", Some("7")),
            ("a.b[-1].c", Some("7")),
            ("up", Some("false")),
            ("tags", Some("one, two")),
            ("client", Some("Contoso")),
            ("empty", None),
            ("list", None),
            ("a.x", None),
        ] {
            let path = if path.starts_with("..") { format!("${path}") } else { path.to_owned() };
            assert_eq!(text(&path, &value).as_deref(), found, "{path}");
        }
    }

    #[test]
    fn what_is_no_path_is_told_with_the_place() {
        for path in ["", " ", "a.", "a b", "a[", "a[x]", "$$", "a..", "[?]", "a['b"] {
            assert!(Path::new(path).is_err(), "{path}");
        }
        let told = Path::new("alert.host-name").unwrap_err();
        assert!(told.starts_with("is no path: in '$.alert.host-name' at position"), "{told}");
    }

    #[test]
    fn what_multiplies_work_stands_once() {
        let brackets = format!("a[?{}@.b{}]", "(".repeat(1_000), ")".repeat(1_000));
        for path in ["$..a..b", "a[?@.b[?@.c]]", "$[*,*][*,*]", "a[?count($.a[*]) > 0]", &brackets] {
            assert!(Path::new(path).is_err_and(|told| told.starts_with("must not")), "{path}");
        }
        assert!(Path::new("['a..b?,$..']").is_ok(), "in quotes they are text");
        assert!(Path::new(&"a".repeat(3_000)).is_err());
    }

    #[test]
    fn as_many_brackets_as_are_allowed_can_be_read() {
        let path = format!("a[?{}@.b{}]", "(".repeat(MOST_BRACKETS), ")".repeat(MOST_BRACKETS));
        assert!(Path::new(&path).is_ok());
    }
}
