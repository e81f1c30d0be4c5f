//! Plain text cut into words and links to this installation.
//!
//! Invariant: the pieces, put together, are the text; a link is on the base address's own host and port, and has its
//! scheme.

/// A stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Words(&'a str),
    Link(&'a str),
}

/// What ends a sentence around an address rather than the address.
const TRAILING: &[char] = &['.', ',', ';', ':', '!', '?', ')', ']', '\'', '"'];

/// `text` with every address that starts with `base_url` set apart.
pub(super) fn pieces<'a>(text: &'a str, base_url: &str) -> Vec<Piece<'a>> {
    let base = base_url.trim_end_matches('/');
    let mut pieces = Vec::new();
    let mut rest = text;
    if base.is_empty() {
        pieces.push(Piece::Words(rest));
        return pieces;
    }
    let mut searched = 0;
    while let Some(found) = rest[searched..].find(base) {
        let start = searched + found;
        let end = start + link_length(&rest[start..]);
        if is_within(&rest[start..end], base) {
            if start > 0 {
                pieces.push(Piece::Words(&rest[..start]));
            }
            pieces.push(Piece::Link(&rest[start..end]));
            rest = &rest[end..];
            searched = 0;
        } else {
            searched = start + base.len();
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

fn link_length(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>')).unwrap_or(text.len());
    text[..end].trim_end_matches(TRAILING).len()
}

/// `https://host.evil.example` and `https://host@evil.example` start with `https://host` too.
fn is_within(link: &str, base: &str) -> bool {
    let Some(rest) = link.strip_prefix(base) else { return false };
    rest.is_empty() || rest.starts_with(['/', '?', '#'])
}

#[cfg(test)]
mod tests {
    use super::Piece::{Link, Words};
    use super::*;

    const BASE: &str = "http://127.0.0.1:7071";

    #[test]
    fn own_addresses_become_links_and_the_rest_stays_words() {
        assert_eq!(
            pieces(
                "Take it:\nhttp://127.0.0.1:7071/app/a/x.y-z\nor see (http://127.0.0.1:7071/app/incidents).",
                BASE
            ),
            [
                Words("Take it:\n"),
                Link("http://127.0.0.1:7071/app/a/x.y-z"),
                Words("\nor see ("),
                Link("http://127.0.0.1:7071/app/incidents"),
                Words(")."),
            ]
        );
    }

    #[test]
    fn addresses_that_only_look_like_ours_stay_words() {
        for text in [
            "https://evil.example/",
            "http://127.0.0.1:70712/",
            "http://127.0.0.1:7071.evil.example/",
            "http://127.0.0.1:7071@evil.example/",
            "javascript:alert(1)",
        ] {
            assert_eq!(pieces(text, BASE), [Words(text)], "{text}");
        }
    }

    #[test]
    fn a_slash_at_the_end_of_the_base_makes_no_difference() {
        let expected = [Link("http://127.0.0.1:7071/app/mail")];
        assert_eq!(pieces("http://127.0.0.1:7071/app/mail", "http://127.0.0.1:7071/"), expected);
    }

    #[test]
    fn without_a_base_nothing_is_a_link() {
        assert_eq!(pieces("http://a/", ""), [Words("http://a/")]);
    }
}
