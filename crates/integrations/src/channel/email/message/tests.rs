//! What a page looks like as a mail.

use mailparse::{MailHeaderMap as _, ParsedMail};

use super::super::tests::page;
use super::*;

fn from() -> Mailbox {
    "On-Call <oncall@msp.example>".parse().unwrap()
}

fn composed(message: &PageMessage) -> Vec<u8> {
    compose(message, &from()).unwrap().formatted()
}

fn header(mail: &ParsedMail<'_>, name: &str) -> Option<String> {
    mail.headers.get_first_value(name)
}

#[test]
fn a_page_says_what_is_wrong_and_where_to_acknowledge() {
    let bytes = composed(&page());
    let mail = mailparse::parse_mail(&bytes).unwrap();
    assert_eq!(header(&mail, "Subject").as_deref(), Some("[CRITICAL] #42 Disk full on SRV-1"));
    assert_eq!(header(&mail, "Date").as_deref(), Some("Fri, 20 Nov 2026 21:04:05 +0000"));
    assert_eq!(header(&mail, "To").as_deref(), Some("\"Sam Tech\" <sam@msp.example>"));
    assert_eq!(mail.subparts.len(), 2);
    for (part, kind) in mail.subparts.iter().zip(["text/plain", "text/html"]) {
        let body = part.get_body().unwrap();
        assert_eq!(part.ctype.mimetype, kind);
        for expected in
            ["Disk full on SRV-1", "/app/acknowledge/abc", "/app/incidents/inc_1", "SRV-1", "97 % used"]
        {
            assert!(body.contains(expected), "{kind} lacks {expected}: {body}");
        }
    }
}

#[test]
fn attempts_of_a_page_are_one_thread_and_nobody_answers_it() {
    let mut message = page();
    message.attempt = 3;
    let bytes = composed(&message);
    let mail = mailparse::parse_mail(&bytes).unwrap();
    for (name, value) in [
        ("Message-ID", "<page_1.3@msp.example>"),
        ("References", "<inc_1@msp.example>"),
        ("In-Reply-To", "<inc_1@msp.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Oncall-Page", "page_1"),
        ("Importance", "high"),
        ("X-Priority", "1"),
    ] {
        assert_eq!(header(&mail, name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn only_critical_and_high_are_marked_important() {
    for severity in Severity::ALL {
        let bytes = composed(&PageMessage { severity, ..page() });
        let mail = mailparse::parse_mail(&bytes).unwrap();
        let important = header(&mail, "Importance").is_some();
        assert_eq!(important, severity >= Severity::High, "{severity}");
        assert_eq!(important, header(&mail, "X-Priority").is_some(), "{severity}");
    }
}

#[test]
fn an_exhausted_escalation_and_a_policy_that_reaches_nobody_are_said_first() {
    for (purpose, subject, warning) in [
        (Purpose::Exhausted, "Escalation exhausted: [CRITICAL] #42 ", "Nobody has acknowledged this"),
        (Purpose::LastResort, "Nobody on call: [CRITICAL] #42 ", "Nobody is on call for this"),
    ] {
        let bytes = composed(&PageMessage { purpose, ..page() });
        let mail = mailparse::parse_mail(&bytes).unwrap();
        assert!(header(&mail, "Subject").unwrap().starts_with(subject), "{purpose:?}");
        assert!(mail.subparts[0].get_body().unwrap().starts_with(warning), "{purpose:?}");
        assert!(mail.subparts[1].get_body().unwrap().contains(warning), "{purpose:?}");
    }
}

#[test]
fn text_of_others_makes_neither_headers_nor_markup() {
    let message = PageMessage {
        name: "Sam\r\nBcc: evil@msp.example".into(),
        title: "Disk\r\nBcc: evil@msp.example\r\n\r\n<script>alert(1)</script>".into(),
        description: "<img src=x onerror=alert(1)> & \"more\"".into(),
        acknowledge_url: "https://oncall.example/\"><b>".into(),
        ..page()
    };
    let bytes = composed(&message);
    let mail = mailparse::parse_mail(&bytes).unwrap();
    assert_eq!(header(&mail, "Bcc"), None);
    let html = mail.subparts[1].get_body().unwrap();
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("\"><b>"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;"), "{html}");
}

#[test]
fn letters_of_any_language_and_endless_texts_arrive() {
    let message = PageMessage {
        title: "Fällt aus: 東京-サーバー ".repeat(60),
        description: "ä".repeat(20_000),
        name: "Zoë Müller".into(),
        ..page()
    };
    let bytes = composed(&message);
    assert!(bytes.is_ascii(), "every mail server takes ASCII");
    let mail = mailparse::parse_mail(&bytes).unwrap();
    let subject = header(&mail, "Subject").unwrap();
    assert!(subject.contains("東京-サーバー") && subject.ends_with('…'), "{subject}");
    assert_eq!(subject.chars().count(), LONGEST_SUBJECT + 1);
    assert!(header(&mail, "To").unwrap().contains("Zoë Müller"));
    assert!(mail.subparts[0].get_body().unwrap().contains(&format!("{}…", "ä".repeat(LONGEST_DESCRIPTION))));
}

#[test]
fn an_address_that_is_none_is_refused_for_good() {
    for address in
        ["", "sam", "sam@", "@msp.example", "a b@msp.example", "sam@msp.example\r\nRCPT TO:<evil@x>"]
    {
        let refused = compose(&PageMessage { address: address.into(), ..page() }, &from());
        assert!(matches!(refused, Err(ChannelError::Rejected(_))), "{address:?}");
    }
}
