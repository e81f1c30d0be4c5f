//! The host around a handler that tells what it was sent: this very test program, started as a custom handler.

use std::{fs, time::Duration};

use axum::{
    Json,
    body::to_bytes,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

/// The handler, when the host starts this program; in a test run there is nothing to see.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the port is the host's to tell")]
async fn handler() {
    let Ok(port) = std::env::var("FUNCTIONS_CUSTOMHANDLER_PORT") else { return };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.parse().unwrap())).await.unwrap();
    println!("started with {:?}", std::env::var("ONCALL_SETTING"));
    axum::serve(listener, Router::new().fallback(reflect)).await.unwrap();
}

async fn reflect(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&body).into_owned();
    let delivery =
        serde_json::from_str::<Value>(&text).unwrap_or_default()["Metadata"]["DeliveryCount"].clone();
    match parts.uri.path() {
        "/bus-empty" => return StatusCode::OK.into_response(),
        "/bus-failing" => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "/bus-picky" if delivery != "3" => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "/bus-dying" => std::process::abort(),
        _ => {}
    }
    let headers =
        parts.headers.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap())));
    let seen = json!({
        "method": parts.method.as_str(), "uri": parts.uri.to_string(), "body": text,
        "headers": headers.collect::<serde_json::Map<_, _>>(),
    });
    let secure = [(header::STRICT_TRANSPORT_SECURITY, "max-age=1")];
    (StatusCode::OK, secure, Json(seen)).into_response()
}

fn stage() -> TempDir {
    let folder = TempDir::new().unwrap();
    let program = std::env::current_exe().unwrap();
    let host = json!({
        "version": "2.0",
        "customHandler": {
            "description": {
                "defaultExecutablePath": program,
                "arguments": ["--exact functions_host::tests::handler", "--nocapture"]
            },
            "enableProxyingHttpRequest": true
        },
        "extensions": { "http": { "routePrefix": "" } }
    });
    fs::write(folder.path().join("host.json"), host.to_string()).unwrap();
    function(
        &folder,
        "api",
        &json!([
            { "type": "httpTrigger", "name": "req", "methods": ["get", "post"], "route": "api/{*path}" },
            { "type": "http", "name": "res" }
        ]),
    );
    function(&folder, "tick", &json!([{ "type": "timerTrigger", "name": "timer", "schedule": "%TICK%" }]));
    for name in ["bus-text", "bus-empty", "bus-failing", "bus-picky", "bus-dying"] {
        function(&folder, name, &json!([{ "type": "serviceBusTrigger", "name": "message" }]));
    }
    let binary = json!([{ "type": "serviceBusTrigger", "name": "message", "dataType": "binary" }]);
    function(&folder, "bus-binary", &binary);
    folder
}

fn function(folder: &TempDir, name: &str, bindings: &Value) {
    fs::create_dir(folder.path().join(name)).unwrap();
    let json = json!({ "bindings": bindings }).to_string();
    fs::write(folder.path().join(name).join("function.json"), json).unwrap();
}

async fn start(folder: &TempDir) -> FunctionsHost {
    FunctionsHost::start(folder.path(), &[("ONCALL_SETTING", "yes"), ("TICK", "*/15 * * * * *")])
        .await
        .unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the public has a client of its own")]
fn public(host: &FunctionsHost, method: &str, path: &str) -> reqwest::RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.request(method.parse().unwrap(), format!("{}{path}", host.url()))
}

fn seen(invocation: &Invocation) -> Value {
    assert!(invocation.success(), "{invocation:?}");
    serde_json::from_str(&invocation.body).unwrap()
}

#[tokio::test]
async fn the_handler_gets_its_settings_and_is_awaited() {
    let folder = stage();
    let host = start(&folder).await;
    assert!(
        host.output().iter().any(|line| line.contains(r#"started with Ok("yes")"#)),
        "{:?}",
        host.output()
    );
    assert!(host.functions().contains(&"bus-binary".to_owned()));
}

#[tokio::test]
async fn public_requests_are_proxied_with_the_hosts_headers() {
    let folder = stage();
    let host = start(&folder).await;
    let response = public(&host, "POST", "/api/x/..%2Ftick?a=1&a=%20")
        .header("X-Forwarded-For", "6.6.6.6")
        .header("X-Forwarded-Prefix", "/evil")
        .header("x-ms-invocation-id", "forged")
        .header("Idempotency-Key", "kept")
        .body("hello")
        .send()
        .await
        .unwrap();
    assert!(!response.headers().contains_key("strict-transport-security"));
    let seen: Value = response.json().await.unwrap();
    assert_eq!((&seen["method"], &seen["uri"]), (&json!("POST"), &json!("/api/x/..%252Ftick?a=1&a=%20")));
    let headers = &seen["headers"];
    assert_eq!(headers["host"], host.handler_url().trim_start_matches("http://"));
    assert_eq!(headers["x-forwarded-host"], host.url().trim_start_matches("http://"));
    assert_eq!(
        (&headers["x-forwarded-for"], &headers["idempotency-key"]),
        (&json!("127.0.0.1"), &json!("kept"))
    );
    assert_eq!(headers["x-ms-invocation-id"], headers["x-azure-functions-invocationid"]);
    assert_ne!(headers["x-ms-invocation-id"], "forged");
    assert_eq!((headers.get("x-forwarded-prefix"), &seen["body"]), (None, &json!("hello")));
}

#[tokio::test]
async fn only_what_fits_a_route_reaches_the_handler() {
    let folder = stage();
    let host = start(&folder).await;
    for (method, path) in [
        ("POST", "/tick"),
        ("POST", "/bus-binary"),
        ("DELETE", "/api/x"),
        ("POST", "/admin/functions/tick"),
        ("GET", "/runtime/x"),
        ("POST", "/"),
    ] {
        let status = public(&host, method, path).send().await.unwrap().status().as_u16();
        assert_eq!(status, 404, "{method} {path}");
    }
    let home = public(&host, "GET", "/").send().await.unwrap().text().await.unwrap();
    assert!(home.contains("running"), "the host's own page: {home}");
}

#[tokio::test]
async fn triggers_arrive_on_the_wire_format() {
    let folder = stage();
    let host = start(&folder).await;
    let message = BusDelivery::json("evt-1", &json!({ "a": 1 }));
    let binary = seen(&host.deliver("bus-binary", &message).await);
    assert_eq!((&binary["method"], &binary["uri"]), (&json!("POST"), &json!("/bus-binary")));
    let headers = binary["headers"].as_object().unwrap();
    assert_eq!(headers["transfer-encoding"], "chunked");
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert!(headers["user-agent"].as_str().unwrap().starts_with("Azure-Functions-Host/4."));
    assert!(!headers.keys().any(|name| name.starts_with("x-forwarded") || name == "x-ms-invocation-id"));
    let envelope: Value = serde_json::from_str(binary["body"].as_str().unwrap()).unwrap();
    assert_eq!(envelope["Data"]["message"], "eyJhIjoxfQ==");
    let text = seen(&host.deliver("bus-text", &message).await);
    let envelope: Value = serde_json::from_str(text["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&envelope["Data"]["message"], &envelope["Metadata"]["a"]),
        (&json!(r#""{\"a\":1}""#), &json!("\"1\""))
    );
    let timer = seen(&host.fire_timer("tick").await);
    let envelope: Value = serde_json::from_str(timer["body"].as_str().unwrap()).unwrap();
    assert_eq!(envelope["Data"]["timer"]["ScheduleStatus"], Value::Null);
}

#[tokio::test]
async fn a_message_is_delivered_until_it_is_taken_or_dead() {
    let folder = stage();
    let host = start(&folder).await;
    let message = BusDelivery::new("m", "x");
    let settled = async |name| host.deliver_until_settled(name, &message, 4).await;
    assert_eq!(settled("bus-binary").await, Settled::Completed { deliveries: 1 });
    assert_eq!(settled("bus-picky").await, Settled::Completed { deliveries: 3 });
    assert_eq!(settled("bus-failing").await, Settled::DeadLettered { deliveries: 4 });
    assert_eq!(host.deliver("bus-empty", &message).await.outcome, Outcome::Hang);
}

#[tokio::test]
async fn invocations_and_requests_wait_for_a_handler_that_is_started_again() {
    let folder = stage();
    let host = Arc::new(start(&folder).await);
    let (url, first) = (host.handler_url(), host.handler_id());
    host.kill().unwrap();
    let delivery = tokio::spawn({
        let host = Arc::clone(&host);
        async move { host.deliver("bus-binary", &BusDelivery::new("m", "x")).await.success() }
    });
    let request = tokio::spawn(public(&host, "GET", "/api/x").send());
    host.restart().await.unwrap();
    assert_eq!(host.handler_url(), url);
    assert_ne!(host.handler_id(), first);
    assert!(delivery.await.unwrap());
    assert_eq!(request.await.unwrap().unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_handler_that_dies_of_a_message_fails_it_and_says_so() {
    let folder = stage();
    let host = start(&folder).await;
    let message = BusDelivery::new("m", "x");
    let died = host.deliver("bus-dying", &message).await;
    assert!(matches!(died.outcome, Outcome::Failure(_)) && died.status.is_none(), "{died:?}");
    host.restart().await.unwrap();
    assert!(host.deliver("bus-binary", &message).await.success());
}

#[tokio::test]
async fn a_folder_that_the_host_would_refuse_is_refused() {
    let refused =
        async |folder: &TempDir| FunctionsHost::start(folder.path(), &[]).await.map(drop).unwrap_err();
    let folder = stage();
    fs::write(folder.path().join("tick/notes.txt"), "").unwrap();
    assert!(format!("{:#}", refused(&folder).await).contains("alone"));
    let folder = stage();
    function(&folder, "2fast", &json!([]));
    assert!(format!("{:#}", refused(&folder).await).contains("no such name"));
    assert!(format!("{:#}", refused(&TempDir::new().unwrap()).await).contains("host.json"));
}

#[tokio::test]
async fn a_handler_that_does_not_start_is_told_with_its_output() {
    let folder = stage();
    let host = json!({
        "version": "2.0",
        "customHandler": {
            "description": { "defaultExecutablePath": "%SHELL_PATH%", "arguments": ["missing.sh"] },
            "enableProxyingHttpRequest": true
        },
        "extensions": { "http": { "routePrefix": "" } }
    });
    fs::write(folder.path().join("host.json"), host.to_string()).unwrap();
    let started = FunctionsHost::start(folder.path(), &[("SHELL_PATH", "sh")]);
    let error = tokio::time::timeout(Duration::from_secs(20), started).await.unwrap().unwrap_err();
    assert!(format!("{error:#}").contains("missing.sh"), "{error:#}");
}
