//! Texts of others, made fit to be kept: bounded, without control characters, titles on one line.

use domain::signal::LONGEST_ADDRESS;
use url::Url;

/// Characters of a title.
pub(super) const LONGEST_TITLE: usize = 1024;

/// Bytes of a description. The delivery itself is kept in full elsewhere.
pub(super) const LONGEST_DESCRIPTION: usize = 8 * 1024;

/// The title in `text`, which is its first line, and `text` itself where it says more than that. `None` for nothing but
/// blanks.
pub(super) fn title_of(text: &str) -> Option<(String, Option<String>)> {
    let line = text.lines().map(one_line).find(|line| !line.is_empty())?;
    let title: String = line.chars().take(LONGEST_TITLE).collect();
    let more = title.len() < line.len() || text.trim().lines().nth(1).is_some();
    Some((title, more.then(|| text.trim().to_owned())))
}

/// One line with single blanks and no control characters.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A description: lines and tabs stay, other control characters go, and there is an end.
pub(super) fn description_of(text: &str) -> String {
    let mut kept = String::with_capacity(text.len().min(LONGEST_DESCRIPTION + 4));
    let characters = text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    for c in characters {
        if kept.len() + c.len_utf8() > LONGEST_DESCRIPTION {
            kept.push('…');
            break;
        }
        kept.push(c);
    }
    kept
}

/// The parts that say anything, each once, with an empty line between them.
pub(super) fn paragraphs(parts: impl IntoIterator<Item = String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    for part in parts {
        if !part.trim().is_empty() && !kept.iter().any(|other| other.trim() == part.trim()) {
            kept.push(part);
        }
    }
    description_of(&kept.join("\n\n"))
}

/// Whether `text` is an address of the web. Anything else in a link would run in the reader's browser. What is too long to be
/// kept isn't looked into, for each of thousands of alerts may carry it.
pub(super) fn is_web_address(text: &str) -> bool {
    text.len() <= LONGEST_ADDRESS
        && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// So much of a sender's word as a sentence can carry.
pub(super) fn shortened(text: &str) -> String {
    one_line(text).chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_line_that_says_something() {
        for (text, title, more) in [
            ("Disk full", "Disk full", None),
            ("  Disk \t full\r\n", "Disk full", None),
            ("\n\nDisk full\nat 97 %", "Disk full", Some("Disk full\nat 97 %")),
            ("Disk\u{0} full\u{1b}[31m", "Disk full [31m", None),
        ] {
            assert_eq!(title_of(text), Some((title.to_owned(), more.map(str::to_owned))), "{text:?}");
        }
        assert_eq!(title_of(" \n\t\u{0}\n"), None);
    }

    #[test]
    fn a_long_title_is_cut_between_characters_and_kept_whole_beside_it() {
        let text = "ü".repeat(2000);
        let (title, more) = title_of(&text).unwrap();
        assert_eq!(title, "ü".repeat(LONGEST_TITLE));
        assert_eq!(more, Some(text));
    }

    #[test]
    fn a_description_has_an_end_and_keeps_its_lines() {
        assert_eq!(description_of(" a\r\n\tb\u{7} \n"), "a\n\tb");
        let long = description_of(&"€".repeat(10_000));
        assert!(long.ends_with("€…") && long.len() <= LONGEST_DESCRIPTION + 3, "{}", long.len());
    }

    #[test]
    fn paragraphs_say_nothing_twice() {
        let parts = ["a", " ", "b", "a"].map(str::to_owned);
        assert_eq!(paragraphs(parts), "a\n\nb");
    }
}
