//! What operators see: lines of the log and items in Application Insights, and that neither tells a key.
//!
//! Each story runs the staged app under the host with a stand-in for the ingestion.

use acceptance::app_insights::{AppInsights, Item, KEY};
use acceptance::functions_host::BusDelivery;
use acceptance::key_vault::Identity;
use serde_json::{Value, json};

use crate::package::hosted::{Hosted, PUBLIC_URL};
use crate::process::api::http;
use crate::process::site::{Site, acknowledge_link};
use crate::process::{SOON, eventually};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// More successes than are kept while they can't be sent.
const STORM: usize = 2_500;

/// Nothing is published: what is told of it would stand beside what a story looks for.
const NO_BUS: (&str, &str) = ("BUS_CONNECTION_STRING", "");

async fn told(insights: &AppInsights, more: &[(&str, &str)]) -> Hosted {
    let connection = insights.connection_string();
    let settings = [&[NO_BUS, ("APPLICATIONINSIGHTS_CONNECTION_STRING", connection.as_str())], more].concat();
    Hosted::open_with(&settings).await
}

fn lines(hosted: &Hosted) -> Vec<Value> {
    let output = hosted.host.output();
    output.iter().filter_map(|line| serde_json::from_str(line).ok()).filter(Value::is_object).collect()
}

fn is_request(item: &Item, name: &str) -> bool {
    item.kind() == "Request" && item.told("name") == name
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_continues_its_callers_trace_and_is_known_by_its_route() {
    let insights = AppInsights::start().await;
    let hosted = told(&insights, &[]).await;
    let url = format!("{}/api/incidents/inc_1?secret=in-the-query", hosted.host.url());
    // Not sampled, as the host mostly says: that is for its own items.
    let request = http().get(url).header("traceparent", format!("00-{TRACE}-{SPAN}-00"));
    assert_eq!(request.send().await.expect("an answer").status(), 401);
    let item = insights.wait_for_one(|item| is_request(item, "GET /api/incidents/{id}"), SOON).await;
    assert_eq!((item.operation(), item.parent()), (TRACE, SPAN));
    assert_eq!((item.told("responseCode"), item.told("success")), (&json!("401"), &json!(true)));
    assert!(item.property("invocation_id").starts_with("00000000-0000-4000-"), "{item:?}");
    assert!(item.told("url").is_null(), "{item:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invocation_that_fails_says_why_in_the_log_and_in_its_trace() {
    let insights = AppInsights::start().await;
    let hosted = told(&insights, &[]).await;
    assert!(!hosted.host.deliver("bus-rmm", &BusDelivery::new("m", "no JSON")).await.success());
    let failed = insights.wait_for_one(|item| is_request(item, "bus-rmm"), SOON).await;
    assert_eq!((failed.told("responseCode"), failed.told("success")), (&json!("500"), &json!(false)));
    let why = |item: &Item| item.kind() == "Message" && item.told("message") == "invocation failed";
    let why = insights.wait_for_one(why, SOON).await;
    assert_eq!((why.operation(), why.told("severityLevel")), (failed.operation(), &json!(3)));
    let line =
        lines(&hosted).into_iter().find(|line| line["message"] == "invocation failed").expect("a line");
    assert_eq!(line["level"], "ERROR");
    assert_eq!(
        (&line["trace_id"], &line["invocation_id"]),
        (&json!(failed.operation()), &json!(failed.property("invocation_id")),)
    );
    assert!(
        line["reason"].is_string() && line["timestamp"].is_string() && line["target"].is_string(),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_telemetry_a_line_still_tells_the_invocation_and_the_hosts_trace() {
    let hosted = Hosted::open_with(&[NO_BUS]).await;
    assert!(!hosted.host.deliver("bus-rmm", &BusDelivery::new("m", "no JSON")).await.success());
    let line = eventually("a line", async || {
        lines(&hosted).into_iter().find(|line| line["message"] == "invocation failed")
    })
    .await;
    assert!(line["invocation_id"].as_str().is_some_and(|id| id.len() == 36), "{line}");
    assert!(line["trace_id"].as_str().is_some_and(|id| id.len() == 32), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_disturbs_nobody_and_failures_outlive_it_however_many_successes_do_not() {
    let insights = AppInsights::start().await;
    let hosted = told(&insights, &[]).await;
    insights.shut();
    for number in 0..3 {
        let message = BusDelivery::new(&format!("m{number}"), "no JSON");
        assert!(!hosted.host.deliver("bus-rmm", &message).await.success());
    }
    let client = http();
    for _ in 0..STORM {
        let health = client.get(format!("{}/api/health", hosted.host.handler_url())).send().await;
        assert_eq!(health.expect("an answer").status(), 200);
    }
    let said = |text: &str| {
        let message = |line: &Value| line["message"].as_str().is_some_and(|message| message.contains(text));
        lines(&hosted).into_iter().filter(message).count()
    };
    eventually("the outage is told", async || (said("doesn't take telemetry") > 0).then_some(())).await;
    insights.open();
    let is_failure = |item: &&Item| is_request(item, "bus-rmm") && item.told("success") == false;
    insights.wait_for(|items| items.iter().filter(is_failure).count() == 3, SOON).await;
    eventually("its end is told", async || (said("takes telemetry again") > 0).then_some(())).await;
    assert_eq!((said("doesn't take telemetry"), said("takes telemetry again")), (1, 1));
    assert!(hosted.host.errors().is_empty(), "{:#?}", hosted.host.errors());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_tells_its_age_and_how_long_the_longest_due_had_waited() {
    let insights = AppInsights::start().await;
    let connection = insights.connection_string();
    let hosted = Hosted::open_with_an_overdue_step_and(&[
        NO_BUS,
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", &connection),
        ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
    ])
    .await;
    assert!(hosted.host.fire_timer("escalation-tick").await.success());
    let waited = |item: &Item| item.number("oncall.outbox.oldest_due_seconds").is_some_and(|s| s >= 60.0);
    insights.wait_for_one(waited, SOON).await;
    let age = |item: &Item| item.number("oncall.tick.age_seconds").is_some_and(|age| age > 0.0);
    insights.wait_for_one(age, SOON).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cosmos_charges_is_told_by_operation() {
    let insights = AppInsights::start().await;
    let connection = insights.connection_string();
    let settings = [
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", connection.as_str()),
        ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
    ];
    let hosted = Hosted::open_at(Site::open_in_the_cloud().await, &settings).await;
    assert!(hosted.host.fire_timer("escalation-tick").await.success());
    let charge = |item: &Item| item.number("oncall.cosmos.request_charge").is_some_and(|units| units > 0.0);
    let item = insights.wait_for_one(charge, SOON).await;
    assert!(!item.property("operation").is_empty(), "{item:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_local_authentication_is_off_the_apps_identity_opens_the_ingestion() {
    let identity = Identity::start().await;
    let insights = AppInsights::without_local_authentication(&identity).await;
    let env = identity.env();
    let mut settings: Vec<_> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    settings.push(("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "ClientId=the-app;Authorization=AAD"));
    let hosted = told(&insights, &settings).await;
    hosted.api.get("/api/health").await;
    insights.wait_for_one(|item| is_request(item, "GET /api/health"), SOON).await;
    let asked = identity.requests().remove(0);
    assert_eq!((asked.client_id.as_deref(), asked.status), (Some("the-app"), 200), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_is_told_to_anybody() {
    let insights = AppInsights::start().await;
    let hosted = told(&insights, &[("ONCALL_LOG", "debug"), ("OTEL_METRIC_EXPORT_INTERVAL", "100")]).await;
    let (client, url) = (http(), hosted.host.url());
    let alert = json!({ "title": "Disk full", "severity": "critical", "dedup_key": "disk" });
    hosted.door.send(&alert).await;
    let secret = "k3y-that-nobody-may-see";
    for path in [
        format!("/api/webhooks/{secret}"),
        format!("/api/webhooks/{secret}/more"),
        format!("/api/webhooks/ingest?key={secret}"),
        format!("/v2/{secret}"),
    ] {
        let sent =
            client.post(format!("{url}{path}")).header("X-Integration-Key", secret).bearer_auth(secret);
        assert!(sent.json(&alert).send().await.expect("an answer").status().is_client_error(), "{path}");
    }
    let calendar = client.get(format!("{url}/api/calendars/{secret}.ics")).send().await.expect("an answer");
    assert_eq!(calendar.status(), 404);
    let mail = hosted.site.smtp.wait_for_count(1, SOON).await.remove(0);
    let link = acknowledge_link(&mail);
    let path = link.strip_prefix(PUBLIC_URL).expect("a link to the public address");
    assert_eq!(client.get(format!("{url}{path}")).send().await.expect("an answer").status(), 200);
    insights.wait_for_one(|item| is_request(item, "GET /api/calendars/{file}"), SOON).await;
    insights
        .wait_for_one(|item| item.told("name").as_str().is_some_and(|name| name.contains("/app/a/")), SOON)
        .await;
    // A start on a developer's machine prints the demo's key, as no line of the log.
    let log = lines(&hosted).into_iter().map(|line| line.to_string());
    let log = log.chain(hosted.host.errors()).collect::<Vec<_>>().join("\n");
    assert!(log.contains("debug") || log.contains("DEBUG"), "the log tells all it has");
    let token = path.rsplit('/').next().expect("a token");
    for secret in [secret, hosted.door.key(), token] {
        assert!(!insights.words().contains(secret), "{secret} is in the telemetry");
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(!log.contains(KEY), "the instrumentation key is in the log");
}
