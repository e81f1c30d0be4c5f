//! A notice as a mail: plainer than a page, since nothing is to be pressed at once.

use std::fmt::Write as _;

use app::port::{ChannelError, NoticeMessage};
use lettre::Message;
use lettre::message::Mailbox;

use super::{LONGEST_DESCRIPTION, LONGEST_SUBJECT, addressed, cut, html, on_one_line, with_header, written};

/// The mail for `message`; refused where the address is none.
pub(in crate::channel::email) fn compose(
    message: &NoticeMessage,
    from: &Mailbox,
) -> Result<Message, ChannelError> {
    let id = format!("<{}.{}@{}>", message.notice_id, message.attempt, from.email.domain());
    let builder = addressed(from, &message.name, &message.address)?
        .date(message.at.into())
        .subject(cut(&on_one_line(&message.subject), LONGEST_SUBJECT))
        .message_id(Some(id));
    let builder = with_header(builder, "X-Oncall-Notice", message.notice_id.as_str());
    let mut text = format!("{}\n", cut(&message.text, LONGEST_DESCRIPTION));
    if let Some(url) = &message.url {
        let _ = writeln!(text, "\n{url}");
    }
    written(builder, text, html::notice(message))
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use mailparse::MailHeaderMap as _;

    use super::*;

    fn notice() -> NoticeMessage {
        NoticeMessage {
            notice_id: "ntc_1".parse().unwrap(),
            attempt: 2,
            address: "sam@msp.example".into(),
            name: "Sam Tech".into(),
            subject: "Nobody is on call".into(),
            text: "Primary has nobody on call.\n\nPut somebody on call.".into(),
            url: Some("https://oncall.example/app/coverage-gaps".into()),
            at: Utc.with_ymd_and_hms(2026, 11, 20, 21, 4, 5).unwrap(),
        }
    }

    fn composed(message: &NoticeMessage) -> Vec<u8> {
        compose(message, &"On-Call <oncall@msp.example>".parse().unwrap()).unwrap().formatted()
    }

    #[test]
    fn it_says_what_and_where_in_text_and_in_html() {
        let bytes = composed(&notice());
        let mail = mailparse::parse_mail(&bytes).unwrap();
        for (name, value) in [
            ("Subject", "Nobody is on call"),
            ("Date", "Fri, 20 Nov 2026 21:04:05 +0000"),
            ("To", "\"Sam Tech\" <sam@msp.example>"),
            ("Message-ID", "<ntc_1.2@msp.example>"),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Oncall-Notice", "ntc_1"),
        ] {
            assert_eq!(mail.headers.get_first_value(name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(mail.headers.get_first_value("In-Reply-To"), None, "each is a thread of its own");
        for part in &mail.subparts {
            let body = part.get_body().unwrap();
            for expected in ["Primary has nobody on call.", "https://oncall.example/app/coverage-gaps"] {
                assert!(body.contains(expected), "{} lacks {expected}: {body}", part.ctype.mimetype);
            }
        }
    }

    #[test]
    fn text_of_others_makes_neither_headers_nor_markup() {
        let bytes = composed(&NoticeMessage {
            subject: "Gap\r\nBcc: evil@msp.example".into(),
            text: "<script>alert(1)</script>".into(),
            url: Some("https://oncall.example/\"><b>".into()),
            ..notice()
        });
        let mail = mailparse::parse_mail(&bytes).unwrap();
        assert_eq!(mail.headers.get_first_value("Bcc"), None);
        let html = mail.subparts[1].get_body().unwrap();
        assert!(!html.contains("<script") && !html.contains("\"><b>"), "{html}");
    }

    #[test]
    fn an_address_that_is_none_is_refused_for_good() {
        let from = "oncall@msp.example".parse().unwrap();
        let refused = compose(&NoticeMessage { address: "sam".into(), ..notice() }, &from);
        assert!(matches!(refused, Err(ChannelError::Rejected(_))));
    }
}
