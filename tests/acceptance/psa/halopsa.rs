//! HaloPSA: every call of the adapter against the stand-in, as it is documented and as it misbehaves.
//!
//! The calls are made as the queue of the product makes them: what may have been done is looked for first.

mod choosing;
mod faults;
mod finding;

use std::time::Duration;

use acceptance::halopsa::{CLIENT_ID, CLIENT_SECRET, HaloPsa as Halo};
use app::port::{
    Filed, Secret, TicketError, TicketName, TicketNote, TicketResolution, TicketSystem, TimeSpent,
};
use chrono::{DateTime, TimeZone as _, Utc};
use domain::id::TenantId;
use domain::psa::{HaloSettings, PsaMapping};
use domain::severity::Severity;
use domain::ticket::{NewTicket, Technician};
use integrations::http::{Http, Timeouts};
use integrations::psa::HaloPsa;

const KEY: &str = "oncall-incident-inc_1";

fn tenant() -> TenantId {
    "3f6d".parse().expect("an id")
}

fn at(minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 21, minute, 5).unwrap()
}

fn settings(halo: &Halo) -> HaloSettings {
    HaloSettings { base_url: halo.url(), client_id: CLIENT_ID.to_owned(), ..HaloSettings::default() }
}

fn open(settings: &HaloSettings, mapping: &PsaMapping) -> HaloPsa {
    let secret = Secret::fixed("psa-halo", CLIENT_SECRET.into());
    let quick = Timeouts { total: Duration::from_secs(2), ..Timeouts::default() };
    HaloPsa::new(settings, mapping, secret, Http::new(quick)).expect("settings that work")
}

fn adapter(halo: &Halo) -> HaloPsa {
    open(&settings(halo), &PsaMapping::default())
}

fn technician(name: &str) -> Technician {
    let user_id = format!("usr_{name}").parse().expect("an id");
    Technician { user_id, email: format!("{name}@MSP.test"), name: name.to_owned() }
}

fn ticket() -> NewTicket {
    NewTicket {
        tenant_id: tenant(),
        title: "CPU critical on SRV-1".to_owned(),
        description: "CPU at 98 % <high>\n\nAlert source: RMM".to_owned(),
        priority: "P1",
        severity: Severity::Critical,
        number: 42,
        client: Some("contoso ltd".to_owned()),
        assignee: Some(technician("sam")),
        created_at: at(4),
        external_ref: KEY.to_owned(),
    }
}

fn note(number: u32) -> TicketNote {
    TicketNote {
        external_ref: format!("oncall-not_{number}"),
        author: "Sam".to_owned(),
        text: format!("step {number}"),
        at: at(10 + number),
    }
}

fn end() -> TicketResolution {
    TicketResolution { at: at(44), by: "Sam".to_owned(), summary: "restarted".to_owned() }
}

fn time() -> TimeSpent {
    TimeSpent {
        external_ref: "oncall-time-inc_1".to_owned(),
        technician: technician("sam"),
        from: at(4),
        to: at(44),
        summary: "restarted".to_owned(),
    }
}

/// One attempt to have a ticket.
async fn file(psa: &HaloPsa, ticket: &NewTicket, in_doubt: bool) -> Result<Filed, TicketError> {
    if in_doubt && let Some(found) = psa.find(&tenant(), &ticket.external_ref, ticket.number).await? {
        return Ok(found.filed);
    }
    psa.create(ticket).await
}

/// One attempt to have a note there.
async fn write(psa: &HaloPsa, id: &str, note: &TicketNote) -> Result<(), TicketError> {
    if psa.read(&tenant(), id).await?.note_refs.contains(&note.external_ref) {
        return Ok(());
    }
    psa.add_note(&tenant(), id, note).await
}

#[tokio::test]
async fn a_ticket_lives_from_creation_over_notes_and_time_to_its_end() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    let filed = psa.create(&ticket()).await.unwrap();
    assert_eq!((filed.id.as_str(), filed.url), ("4711", Some(format!("{}/tickets?id=4711", halo.url()))));
    for number in 1..=2 {
        psa.add_note(&tenant(), "4711", &note(number)).await.unwrap();
    }
    let read = psa.read(&tenant(), "4711").await.unwrap();
    assert!(!read.closed && read.note_refs.len() == 2, "{read:?}");
    psa.take(&tenant(), "4711", &technician("alex")).await.unwrap();
    psa.take(&tenant(), "4711", &technician("alex")).await.unwrap();
    assert_eq!((halo.tickets()[0].agent, halo.tickets()[0].status_name()), (72, "In Progress"));
    psa.complete(&tenant(), "4711", &end()).await.unwrap();
    assert!(psa.read(&tenant(), "4711").await.unwrap().closed);

    let tickets = halo.tickets();
    let [ticket] = tickets.as_slice() else { panic!("{tickets:?}") };
    assert_eq!((ticket.summary.as_str(), ticket.third_party_id), ("CPU critical on SRV-1", 42));
    assert_eq!(ticket.details, format!("CPU at 98 % <high>\n\nAlert source: RMM\n\nOn-Call: {KEY}"));
    assert_eq!((ticket.priority, ticket.client, ticket.status_name()), (1, 12, "Closed"));
    assert_eq!(ticket.closure_note, "Resolved in On-Call at 2026-11-20 21:44:05 UTC by Sam\nrestarted");
    let notes: Vec<&str> = ticket.actions.iter().map(|action| action.note.as_str()).collect();
    assert_eq!(
        notes,
        ["[On-Call] Sam: step 1\n[oncall:oncall-not_1]", "[On-Call] Sam: step 2\n[oncall:oncall-not_2]",]
    );
    assert!(ticket.actions.iter().all(|action| action.hidden && action.outcome == 7));
    let sign_ins = halo.requests().iter().filter(|request| request.path == "/auth/token").count();
    assert_eq!(sign_ins, 1, "the token is used again");
}

#[tokio::test]
async fn a_ticket_is_found_by_its_whole_key_and_by_nothing_less() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    assert_eq!(psa.find(&tenant(), KEY, 42).await, Ok(None));
    let second = NewTicket { external_ref: format!("{KEY}-2"), ..ticket() };
    psa.create(&second).await.unwrap();
    assert_eq!(psa.find(&tenant(), KEY, 42).await, Ok(None), "the search finds the longer key, too");
    psa.create(&ticket()).await.unwrap();
    for (lags, brief) in [(false, false), (false, true), (true, false), (true, true)] {
        halo.let_search_lag(lags);
        halo.keep_lists_brief(brief);
        for (key, id) in [(KEY, "4712"), (second.external_ref.as_str(), "4711")] {
            let found = psa.find(&tenant(), key, 42).await.unwrap().expect("the ticket");
            assert_eq!(found.filed.id, id, "{key}, lagging: {lags}, brief: {brief}");
        }
    }
}

#[tokio::test]
async fn a_ticket_is_over_when_it_is_closed_or_merged_and_not_when_it_was_opened_again() {
    let halo = Halo::start().await;
    let also = HaloSettings { also_closed: vec!["with user".to_owned()], ..settings(&halo) };
    let psa = open(&also, &PsaMapping::default());
    for _ in 0..2 {
        psa.create(&ticket()).await.unwrap();
    }
    let closed = async |id: &str| psa.read(&tenant(), id).await.unwrap().closed;
    assert!(!closed("4711").await);
    halo.close(4711);
    assert!(closed("4711").await);
    halo.reopen(4711);
    assert!(!closed("4711").await);
    halo.merge(4711, 4712);
    assert!(closed("4711").await && !closed("4712").await);
    let found = psa.find(&tenant(), KEY, 42).await.unwrap().expect("one of them");
    assert!(!found.closed, "the one that is open");
    assert_eq!(psa.read(&tenant(), "9999").await, Err(TicketError::NotFound));
}

#[tokio::test]
async fn time_is_filed_once_and_waits_for_a_person() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    for _ in 0..2 {
        psa.add_time(&tenant(), "4711", &time()).await.unwrap();
    }
    let tickets = halo.tickets();
    let [action] = tickets[0].actions.as_slice() else { panic!("{tickets:?}") };
    assert_eq!((&action.raw["timetaken"], &action.raw["who_agentid"]), (&0.67.into(), &71.into()));
    assert_eq!(
        (&action.raw["actreviewed"], &action.raw["actisreadyforprocessing"]),
        (&false.into(), &false.into())
    );
    assert!(action.hidden && action.note.ends_with("[oncall:oncall-time-inc_1]"), "{action:?}");
}

#[tokio::test]
async fn a_ticket_is_fetched_with_the_words_that_people_there_use() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    let facts = psa.fetch(&tenant(), &TicketName::Id("4711".to_owned())).await.unwrap().expect("facts");
    assert_eq!((facts.title.as_str(), facts.status.as_str()), ("CPU critical on SRV-1", "New"));
    assert_eq!((facts.priority.as_str(), facts.client.as_deref()), ("Critical", Some("Contoso Ltd")));
    assert_eq!((facts.external_ref.as_deref(), facts.number.as_deref()), (Some(KEY), Some("4711")));
    assert_eq!(psa.fetch(&tenant(), &TicketName::Number("4999".to_owned())).await, Ok(None));
    assert_eq!(psa.fetch(&tenant(), &TicketName::Number("T20261120.0001".to_owned())).await, Ok(None));
}
