//! What the products' messages say, and which of them are refused.

use domain::severity::Severity;
use domain::signal::{Action, Detection, Device, Signal, Technique};
use serde_json::json;

use super::*;

fn message(product: SourceType, body: &Value) -> StackMessage {
    read(product, body.to_string().as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn refused(product: SourceType, body: &Value) -> String {
    read(product, body.to_string().as_bytes()).expect_err("a refusal").to_string()
}

/// An event of `kind` with `data`.
fn event(kind: &str, data: &Value) -> Value {
    json!({"specversion": "1.0", "id": "m-1", "source": "/theone/x", "type": kind, "tenantid": "t-1", "data": data})
}

#[test]
fn an_alert_and_its_recovery_have_one_key() {
    let rmm = json!({"alert_id": "7", "device_id": "42", "title": "CPU", "severity": "critical"});
    let security = json!({"event_id": 9, "title": "Dark web hit", "severity": "high"});
    let backups = json!({"job_id": "1", "device_name": "SRV-1", "title": "Backup", "severity": "low"});
    for (product, data, trouble, end, key) in [
        (SourceType::Rmm, &rmm, "rmm.alert.critical", "rmm.alert.recovered", "rmm:7"),
        (SourceType::Security, &security, "security.event", "security.event.resolved", "security:9"),
        (SourceType::Backups, &backups, "backup.failed", "backup.succeeded", "backup:1"),
    ] {
        let begun = message(product, &event(trouble, data)).signal;
        let ended = message(product, &event(end, data)).signal;
        assert_eq!((begun.action, ended.action), (Action::Trigger, Action::Resolve), "{trouble}");
        assert_eq!(begun.dedup_key.as_deref(), Some(key));
        assert_eq!(begun.dedup_key, ended.dedup_key);
    }
}

#[test]
fn what_a_message_says_is_carried() {
    let read = message(
        SourceType::Rmm,
        &event(
            "rmm.alert.critical",
            &json!({
                "alert_id": "7", "device_name": "SRV-1", "hostname": "srv-1.contoso.example", "title": "CPU critical",
                "description": "98 % for 10 min", "severity": "critical", "status": "open",
                "url": "https://rmm.example/7",
            }),
        ),
    );
    let signal = Signal {
        description: "98 % for 10 min".into(),
        dedup_key: Some("rmm:7".into()),
        product: Some("The One RMM".into()),
        link: Some("https://rmm.example/7".into()),
        device: Device { name: Some("SRV-1".into()), hostname: Some("srv-1.contoso.example".into()) },
        ..Signal::trigger("CPU critical", Severity::Critical)
    };
    assert_eq!(read, StackMessage { tenant: "t-1".into(), id: Some("m-1".into()), signal });
}

#[test]
fn the_envelope_may_be_missing_or_a_text() {
    let bare = json!({"tenant_id": "t-1", "id": "alert's own", "job_id": 1, "title": "Backup failed"});
    let read = message(SourceType::Backups, &bare);
    assert_eq!((&*read.tenant, read.id, read.signal.severity), ("t-1", None, Severity::High));

    let data = r#"{"job_id": "1", "title": "Backup failed", "org_id": "t-1"}"#;
    let texted = json!({"type": "backup.failed", "id": "m-2", "data": data});
    for body in [texted.to_string(), format!("\u{feff}{texted}"), json!(texted.to_string()).to_string()] {
        let read = super::read(SourceType::Backups, body.as_bytes()).unwrap();
        assert_eq!((&*read.tenant, read.id.as_deref()), ("t-1", Some("m-2")), "{body}");
    }
}

#[test]
fn the_end_is_told_by_state_or_type() {
    for (kind, status, action) in [
        ("rmm.alert", json!("open"), Action::Trigger),
        ("rmm.alert", json!(null), Action::Trigger),
        ("rmm.alert", json!("recovered"), Action::Resolve),
        ("rmm.alert", json!("Resolved"), Action::Resolve),
        ("rmm.alert", json!("closed"), Action::Resolve),
        ("rmm.alert", json!("acknowledged"), Action::Acknowledge),
        ("rmm.alert", json!("flapping"), Action::Trigger),
        ("rmm.alert.cleared", json!("open"), Action::Resolve),
        ("com.theone.rmm.AlertRecovered", json!(null), Action::Resolve),
        ("rmm.alert.unresolved", json!(null), Action::Trigger),
    ] {
        let data = json!({"alert_id": 1, "title": "x", "severity": "critical", "status": status});
        assert_eq!(message(SourceType::Rmm, &event(kind, &data)).signal.action, action, "{kind} {status}");
    }
    for (kind, status, action) in [
        ("backup.failed", json!(null), Action::Trigger),
        ("backup.completed", json!(null), Action::Resolve),
        ("backup.completed_with_errors", json!(null), Action::Trigger),
        ("backup.completed_with_errors", json!("completed_with_warnings"), Action::Trigger),
        ("backup.job", json!("success"), Action::Resolve),
        ("backup.job", json!("failed"), Action::Trigger),
        ("", json!(null), Action::Trigger),
    ] {
        let data = json!({"job_id": 1, "title": "x", "status": status});
        assert_eq!(
            message(SourceType::Backups, &event(kind, &data)).signal.action,
            action,
            "{kind} {status}"
        );
    }
}

#[test]
fn a_key_is_taken_from_what_stays_the_same() {
    let own = json!({"dedup_key": "mine", "alert_id": 1});
    for (product, data, key) in [
        (SourceType::Rmm, own, Some("mine")),
        (SourceType::Rmm, json!({"device_id": 42, "check_id": "cpu"}), Some("rmm:42:cpu")),
        (SourceType::Rmm, json!({"device_id": 42}), Some("rmm:42:x")),
        (SourceType::Rmm, json!({}), None),
        (SourceType::Security, json!({"alert_id": 3}), Some("security:3")),
        (SourceType::Backups, json!({"job_name": "Daily"}), Some("backup:Daily")),
        (SourceType::Backups, json!({}), None),
    ] {
        let mut data = data;
        data["title"] = json!("x");
        data["severity"] = json!("critical");
        let read = message(product, &event("some.type", &data));
        assert_eq!(read.signal.dedup_key.as_deref(), key, "{data}");
    }
}

#[test]
fn a_severity_that_is_not_said_is_looked_for_and_never_made_less() {
    let severity = |product, kind, data: &Value| message(product, &event(kind, data)).signal.severity;
    let data = json!({"title": "x", "alert_id": 1, "event_id": 1, "job_id": 1});
    assert_eq!(severity(SourceType::Rmm, "rmm.alert.critical", &data), Severity::Critical);
    assert_eq!(severity(SourceType::Backups, "backup.failed", &data), Severity::High);
    assert_eq!(refused(SourceType::Rmm, &event("rmm.alert", &data)), "'severity' is missing");

    let odd = json!({"title": "x", "severity": "purple"});
    for product in [SourceType::Rmm, SourceType::Security] {
        assert!(
            refused(product, &event("some.alert", &odd)).starts_with("'severity' is not one of critical")
        );
    }
    let backup = message(SourceType::Backups, &event("backup.failed", &odd)).signal;
    assert!(backup.severity == Severity::High && backup.degraded.is_some());
    let over = json!({"alert_id": 1, "severity": "purple"});
    assert_eq!(message(SourceType::Rmm, &event("rmm.alert.resolved", &over)).signal.action, Action::Resolve);
}

#[test]
fn a_title_is_made_up_only_from_what_is_there() {
    for (product, data, title) in [
        (SourceType::Backups, json!({"device_name": "SRV-1"}), "Backup failed: SRV-1"),
        (SourceType::Backups, json!({"job_id": 1}), "Backup failed: backup:1"),
        (SourceType::Security, json!({"event_id": 7, "severity": "high"}), "Security event: security:7"),
        (SourceType::Rmm, json!({"hostname": "srv-1", "severity": "critical"}), "Alert: srv-1"),
    ] {
        let signal = message(product, &event("x", &data)).signal;
        assert_eq!((&*signal.title, signal.degraded.is_some()), (title, true), "{data}");
    }
}

#[test]
fn a_malformed_message_is_refused_with_the_field() {
    let titled = json!({"title": "x", "severity": "critical"});
    for (body, told) in [
        (json!([]), "'body' is not a JSON object"),
        (json!(7), "'body' is not a JSON object"),
        (json!("{"), "'body' is not JSON"),
        (json!({}), "'tenant_id' is missing"),
        (json!({"data": titled}), "'tenant_id' is missing"),
        (json!({"tenantid": " ", "data": titled}), "'tenant_id' is missing"),
        (json!({"tenantid": "a", "data": {"tenant_id": "b"}}), "'tenant_id' is another one"),
        (json!({"specversion": "1.0", "tenantid": "a"}), "'data' is missing"),
        (json!({"specversion": "1.0", "tenantid": "a", "data": null}), "'data' is missing"),
        (json!({"tenantid": "a", "data": [1]}), "'data' is not a JSON object"),
        (json!({"tenantid": "a", "data": "{"}), "'data' is not a JSON object"),
        (json!({"tenantid": "a", "data_base64": "e30="}), "'data_base64' is not read"),
        (json!({"tenantid": "a", "data": {"severity": "critical"}}), "'title' is missing"),
        (json!({"tenantid": "a"}), "'severity' is missing"),
    ] {
        assert!(
            refused(SourceType::Rmm, &body).starts_with(told),
            "{body}: {}",
            refused(SourceType::Rmm, &body)
        );
    }
    for body in [&b""[..], b"not json", b"{\"tenantid\":\"a\"", b"\xff\xfe"] {
        let told = read(SourceType::Rmm, body).unwrap_err();
        assert_eq!(told.field, "body", "{body:?}");
    }
    assert_eq!(
        refused(SourceType::Backups, &json!({"tenantid": "a"})),
        "'title' is missing, and so is everything else"
    );
    assert!(read(SourceType::Generic, b"{}").is_err());
}

fn detection() -> Value {
    json!({
        "title": "Credential dumping on WS-14", "severity": "critical", "source": "defend", "source_ref": "det-7",
        "description": "lsass was read", "device_name": "WS-14", "hostname": "ws-14.contoso.example",
        "detection_type": "behaviour", "mitre_technique": "T1003 OS Credential Dumping",
        "recommended_action": "Isolate the host", "tenant_id": "t-1",
    })
}

#[test]
fn a_detection_is_carried_in_full() {
    let technique = Technique { id: "T1003".into(), name: "OS Credential Dumping".into() };
    let signal = Signal {
        description: "lsass was read".into(),
        dedup_key: Some("det-7".into()),
        product: Some("defend".into()),
        device: Device { name: Some("WS-14".into()), hostname: Some("ws-14.contoso.example".into()) },
        detection: Some(Detection {
            detection_type: Some("behaviour".into()),
            mitre_technique: Some(technique),
            recommended_action: Some("Isolate the host".into()),
        }),
        ..Signal::trigger("Credential dumping on WS-14", Severity::Critical)
    };
    let read = message(SourceType::Defend, &detection());
    assert_eq!(read, StackMessage { tenant: "t-1".into(), id: None, signal });
}

#[test]
fn a_technique_is_text_or_object() {
    for (said, id, name) in [
        (json!("T1003"), "T1003", ""),
        (json!("T1003.001 LSASS Memory"), "T1003.001", "LSASS Memory"),
        (json!("T1003: OS Credential Dumping"), "T1003", "OS Credential Dumping"),
        (json!("OS Credential Dumping (T1003)"), "T1003", "OS Credential Dumping"),
        (json!("Credential Dumping"), "Credential Dumping", ""),
        (json!({"id": "T1003", "name": "OS Credential Dumping"}), "T1003", "OS Credential Dumping"),
        (json!({"id": "T1003"}), "T1003", ""),
        (json!({"name": "T1003 OS Credential Dumping"}), "T1003", "OS Credential Dumping"),
        (json!([{"id": "T1", "name": "first"}, "T1003"]), "T1", "first"),
    ] {
        let mut body = detection();
        body["mitre_technique"] = said.clone();
        let read = message(SourceType::Defend, &body).signal.detection.unwrap().mitre_technique;
        assert_eq!(read, Some(Technique { id: id.into(), name: name.into() }), "{said}");
    }
    for nothing in [json!(null), json!(""), json!({}), json!([]), json!(true)] {
        let mut body = detection();
        body["mitre_technique"] = nothing;
        assert_eq!(message(SourceType::Defend, &body).signal.detection.unwrap().mitre_technique, None);
    }
}

#[test]
fn a_detection_lacks_nothing_that_counts() {
    for (field, value, told) in [
        ("title", json!(null), "'title' is missing"),
        ("title", json!("  "), "'title' is empty"),
        ("title", json!(["x"]), "'title' is not a text"),
        ("tenant_id", json!(null), "'tenant_id' is missing"),
        ("tenant_id", json!(""), "'tenant_id' is empty"),
        ("tenant_id", json!(7), "'tenant_id' is not a text"),
        ("severity", json!(null), "'severity' is missing"),
        ("severity", json!("purple"), "'severity' is not one of critical, high, medium, low, info"),
    ] {
        let mut body = detection();
        body[field] = value;
        assert_eq!(refused(SourceType::Defend, &body), told);
    }
    let least = json!({"title": "x", "severity": "High", "tenant_id": "t-1", "description": {"a": 1}, "source_ref": 5});
    let signal = message(SourceType::Defend, &least).signal;
    assert_eq!((signal.severity, signal.detection, &*signal.description), (Severity::High, None, "a: 1"));
    assert_eq!((signal.dedup_key.as_deref(), signal.product.as_deref()), (Some("5"), Some("The One Defend")));
}
