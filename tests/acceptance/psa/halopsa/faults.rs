//! HaloPSA misbehaves: exactly one ticket, every note once and in order, and an error that says what to do.

use acceptance::halopsa::Fault;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use super::*;

/// What is wrong, and what the first attempt then comes to.
fn faults() -> Vec<(Fault, &'static str)> {
    vec![
        (Fault::None, "done"),
        (Fault::Slow(Duration::from_millis(30)), "done"),
        (Fault::WorksThenHangs, "unknown"),
        (Fault::WorksThen500, "unknown"),
        (Fault::WorksThenCuts, "unknown"),
        (Fault::Down, "unknown"),
        (Fault::Fails(502), "unknown"),
        (Fault::FailsFor { status: 502, retry_after: Duration::from_secs(70) }, "unknown 70"),
        (Fault::FailsFor { status: 503, retry_after: Duration::from_secs(70) }, "wait 70"),
        (Fault::Fails(503), "unknown 5"),
        (Fault::TooMany { retry_after: Duration::from_secs(70) }, "wait 70"),
        (Fault::TooMany { retry_after: Duration::from_secs(1) }, "wait 5"),
        (Fault::TooManyForNow, "wait 5"),
        // The token was taken back meanwhile.
        (Fault::Fails(401), "done"),
        (
            Fault::Refuses(400, json!({ "Message": "Please select a Category" })),
            "refused: Please select a Category",
        ),
    ]
}

fn told<T>(result: &Result<T, TicketError>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(TicketError::Unknown { after: None, .. }) => "unknown".to_owned(),
        Err(TicketError::Unknown { after: Some(after), .. }) => format!("unknown {}", after.num_seconds()),
        Err(TicketError::Unavailable { after, .. }) => {
            format!("wait {}", after.unwrap_or(TimeDelta::zero()).num_seconds())
        }
        Err(TicketError::Refused(reason)) => {
            format!("refused: {}", reason.split_once(": ").map_or("", |(_, said)| said))
        }
        Err(error) => format!("{error:?}"),
    }
}

#[tokio::test]
async fn there_is_one_ticket_whatever_happens_while_it_is_made() {
    for (fault, expected) in faults() {
        let halo = Halo::start().await;
        let psa = adapter(&halo);
        halo.misbehave_at(Method::POST, "/api/tickets", fault.clone());
        let first = file(&psa, &ticket(), false).await;
        assert_eq!(told(&first), expected, "{fault:?}: {first:?}");
        let second = file(&psa, &ticket(), true).await;
        assert_eq!(second.map(|filed| filed.id), Ok("4711".to_owned()), "{fault:?}");
        assert_eq!(halo.tickets().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn notes_are_complete_in_order_and_there_once_whatever_happens_while_they_are_written() {
    for (fault, expected) in faults() {
        let halo = Halo::start().await;
        let psa = adapter(&halo);
        psa.create(&ticket()).await.unwrap();
        for number in 1..=3 {
            if number == 2 {
                halo.misbehave_at(Method::POST, "/api/actions", fault.clone());
                let first = write(&psa, "4711", &note(number)).await;
                // What is refused for the note's own looks is written as plainly as can be.
                let expected = if expected.starts_with("refused") { "done" } else { expected };
                assert_eq!(told(&first), expected, "{fault:?}: {first:?}");
            }
            write(&psa, "4711", &note(number)).await.unwrap();
        }
        let tickets = halo.tickets();
        let keys: Vec<&str> =
            tickets[0].actions.iter().filter_map(|action| action.note.lines().last()).collect();
        assert_eq!(
            keys,
            ["[oncall:oncall-not_1]", "[oncall:oncall-not_2]", "[oncall:oncall-not_3]"],
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn the_end_is_told_once_whatever_happens_meanwhile() {
    for (fault, expected) in faults() {
        let halo = Halo::start().await;
        let psa = adapter(&halo);
        psa.create(&ticket()).await.unwrap();
        halo.misbehave_at(Method::POST, "/api/tickets", fault.clone());
        let first = psa.complete(&tenant(), "4711", &end()).await;
        assert_eq!(told(&first), expected, "{fault:?}: {first:?}");
        if !psa.read(&tenant(), "4711").await.unwrap().closed {
            psa.complete(&tenant(), "4711", &end()).await.unwrap();
        }
        assert!(halo.tickets()[0].closure_note.contains("by Sam\nrestarted"), "{fault:?}");
    }
}

#[tokio::test]
async fn what_goes_wrong_before_anything_is_made_leaves_nothing_behind() {
    for path in ["/api/authinfo", "/auth/token", "/api/priority", "/api/client", "/api/agent"] {
        let method = if path == "/auth/token" { Method::POST } else { Method::GET };
        for fault in [Fault::Fails(500), Fault::WorksThenCuts, Fault::TooManyForNow] {
            let halo = Halo::start().await;
            let psa = adapter(&halo);
            halo.misbehave_at(method.clone(), path, fault.clone());
            let first = psa.create(&ticket()).await;
            assert!(matches!(first, Err(TicketError::Unavailable { .. })), "{path} {fault:?}: {first:?}");
            assert!(halo.tickets().is_empty(), "{path} {fault:?}");
            psa.create(&ticket()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_halopsa_that_is_down_is_unavailable_and_comes_back() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    halo.misbehave(Fault::Down);
    // Whoever is cut off reads first; what is sent over a connection that is gone may have been done.
    assert_eq!(told(&psa.read(&tenant(), "4711").await), "wait 0");
    assert_eq!(told(&psa.create(&ticket()).await), "wait 0");
    assert_eq!(told(&psa.add_note(&tenant(), "4711", &note(1)).await), "wait 0");
    halo.misbehave(Fault::None);
    psa.add_note(&tenant(), "4711", &note(1)).await.unwrap();
    assert_eq!((halo.tickets().len(), halo.tickets()[0].actions.len()), (1, 1));
}

#[tokio::test]
async fn tokens_that_end_early_are_replaced_and_a_secret_that_is_wrong_is_told() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    for number in 1..=3 {
        halo.expire_tokens();
        psa.add_note(&tenant(), "4711", &note(number)).await.unwrap();
    }
    assert_eq!(halo.tickets()[0].actions.len(), 3);
    halo.tokens_live(Duration::from_mins(1));
    halo.expire_tokens();
    psa.read(&tenant(), "4711").await.unwrap();
    halo.rotate_secret("another");
    let refused = psa.read(&tenant(), "4711").await.unwrap_err();
    assert!(
        matches!(&refused, TicketError::Refused(said) if said.contains("client id and secret")),
        "{refused:?}"
    );
    assert!(!refused.to_string().contains(CLIENT_SECRET));
}

#[tokio::test]
async fn an_agent_who_left_keeps_no_ticket_from_being_made_and_is_named_in_it() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    // The address is still known here, and not there any more.
    halo.dismiss_agent(71);
    psa.create(&NewTicket { external_ref: format!("{KEY}-2"), ..ticket() }).await.unwrap();
    let tickets = halo.tickets();
    assert_eq!((tickets.len(), tickets[1].agent), (2, 1));
    assert!(tickets[1].details.contains("Acknowledged by: sam (not found"), "{}", tickets[1].details);
    psa.take(&tenant(), "4712", &technician("sam")).await.unwrap();
    assert_eq!((halo.tickets()[1].agent, halo.tickets()[1].status_name()), (1, "In Progress"));
}

#[tokio::test]
async fn a_note_is_private_with_whatever_outcome_it_may_be_written() {
    let halo = Halo::start().await;
    let named = HaloSettings { note_outcome: Some("on-call note".to_owned()), ..settings(&halo) };
    let psa = open(&named, &PsaMapping::default());
    psa.create(&ticket()).await.unwrap();
    for (number, outcome) in [(1, 61), (2, 7), (3, 4)] {
        psa.add_note(&tenant(), "4711", &note(number)).await.unwrap();
        let ticket = halo.tickets().remove(0);
        let last = ticket.actions.last().expect("a note");
        assert_eq!((last.outcome, last.hidden), (outcome, true));
        halo.forbid_outcome(outcome);
    }
    let refused = psa.add_note(&tenant(), "4711", &note(4)).await;
    assert_eq!(told(&refused), "refused: You do not have access to this Action");
    assert_eq!(halo.tickets()[0].actions.len(), 3);
}

#[tokio::test]
async fn a_note_that_is_refused_for_its_looks_is_written_plainly_and_stays_private_and_known() {
    for (status, said) in [
        (400, "An Agent may not be named by this application"),
        (400, "Dates of the past are not accepted"),
        (403, "Forbidden"),
    ] {
        let halo = Halo::start().await;
        let psa = adapter(&halo);
        psa.create(&ticket()).await.unwrap();
        // A right may be wanting for one outcome only: each that may do is tried first.
        for _ in 0..if status == 403 { 3 } else { 1 } {
            let refusal = Fault::Refuses(status, json!({ "Message": said }));
            halo.misbehave_at(Method::POST, "/api/actions", refusal);
        }
        write(&psa, "4711", &note(1)).await.unwrap();
        write(&psa, "4711", &note(1)).await.unwrap();
        let tickets = halo.tickets();
        let [action] = tickets[0].actions.as_slice() else { panic!("{said}: {tickets:?}") };
        assert_eq!(
            action.note, "[On-Call] Sam, 2026-11-20 21:11:05 UTC: step 1\n[oncall:oncall-not_1]",
            "{said}"
        );
        assert!(action.hidden && action.raw["sendemail"] == false, "{said}: {action:?}");
        for looks in ["who", "actiondatecreated", "dont_do_rules"] {
            assert_eq!(action.raw.get(looks), None, "{said}");
        }
    }
}

#[tokio::test]
async fn a_note_that_the_ticket_does_not_take_is_sent_once() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    let refusal = Fault::Refuses(400, json!({ "Message": "This ticket is locked" }));
    halo.misbehave_at(Method::POST, "/api/actions", refusal);
    assert_eq!(told(&psa.add_note(&tenant(), "4711", &note(1)).await), "refused: This ticket is locked");
    let sent = halo.requests().into_iter().filter(|request| request.path == "/api/actions");
    assert_eq!(sent.count(), 1);
}

#[tokio::test]
async fn time_that_is_not_taken_is_refused_and_never_filed_as_a_note_without_it() {
    for (status, said) in
        [(403, "Time entries are off"), (404, ""), (409, "conflict"), (422, "no charge rate"), (501, "")]
    {
        let halo = Halo::start().await;
        let psa = adapter(&halo);
        psa.create(&ticket()).await.unwrap();
        // Once for each outcome that it is tried with.
        for _ in 0..3 {
            let refusal = Fault::Refuses(status, json!({ "Message": said }));
            halo.misbehave_at(Method::POST, "/api/actions", refusal);
        }
        let refused = psa.add_time(&tenant(), "4711", &time()).await;
        assert!(matches!(refused, Err(TicketError::Refused(_))), "{status}: {refused:?}");
        assert!(halo.tickets()[0].actions.is_empty(), "{status}");
    }
}

#[tokio::test]
async fn time_of_an_agent_who_left_is_filed_and_says_whose_it_is() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    halo.dismiss_agent(71);
    psa.add_time(&tenant(), "4711", &time()).await.unwrap();
    let tickets = halo.tickets();
    let [action] = tickets[0].actions.as_slice() else { panic!("{tickets:?}") };
    assert_eq!((&action.raw["timetaken"], action.raw.get("who_agentid")), (&0.67.into(), None));
    assert_eq!(action.raw["who"], "sam");
}
