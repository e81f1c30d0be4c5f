//! What the generic door makes of a delivery.

use proptest::prelude::*;
use serde_json::json;

use app::port::ReceivedBody;

use super::*;
use crate::alert_source::text::LONGEST_TITLE;

fn read_as(body: &[u8], content_type: &str) -> Vec<Signal> {
    let received =
        ReceivedBody { content_type: Some(content_type), query: "key=k", ..ReceivedBody::bare(body) };
    signals(received)
}

fn signals(received: ReceivedBody<'_>) -> Vec<Signal> {
    read(&Body::read(received)).into_iter().map(|alert| alert.found().signal).collect()
}

fn one(body: &Value) -> Signal {
    let signals = read_as(body.to_string().as_bytes(), "application/json");
    assert_eq!(signals.len(), 1, "{body}");
    signals.into_iter().next().unwrap()
}

#[test]
fn a_script_needs_only_title_severity_and_dedup_key() {
    let signal = one(&json!({"title": "Backup failed", "severity": "HIGH", "dedup_key": "backup-1"}));
    let expected =
        Signal { dedup_key: Some("backup-1".into()), ..Signal::trigger("Backup failed", Severity::High) };
    assert_eq!(signal, expected);
}

#[test]
fn everything_that_is_said_is_carried() {
    let signal = one(&json!({
        "summary": "Disk full on SRV-1", "details": "/ at 97 %", "priority": "P1", "alias": 4711,
        "status": "open", "customer": {"name": "Contoso"}, "deviceName": "SRV-1", "hostname": "srv-1.contoso.example",
        "source_url": "https://rmm.example/alerts/1", "source": "nightly check", "weather": "fine",
    }));
    assert_eq!(
        signal,
        Signal {
            description: "/ at 97 %".into(),
            dedup_key: Some("4711".into()),
            client: Some("Contoso".into()),
            product: Some("nightly check".into()),
            link: Some("https://rmm.example/alerts/1".into()),
            device: Device { name: Some("SRV-1".into()), hostname: Some("srv-1.contoso.example".into()) },
            ..Signal::trigger("Disk full on SRV-1", Severity::Critical)
        }
    );
}

#[test]
fn the_alert_may_be_one_level_down() {
    for body in [
        json!({"event_action": "trigger", "dedup_key": "k",
            "payload": {"summary": "Disk full", "severity": "warning"}}),
        json!({"specversion": "1.0", "id": "1", "subject": "device/42", "dedup_key": "k",
            "data": {"title": "Disk full", "level": "medium"}}),
        json!({"data": "{\"title\":\"Disk full\",\"dedup_key\":\"k\",\"severity\":\"average\"}"}),
        json!({"labels": {"alertname": "DiskFull", "severity": "warn"}, "annotations": {"summary": "Disk full"},
            "fingerprint": "k"}),
    ] {
        let signal = one(&body);
        assert_eq!((&*signal.title, signal.severity), ("Disk full", Severity::Medium), "{body}");
        assert_eq!(signal.dedup_key.as_deref(), Some("k"), "{body}");
        assert_eq!(signal.degraded, None, "{body}");
    }
}

#[test]
fn the_state_says_what_to_do_and_beats_the_event() {
    for (body, action) in [
        (json!({}), Action::Trigger),
        (json!({"status": "firing"}), Action::Trigger),
        (json!({"status": "resolved"}), Action::Resolve),
        (json!({"status": "OK"}), Action::Resolve),
        (json!({"state": "up"}), Action::Resolve),
        (json!({"state": "acked"}), Action::Acknowledge),
        (json!({"action": "close"}), Action::Resolve),
        (json!({"event_action": "acknowledge"}), Action::Acknowledge),
        (json!({"event_type": "incident.resolved"}), Action::Resolve),
        (json!({"notificationtype": "RECOVERY"}), Action::Resolve),
        (json!({"status": "ok", "event": "problem"}), Action::Resolve),
        (json!({"status": "down", "action": "resolve"}), Action::Trigger),
        (json!({"state": "CRITICAL", "notification_type": "ACKNOWLEDGEMENT"}), Action::Acknowledge),
        (json!({"status": "unresolved", "action": "resolved"}), Action::Resolve),
        (json!({"event": "backup.report", "type": "nightly"}), Action::Trigger),
    ] {
        let mut titled = body.clone();
        titled["title"] = json!("x");
        let signal = one(&titled);
        assert_eq!((signal.action, signal.degraded), (action, None), "{body}");
    }
}

#[test]
fn what_is_said_and_not_known_is_told_and_errs_on_the_loud_side() {
    for (body, severity, doubt) in [
        (json!({"title": "x", "severity": "purple"}), Severity::High, "the severity 'purple' is not known"),
        (json!({"title": "x", "severity": 9}), Severity::High, "the severity '9' is not known"),
        (
            json!({"title": "x", "severity": "low", "status": "odd"}),
            Severity::Low,
            "the state 'odd' is not known",
        ),
        (json!({"weather": "fine"}), Severity::High, "no title was found"),
        (json!({"severity": "low", "dedup_key": "k"}), Severity::Low, "no title was found"),
    ] {
        let signal = one(&body);
        assert_eq!((signal.action, signal.severity), (Action::Trigger, severity), "{body}");
        assert!(signal.degraded.as_ref().is_some_and(|said| said.contains(doubt)), "{:?}", signal.degraded);
    }
    let known_elsewhere = one(&json!({"title": "x", "severity": "purple", "priority": "P3"}));
    assert_eq!((known_elsewhere.severity, known_elsewhere.degraded), (Severity::Medium, None));
}

#[test]
fn a_resolve_needs_no_title() {
    let signal = one(&json!({"dedup_key": "backup-1", "status": "resolved"}));
    assert_eq!((&*signal.title, signal.action, signal.degraded), ("backup-1", Action::Resolve, None));
}

#[test]
fn a_title_is_one_line_and_what_is_cut_off_is_kept() {
    let signal = one(&json!({"title": "Disk full\r\non SRV-1", "description": "Disk full"}));
    assert_eq!(
        (&*signal.title, &*signal.description),
        ("Disk full", "Disk full\r\non SRV-1".replace('\r', "").as_str())
    );

    let long = "ü".repeat(3_000);
    let signal = one(&json!({"title": long, "description": "more"}));
    assert_eq!(signal.title.chars().count(), LONGEST_TITLE);
    assert_eq!(signal.description, format!("{long}\n\nmore"));

    let signal = one(&json!({"description": "Disk full\nat 97 %"}));
    assert_eq!((&*signal.title, &*signal.description), ("Disk full", "Disk full\nat 97 %"));
}

#[test]
fn a_link_is_a_web_address_or_none() {
    for (link, kept) in [
        ("https://rmm.example/1?a=b", true),
        ("http://10.0.0.1/x", true),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("rmm.example/1", false),
    ] {
        assert_eq!(one(&json!({"title": "x", "url": link})).link.is_some(), kept, "{link}");
    }
}

#[test]
fn a_list_is_one_signal_each() {
    let list =
        json!([{"title": "A", "dedup_key": "a", "severity": "low"}, {"title": "B", "status": "ok"}, "C", 4]);
    let signals = read_as(list.to_string().as_bytes(), "application/json");
    let titles: Vec<_> = signals.iter().map(|signal| (&*signal.title, signal.action)).collect();
    let problem = Action::Trigger;
    assert_eq!(titles, [("A", problem), ("B", Action::Resolve), ("C", problem), ("4", problem)]);
    let degraded: Vec<_> = signals.iter().map(|signal| signal.degraded.is_some()).collect();
    assert_eq!(degraded, [false, false, false, true]);
}

#[test]
fn an_envelope_around_alerts_is_opened_if_each_can_stand_alone() {
    let firing = json!({"status": "firing", "alerts": [
        {"status": "firing", "labels": {"alertname": "A"}, "fingerprint": "1"},
        {"status": "resolved", "labels": {"alertname": "B"}, "fingerprint": "2"},
    ]});
    let signals = read_as(firing.to_string().as_bytes(), "application/json");
    let actions: Vec<_> = signals.iter().map(|signal| (&*signal.title, signal.action)).collect();
    assert_eq!(actions, [("A", Action::Trigger), ("B", Action::Resolve)]);

    let outer = one(&json!({"title": "Two of them", "alerts": [{"id": 1}, {"id": 2}]}));
    assert_eq!(outer.title, "Two of them");
}

#[test]
fn text_is_an_alert_and_not_a_mistake() {
    let text = "Backup failed on SRV-1\nline two with details";
    for content_type in ["text/plain", "application/x-www-form-urlencoded"] {
        let signals = read_as(text.as_bytes(), content_type);
        let expected =
            Signal { description: text.into(), ..Signal::trigger("Backup failed on SRV-1", Severity::High) };
        assert_eq!(signals, [expected]);
    }
}

#[test]
fn what_can_not_be_read_still_pages_and_shows_what_came() {
    for (body, title) in [
        (&b"{\"title\": \"Disk full"[..], "{\"title\": \"Disk full"),
        (b"{\n  \"title\": \"Disk full\",\n", "\"title\": \"Disk full\","),
        (b"", UNREADABLE),
        (b"[]", UNREADABLE),
        (b"\x00\x01\x02", UNREADABLE),
        (b"{}", UNREADABLE),
    ] {
        let signals = read_as(body, "application/json");
        let [signal] = signals.as_slice() else { panic!("one signal of {body:?}, not {}", signals.len()) };
        assert_eq!(
            (&*signal.title, signal.action, signal.severity),
            (title, Action::Trigger, Severity::High)
        );
        assert!(signal.degraded.is_some(), "{body:?}");
    }
    let long = format!("{{{}", "x".repeat(100_000));
    assert!(read_as(long.as_bytes(), "").first().unwrap().description.len() < 9_000);
}

proptest! {
    #[test]
    fn no_bytes_are_an_error(
        body in prop::collection::vec(any::<u8>(), 0..300),
        query in ".{0,40}",
        kind in ".{0,40}",
    ) {
        let signals = signals(ReceivedBody { content_type: Some(&kind), query: &query, ..ReceivedBody::bare(&body) });
        prop_assert!(!signals.is_empty() && signals.iter().all(|signal| !signal.title.trim().is_empty()));
    }

    #[test]
    fn no_json_is_an_error(body in "[\\[{][\\[\\]{}:,\"\\\\a-e0-9=& \n]{0,120}") {
        let signals = signals(ReceivedBody::bare(body.as_bytes()));
        prop_assert!(!signals.is_empty() && signals.iter().all(|signal| !signal.title.trim().is_empty()));
    }
}
