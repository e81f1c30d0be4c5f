//! Templates for titles and descriptions, of Jinja's kind: `{{ alert.name }} on {{ host | upper }}`, with `if` and `for`.
//!
//! Invariant: rendering ends after so many steps and so many bytes. Nothing in a template can make a value larger than the
//! delivery it is from, so that steps bound memory too: texts are joined by writing them one after the other, values can't
//! be named, and there are only filters that don't add.

mod guard;

use std::io;

use domain::input::Wrong;
use domain::source::Mapping;
use minijinja::value::{Serde, Value as Variable};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, filters, tests as checks};
use serde_json::Value;

use crate::alert_source::alert::Alert;
use crate::alert_source::text::{description_of, title_of};

/// Bytes of the longest template.
const LONGEST: usize = 2 * 1024;

/// Bytes of the longest text that one is rendered to.
const LONGEST_TEXT: usize = 32 * 1024;

/// Steps of one rendering.
const FUEL: u64 = 2_000;

const TITLE: &str = "mapping.title";
const DESCRIPTION: &str = "mapping.description";

/// What is wrong with a mapping's templates.
pub(super) fn problems(mapping: &Mapping) -> Vec<Wrong> {
    let texts = [(TITLE, &mapping.title), (DESCRIPTION, &mapping.description)];
    let wrong =
        |(name, text): (&str, &Option<String>)| Some(Wrong::new(name, problem(name, text.as_ref()?)?));
    texts.into_iter().filter_map(wrong).collect()
}

fn problem(name: &str, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("must not be empty".to_owned());
    }
    let unknown = |error: &Error| {
        let kinds = [ErrorKind::UnknownFilter, ErrorKind::UnknownTest, ErrorKind::UnknownFunction];
        kinds.contains(&error.kind())
    };
    match render(&environment(), name, text, Variable::from_pairs([("body", Variable::UNDEFINED)])) {
        Ok(_) => None,
        Err(Failed::Refused(problem)) => Some(problem),
        Err(Failed::Parsing(error)) => Some(format!("is no template: {error}")),
        // Anything else may come from there being no delivery.
        Err(Failed::Rendering(error)) => unknown(&error).then(|| format!("is no template: {error}")),
    }
}

/// A mapping's templates, and the delivery as they see it.
pub(super) struct Templates<'a> {
    environment: Environment<'a>,
    title: Option<&'a str>,
    description: Option<&'a str>,
    whole: Variable,
}

impl<'a> Templates<'a> {
    /// `None` if there are none.
    pub(super) fn of(mapping: &'a Mapping, whole: &Value) -> Option<Self> {
        let (title, description) = (mapping.title.as_deref(), mapping.description.as_deref());
        if title.is_none() && description.is_none() {
            return None;
        }
        let whole = Variable::from(Serde(whole));
        Some(Self { environment: environment(), title, description, whole })
    }

    /// Fills in what the templates make of an alert; where that is nothing, what it has stays.
    pub(super) fn fill(&self, alert: &mut Alert, item: &Value) {
        let fields = item.as_object().into_iter().flatten();
        let fields = fields.map(|(name, value)| (name.clone(), Variable::from(Serde(value))));
        let context = Variable::from_pairs(fields.chain([("body".to_owned(), self.whole.clone())]));
        if let Some((title, _)) = self.text(alert, TITLE, self.title, &context).as_deref().and_then(title_of)
        {
            alert.signal.title = title;
            alert.doubts.title = None;
        }
        if let Some(text) = self.text(alert, DESCRIPTION, self.description, &context) {
            alert.signal.description = description_of(&text);
        }
    }

    fn text(&self, alert: &mut Alert, name: &str, text: Option<&str>, context: &Variable) -> Option<String> {
        match render(&self.environment, name, text?, context.clone()) {
            Ok(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Err(Failed::Refused(problem)) => {
                alert.doubts.others.push(format!("{name}: {problem}"));
                None
            }
            Err(Failed::Parsing(error) | Failed::Rendering(error)) => {
                alert.doubts.others.push(format!("{name}: {error}"));
                None
            }
        }
    }
}

enum Failed {
    Refused(String),
    Parsing(Error),
    Rendering(Error),
}

fn render(
    environment: &Environment<'_>,
    name: &str,
    text: &str,
    context: Variable,
) -> Result<String, Failed> {
    if text.len() > LONGEST {
        return Err(Failed::Refused(format!("must not be longer than {LONGEST} bytes")));
    }
    if let Some(problem) = guard::problem(text) {
        return Err(Failed::Refused(problem));
    }
    let template = environment.template_from_named_str(name, text).map_err(Failed::Parsing)?;
    let mut bounded = Bounded::default();
    match template.render_captured_to(context, &mut bounded) {
        Err(error) if !bounded.is_full => Err(Failed::Rendering(error)),
        _ => Ok(String::from_utf8_lossy(&bounded.bytes).into_owned()),
    }
}

/// Takes so much and no more.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    is_full: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LONGEST_TEXT {
            self.is_full = true;
            let text = String::from_utf8_lossy(bytes);
            let room = LONGEST_TEXT - self.bytes.len();
            let end = (0..=room).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            self.bytes.extend_from_slice(&text.as_bytes()[..end]);
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn environment<'a>() -> Environment<'a> {
    let mut known = Environment::empty();
    known.set_fuel(Some(FUEL));
    known.set_auto_escape_callback(|_| AutoEscape::None);
    known.set_undefined_behavior(UndefinedBehavior::Chainable);
    known.add_filter("default", filters::default);
    known.add_filter("d", filters::default);
    known.add_filter("upper", filters::upper);
    known.add_filter("lower", filters::lower);
    known.add_filter("title", filters::title);
    known.add_filter("capitalize", filters::capitalize);
    known.add_filter("trim", filters::trim);
    known.add_filter("first", filters::first);
    known.add_filter("last", filters::last);
    known.add_filter("length", filters::length);
    known.add_filter("count", filters::length);
    known.add_filter("int", filters::int);
    known.add_filter("float", filters::float);
    known.add_filter("round", filters::round);
    known.add_filter("join", join);
    known.add_test("defined", checks::is_defined);
    known.add_test("undefined", checks::is_undefined);
    known.add_test("none", checks::is_none);
    known.add_test("string", checks::is_string);
    known.add_test("number", checks::is_number);
    known.add_test("mapping", checks::is_mapping);
    known.add_test("sequence", checks::is_sequence);
    known.add_test("startingwith", checks::is_startingwith);
    known.add_test("endingwith", checks::is_endingwith);
    known
}

/// A list as one text, with something short in between.
#[expect(clippy::needless_pass_by_value, reason = "filters get their values so")]
fn join(values: Variable, between: Option<String>) -> Result<String, Error> {
    let between = between.unwrap_or_else(|| ", ".to_owned());
    let mut text = String::new();
    for value in values.try_iter()? {
        if !text.is_empty() {
            text.push_str(&between);
        }
        text.push_str(value.as_str().unwrap_or(&value.to_string()));
        if text.len() > LONGEST_TEXT {
            break;
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
