//! What a path is by the time it reaches the handler, and which route template it fits.
//!
//! The web server in front decodes the path, all but `%2F`, and takes dot segments away; the proxy behind it encodes
//! again, so that a `%2F` arrives as `%252F`. Templates match in any case of letters.

use anyhow::ensure;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but unreserved characters, sub-delimiters, `:`, `@` and `/` (RFC 3986, path).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/');

/// The path as the host's routing sees it: decoded, without dot segments.
pub(super) fn decoded(path: &str) -> String {
    let kept = path.replace("%2F", "%252F").replace("%2f", "%252f");
    let decoded = percent_decode_str(&kept).decode_utf8_lossy();
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    format!("/{}", segments.join("/"))
}

/// A decoded path as the handler gets it.
pub(super) fn encoded(path: &str) -> String {
    utf8_percent_encode(path, ENCODED).to_string()
}

/// A route template of function.json under the prefix of host.json.
#[derive(Debug)]
pub(super) struct Template(Vec<Segment>);

#[derive(Debug)]
enum Segment {
    Literal(String),
    One,
    Optional,
    Rest,
}

impl Template {
    pub(super) fn new(prefix: &str, route: &str) -> anyhow::Result<Self> {
        let segments: Vec<&str> =
            prefix.split('/').chain(route.split('/')).filter(|part| !part.is_empty()).collect();
        let reserved = segments.first().is_some_and(|first| is_the_hosts_own(first));
        ensure!(!reserved, "the host keeps routes under {} to itself", segments[0]);
        Ok(Self(segments.into_iter().map(Segment::of).collect()))
    }

    /// Whether a decoded path fits.
    pub(super) fn matches(&self, path: &str) -> bool {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        for segment in &self.0 {
            let fits = match (segment, parts.next()) {
                (Segment::Rest, _) => return true,
                (Segment::Literal(literal), Some(part)) => literal.eq_ignore_ascii_case(part),
                (Segment::Literal(_) | Segment::One, None) => false,
                (Segment::One | Segment::Optional, Some(_)) | (Segment::Optional, None) => true,
            };
            if !fits {
                return false;
            }
        }
        parts.next().is_none()
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            None => Self::Literal(text.to_owned()),
            Some(name) if name.starts_with('*') => Self::Rest,
            Some(name) if name.ends_with('?') => Self::Optional,
            Some(_) => Self::One,
        }
    }
}

/// Whether a path's first segment is one that never reaches a function.
pub(super) fn is_the_hosts_own(segment: &str) -> bool {
    ["admin", "runtime"].iter().any(|own| own.eq_ignore_ascii_case(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_once_and_loses_its_dot_segments() {
        assert_eq!(decoded("/api/a%20b/./c"), "/api/a b/c");
        assert_eq!(decoded("/api/../escalation-tick"), "/escalation-tick");
        assert_eq!(decoded("/api/%2e%2E/escalation-tick"), "/escalation-tick");
        assert_eq!(decoded("/../.."), "/");
    }

    #[test]
    fn an_encoded_slash_reaches_the_handler_encoded_twice() {
        assert_eq!(encoded(&decoded("/api/..%2Fescalation-tick")), "/api/..%252Fescalation-tick");
        assert_eq!(encoded(&decoded("/api/key%2fend")), "/api/key%252fend");
    }

    #[test]
    fn other_paths_arrive_as_they_were_sent() {
        for path in
            ["/", "/api/incidents/inc_1/notes", "/app/a:b@c;d=e", "/api/gr%C3%BC%C3%9Fe%3F", "/api//x/"]
        {
            assert_eq!(encoded(&decoded(path)), path);
        }
    }

    #[test]
    fn a_template_fits_literals_in_any_case_parameters_and_the_rest() {
        let all = Template::new("", "api/{*path}").unwrap();
        assert!(["/api", "/api/", "/API/x/y"].iter().all(|path| all.matches(path)));
        assert!(!all.matches("/apix") && !all.matches("/"));
        let one = Template::new("api", "incidents/{id}/{part?}").unwrap();
        assert!(one.matches("/api/incidents/inc_1") && one.matches("/api/incidents/inc_1/notes"));
        assert!(!one.matches("/api/incidents") && !one.matches("/incidents/inc_1"));
        assert!(!one.matches("/api/incidents/inc_1/notes/1"));
    }

    #[test]
    fn the_hosts_own_routes_cannot_be_taken() {
        assert!(Template::new("", "Admin/{*path}").is_err());
        assert!(Template::new("runtime", "x").is_err());
    }
}
