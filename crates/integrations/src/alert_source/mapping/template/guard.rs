//! What a template may say: texts, `{{ … }}` with names, filters and comparisons, `if` and `for`.
//!
//! Invariant: what is let through can't make values grow; whatever this doesn't follow to its end the template engine
//! can't read either.

const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// Why a template isn't taken.
pub(super) fn problem(template: &str) -> Option<String> {
    let mut rest = template;
    while let Some((at, end)) = opening(rest) {
        let inner = &rest[at + 2..];
        if end == "#}" {
            rest = inner.split_once(end)?.1;
            continue;
        }
        let (bare, after) = code(inner, end);
        if let Some(problem) = problem_of(&bare, end == "%}") {
            return Some(problem);
        }
        rest = after;
    }
    None
}

/// Where the next piece of code begins, and what ends it.
fn opening(text: &str) -> Option<(usize, &'static str)> {
    [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
        .into_iter()
        .filter_map(|(begin, end)| text.find(begin).map(|at| (at, end)))
        .min_by_key(|(at, _)| *at)
}

/// The code up to its end, without what is in quotes, and what follows it.
fn code<'a>(text: &'a str, end: &str) -> (String, &'a str) {
    let mut bare = String::new();
    let (mut within, mut escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match within {
            None if text[at..].starts_with(end) => return (bare, &text[at + end.len()..]),
            None if matches!(c, '\'' | '"') => {
                within = Some(c);
                bare.push(' ');
            }
            None => bare.push(c),
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(quote) if c == quote => within = None,
            Some(_) => {}
        }
    }
    (bare, "")
}

fn problem_of(code: &str, is_statement: bool) -> Option<String> {
    // Beside the brackets, these only say what becomes of blanks.
    let code = code.strip_prefix(['+', '-']).unwrap_or(code);
    let code = code.strip_suffix(['+', '-']).unwrap_or(code);
    if let Some(c) = code.chars().find(|c| "+*~{".contains(*c)) {
        return Some(format!("must not have '{c}' in its code; write texts one after the other"));
    }
    let mut words = code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    if is_statement {
        let statement = words.next().unwrap_or_default();
        if !STATEMENTS.contains(&statement) {
            return Some(format!("must not have '{statement}'; known is {}", STATEMENTS.join(", ")));
        }
        if words.any(|word| word == "recursive") {
            return Some("must not have a recursive 'for'".to_owned());
        }
    }
    None
}
