//! A body, whatever the sender calls it: most senders glue JSON together from strings, and the content type is the
//! default of their HTTP library.
//!
//! Order: JSON; JSON with what people forget to escape repaired, quotation marks last, as they need guessing; fields of a
//! form; text. An empty body gives way to the query string. Invariant: nothing is an error, and what had to be guessed is
//! said.

mod form;
mod multipart;
mod quotes;
mod repair;

use app::port::ReceivedBody;
use domain::delivery::decoded;
use serde_json::{Deserializer, Map, Value};

/// A body, read as far as it can be.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) content: Content,
    /// The body as text; for an empty one, the query string.
    pub(super) raw: String,
    /// What had to be guessed.
    pub(super) doubt: Option<String>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Content {
    /// JSON, or the fields of a form as an object of texts.
    Value(Value),
    /// Text that is meant as such.
    Text,
    /// JSON beyond repair, or nothing at all; the doubt says which.
    Nothing,
}

impl Body {
    pub(super) fn read(received: ReceivedBody<'_>) -> Self {
        let (raw, mut doubts) = decode(received.body);
        if raw.trim().is_empty() {
            return match form::query(received.query) {
                Some((fields, raw)) => Self { content: Content::Value(fields), raw, doubt: None },
                None => Self { content: Content::Nothing, raw, doubt: Some("the body is empty".to_owned()) },
            };
        }
        let content = match raw.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => match json(&raw) {
                Ok((value, doubt)) => {
                    doubts.extend(doubt);
                    Content::Value(value)
                }
                Err(doubt) => {
                    doubts.push(doubt);
                    Content::Nothing
                }
            },
            _ => not_json(&raw, received.content_type),
        };
        Self { content, raw, doubt: (!doubts.is_empty()).then(|| doubts.join("; ")) }
    }

    /// The fields, where it is one object or a form.
    pub(super) fn object(&self) -> Option<&Map<String, Value>> {
        match &self.content {
            Content::Value(Value::Object(object)) => Some(object),
            _ => None,
        }
    }
}

/// Without a byte order mark, as whoever keeps the body takes it.
fn decode(body: &[u8]) -> (String, Vec<String>) {
    let (text, is_latin1) = decoded(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
    let doubt = is_latin1.then(|| "the body is not UTF-8 and was read as Latin-1".to_owned());
    (text.into_owned(), doubt.into_iter().collect())
}

/// The value, and what had to be guessed; or why there is none. Several values one after the other are a list.
fn json(text: &str) -> Result<(Value, Option<String>), String> {
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok((value, None)),
        Err(error) => error,
    };
    let doubt = format!("the body is not JSON ({error})");
    if let Ok(value) = serde_json::from_str(&repair::repaired(text)) {
        return Ok((value, Some(format!("{doubt} and was repaired"))));
    }
    let mut values = Vec::new();
    for value in Deserializer::from_str(text).into_iter() {
        match value {
            Ok(value) => values.push(value),
            Err(_) if values.is_empty() => {
                let value = with_quotes(text).ok_or_else(|| doubt.clone())?;
                return Ok((value, Some(format!("{doubt} and was repaired, guessing where its texts end"))));
            }
            Err(_) => return Ok((Value::Array(values), Some(format!("{doubt} to its end")))),
        }
    }
    Ok((Value::Array(values), None))
}

/// The value of a body in whose texts marks stand unescaped: all of it or nothing, since where a text ends is a guess.
fn with_quotes(text: &str) -> Option<Value> {
    let text = repair::repaired(&quotes::escaped(text)?);
    let mut values: Vec<Value> = Deserializer::from_str(&text).into_iter().collect::<Result<_, _>>().ok()?;
    if values.len() > 1 { Some(Value::Array(values)) } else { values.pop() }
}

fn not_json(text: &str, content_type: Option<&str>) -> Content {
    // JSON in JSON: `"{\"title\": …}"`.
    if let Ok(Value::String(inner)) = serde_json::from_str(text)
        && let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(&inner)
    {
        return Content::Value(value);
    }
    let is_form = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("form-urlencoded"));
    let fields = multipart::fields(text).or_else(|| form::fields(text, is_form));
    fields.map_or(Content::Text, Content::Value)
}

/// A value that is JSON in a text, as JSON.
fn json_in(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    json(text).ok().map(|(value, _)| value)
}

#[cfg(test)]
mod tests;
