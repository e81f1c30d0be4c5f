//! The One PSA: what its answers make of the time of the next attempt, and of time that was worked.

use std::time::Duration;

use acceptance::psa::{Fault, Psa};
use acceptance::world::{Manner, World};
use app::port::{Secret, TicketError, TicketResolution, TicketSystem as _, TimeSpent};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::TenantId;
use domain::severity::Severity;
use domain::ticket::{NewTicket, Technician};
use integrations::http::Http;
use integrations::psa::TheOnePsa;
use serde_json::{Value, json};

fn tenant() -> TenantId {
    "3f6d".parse().expect("an id")
}

fn at() -> DateTime<Utc> {
    "2026-11-20T21:04:05Z".parse().expect("an instant")
}

fn sam() -> Technician {
    Technician { user_id: "usr_1".parse().expect("an id"), email: "sam@msp.test".into(), name: "Sam".into() }
}

fn ticket() -> NewTicket {
    NewTicket {
        tenant_id: tenant(),
        title: "CPU critical on SRV-1".into(),
        description: "CPU at 98 %".into(),
        priority: "P1",
        severity: Severity::Critical,
        number: 42,
        client: None,
        assignee: Some(sam()),
        created_at: at(),
        external_ref: "oncall-incident-inc_1".into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_psa_that_fails_is_not_asked_before_the_time_it_said_though_the_work_may_be_done() {
    let mut world = World::open(Manner::Plain).await;
    let retry_after = Duration::from_mins(10);
    world.psa.misbehave(Fault::FailsFor { status: 503, retry_after });
    let id = world.incident("Disk full on SRV-1", "critical").await;
    world.work("ben", &id, "acknowledge", Value::Null).await;
    let asked = world.psa.requests().len();
    assert!(asked > 0);
    world.psa.misbehave(Fault::None);
    world.advance(TimeDelta::minutes(9)).await;
    assert_eq!(world.psa.requests().len(), asked);
    world.advance(TimeDelta::minutes(2)).await;
    assert_eq!(world.psa.tickets().len(), 1);
    world.skip_mails();
}

#[tokio::test]
async fn time_is_taken_after_the_end_and_a_psa_that_takes_none_says_so_for_good() {
    let psa = Psa::start("k3y").await;
    let adapter = TheOnePsa::new(&psa.url(), Secret::fixed("PSA-SERVICE-KEY", "k3y".into()), Http::default())
        .expect("an address");
    let filed = adapter.create(&ticket()).await.unwrap();
    let end = TicketResolution { at: at(), by: "Sam".into(), summary: "restarted".into() };
    adapter.complete(&tenant(), &filed.id, &end).await.unwrap();
    let time = TimeSpent {
        external_ref: "oncall-time-inc_1".into(),
        technician: sam(),
        from: at(),
        to: at() + TimeDelta::minutes(40),
        summary: "restarted".into(),
    };
    for status in [400, 403, 404, 405, 409, 410, 422, 501] {
        psa.misbehave_once(Fault::Refuses(status, json!({ "error": "time entries are off" })));
        let told = adapter.add_time(&tenant(), &filed.id, &time).await;
        assert!(matches!(told, Err(TicketError::Refused(_))), "{status}: {told:?}");
    }
    for _ in 0..2 {
        adapter.add_time(&tenant(), &filed.id, &time).await.unwrap();
    }
    assert_eq!(psa.tickets()[0].times.len(), 1);
}
