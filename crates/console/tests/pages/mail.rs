//! Captured mail.

use console::mail::{MailPage, MailRow};

use crate::sample::{self, at};

#[test]
fn the_list_links_each_mail_by_its_name() {
    let mails = vec![MailRow {
        name: "0001 a.eml".into(),
        subject: "#7 Disk full".into(),
        to: "Ann Lee <ann@northwind.example>".into(),
        at: at("02:02:00"),
    }];
    let html = MailPage { layout: sample::layout(), mails }.render().unwrap();
    assert!(html.contains("<a href=\"/app/mail/0001%20a.eml\"><bdi>#7 Disk full</bdi></a>"));
    assert!(html.contains("Ann Lee &#60;ann@northwind.example&#62;") && html.contains("12 min ago"));
}

#[test]
fn an_empty_list_says_when_mail_appears() {
    assert!(
        MailPage { layout: sample::layout(), mails: Vec::new() }.render().unwrap().contains("No mail yet")
    );
}

#[test]
fn only_links_to_this_installation_can_be_followed() {
    let text = "Take it:\n\nhttps://oncall.example/app/a/t1\n\nSource: https://evil.example/x\n";
    let html = sample::mail_message(text).render().unwrap();
    assert!(
        html.contains("<div class=\"letter\">Take it:\n\n<a href=\"https://oncall.example/app/a/t1\">"),
        "{html}"
    );
    assert!(html.contains("</a>\n\nSource: https://evil.example/x"), "{html}");
    assert!(!html.contains("href=\"https://evil.example"));
}

#[test]
fn headers_are_shown_and_the_html_part_is_only_mentioned() {
    let mut page = sample::mail_message("Hello");
    let html = page.render().unwrap();
    assert!(html.contains("<dt>To</dt><dd>Ann Lee &#60;ann@northwind.example&#62;</dd>"));
    assert!(html.contains("has an HTML part"));
    page.has_html = false;
    assert!(!page.render().unwrap().contains("HTML part"));
}
