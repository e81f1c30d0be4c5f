//! Which site a request comes from, and by which name it reached us.
//!
//! Both headers are set by browsers and can't be changed by the pages in them. What isn't a browser may send anything, but
//! holds nobody's session and reaches this machine only if it may anyway.

use axum::http::{HeaderMap, header};
use url::{Host, Url};

/// Whether a form was sent from a page of ours. Without `Origin` it wasn't sent by a browser of this decade.
pub(super) fn is_own_page(headers: &HeaderMap, public_url: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let Ok(address) = Url::parse(origin) else { return false };
    let own = Url::parse(public_url).is_ok_and(|own| own.origin() == address.origin());
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    own || host(headers).is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

/// Whether the browser knows us by a name that only we have. A foreign name that was made to lead here (DNS rebinding)
/// would let the site of that name act as a page of ours. No browser leaves the name out. What came through a proxy came
/// from elsewhere, whatever name the proxy calls us by.
pub(super) fn is_own_host(headers: &HeaderMap, public_url: &str) -> bool {
    if ["forwarded", "via", "x-forwarded-for", "x-real-ip"]
        .iter()
        .any(|proxied| headers.contains_key(*proxied))
    {
        return false;
    }
    if !headers.contains_key(header::HOST) {
        return true;
    }
    let Some(address) = host(headers).and_then(|host| Url::parse(&format!("http://{host}")).ok()) else {
        return false;
    };
    let is_loopback = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    is_loopback || Url::parse(public_url).is_ok_and(|own| own.host() == address.host())
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const PUBLIC: &str = "https://oncall.msp.example";

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_our_own_pages_may_send_the_form() {
        let sent =
            |origin, host| is_own_page(&headers(&[(header::ORIGIN, origin), (header::HOST, host)]), PUBLIC);
        assert!(sent("http://127.0.0.1:7071", "127.0.0.1:7071"));
        assert!(sent("http://localhost:7071", "LOCALHOST:7071"));
        assert!(sent("https://oncall.msp.example", "10.0.0.7:8080"));
        assert!(!sent("http://127.0.0.1:8000", "127.0.0.1:7071"));
        assert!(!sent("http://oncall.msp.example", "10.0.0.7:8080"));
        assert!(!sent("https://evil.example", "127.0.0.1:7071"));
        assert!(!sent("null", "127.0.0.1:7071"));
        assert!(!sent("", "127.0.0.1:7071"));
        assert!(is_own_page(&HeaderMap::new(), PUBLIC));
    }

    #[test]
    fn a_name_that_only_leads_here_is_not_ours() {
        let reached = |host| is_own_host(&headers(&[(header::HOST, host)]), PUBLIC);
        for own in
            ["127.0.0.1:7071", "127.8.8.8", "localhost:7071", "[::1]:7071", "oncall.msp.example", "Localhost"]
        {
            assert!(reached(own), "{own}");
        }
        for foreign in
            ["evil.example:7071", "10.0.0.7", "localhost.evil.example", "127.0.0.1@evil.example", ""]
        {
            assert!(!reached(foreign), "{foreign}");
        }
    }
}
