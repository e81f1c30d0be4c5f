//! Who may send: whoever signed with the key what they send to and until when, or has the token.

use app::{Clock as _, SystemClock};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use percent_encoding::percent_decode_str;
use url::Url;

/// The key, with every character that is in need of care on its way.
pub const KEY: &str = "s+nd/On1yStandInKey0000000000000000000000000=";

/// The key's name.
pub(super) const KEY_NAME: &str = "publisher";

/// The token of an identity that may send.
pub const TOKEN: &str = "eyJ0b2tlbiI6InN0YW5kLWluIn0.c3RhbmQtaW4";

/// Whether this `Authorization` is good for this path now.
pub(super) fn check(authorization: Option<&str>, path: &str) -> Result<(), &'static str> {
    match authorization.and_then(|text| text.split_once(' ')) {
        Some(("SharedAccessSignature", signature)) => check_signature(signature, path),
        Some(("Bearer", token)) if token == TOKEN => Ok(()),
        Some(("Bearer", _)) => Err("the token isn't known"),
        _ => Err("neither a signature nor a token"),
    }
}

/// `sr=…&sig=…&se=…&skn=…`, in any order; what is signed is `sr` as it stands, and `se`.
fn check_signature(text: &str, path: &str) -> Result<(), &'static str> {
    let field = |name: &str| {
        let mut fields = text.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(found, _)| *found == name).map(|(_, value)| value).ok_or("a part is missing")
    };
    let (resource, end) = (field("sr")?, field("se")?);
    if field("skn")? != KEY_NAME {
        return Err("the key's name isn't known");
    }
    let now = SystemClock.now().timestamp();
    if end.parse::<i64>().map_err(|_| "the end is no time")? <= now {
        return Err("the signature has ended");
    }
    let given = decoded(field("sig")?)?;
    let given = STANDARD.decode(given).map_err(|_| "the signature isn't base64")?;
    if given != signature(resource, end) {
        return Err("the signature is wrong");
    }
    let resource = Url::parse(&decoded(resource)?).map_err(|_| "what is signed for is no address")?;
    let is_namespace = resource.host_str().is_some_and(|host| host.ends_with(".servicebus.windows.net"));
    let signed = resource.path().trim_end_matches('/');
    let is_inside = path.strip_prefix(signed).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if is_namespace && is_inside { Ok(()) } else { Err("signed for something else") }
}

/// HMAC-SHA-256, by another library than the client's.
fn signature(resource: &str, end: &str) -> Vec<u8> {
    let key = EncodingKey::from_secret(KEY.as_bytes());
    let text = format!("{resource}\n{end}");
    let signed = crypto::sign(text.as_bytes(), &key, Algorithm::HS256).expect("a signature");
    URL_SAFE_NO_PAD.decode(signed).expect("base64")
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| "a part isn't UTF-8")?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    const PATH: &str = "/oncall/messages";
    const END: &str = "4102444800";

    fn encoded(text: &str) -> String {
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
    }

    fn signed(resource: &str, end: &str, name: &str) -> String {
        let resource = encoded(resource);
        let signature = encoded(&STANDARD.encode(signature(&resource, end)));
        format!("SharedAccessSignature sr={resource}&sig={signature}&se={end}&skn={name}")
    }

    #[test]
    fn a_signature_is_good_for_what_was_signed_until_its_end() {
        let namespace = "https://loopback.servicebus.windows.net/";
        for resource in
            [namespace.to_owned(), format!("{namespace}oncall"), format!("{namespace}oncall/messages")]
        {
            assert_eq!(check(Some(&signed(&resource, END, KEY_NAME)), PATH), Ok(()), "{resource}");
        }
        for (resource, end, name, why) in [
            ("https://loopback.servicebus.windows.net/on", END, KEY_NAME, "signed for something else"),
            ("https://loopback.servicebus.windows.net/other", END, KEY_NAME, "signed for something else"),
            ("https://elsewhere.example/oncall", END, KEY_NAME, "signed for something else"),
            (namespace, "1000000000", KEY_NAME, "the signature has ended"),
            (namespace, "soon", KEY_NAME, "the end is no time"),
            (namespace, END, "listener", "the key's name isn't known"),
        ] {
            assert_eq!(check(Some(&signed(resource, end, name)), PATH), Err(why), "{resource} {end}");
        }
    }

    #[test]
    fn a_signature_by_another_key_or_of_another_end_is_wrong() {
        let good = signed("https://loopback.servicebus.windows.net/", END, KEY_NAME);
        let later = good.replace(END, "4102444801");
        assert_eq!(check(Some(&later), PATH), Err("the signature is wrong"));
    }

    #[test]
    fn the_signature_is_the_one_that_hmac_sha_256_gives() {
        // By `printf 'r\n1' | openssl dgst -sha256 -hmac KEY -binary | base64`.
        assert_eq!(STANDARD.encode(signature("r", "1")), "DGOoxfDWz++GD8h9dBb8Use9pyfQYCyFjspAH8m3vcU=");
    }

    #[test]
    fn whoever_has_neither_is_refused() {
        assert_eq!(check(Some(&format!("Bearer {TOKEN}")), PATH), Ok(()));
        assert!(check(Some("Bearer x"), PATH).is_err());
        assert!(check(Some(TOKEN), PATH).is_err());
        assert!(check(Some("SharedAccessSignature sr=x"), PATH).is_err());
        assert!(check(None, PATH).is_err());
    }
}
