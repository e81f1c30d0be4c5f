//! By names and never by numbers that were guessed: what a ticket is filed under, and what the check says is missing.

use std::sync::Arc;

use acceptance::halopsa::Fault;
use app::port::TicketSystems as _;
use domain::id::SecretId;
use domain::psa::{Provider, PsaConnection};
use domain::vault::SecretName;
use integrations::psa::Psas;
use reqwest::Method;
use serde_json::json;

use super::*;

fn mapping() -> PsaMapping {
    let mut mapping = PsaMapping::default();
    mapping.priorities.insert(Severity::High, "P1".to_owned());
    mapping.technicians.insert("usr_kim".parse().expect("an id"), "72".to_owned());
    mapping.technicians.insert("usr_sam".parse().expect("an id"), "alex@msp.test".to_owned());
    mapping.companies.insert("Contoso".to_owned(), "13".to_owned());
    mapping.companies.insert("Fab".to_owned(), "fabrikam".to_owned());
    mapping.default_company = Some("Unknown".to_owned());
    mapping
}

fn typed(halo: &Halo) -> HaloSettings {
    HaloSettings { ticket_type: Some("alert".to_owned()), ..settings(halo) }
}

async fn missing(settings: &HaloSettings, mapping: &PsaMapping) -> Vec<(String, String)> {
    let points = open(settings, mapping).check(&tenant()).await;
    points.into_iter().filter_map(|point| Some((point.what, point.missing?))).collect()
}

#[tokio::test]
async fn a_ticket_is_filed_under_what_the_mapping_names() {
    let halo = Halo::start().await;
    let psa = open(&typed(&halo), &mapping());
    for (severity, client, who, expected) in [
        (Severity::Critical, Some("contoso "), "sam", (51, 13, 72)),
        (Severity::High, Some("FAB"), "kim", (51, 81, 72)),
        (Severity::Low, Some("Contoso Ltd"), "alex", (54, 12, 72)),
        (Severity::Info, Some("81"), "nobody", (54, 1, 1)),
        (Severity::Medium, None, "nobody", (53, 1, 1)),
    ] {
        let client = client.map(str::to_owned);
        let order = NewTicket { severity, client, assignee: Some(technician(who)), ..ticket() };
        psa.create(&order).await.unwrap();
        let filed = halo.tickets().pop().expect("a ticket");
        assert_eq!(filed.ticket_type, 41);
        assert_eq!((filed.priority, filed.client, filed.agent), expected, "{severity} {who}");
        let lines =
            (filed.details.contains("Client: 81 (not found"), filed.details.contains("Acknowledged by"));
        assert_eq!(lines, (severity == Severity::Info, who == "nobody"), "{}", filed.details);
    }
}

#[tokio::test]
async fn lists_are_read_once_for_many_tickets() {
    let halo = Halo::start().await;
    let psa = open(&typed(&halo), &mapping());
    for _ in 0..3 {
        psa.create(&ticket()).await.unwrap();
    }
    let requests = halo.requests();
    let asked = |path: &str| requests.iter().filter(|request| request.path == path).count();
    for path in ["/api/tickettype", "/api/tickettype/41", "/api/sla/5", "/api/client", "/api/agent"] {
        assert_eq!(asked(path), 1, "{path}");
    }
    assert_eq!(asked("/api/priority"), 0, "the SLA has told them");
}

#[tokio::test]
async fn a_check_finds_nothing_missing_where_nothing_is() {
    let halo = Halo::start().await;
    let points = open(&typed(&halo), &mapping()).check(&tenant()).await;
    let what: Vec<&str> = points.iter().map(|point| point.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "sign in",
            "read tickets",
            "create tickets",
            "write private notes",
            "closed status",
            "priorities",
            "technicians",
            "companies",
            "default company",
        ]
    );
    assert!(points.iter().all(|point| point.missing.is_none()), "{points:?}");
    assert_eq!(missing(&settings(&halo), &PsaMapping::default()).await, []);
    assert!(halo.tickets().is_empty(), "it changes nothing");
}

#[tokio::test]
async fn a_check_names_what_is_missing() {
    let halo = Halo::start().await;
    let wrong = HaloSettings {
        ticket_type: Some("Alarm".to_owned()),
        working_status: Some("Doing".to_owned()),
        closed_status: Some("Done".to_owned()),
        also_closed: vec!["Closed".to_owned()],
        note_outcome: Some("Memo".to_owned()),
        ..settings(&halo)
    };
    let mut names = mapping();
    names.priorities.insert(Severity::Low, "Whenever".to_owned());
    names.technicians.insert("usr_x".parse().expect("an id"), "999".to_owned());
    names.companies.insert("Northwind".to_owned(), "Nordwind".to_owned());
    names.companies.insert("Tailspin".to_owned(), "5".to_owned());
    names.default_company = Some("4".to_owned());
    let pair = |what: &str, missing: &str| (what.to_owned(), missing.to_owned());
    assert_eq!(
        missing(&wrong, &names).await,
        [
            pair("create tickets", "there is no ticket type 'Alarm'"),
            pair("write private notes", "there is no outcome 'Memo'"),
            pair("closed status", "there is no status 'Done', 'Doing'"),
            pair("priorities", "there is no priority 'Whenever'"),
            pair("technicians", "there is no agent '999'"),
            pair("companies", "there is no client 'Nordwind' for Northwind, '5' for Tailspin"),
            pair("default company", "there is no client '4'"),
        ]
    );
}

#[tokio::test]
async fn a_check_names_what_the_application_may_not_read() {
    let halo = Halo::start().await;
    let forbidden = json!({ "Message": "You do not have permission to view this" });
    for (path, what) in [
        ("/api/tickets", "read tickets"),
        ("/api/outcome", "write private notes"),
        ("/api/status", "closed status"),
        ("/api/agent", "technicians"),
        ("/api/client", "companies"),
    ] {
        halo.misbehave_at(Method::GET, path, Fault::Refuses(403, forbidden.clone()));
        let told = missing(&settings(&halo), &mapping()).await;
        let text = "HaloPSA answered 403: You do not have permission to view this".to_owned();
        assert_eq!(told, [(what.to_owned(), text)], "{path}");
    }
    halo.rotate_secret("another");
    let told = missing(&settings(&halo), &mapping()).await;
    assert!(matches!(told.as_slice(), [(what, _)] if what == "sign in"), "{told:?}");
}

#[tokio::test]
async fn a_tenants_connection_opens_the_psa_that_it_names() {
    let halo = Halo::start().await;
    let secret = Secret::fixed("psa", CLIENT_SECRET.into());
    let connection = |provider| PsaConnection {
        provider,
        secret: SecretName::new(&tenant(), &SecretId::derived(&["psa"])),
        mapping: mapping(),
        time_entries: false,
        version: 1,
        checked: None,
        unreached: 0,
        due_at: at(0),
    };
    let psas = Psas::new(Http::default());
    let psa: Arc<dyn TicketSystem> =
        psas.open(&connection(Provider::Halopsa(settings(&halo))), secret.clone()).expect("HaloPSA");
    assert_eq!((psa.name(), psa.create(&ticket()).await.unwrap().id.as_str()), ("HaloPSA", "4711"));
    let wrong = psas.open(&connection(Provider::Halopsa(HaloSettings::default())), secret).unwrap_err();
    let fields: Vec<&str> = wrong.iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["base_url", "client_id"]);
}
