//! The addresses in an SNS message that we may be made to open.
//!
//! Invariant: only SNS itself is ever asked, over TLS, and only for the two things that it is asked for. The host alone is
//! not enough: SNS also answers calls, with texts that anybody may have written, and S3 has names that look like it.

use url::Url;

const CONFIRMATION: &str = "ConfirmSubscription";

/// Whether a signing certificate may be had from there.
pub(super) fn is_certificate(address: &str) -> bool {
    let Some(url) = of_sns(address) else { return false };
    let name =
        url.path().strip_prefix("/SimpleNotificationService-").and_then(|name| name.strip_suffix(".pem"));
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    url.query().is_none() && name.is_some_and(is_name)
}

/// Whether opening it says that the messages of a topic are wanted, and nothing else.
pub(super) fn is_confirmation(address: &str) -> bool {
    let Some(url) = of_sns(address) else { return false };
    let mut actions = url.query_pairs().filter(|(name, _)| name == "Action");
    let is_it = actions.next().is_some_and(|(_, action)| action == CONFIRMATION);
    url.path() == "/" && is_it && actions.next().is_none()
}

fn of_sns(address: &str) -> Option<Url> {
    // The parser leaves such characters out, and what is opened must be what was looked at.
    if address.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    (url.scheme() == "https" && is_bare && url.host_str().is_some_and(is_sns)).then_some(url)
}

/// `sns.<region>.amazonaws.com`, or the same in China.
fn is_sns(host: &str) -> bool {
    let host = host.strip_suffix(".cn").unwrap_or(host);
    host.strip_prefix("sns.").and_then(|rest| rest.strip_suffix(".amazonaws.com")).is_some_and(is_region)
}

/// `eu-west-1`, `us-gov-east-1`: words, and a number at the end.
pub(super) fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && words.contains('-') && words.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_come_from_sns_and_from_nowhere_else() {
        for address in [
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem",
            "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-ab.pem",
            "https://SNS.eu-west-1.amazonaws.com:443/SimpleNotificationService-ab.pem",
        ] {
            assert!(is_certificate(address), "{address}");
        }
        for address in [
            "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-ab.pem",
            "https://evil.example/SimpleNotificationService-ab.pem",
            "https://evil.example/https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-ab.pem",
            "https://sam@sns.eu-west-1.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-ab.pem",
            "https://sns.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://sns.s3.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://sns.s3-eu-west-1.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://a.sns.eu-west-1.amazonaws.com/SimpleNotificationService-ab.pem",
            "https://sns.eu-west-1.amazonaws.com/?Action=GetEndpointAttributes",
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ab.pem?Action=GetEndpointAttributes",
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-..%2f.pem",
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-.pem",
            "https://sns.eu-west-1.\namazonaws.com/SimpleNotificationService-ab.pem",
            "",
        ] {
            assert!(!is_certificate(address), "{address}");
        }
    }

    #[test]
    fn a_confirmation_is_that_call_of_sns_and_no_other() {
        let sns = "https://sns.eu-west-1.amazonaws.com";
        assert!(is_confirmation(&format!("{sns}/?Action=ConfirmSubscription&TopicArn=arn:x&Token=1")));
        for address in [
            format!("{sns}/?Action=Unsubscribe&Token=1"),
            format!("{sns}/?Action=ConfirmSubscription&Action=Unsubscribe"),
            format!("{sns}/other?Action=ConfirmSubscription"),
            format!("{sns}/"),
            "https://169.254.169.254/?Action=ConfirmSubscription".to_owned(),
            "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription".to_owned(),
        ] {
            assert!(!is_confirmation(&address), "{address}");
        }
    }
}
