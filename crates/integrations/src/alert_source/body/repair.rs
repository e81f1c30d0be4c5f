//! JSON as it comes out of string templates, made into JSON: `C:\Windows` (a backslash that escapes nothing), line
//! breaks inside of strings, `"n": ,` (a value that was empty), `[1,]`. Quotation marks are not told apart here.

/// `text` with those mistakes mended; anything else wrong with it stays wrong.
pub(super) fn repaired(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars();
    // The last character outside of strings that isn't blank, and where it stands in `out`.
    let mut last = (' ', 0);
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                out.push('"');
                string(&mut rest, &mut out);
                last = ('"', out.len());
            }
            ',' | '}' | ']' => {
                if last.0 == ':' {
                    out.push_str(" null");
                } else if last.0 == ',' && c != ',' {
                    out.replace_range(last.1..=last.1, " ");
                }
                last = (c, out.len());
                out.push(c);
            }
            _ => {
                if !c.is_whitespace() {
                    last = (c, out.len());
                }
                out.push(c);
            }
        }
    }
    out
}

/// The rest of a string, its closing quote included.
fn string(rest: &mut std::str::Chars<'_>, out: &mut String) {
    while let Some(c) = rest.next() {
        match c {
            '"' => return out.push('"'),
            '\\' if escapes(rest.as_str()) => {
                out.push('\\');
                out.extend(rest.next());
            }
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push(' '),
            c => out.push(c),
        }
    }
}

/// Whether what follows a backslash makes an escape of it.
fn escapes(following: &str) -> bool {
    match following.as_bytes() {
        [b'u', digits @ ..] => digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit),
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_templates_get_wrong_is_mended() {
        for (text, value) in [
            (r#"{"path": "C:\Windows\System32"}"#, json!({"path": r"C:\Windows\System32"})),
            (r#"{"path": "C:\users"}"#, json!({"path": r"C:\users"})),
            ("{\"text\": \"one\ntwo\tthree\u{1}\"}", json!({"text": "one\ntwo\tthree "})),
            (r#"{"a": , "b": }"#, json!({"a": null, "b": null})),
            (r#"{"a": [1, 2, ], }"#, json!({"a": [1, 2]})),
            (r#"{"a": "x, }", "b": "\"y\\", }"#, json!({"a": "x, }", "b": "\"y\\"})),
        ] {
            assert_eq!(serde_json::from_str::<Value>(&repaired(text)).ok(), Some(value), "{text}");
        }
    }

    #[test]
    fn good_json_stays_as_it_is() {
        for text in [r#"{"a":"\u00fc\n\"\\","b":[1,{"c":null}]}"#, "[]", "[ { } ]", r#""x""#] {
            assert_eq!(repaired(text), text);
        }
    }

    #[test]
    fn what_can_not_be_mended_stays_broken_and_harmless() {
        for text in ["{", "[", "{\"a", "{\"a\\", "{,}", "[,,]", "\"", "\\", "{\"a\":\"\\u12"] {
            assert!(serde_json::from_str::<Value>(&repaired(text)).is_err() || text == "{,}", "{text}");
        }
    }
}
