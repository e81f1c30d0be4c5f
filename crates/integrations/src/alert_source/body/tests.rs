//! Bodies as senders really send them.

use domain::source::SourceType;
use serde_json::json;

use super::*;
use crate::alert_source::fixture::{said, signal};

fn read(body: &[u8], content_type: &str, query: &str) -> Body {
    Body::read(ReceivedBody { content_type: Some(content_type), query, ..ReceivedBody::bare(body) })
}

#[test]
fn a_body_is_read_by_what_it_is_and_not_by_what_it_is_called() {
    let alert = json!({"title": "Backup failed", "severity": "high"});
    let multipart = "--xyz\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n\
        {\"title\":\"Backup failed\",\"severity\":\"high\"}\r\n--xyz--\r\n";
    for (body, content_type) in [
        (r#"{"title":"Backup failed","severity":"high"}"#, "application/json"),
        (" \n{\"title\":\"Backup failed\",\"severity\":\"high\"}\n", "application/x-www-form-urlencoded"),
        ("\u{feff}{\"title\":\"Backup failed\",\"severity\":\"high\"}", "text/plain"),
        (r#""{\"title\":\"Backup failed\",\"severity\":\"high\"}""#, "application/json"),
        ("title=Backup+failed&severity=high", "application/x-www-form-urlencoded; charset=utf-8"),
        ("title=Backup%20failed&severity=high", "text/plain"),
        ("title=Backup failed&severity=high", ""),
        ("severity=high&title=&title=Backup failed", "application/x-www-form-urlencoded"),
        (
            "payload=%7B%22title%22%3A%22Backup+failed%22%2C%22severity%22%3A%22high%22%7D",
            "application/x-www-form-urlencoded",
        ),
        (
            "%7B%22title%22%3A%22Backup+failed%22%2C%22severity%22%3A%22high%22%7D",
            "application/x-www-form-urlencoded",
        ),
        (multipart, "multipart/form-data; boundary=xyz"),
        (
            "--b\nContent-Disposition: form-data; name=title\n\nBackup failed\n\
             --b\nContent-Disposition: form-data; name=severity\n\nhigh\n--b--",
            "application/json",
        ),
    ] {
        let read = read(body.as_bytes(), content_type, "key=k");
        assert_eq!(read.content, Content::Value(alert.clone()), "{body}");
        assert_eq!(read.doubt, None, "{body}");
    }
}

#[test]
fn text_is_text_even_where_it_is_called_a_form() {
    for body in [
        "Disk full on SRV-1",
        "Disk usage = 97 %",
        "CPU at 98% & rising",
        "= =",
        "a b=c",
        "ratio=3 of 4 down",
    ] {
        for content_type in ["application/x-www-form-urlencoded", "text/plain", "application/json"] {
            let read = read(body.as_bytes(), content_type, "");
            assert_eq!((read.content, read.doubt), (Content::Text, None), "{body}");
            assert_eq!(read.raw, body);
        }
    }
}

#[test]
fn a_guess_is_said() {
    for (body, value, doubt) in [
        (&br#"{"p":"C:\Windows"}"#[..], json!({"p": r"C:\Windows"}), "was repaired"),
        (br#"{"t":"the "C:\" drive"}"#, json!({"t": "the \"C:\" drive"}), "where its texts end"),
        (b"{\"t\":\"a \"b\"\"}\n{\"t\":\"c\"}", json!([{"t": "a \"b\""}, {"t": "c"}]), "where its texts end"),
        (b"{\"t\":\"Stra\xdfe\"}", json!({"t": "Straße"}), "Latin-1"),
        (b"{\"a\":1} {\"b\"", json!([{"a": 1}]), "to its end"),
    ] {
        let read = read(body, "application/json", "");
        assert_eq!(read.content, Content::Value(value), "{:?}", read.doubt);
        assert!(read.doubt.as_ref().is_some_and(|said| said.contains(doubt)), "{:?}", read.doubt);
    }
}

#[test]
fn other_tools_templates_are_read_past_marks_too() {
    let datto = include_str!("../../../../../tests/fixtures/alerts/datto_rmm/unescaped_quotes.http.json");
    let datto = signal(said(SourceType::DattoRmm, datto));
    assert_eq!(&*datto.title, r#"Service "Spooler" in "C:\Program Files" stopped"#);
    assert_eq!(datto.dedup_key.as_deref(), Some("datto:2f8d5c60"));
    let nagios = include_str!("../../../../../tests/fixtures/alerts/nagios/unescaped_quotes.http.json");
    let nagios = signal(said(SourceType::Nagios, nagios));
    assert_eq!(nagios.dedup_key.as_deref(), Some("service:win-01.contoso.example;Disk C"));
    assert!(nagios.description.contains(r#"Volume "System", label "C:" is full"#), "{}", nagios.description);
    assert!(nagios.description.contains(r#"see "disk", "page""#), "{}", nagios.description);
}

#[test]
fn values_one_after_the_other_are_a_list() {
    let read = read(b"{\"a\":1}\n{\"b\":2}\n", "application/x-ndjson", "");
    assert_eq!(read.content, Content::Value(json!([{"a": 1}, {"b": 2}])));
    assert_eq!(read.doubt, None);
}

#[test]
fn the_query_speaks_for_an_empty_body_and_without_its_key() {
    let read = read(b" \r\n", "", "key=secret&title=Disk+full&status=");
    assert_eq!(read.content, Content::Value(json!({"title": "Disk full", "status": ""})));
    assert_eq!(read.raw, "title=Disk+full&status=");
}

#[test]
fn nothing_is_said_to_be_nothing() {
    for (body, query, doubt) in [
        ("", "", "the body is empty"),
        ("", "key=secret&token=t", "the body is empty"),
        ("{\"title\": \"cut o", "title=ignored", "the body is not JSON"),
        (&*"[".repeat(100_000), "", "the body is not JSON"),
    ] {
        let read = read(body.as_bytes(), "application/json", query);
        assert_eq!(read.content, Content::Nothing);
        assert!(read.doubt.as_ref().is_some_and(|said| said.contains(doubt)), "{:?}", read.doubt);
        assert!(!read.raw.contains("secret"));
    }
}
