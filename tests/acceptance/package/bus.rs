//! Service Bus subscriptions, delivered by the host in their exact bytes.

use acceptance::functions_host::{BusDelivery, Settled};
use serde_json::{Value, json};

use super::hosted::Hosted;
use crate::process::SOON;
use crate::process::api::text;

/// As the subscriptions are set up.
pub(crate) const MOST_DELIVERIES: u32 = 10;

pub(crate) fn event(product: &str, id: &str, kind: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": format!("/theone/{product}"), "type": kind,
        "time": "2026-11-20T21:04:00Z", "datacontenttype": "application/json", "tenantid": "demo", "data": data,
    })
}

pub(crate) fn rmm_alert(id: &str) -> Value {
    let data = json!({
        "alert_id": "88121", "device_id": "42", "device_name": "client-server-01", "severity": "critical",
        "title": "CPU critical on client-server-01", "description": "CPU at 98% for 10 min", "status": "open",
    });
    event("rmm", id, "rmm.alert.critical", &data)
}

pub(crate) async fn deliver(hosted: &Hosted, function: &str, message: &BusDelivery) -> Settled {
    hosted.host.deliver_until_settled(function, message, MOST_DELIVERIES).await
}

pub(crate) const AT_ONCE: Settled = Settled::Completed { deliveries: 1 };
pub(crate) const NEVER: Settled = Settled::DeadLettered { deliveries: MOST_DELIVERIES };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_products_message_opens_an_incident_of_its_own_and_pages() {
    let hosted = Hosted::open().await;
    let security = json!({ "event_id": "7", "title": "Admin added to Domain Admins", "severity": "high" });
    let backup = json!({ "job_id": "1", "device_name": "client-server-01", "title": "Backup failed", "severity": "low" });
    for (function, message) in [
        ("bus-rmm", rmm_alert("rmm-1")),
        ("bus-security", event("security", "sec-1", "security.event", &security)),
        ("bus-backups", event("backups", "bk-1", "backup.failed", &backup)),
    ] {
        assert_eq!(
            deliver(&hosted, function, &BusDelivery::json(function, &message)).await,
            AT_ONCE,
            "{function}"
        );
    }
    let incidents = hosted.api.incidents().await;
    let opened: Vec<_> =
        incidents.iter().map(|incident| (text(incident, "source"), text(incident, "title"))).collect();
    assert_eq!(
        opened,
        [
            ("rmm", "CPU critical on client-server-01"),
            ("security", "Admin added to Domain Admins"),
            ("backups", "Backup failed"),
        ]
    );
    hosted.site.smtp.wait_for_count(3, SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_text_are_delivered_as_they_are_and_refused_as_they_are() {
    let hosted = Hosted::open().await;
    let message = BusDelivery::new("bytes", vec![0xFF, 0xFE, 0x00, 0x22, 0x7B]);
    assert_eq!(deliver(&hosted, "bus-rmm", &message).await, NEVER);
    let umlauts = event(
        "rmm",
        "rmm-ü",
        "rmm.alert.critical",
        &json!({ "alert_id": "ü", "title": "Lüfter fällt aus – Köln \u{1F525}", "severity": "critical" }),
    );
    assert_eq!(deliver(&hosted, "bus-rmm", &BusDelivery::json("rmm-ü", &umlauts)).await, AT_ONCE);
    assert_eq!(hosted.api.incidents().await[0]["title"], "Lüfter fällt aus – Köln \u{1F525}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_security_event_below_high_is_completed_counted_and_opens_nothing() {
    let hosted = Hosted::open().await;
    for severity in ["medium", "low", "info"] {
        let data = json!({ "event_id": severity, "title": "Dark web hit", "severity": severity });
        let message = event("security", severity, "security.event", &data);
        assert_eq!(deliver(&hosted, "bus-security", &BusDelivery::json(severity, &message)).await, AT_ONCE);
    }
    assert!(hosted.api.incidents().await.is_empty());
    assert_eq!(hosted.api.get("/api/health").await["dropped"]["security"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_understood_fails_every_time_and_is_never_thrown_away() {
    let hosted = Hosted::open().await;
    let mut stranger = rmm_alert("rmm-2");
    stranger["tenantid"] = json!("somebody-else");
    let mut nobodys = rmm_alert("rmm-3");
    nobodys["tenantid"] = Value::Null;
    for message in [
        BusDelivery::new("cut off", &br#"{"specversion":"1.0","id":"#[..]),
        BusDelivery::new("empty", Vec::new()),
        BusDelivery::new("no object", &b"[1,2,3]"[..]),
        BusDelivery::json("unknown tenant", &stranger),
        BusDelivery::json("no tenant", &nobodys),
    ] {
        for function in ["bus-rmm", "bus-security", "bus-backups"] {
            assert_eq!(
                deliver(&hosted, function, &message).await,
                NEVER,
                "{function} {}",
                message.message_id
            );
        }
    }
    assert!(hosted.api.incidents().await.is_empty());
    assert!(hosted.site.smtp.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_message_delivered_twice_is_one_alert_also_at_once_and_after_a_kill() {
    the_same_message_is_one_alert(&Hosted::open().await).await;
}

/// Delivers a message twice at once, and again after a kill.
pub(crate) async fn the_same_message_is_one_alert(hosted: &Hosted) {
    let message = BusDelivery::json("broker-1", &rmm_alert("rmm-1"));
    let again = BusDelivery { delivery_count: 2, ..message.clone() };
    let (one, two) = tokio::join!(deliver(hosted, "bus-rmm", &message), deliver(hosted, "bus-rmm", &again));
    assert_eq!((one, two), (AT_ONCE, AT_ONCE));
    hosted.host.restart().await.expect("it starts again");
    assert_eq!(deliver(hosted, "bus-rmm", &again).await, AT_ONCE);
    let incidents = hosted.api.incidents().await;
    let [incident] = incidents.as_slice() else { panic!("one incident, not {incidents:#?}") };
    assert_eq!(incident["alert_count"], 1);

    let next = BusDelivery::json("broker-2", &rmm_alert("rmm-2"));
    assert_eq!(deliver(hosted, "bus-rmm", &next).await, AT_ONCE);
    let incident = hosted.api.incident(text(incident, "id")).await;
    assert_eq!(incident["alert_count"], 2, "another message about the same is another alert");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_resolves_what_its_product_opened() {
    let hosted = Hosted::open().await;
    assert_eq!(deliver(&hosted, "bus-rmm", &BusDelivery::json("1", &rmm_alert("rmm-1"))).await, AT_ONCE);
    let mut recovery = rmm_alert("rmm-2");
    recovery["type"] = json!("rmm.alert.resolved");
    recovery["data"]["status"] = json!("resolved");
    assert_eq!(deliver(&hosted, "bus-rmm", &BusDelivery::json("2", &recovery)).await, AT_ONCE);
    let incidents = hosted.api.incidents().await;
    let [incident] = incidents.as_slice() else { panic!("one incident, not {incidents:#?}") };
    assert_eq!(incident["status"], "resolved");
}
