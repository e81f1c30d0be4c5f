//! Finding our ticket where the search of HaloPSA doesn't help, or helps too much.

use acceptance::halopsa::Ticket;

use super::*;

/// How many tickets were opened to be looked at.
fn opened(halo: &Halo) -> usize {
    let requests = halo.requests();
    requests.iter().filter(|request| request.path.starts_with("/api/tickets/")).count()
}

fn numbered(number: u64) -> NewTicket {
    NewTicket { number, external_ref: format!("{KEY}-{number}"), ..ticket() }
}

#[tokio::test]
async fn a_ticket_is_found_among_many_that_were_made_at_the_same_time() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    for number in 100..130 {
        psa.create(&numbered(number)).await.unwrap();
    }
    halo.let_search_lag(true);
    halo.keep_lists_brief(true);
    let found = psa.find(&tenant(), KEY, 42).await.unwrap().expect("the ticket");
    assert_eq!((found.filed.id.as_str(), opened(&halo)), ("4711", 1), "no other was opened");
    assert_eq!(psa.find(&tenant(), "oncall-incident-inc_2", 7).await, Ok(None));
    assert_eq!(opened(&halo), 1, "all of them have another number");
}

#[tokio::test]
async fn a_ticket_is_found_by_its_number_below_all_that_came_after_a_long_stop() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    psa.create(&ticket()).await.unwrap();
    for _ in 0..120 {
        halo.add_ticket("ERP down");
    }
    halo.let_search_skip_details(true);
    halo.keep_lists_brief(true);
    let found = psa.find(&tenant(), KEY, 42).await.unwrap().expect("the ticket");
    assert_eq!(found.filed.id, "4711");
    assert!(opened(&halo) < 30, "{}", opened(&halo));
}

#[tokio::test]
async fn a_ticket_of_the_same_number_is_ours_only_with_our_key() {
    let halo = Halo::start().await;
    let psa = adapter(&halo);
    let theirs = NewTicket { external_ref: "oncall-incident-inc_theirs".to_owned(), ..ticket() };
    for (lags, brief) in [(false, false), (true, true)] {
        psa.create(&theirs).await.unwrap();
        halo.let_search_lag(lags);
        halo.keep_lists_brief(brief);
        assert_eq!(psa.find(&tenant(), KEY, 42).await, Ok(None), "lagging: {lags}, brief: {brief}");
    }
    psa.create(&ticket()).await.unwrap();
    psa.create(&theirs).await.unwrap();
    let found = psa.find(&tenant(), KEY, 42).await.unwrap().expect("the ticket");
    let is_it = |ticket: &&Ticket| ticket.id.to_string() == found.filed.id;
    assert!(halo.tickets().iter().find(is_it).is_some_and(|ticket| ticket.details.ends_with(KEY)));
}
