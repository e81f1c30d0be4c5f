//! A mail as its reader sees it: headers unfolded and decoded, bodies decoded.

use std::time::Instant;

use mailparse::{MailHeader, MailHeaderMap as _, ParsedMail};

/// A mail that the server took.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The envelope's sender (`MAIL FROM`).
    pub from: String,
    /// The envelope's recipients (`RCPT TO`).
    pub to: Vec<String>,
    /// The first `text/plain` part, decoded; empty where there is none.
    pub text: String,
    /// The first `text/html` part, decoded.
    pub html: Option<String>,
    /// What came after `DATA`, dot-unstuffed.
    pub raw: String,
    /// When the client asked for `DATA`.
    pub data_at: Instant,
    /// When the end of the data was read.
    pub received_at: Instant,
    headers: Vec<(String, String)>,
}

impl Mail {
    pub(super) fn parse(from: &str, to: &[String], raw: &[u8], data_at: Instant) -> Self {
        let mut mail = Self {
            from: from.to_owned(),
            to: to.to_vec(),
            text: String::new(),
            html: None,
            raw: String::from_utf8_lossy(raw).into_owned(),
            data_at,
            received_at: Instant::now(),
            headers: Vec::new(),
        };
        if let Ok(parsed) = mailparse::parse_mail(raw) {
            let decoded = |header: &MailHeader<'_>| (header.get_key(), header.get_value().trim().to_owned());
            mail.headers = parsed.headers.iter().map(decoded).collect();
            mail.text = body_of(&parsed, "text/plain").unwrap_or_default();
            mail.html = body_of(&parsed, "text/html");
        }
        mail
    }

    /// The first header of this name, in any case, as text (RFC 2047).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The `http` and `https` addresses of the text, then those that only the HTML has; each once.
    pub fn links(&self) -> Vec<String> {
        let html = self.html.as_deref().unwrap_or_default().replace("&amp;", "&");
        let mut links: Vec<String> = Vec::new();
        for link in addresses_in(&self.text).chain(addresses_in(&html)) {
            if !links.iter().any(|known| known == link) {
                links.push(link.to_owned());
            }
        }
        links
    }
}

fn body_of(mail: &ParsedMail<'_>, content_type: &str) -> Option<String> {
    let part = mail.parts().find(|part| {
        part.subparts.is_empty()
            && part.ctype.mimetype == content_type
            && !part
                .headers
                .get_first_value("Content-Disposition")
                .is_some_and(|how| how.starts_with("attachment"))
    })?;
    part.get_body().ok()
}

fn addresses_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "<>\"'()".contains(c))
        .map(|word| word.trim_end_matches(['.', ',', ';', ':', '!', '?']))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(raw: &str) -> Mail {
        Mail::parse(
            "a@oncall.test",
            &["sam@msp.test".to_owned()],
            raw.replace('\n', "\r\n").as_bytes(),
            Instant::now(),
        )
    }

    #[test]
    fn headers_are_unfolded_decoded_and_found_in_any_case() {
        let mail = parsed(
            "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\n =?utf-8?B?IGF1cyBLw7Zsbg==?=\nX-Priority:\n 1\n\nhello\n",
        );
        assert_eq!(mail.header("subject"), Some("Grüße aus Köln"));
        assert_eq!(mail.header("X-PRIORITY"), Some("1"));
        assert_eq!(mail.header("Date"), None);
        assert_eq!(mail.text, "hello\r\n");
    }

    #[test]
    fn alternatives_are_told_apart_and_decoded() {
        let mail = parsed(
            "Content-Type: multipart/alternative; boundary=b\n\n\
             --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
             Acknowledge: https://oncall.test/app/ack?token=3Da=\nbc&u=3D1.\n\
             --b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n\
             PGEgaHJlZj0iaHR0cHM6Ly9vbmNhbGwudGVzdC94P2E9MSZhbXA7Yj0yIj5kw7xyZmVuPC9hPg==\n\
             --b--\n",
        );
        assert_eq!(mail.text.trim_end(), "Acknowledge: https://oncall.test/app/ack?token=abc&u=1.");
        assert_eq!(mail.html.as_deref(), Some("<a href=\"https://oncall.test/x?a=1&amp;b=2\">dürfen</a>"));
        let links = ["https://oncall.test/app/ack?token=abc&u=1", "https://oncall.test/x?a=1&b=2"];
        assert_eq!(mail.links(), links);
    }

    #[test]
    fn a_mail_without_html_has_none() {
        assert_eq!(parsed("Subject: x\n\nplain").html, None);
    }
}
