//! What a new ticket is: whose, for whom, and in whose words.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_ticket_has_every_field_by_its_label_and_is_answered_with_number_and_address() {
    let stand_in = StandIn::start().await;
    let filed = adapter(&stand_in).create(&new_ticket()).await.unwrap();
    let tickets = stand_in.tickets();
    let [ticket] = tickets.as_slice() else { panic!("{tickets:?}") };
    assert_eq!(filed.id, ticket.id);
    assert_eq!(filed.number.as_deref(), Some("T20261120.0042"));
    let url = format!("https://ww3.autotask.net/Mvc/ServiceDesk/TicketDetail.mvc?ticketId={}", ticket.id);
    assert_eq!(filed.url, Some(url));
    assert_eq!(
        (ticket.title.as_str(), ticket.description.as_str()),
        ("CPU critical on SRV-1", "CPU at 98 %")
    );
    assert_eq!((ticket.status.as_str(), ticket.priority.as_str()), ("New", "Critical"));
    assert_eq!((ticket.queue.as_str(), ticket.source.as_str()), ("On-Call", "Monitoring Alert"));
    assert_eq!((ticket.company, ticket.external_id.as_str()), (175, REF));
    assert_eq!((ticket.assigned, ticket.role), (Some(SAM), Some(ENGINEER)));
    assert_eq!(ticket.raw["dueDateTime"], json!("2026-11-21T21:04:05Z"));
}

#[tokio::test]
async fn what_is_known_of_autotask_is_asked_for_once() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    for number in 0..3 {
        let ticket = NewTicket { external_ref: format!("{REF}-{number}"), ..new_ticket() };
        psa.create(&ticket).await.unwrap();
    }
    let mut asked = BTreeMap::<String, usize>::new();
    for request in stand_in.requests() {
        *asked.entry(format!("{} {}", request.method, request.path)).or_default() += 1;
    }
    for once in ["GET Tickets/entityInformation/fields", "POST Companies/query", "POST Resources/query"] {
        assert_eq!(asked.get(once), Some(&1), "{once} in {asked:#?}");
    }
    assert_eq!(asked.get("POST Tickets"), Some(&3));
}

#[tokio::test]
async fn the_settings_words_count_before_the_usual_ones() {
    let stand_in = StandIn::start().await;
    let chosen = AutotaskSettings {
        queue: "level i support".into(),
        new_status: Some("Escalate".into()),
        source: None,
        due_hours: Some(4),
        role: Some("Night Duty".into()),
        ..settings(&stand_in)
    };
    let mut words = mapping();
    words.priorities.insert(Severity::Critical, "High".into());
    let psa = open(&chosen, &words, Timeouts::default());
    psa.create(&new_ticket()).await.unwrap();
    let ticket = stand_in.tickets().remove(0);
    assert_eq!((ticket.queue.as_str(), ticket.status.as_str()), ("Level I Support", "Escalate"));
    assert_eq!((ticket.priority.as_str(), ticket.source.as_str()), ("High", ""));
    assert_eq!(ticket.raw["dueDateTime"], json!("2026-11-21T01:04:05Z"));
    assert_eq!((ticket.assigned, ticket.role), (Some(SAM), Some(NIGHT_DUTY)));
}

#[tokio::test]
async fn every_severity_has_its_priority() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    for severity in Severity::ALL {
        psa.create(&NewTicket { severity, ..new_ticket() }).await.unwrap();
    }
    let priorities: Vec<String> = stand_in.tickets().into_iter().map(|ticket| ticket.priority).collect();
    assert_eq!(priorities, ["Critical", "High", "Medium", "Low", "Low"]);
}

#[tokio::test]
async fn a_ticket_is_the_clients_as_mapped_or_by_name_and_else_the_default_companys_who_says_whose_it_is() {
    let stand_in = StandIn::start().await;
    let mut companies = mapping();
    companies.companies.insert("Contoso East".into(), "175".into());
    companies.companies.insert("Fabrikam West".into(), "Fabrikam".into());
    let psa = open(&settings(&stand_in), &companies, Timeouts::default());
    for (client, company, is_named) in [
        (Some("contoso ltd"), 175, false),
        (Some(" CONTOSO EAST "), 175, false),
        (Some("Fabrikam West"), 176, false),
        // Its own name is no id.
        (Some("175"), 178, false),
        (Some("Former Client"), 0, true),
        (Some("Northwind"), 0, true),
        (None, 0, false),
    ] {
        let ticket = NewTicket { client: client.map(str::to_owned), ..new_ticket() };
        psa.create(&ticket).await.unwrap();
        let made = stand_in.tickets().pop().unwrap();
        assert_eq!(made.company, company, "{client:?}");
        assert_eq!(made.description.contains("Client: "), is_named, "{client:?}: {}", made.description);
    }
}

#[tokio::test]
async fn without_a_company_there_is_no_ticket_and_the_text_says_so() {
    let stand_in = StandIn::start().await;
    let psa = open(&settings(&stand_in), &PsaMapping::default(), Timeouts::default());
    let told = psa.create(&NewTicket { client: Some("Northwind".into()), ..new_ticket() }).await;
    assert_eq!(told, Err(TicketError::Refused("Autotask has no active company 'Northwind'".into())));
    let told = psa.create(&NewTicket { client: None, ..new_ticket() }).await;
    assert!(matches!(told, Err(TicketError::Refused(_))), "{told:?}");
    assert!(stand_in.tickets().is_empty());
}

#[tokio::test]
async fn a_technician_whom_autotask_does_not_know_is_named_on_a_ticket_that_is_nobodys() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    for (email, name) in
        [("kim@msp.test", "Kim New"), ("gone@msp.test", "Gone Away"), ("noa@msp.test", "Noa Role")]
    {
        let ticket = NewTicket { assignee: Some(technician(email, name)), ..new_ticket() };
        psa.create(&ticket).await.unwrap();
        let made = stand_in.tickets().pop().unwrap();
        assert_eq!((made.assigned, made.role), (None, None), "{name}");
        assert!(made.description.ends_with(&format!("Technician: {name} <{email}>")), "{}", made.description);
    }
}

#[tokio::test]
async fn a_technician_is_found_as_mapped_by_id_or_by_mail_address() {
    for mapped in ["29682886", "Alex@MSP.test"] {
        let stand_in = StandIn::start().await;
        let mut people = mapping();
        people.technicians.insert(sam().user_id, mapped.into());
        let psa = open(&settings(&stand_in), &people, Timeouts::default());
        psa.create(&new_ticket()).await.unwrap();
        assert_eq!(stand_in.tickets()[0].assigned, Some(29_682_886), "{mapped}");
    }
}

#[tokio::test]
async fn numbers_that_became_wrong_are_looked_up_again_and_one_ticket_is_made() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    psa.create(&new_ticket()).await.unwrap();
    stand_in.renumber("queueID");
    stand_in.dismiss("sam@msp.test");
    psa.create(&NewTicket { external_ref: format!("{REF}-2"), ..new_ticket() }).await.unwrap();
    let tickets = stand_in.tickets();
    assert_eq!(tickets.len(), 2);
    assert_eq!((tickets[1].queue.as_str(), tickets[1].assigned), ("On-Call", None));
}

#[tokio::test]
async fn a_label_that_there_is_not_is_named_and_nothing_is_made() {
    let stand_in = StandIn::start().await;
    let wrong = AutotaskSettings { queue: "Nights".into(), ..settings(&stand_in) };
    let told = open(&wrong, &mapping(), Timeouts::default()).create(&new_ticket()).await;
    assert_eq!(told, Err(TicketError::Refused("Autotask has no queue 'Nights'".into())));
    assert!(stand_in.tickets().is_empty());
}

#[tokio::test]
async fn texts_that_are_too_long_are_cut() {
    let stand_in = StandIn::start().await;
    let long = NewTicket { title: "ä".repeat(400), description: "ö".repeat(9_000), ..new_ticket() };
    let psa = adapter(&stand_in);
    let filed = psa.create(&long).await.unwrap();
    psa.add_note(&tenant(), &filed.id, &TicketNote { text: "ü".repeat(40_000), ..note(1) }).await.unwrap();
    assert_eq!(psa.read(&tenant(), &filed.id).await.unwrap().note_refs, ["oncall-note_1"]);
}
