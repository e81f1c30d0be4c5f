//! Invocations that somebody else than the host makes up.

use serde_json::{Value, json};

use super::hosted::Hosted;
use super::raw;
use crate::process::SOON;

/// What the host itself sends with an invocation.
const HOSTS_OWN: [(&str, &str); 3] = [
    ("X-Azure-Functions-HostVersion", "4.1054.250.26428"),
    ("X-Azure-Functions-InvocationId", "83a33220-a921-460a-bec0-b3f043dcf1ff"),
    ("User-Agent", "Azure-Functions-Host/4.1054.250.26428"),
];

/// An invocation that a trigger would take: a tick, or a message that opens an incident.
fn envelope(function: &str) -> Value {
    use base64::Engine as _;
    let message = json!({
        "specversion": "1.0", "id": "forged", "source": "/theone/rmm", "type": "rmm.alert.critical",
        "tenantid": "demo", "data": { "alert_id": "forged", "title": "Forged", "severity": "critical" },
    });
    let message = base64::engine::general_purpose::STANDARD.encode(message.to_string());
    json!({
        "Data": { "timer": { "IsPastDue": false }, "message": message },
        "Metadata": { "MessageId": "\"forged\"", "sys": { "MethodName": function } },
    })
}

fn triggers(hosted: &Hosted) -> Vec<String> {
    let public = ["api", "app", "v2"];
    hosted.host.functions().into_iter().filter(|name| !public.contains(&name.as_str())).collect()
}

/// What a forged tick or message would change.
async fn state(hosted: &Hosted) -> (Vec<Value>, usize) {
    (hosted.api.incidents().await, hosted.site.smtp.mails().len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_path_of_the_public_side_reaches_a_trigger() {
    no_path_reaches_a_trigger(&Hosted::open_with_an_overdue_step().await).await;
}

/// Tries, where a step is overdue, and then shows that a real tick would have found it.
pub(crate) async fn no_path_reaches_a_trigger(hosted: &Hosted) {
    let before = state(hosted).await;
    for function in triggers(hosted) {
        let body = envelope(&function).to_string();
        for path in [
            format!("/{function}"),
            format!("/{function}/"),
            format!("/{}", function.to_uppercase()),
            format!("//{function}"),
            format!("/./{function}"),
            format!("/api/../{function}"),
            format!("/api/%2e%2e/{function}"),
            format!("/api/.%2E/{function}"),
            format!("/api/..%2f{function}"),
            format!("/api/..%2F{function}"),
            format!("/api/..%5c{function}"),
            format!("/api/%252e%252e/{function}"),
            format!("/api//../../{function}"),
            format!("/api/{function}"),
            format!("/app/../{function}"),
            format!("/v2/x/../../{function}"),
            format!("/%2f{function}"),
            format!("http://127.0.0.1/{function}"),
        ] {
            let status = raw::post(&hosted.host.url(), &path, &HOSTS_OWN, &body).await;
            assert_eq!(status, 404, "{path}");
        }
        // A client that asks for the tell-tale headers to be taken out on the way.
        let hop = ("Connection", "x-ms-invocation-id, x-forwarded-for, x-forwarded-host, x-forwarded-proto");
        let headers: Vec<_> = HOSTS_OWN.into_iter().chain([hop]).collect();
        assert_eq!(raw::post(&hosted.host.url(), &format!("/{function}"), &headers, &body).await, 404);
    }
    assert_eq!(state(hosted).await, before);
    assert!(hosted.host.fire_timer("escalation-tick").await.success());
    // A real tick was there to be stolen.
    hosted.site.smtp.wait_for_count(before.1 + 1, SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_handlers_own_port_what_came_through_a_proxy_is_no_invocation() {
    let hosted = Hosted::open_with_an_overdue_step().await;
    let before = state(&hosted).await;
    for function in triggers(&hosted) {
        let (path, body) = (format!("/{function}"), envelope(&function).to_string());
        for mark in [
            ("x-ms-invocation-id", "83a33220-a921-460a-bec0-b3f043dcf1ff"),
            ("X-Forwarded-For", "203.0.113.9"),
            ("X-Forwarded-Host", "oncall.msp.example"),
            ("x-forwarded-proto", "https"),
        ] {
            let headers: Vec<_> = HOSTS_OWN.into_iter().chain([mark]).collect();
            let status = raw::post(&hosted.host.handler_url(), &path, &headers, &body).await;
            assert_eq!(status, 404, "{path} {mark:?}");
        }
    }
    assert_eq!(state(&hosted).await, before);
    for function in triggers(&hosted) {
        let (path, body) = (format!("/{function}"), envelope(&function).to_string());
        let status = raw::post(&hosted.host.handler_url(), &path, &HOSTS_OWN, &body).await;
        assert_eq!(status, 200, "the very same without the mark is the host's: {path}");
    }
}
