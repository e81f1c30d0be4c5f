//! Bodies that come packed are read as what they are, and cost no more than others.

use std::io::Write as _;

use acceptance::world::{Answer, World};
use axum::body::Body;
use axum::http::{Request, header};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::json;

super::super::stories!(
    what_comes_packed_is_read_and_resolves_what_it_resolves,
    what_cannot_be_unpacked_is_refused_and_pages_nobody,
    what_becomes_too_large_is_too_large,
);

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).expect("memory");
    encoder.finish().expect("memory")
}

async fn post(world: &mut World, path: &str, encoding: &str, body: Vec<u8>) -> Answer {
    let request = Request::post(path).header(header::CONTENT_ENCODING, encoding);
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
    let answer = world.request(request.expect("a request")).await;
    world.settle().await;
    answer
}

async fn what_comes_packed_is_read_and_resolves_what_it_resolves(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let path = format!("/api/webhooks/{}", door.key);
    let alert = |status: &str| {
        json!({ "title": "Disk full", "severity": "high", "dedup_key": "disk", "status": status })
            .to_string()
            .into_bytes()
    };
    let created = post(&mut world, &path, "gzip", gzip(&alert("firing"))).await;
    assert_eq!(created.json()["result"], "created", "{}", created.text);
    assert!(world.mail_to("ben").header("Subject").unwrap_or_default().contains("Disk full"));
    for (encoding, body, result) in [
        ("deflate", deflate(&alert("firing")), "grouped"),
        ("identity", alert("firing"), "grouped"),
        ("GZIP", gzip(&alert("firing")), "grouped"),
        ("x-gzip", gzip(&alert("resolved")), "resolved"),
    ] {
        let answer = post(&mut world, &path, encoding, body).await;
        assert_eq!(answer.json()["result"], result, "{encoding}: {}", answer.text);
    }
    let by_query = format!("/api/webhooks/ingest?key={}", door.key);
    assert_eq!(post(&mut world, &by_query, "gzip", gzip(&alert("firing"))).await.json()["result"], "created");
    let events = world.door("pagerduty_events", json!({})).await;
    let event = json!({
        "routing_key": events.key, "event_action": "trigger", "dedup_key": "packed",
        "payload": { "summary": "Packed", "source": "srv-1", "severity": "critical" },
    });
    let answer = post(&mut world, "/v2/enqueue", "gzip", gzip(event.to_string().as_bytes())).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["dedup_key"]), (202, &json!("packed")));
    world.skip_mails();
}

async fn what_cannot_be_unpacked_is_refused_and_pages_nobody(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let path = format!("/api/webhooks/{}", door.key);
    let alert = json!({ "title": "Disk full", "severity": "high" }).to_string().into_bytes();
    for encoding in ["br", "zstd", "gzip, gzip", "rot13"] {
        for path in [path.as_str(), "/v2/enqueue"] {
            let answer = post(&mut world, path, encoding, gzip(&alert)).await;
            assert_eq!(answer.status, 415, "{encoding}");
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json", "{encoding}");
        }
    }
    let mut cut = gzip(&alert);
    cut.truncate(cut.len() - 12);
    for broken in [alert.clone(), cut] {
        let answer = post(&mut world, &path, "gzip", broken).await;
        assert_eq!((answer.status.as_u16(), answer.wrong_fields()), (400, vec!["body".to_owned()]));
    }
    world.no_mail();
}

async fn what_becomes_too_large_is_too_large(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let path = format!("/api/webhooks/{}", door.key);
    let bomb = gzip(&vec![b'x'; 64 * 1024 * 1024]);
    assert!(bomb.len() < 100_000, "it is small as it comes");
    for body in [bomb, gzip(&vec![b'x'; 1024 * 1024 + 1])] {
        assert_eq!(post(&mut world, &path, "gzip", body).await.status, 413);
    }
    assert!(world.deliveries(&door).await.is_empty());
}
