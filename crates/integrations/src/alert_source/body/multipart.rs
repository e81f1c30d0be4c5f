//! `multipart/form-data`, as far as alerts come in it: text fields. Files are read as texts too; they are rarely
//! anything else.

use serde_json::{Map, Value};

use super::form::{put, unpacked};

/// The fields, where `text` is such a body: its first line is the boundary, whatever the header says.
pub(super) fn fields(text: &str) -> Option<Value> {
    let boundary = text.trim_start().lines().next()?.trim_end();
    if !boundary.starts_with("--") || boundary.len() < 3 {
        return None;
    }
    let mut fields = Map::new();
    for part in text.split(boundary) {
        let Some((head, value)) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n")) else {
            continue;
        };
        if let Some(name) = name(head) {
            put(&mut fields, name, value.trim_end_matches(['\r', '\n']).to_owned());
        }
    }
    (!fields.is_empty()).then(|| unpacked(fields))
}

fn name(head: &str) -> Option<&str> {
    let line =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition: form-data"))?;
    line.split(';').find_map(|part| part.trim().strip_prefix("name=")).map(|name| name.trim_matches('"'))
}
