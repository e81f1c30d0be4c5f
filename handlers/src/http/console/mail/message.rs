//! One captured mail, read for showing.

use chrono::{DateTime, Utc};
use mailparse::{MailHeaderMap as _, ParsedMail};

/// The headers worth showing, in order.
const SHOWN: [&str; 6] = ["From", "To", "Cc", "Reply-To", "Date", "Message-ID"];

/// What a page shows of a mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) subject: String,
    pub(super) to: String,
    /// When it says it was written.
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) headers: Vec<(String, String)>,
    /// Every text part, decoded.
    pub(super) text: String,
    pub(super) has_html: bool,
}

impl Message {
    /// Reads as much as can be read.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let Ok(mail) = mailparse::parse_mail(bytes) else {
            return Self { subject: "(a mail that can’t be read)".to_owned(), ..Self::default() };
        };
        let header = |name: &str| mail.headers.get_first_value(name).filter(|value| !value.trim().is_empty());
        let date = header("Date").and_then(|text| mailparse::dateparse(&text).ok());
        let mut message = Self {
            subject: header("Subject").unwrap_or_else(|| "(no subject)".to_owned()),
            to: header("To").unwrap_or_default(),
            at: date.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            headers: SHOWN.into_iter().filter_map(|name| Some((name.to_owned(), header(name)?))).collect(),
            ..Self::default()
        };
        message.take_parts(&mail);
        message
    }

    fn take_parts(&mut self, mail: &ParsedMail<'_>) {
        match mail.ctype.mimetype.as_str() {
            "text/plain" => {
                if !self.text.is_empty() {
                    self.text.push('\n');
                }
                self.text.push_str(&mail.get_body().unwrap_or_default().replace("\r\n", "\n"));
            }
            "text/html" => self.has_html = true,
            _ => mail.subparts.iter().for_each(|part| self.take_parts(part)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: On-Call <oncall@msp.example>\r\n\
        To: ann@msp.example\r\n\
        Subject: =?utf-8?q?=5Bhigh=5D_Stra=C3=9Fe_down?=\r\n\
        Date: Sat, 21 Nov 2026 02:14:00 +0100\r\n\
        X-Other: not shown\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        Take it: http://127.0.0.1:7071/app/a/x=3D\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<b>hello</b>\r\n--b--\r\n";

    #[test]
    fn a_mail_is_decoded_and_its_html_only_mentioned() {
        let message = Message::read(MAIL.as_bytes());
        assert_eq!(message.subject, "[high] Straße down");
        assert_eq!(message.to, "ann@msp.example");
        assert_eq!(message.at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-21T01:14:00+00:00"));
        assert_eq!(message.text.trim_end(), "Take it: http://127.0.0.1:7071/app/a/x=");
        assert!(message.has_html);
        let names: Vec<_> = message.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["From", "To", "Date"]);
    }

    #[test]
    fn a_mail_without_parts_or_subject_is_shown_too() {
        let message = Message::read(b"To: a@b\r\n\r\nhello\r\n");
        assert_eq!((message.subject.as_str(), message.text.as_str()), ("(no subject)", "hello\n"));
        assert!(!message.has_html && message.at.is_none());
    }

    #[test]
    fn bytes_that_are_no_mail_do_no_harm() {
        for bytes in [&b""[..], b"\xff\xfe\0", b"no header at all", b"Subject:"] {
            Message::read(bytes);
        }
    }
}
