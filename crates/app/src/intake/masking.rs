//! What a known key's delivery leaves behind: the request as it is kept, and its signals without the key.
//!
//! Invariants: no key is kept, wherever its sender put it; a body is kept whole unless a document can't hold it, and as the
//! text that its reader takes it for; a problem's identity is the same for each of its deliveries.

use domain::delivery::{Request, decoded};
use domain::signal::Signal;
use domain::source::KeyHash;

use crate::port::ReceivedBody;

/// The most bytes of a body that are kept, as they are stored: a document and its envelope must stay below 2 MB.
const MOST_KEPT: usize = 1_100_000;

/// The most bytes of a header that are kept.
const LONGEST_HEADER: usize = 1_024;

/// Shorter ones are no keys of ours, and may be words.
const SHORTEST_KEY: usize = 16;

/// A request as it is kept.
pub(super) fn request(key: &str, received: ReceivedBody<'_>) -> Request {
    let headers = received.headers.iter().filter(|(_, value)| value.len() <= LONGEST_HEADER);
    let (text, is_latin1) = decoded(received.body);
    Request {
        content_type: received.content_type.map(str::to_owned),
        query: masked(without_secrets(received.query), key),
        headers: headers.map(|(name, value)| (name.clone(), masked(value.clone(), key))).collect(),
        body: masked(within_bounds(&text), key),
        is_apart: false,
        is_latin1,
        is_look: false,
    }
}

/// A text without the key: some senders put the address that they call into what they say.
pub(super) fn masked(text: String, key: &str) -> String {
    if is_in(&text, key) { text.replace(key, "(key)") } else { text }
}

fn is_in(text: &str, key: &str) -> bool {
    key.len() >= SHORTEST_KEY && text.contains(key)
}

/// A signal without the key in any of its texts. A dedup key that has it in it becomes its own hash, so that two problems
/// stay two and a recovery finds its own.
pub(super) fn without_key_in(mut signal: Signal, key: &str) -> Signal {
    if let Some(own) = signal.dedup_key.take_if(|own| is_in(own, key)) {
        signal.dedup_key = Some(format!("sha256:{}", KeyHash::of(&own).as_str()));
    }
    let Signal {
        title,
        description,
        client,
        product,
        link,
        links,
        images,
        device,
        group,
        detection,
        degraded,
        ..
    } = &mut signal;
    let mut texts = vec![Some(title), Some(description)];
    texts.extend([client, product, link, group, degraded].map(Option::as_mut));
    texts.extend([&mut device.name, &mut device.hostname].map(Option::as_mut));
    for link in links {
        texts.extend([Some(&mut link.href), link.text.as_mut()]);
    }
    for image in images {
        texts.extend([Some(&mut image.src), image.href.as_mut(), image.alt.as_mut()]);
    }
    if let Some(detection) = detection {
        texts.extend([&mut detection.detection_type, &mut detection.recommended_action].map(Option::as_mut));
    }
    for text in texts.into_iter().flatten() {
        *text = masked(std::mem::take(text), key);
    }
    signal
}

/// A query without the values whose names say that they are secrets, of ours or of other products.
fn without_secrets(query: &str) -> String {
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}=(masked)"),
        _ => pair.to_owned(),
    };
    query.split('&').map(masked).collect::<Vec<_>>().join("&")
}

/// Names of secrets, in lower case and without what stands between words.
const SECRETS: [&str; 15] = [
    "accesskey",
    "apikey",
    "auth",
    "authkey",
    "authorization",
    "code",
    "credentials",
    "integrationkey",
    "key",
    "passphrase",
    "pwd",
    "routingkey",
    "sig",
    "signature",
    "subscriptionkey",
];

/// What is a secret wherever it stands in a name.
const SECRET_WORDS: [&str; 5] = ["apikey", "passwd", "password", "secret", "token"];

fn is_secret(name: &str) -> bool {
    let name = unescaped(name).to_lowercase();
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    SECRETS.contains(&name.as_str()) || SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// A name as it is meant: any of its letters may be written as `%` and two digits.
pub(super) fn unescaped(name: &str) -> String {
    let mut parts = name.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.extend(byte);
        bytes.extend(part.bytes().skip(if byte.is_some() { 2 } else { 0 }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A body as it is kept: as text.
pub(super) fn kept(body: &[u8]) -> String {
    within_bounds(&decoded(body).0)
}

/// All of a text unless escaping (control characters take six bytes each) would make it larger than a document may be.
fn within_bounds(text: &str) -> String {
    let escaped = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        c if c.is_control() => 6,
        c => c.len_utf8(),
    };
    let mut size = 0;
    let end = text.char_indices().find(|(_, c)| {
        size += escaped(*c);
        size > MOST_KEPT
    });
    match end {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… (cut here)", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use domain::severity::Severity;
    use domain::signal::Link;

    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn no_key_is_kept_wherever_the_sender_put_it() {
        let body = format!("see https://oncall.example/api/webhooks/{KEY}");
        let query = format!("a=1&key={KEY}&Token=x&b=2&c={KEY}");
        let headers = [("x-webhook-target".to_owned(), body.clone())];
        let received =
            ReceivedBody { query: &query, headers: &headers, ..ReceivedBody::bare(body.as_bytes()) };
        let kept = request(KEY, received);
        assert_eq!(kept.query, "a=1&key=(masked)&Token=(masked)&b=2&c=(key)");
        assert!(!format!("{kept:?}").contains(KEY), "{kept:?}");
    }

    #[test]
    fn a_body_is_kept_so_that_its_bytes_can_be_read_again() {
        let utf8 = "{\"title\": \"Büro-SRV\"}".as_bytes();
        let latin1 = b"{\"title\": \"B\xfcro-SRV\"}";
        for body in [utf8, latin1] {
            let kept = request(KEY, ReceivedBody::bare(body));
            assert!(kept.body.contains("Büro-SRV"), "{}", kept.body);
            assert_eq!(&*kept.bytes(), body);
        }
    }

    #[test]
    fn no_secret_of_another_product_is_kept_with_a_query() {
        for name in [
            "secret",
            "token",
            "apikey",
            "api_key",
            "API-Key",
            "password",
            "passwd",
            "pwd",
            "sig",
            "signature",
            "auth",
            "access_token",
            "code",
            "key",
            "client_secret",
            "api%5Fkey",
            "pass%77ord",
        ] {
            assert_eq!(
                without_secrets(&format!("a=1&{name}=hidden")),
                format!("a=1&{name}=(masked)"),
                "what is named so is masked"
            );
        }
        for told in ["dedup_key=disk", "title=Key+lost", "status=1&x", "", "author=ben", "a=b=c"] {
            assert_eq!(without_secrets(told), told);
        }
    }

    #[test]
    fn no_text_of_a_signal_tells_the_key_and_problems_stay_apart() {
        let url = format!("https://oncall.example/api/webhooks/{KEY}");
        let mut signal = Signal::trigger(format!("down, told to {url}"), Severity::High);
        signal.description = url.clone();
        signal.link = Some(url.clone());
        signal.degraded = Some(url.clone());
        signal.device.name = Some(url.clone());
        signal.links = vec![Link { href: url.clone(), text: Some(url.clone()) }];
        signal.dedup_key = Some(format!("{url}#1"));
        let mut other = signal.clone();
        other.dedup_key = Some(format!("{url}#2"));
        let (masked, again) = (without_key_in(signal.clone(), KEY), without_key_in(signal, KEY));
        assert!(!format!("{masked:?}").contains(KEY), "{masked:?}");
        assert_eq!(masked.title, "down, told to https://oncall.example/api/webhooks/(key)");
        assert_eq!(masked.dedup_key(), again.dedup_key());
        assert_ne!(masked.dedup_key(), without_key_in(other, KEY).dedup_key());
        let mut own = Signal::trigger("x", Severity::Low);
        own.dedup_key = Some("mine".to_owned());
        assert_eq!(without_key_in(own.clone(), KEY), own, "what has no key in it stays as it is");
    }
}
