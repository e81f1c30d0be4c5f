//! Quotation marks that a template left unescaped inside of a text: `"summary": "User says "it is down" again"`.
//!
//! A mark ends a text only if what follows goes on as JSON does: after white space, commas and brackets that close what
//! is open comes the next key with its colon (in an object), the next value (in an array), or the end. Any other mark is
//! part of the text and is escaped. A mark behind a backslash is taken for escaped, unless a key as templates have them
//! follows: then it was a path's last character, `"path": "C:\Temp\", "host": …`.
//!
//! Invariants: JSON stays as it is; the pass takes linear time, as a look ahead crosses three marks at most; what is odd
//! outside of texts stays as it is and so broken, and no well-formed field ends up in the text before it.
//!
//! What can't be known: a text that itself goes on as JSON does. `down","status":"closed` in a ticket's summary reads as
//! two fields, and `"a", "b"` in a list's text as two entries. That needs no repair to happen: such a text makes strict
//! JSON as well. Only the sender can escape it, so whoever writes the texts decides what such a body says. Keys are the
//! template's own and are taken to have no marks inside.

use Bracket::{Array, Object};

/// How deep `serde_json` goes; what is deeper is not read, whatever its marks.
const DEEPEST: u32 = 128;

/// `text` with the marks inside of its texts escaped; `None` where it can't be told which these are.
pub(super) fn escaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let (mut open, mut at, mut copied) = (Open::default(), 0, 0);
    // The last byte outside of texts that isn't blank.
    let mut last = b' ';
    while let Some(&byte) = text.as_bytes().get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => open.open(byte)?,
            b'}' | b']' => open.close(byte)?,
            b'"' => {
                out.push_str(&text[copied..at]);
                copied = match (open.innermost()?, last) {
                    (Object, b'{' | b',') => {
                        let end = at + key(&text.as_bytes()[at..])? + 1;
                        out.push_str(&text[at..end]);
                        end
                    }
                    (Object, b':') | (Array, b'[' | b',') => at + value(&text[at..], open, &mut out)?,
                    _ => return None,
                };
                at = copied;
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// A value, from behind its first mark to its last, with the marks inside of it escaped; how long it is in `text`.
fn value(text: &str, open: Open, out: &mut String) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut copied) = (0, 0);
    loop {
        match *bytes.get(at)? {
            b'\\' if bytes.get(at + 1) == Some(&b'"') && ends_path(&bytes[at + 2..], open) => {
                out.push_str(&text[copied..at]);
                out.push_str(r#"\\""#);
                return Some(at + 2);
            }
            b'\\' => at += 2,
            b'"' if ends(&bytes[at + 1..], open) => {
                out.push_str(&text[copied..=at]);
                return Some(at + 1);
            }
            b'"' => {
                out.push_str(&text[copied..at]);
                out.push('\\');
                copied = at;
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Whether a mark with this behind it ends a value.
fn ends(rest: &[u8], mut open: Open) -> bool {
    let next = next(rest);
    let skipped = &rest[..rest.len() - next.len()];
    let mut brackets = skipped.iter().filter(|byte| matches!(byte, b'}' | b']'));
    if !brackets.all(|bracket| open.close(*bracket).is_some()) {
        return false;
    }
    match (open.innermost(), next) {
        // Several values one after the other.
        (None, next) => matches!(next, [] | [b'{' | b'[', ..]),
        // Even where the comma is missing: that stays a mistake.
        (Some(Object), [b'"', next @ ..]) => key(next).is_some(),
        (Some(Array), next) => skipped.contains(&b',') && starts_value(next),
        _ => false,
    }
}

/// Whether a mark behind a backslash, with this behind it, ends a value. In JSON such a mark never does, and from the next
/// mark to the one after it stands a comma or a bracket that closes, which keys of templates don't have.
fn ends_path(rest: &[u8], open: Open) -> bool {
    let has_plain_key = |text: &[u8]| {
        key(text)
            .is_some_and(|end| !text[..end].iter().any(|byte| matches!(byte, b',' | b'}' | b']' | b'\\')))
    };
    ends(rest, open)
        && match next(rest) {
            [] => true,
            [b'"', text @ ..] => has_plain_key(text),
            _ => false,
        }
}

/// What comes after white space, commas and brackets that close.
fn next(rest: &[u8]) -> &[u8] {
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']');
    let skipped = rest.iter().take_while(|byte| is_between(byte)).count();
    &rest[skipped..]
}

/// How long the key is that begins here, behind its first mark. It ends with the next mark, which a colon follows.
fn key(text: &[u8]) -> Option<usize> {
    let mut end = 0;
    loop {
        match text.get(end)? {
            b'"' => break,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    text[end + 1..].trim_ascii_start().starts_with(b":").then_some(end)
}

/// Whether a list's value begins here. A number or a word is one only where the list goes on behind it.
fn starts_value(rest: &[u8]) -> bool {
    if matches!(rest, [b'"' | b'{' | b'[', ..]) {
        return true;
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    let (word, rest) = rest.split_at(rest.iter().take_while(|byte| is_part(byte)).count());
    let is_word = matches!(word, b"true" | b"false" | b"null" | [b'-' | b'0'..=b'9', ..]);
    is_word && matches!(rest.trim_ascii_start(), [b',' | b']', ..])
}

#[derive(Clone, Copy, PartialEq)]
enum Bracket {
    Object,
    Array,
}

/// Which brackets are open, the innermost as the lowest bit: 1 is a list's.
#[derive(Clone, Copy, Default)]
struct Open {
    kinds: u128,
    depth: u32,
}

impl Open {
    fn innermost(self) -> Option<Bracket> {
        (self.depth > 0).then_some(if self.kinds & 1 == 1 { Array } else { Object })
    }

    /// `None` where it is too deep.
    fn open(&mut self, bracket: u8) -> Option<()> {
        if self.depth == DEEPEST {
            return None;
        }
        self.kinds = self.kinds << 1 | u128::from(bracket == b'[');
        self.depth += 1;
        Some(())
    }

    /// `None` where something else is open, or nothing.
    fn close(&mut self, bracket: u8) -> Option<()> {
        let closes = if bracket == b']' { Array } else { Object };
        if self.innermost()? != closes {
            return None;
        }
        self.kinds >>= 1;
        self.depth -= 1;
        Some(())
    }
}

#[cfg(test)]
mod tests;
