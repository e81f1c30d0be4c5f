//! A text that lets its bearer act: a CSRF value, the token of an acknowledge link.
//!
//! Invariant: it is printed only where a template asks for it, never by `Debug`.

use std::fmt;

/// A bearer's text. `Debug` hides it, so that a logged view model gives nothing away.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The text itself, for a form field or an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Token {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
