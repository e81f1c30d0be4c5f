//! Picking from an alert's JSON.
//!
//! Invariant: what isn't there, is blank or of another kind than expected is absent, never an error; links lead to the
//! web and nowhere else.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Link, Signal};
use serde_json::Value;

use super::body::Content;
use super::fields::text_of;
use super::format::{Came, Found};
use super::many::{MOST_READ, Rest};
use super::text::{one_line, shortened};

pub(super) use super::alert::add_doubt;
pub(super) use super::text::is_web_address as is_address;

/// A severity that wasn't said: wakes somebody.
pub(super) const UNSAID: Severity = Severity::High;

/// The body, which has to be a JSON object or a form.
pub(super) fn object<'a>(came: &'a Came<'_>) -> Result<&'a Value, Unreadable> {
    match &came.body.content {
        Content::Value(object @ Value::Object(_)) => Ok(object),
        _ => Err(unreadable("body", "must be a JSON object")),
    }
}

/// The error that names a field.
pub(super) fn unreadable(field: &str, problem: &str) -> Unreadable {
    Unreadable { field: field.to_owned(), problem: problem.to_owned() }
}

/// The text at a path of field names.
pub(super) fn text(value: &Value, path: &[&str]) -> Option<String> {
    text_of(path.iter().try_fold(value, |value, name| value.get(*name))?)
}

/// The same, on one line.
pub(super) fn line(value: &Value, path: &[&str]) -> Option<String> {
    text(value, path).map(|text| one_line(&text)).filter(|text| !text.is_empty())
}

/// The same, where it is the address of something on the web; anything else in a link would run in the reader's browser.
pub(super) fn address(value: &Value, path: &[&str]) -> Option<String> {
    text(value, path).filter(|text| is_address(text))
}

/// The addresses that there are, each once, with what they are called: the first is the link, the rest are the links.
pub(super) fn link<const N: usize>(signal: &mut Signal, addresses: [(Option<String>, &str); N]) {
    for (address, name) in addresses {
        let Some(href) = address.filter(|text| is_address(text)) else { continue };
        let is_known =
            signal.link.as_ref() == Some(&href) || signal.links.iter().any(|link| link.href == href);
        if signal.link.is_none() {
            signal.link = Some(href);
        } else if !is_known {
            signal.links.push(Link { href, text: Some(name.to_owned()) });
        }
    }
}

/// The doubt about a word that isn't known.
pub(super) fn unknown_word(what: &str, word: &str, taken_for: &str) -> String {
    let word = shortened(word);
    format!("the {what} '{word}' is not known and was taken for {taken_for}")
}

/// Each of a delivery's alerts by itself; where they are beyond all bounds, one signal for the others.
pub(super) fn each(items: &[&Value], read: impl Fn(&Value) -> Signal) -> Vec<Found> {
    let mut found = Vec::with_capacity(items.len().min(MOST_READ));
    let mut rest = Rest::default();
    for item in items {
        let signal = read(item);
        if found.len() < MOST_READ {
            found.push(Found { signal: signal.bounded(), item: (*item).clone() });
        } else {
            rest.add(&signal);
        }
    }
    rest.told_in(&mut found);
    found
}

#[cfg(test)]
pub(super) mod testing {
    //! Reads fixtures as their door would.

    use app::port::{Distrust, ReceivedBody, Unreadable};
    use secrecy::SecretString;
    use serde_json::Value;

    use super::super::format::{Came, Format, Said};
    use domain::signal::Signal;

    /// A fixture: a JSON body, or a request with method, query, headers and body.
    pub(in super::super) struct Delivery {
        headers: Vec<(String, String)>,
        body: String,
    }

    impl Delivery {
        pub(in super::super) fn of(fixture: &str) -> Self {
            let Ok(Value::Object(request)) = serde_json::from_str(fixture) else {
                return Self::json(fixture);
            };
            let (Some(_), Some(Value::String(body))) = (request.get("method"), request.get("body")) else {
                return Self::json(fixture);
            };
            let headers = request["headers"].as_object().unwrap().iter();
            let headers =
                headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()));
            Self { headers: headers.collect(), body: body.clone() }
        }

        fn json(body: &str) -> Self {
            let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            Self { headers, body: body.to_owned() }
        }

        /// The same with one header changed or added, or with none of that name.
        pub(in super::super) fn with(mut self, name: &str, value: Option<&str>) -> Self {
            self.headers.retain(|(known, _)| known != name);
            self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
            self
        }

        /// The same with something in its body replaced.
        pub(in super::super) fn replace(mut self, from: &str, to: &str) -> Self {
            assert!(self.body.contains(from), "{from} is not in {}", self.body);
            self.body = self.body.replace(from, to);
            self
        }

        fn received(&self) -> ReceivedBody<'_> {
            let content_type = self.headers.iter().find(|(name, _)| name == "content-type");
            let content_type = content_type.map(|(_, value)| value.as_str());
            ReceivedBody { content_type, query: "", headers: &self.headers, body: self.body.as_bytes() }
        }

        pub(in super::super) fn read(&self, format: &dyn Format) -> Result<Said, Unreadable> {
            format.read(&Came::of(self.received()))
        }

        pub(in super::super) fn authenticate(
            &self,
            format: &dyn Format,
            secret: Option<&str>,
        ) -> Result<(), Distrust> {
            format.authenticate(secret.map(SecretString::from).as_ref(), self.received())
        }

        /// The signals of a delivery that has some.
        pub(in super::super) fn signals(&self, format: &dyn Format) -> Vec<Signal> {
            match self.read(format) {
                Ok(Said::Alerts(found)) => found.into_iter().map(|found| found.signal).collect(),
                other => panic!("{other:?}"),
            }
        }

        /// The one signal of a delivery that has one.
        pub(in super::super) fn signal(&self, format: &dyn Format) -> Signal {
            let mut signals = self.signals(format);
            assert_eq!(signals.len(), 1, "{signals:?}");
            signals.remove(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_blank_or_of_another_kind_is_absent() {
        let value = json!({"a": {"b": " x\ny ", "blank": " ", "list": [1]}, "n": 7});
        assert_eq!(line(&value, &["a", "b"]).as_deref(), Some("x y"));
        assert_eq!(text(&value, &["n"]).as_deref(), Some("7"));
        for path in [&["a", "blank"][..], &["a", "list"], &["n", "b"], &["none"], &["a", "b", "c"]] {
            assert_eq!(text(&value, path), None, "{path:?}");
        }
    }

    #[test]
    fn links_lead_to_the_web_and_are_listed_once() {
        let mut signal = Signal::trigger("x", UNSAID);
        let addresses =
            ["javascript:alert(1)", "https://a.example/", "https://b.example/", "https://a.example/"];
        link(&mut signal, addresses.map(|address| (Some(address.to_owned()), "Name")));
        assert_eq!(signal.link.as_deref(), Some("https://a.example/"));
        let more = Link { href: "https://b.example/".into(), text: Some("Name".into()) };
        assert_eq!(signal.links, [more]);
    }
}
