//! What a ticket says, and where Autotask is.

use std::sync::{Arc, Mutex};

use app::port::{SecretError, Secrets, TicketName};
use domain::ticket::TicketFacts;
use futures::future::join_all;
use secrecy::SecretString;

use super::*;

#[tokio::test]
async fn a_ticket_of_the_msps_own_is_read_by_id_and_by_number_in_words() {
    let stand_in = StandIn::start().await;
    let (id, number) = stand_in.add_ticket("Server down", "Waiting Customer", "High", "Fabrikam");
    let psa = adapter(&stand_in);
    let by_id = psa.fetch(&tenant(), &TicketName::Id(id.clone())).await.unwrap();
    let expected = TicketFacts {
        url: Some(format!("https://ww3.autotask.net/Mvc/ServiceDesk/TicketDetail.mvc?ticketId={id}")),
        id,
        number: Some(number.clone()),
        title: "Server down".into(),
        description: "Server down, says the client".into(),
        status: "Waiting Customer".into(),
        stage: None,
        priority: "High".into(),
        client: Some("Fabrikam".into()),
        external_ref: None,
        touched: Some("2026-11-20T21:04:06.467Z".into()),
    };
    assert_eq!(by_id.as_ref(), Some(&expected));
    assert_eq!(psa.fetch(&tenant(), &TicketName::Number(number)).await.unwrap(), Some(expected));
    for absent in ["999", "x"] {
        assert_eq!(psa.fetch(&tenant(), &TicketName::Id(absent.into())).await, Ok(None));
        assert_eq!(psa.fetch(&tenant(), &TicketName::Number(absent.into())).await, Ok(None));
    }
    assert_eq!(psa.read(&tenant(), "999").await, Err(TicketError::NotFound));
}

#[tokio::test]
async fn a_ticket_of_ours_says_that_it_is() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let filed = psa.create(&new_ticket()).await.unwrap();
    let facts = psa.fetch(&tenant(), &TicketName::Id(filed.id.clone())).await.unwrap().unwrap();
    assert_eq!(facts.external_ref.as_deref(), Some(REF));
    assert_eq!(psa.find(&tenant(), REF, 1).await.unwrap().unwrap().filed, filed);
    assert_eq!(psa.find(&tenant(), "oncall-incident-inc_other", 2).await, Ok(None));
}

#[tokio::test]
async fn a_status_that_was_renumbered_is_read_by_its_label_all_the_same() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let filed = psa.create(&new_ticket()).await.unwrap();
    stand_in.close(&filed.id);
    stand_in.renumber("status");
    assert!(psa.read(&tenant(), &filed.id).await.unwrap().closed);
}

#[tokio::test]
async fn data_that_was_moved_to_another_zone_is_followed_there() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    psa.create(&new_ticket()).await.unwrap();
    stand_in.move_zone();
    psa.create(&NewTicket { external_ref: format!("{REF}-2"), ..new_ticket() }).await.unwrap();
    assert_eq!(stand_in.tickets().len(), 2);
    let asked = stand_in.requests().into_iter().filter(|request| request.path.starts_with("zoneInformation"));
    assert_eq!(asked.count(), 2);
}

#[tokio::test]
async fn a_user_without_a_zone_is_told_so() {
    let stand_in = StandIn::start().await;
    let stranger = AutotaskSettings { username: "who@msp.test".into(), ..settings(&stand_in) };
    let told = open(&stranger, &mapping(), Timeouts::default()).create(&new_ticket()).await;
    assert!(matches!(&told, Err(TicketError::Refused(text)) if text.contains("the user's name")), "{told:?}");
}

#[tokio::test]
async fn no_more_calls_are_made_at_once_than_autotask_takes() {
    let stand_in = StandIn::start().await;
    let psa = adapter(&stand_in);
    let filed = psa.create(&new_ticket()).await.unwrap();
    stand_in.misbehave(acceptance::autotask::Fault::Slow(Duration::from_millis(20)));
    let tenant = tenant();
    for told in join_all((0..8).map(|_| psa.read(&tenant, &filed.id))).await {
        told.unwrap();
    }
    assert!(stand_in.requests().iter().all(|request| request.status == Some(200)));
}

/// A vault in which the secret was exchanged, which only who asks again is told.
#[derive(Debug)]
struct Vault(Mutex<&'static str>);

#[async_trait::async_trait]
impl Secrets for Vault {
    async fn get(&self, _: &str) -> Result<SecretString, SecretError> {
        Ok((*self.0.lock().expect("the secret")).into())
    }

    async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
        *self.0.lock().expect("the secret") = "exchanged";
        self.get(name).await
    }
}

#[tokio::test]
async fn a_secret_that_was_exchanged_is_read_again_and_one_that_stays_wrong_is_refused() {
    let stand_in = StandIn::start().await;
    let vault = Arc::new(Vault(Mutex::new(StandIn::SECRET)));
    let secret = Secret::new("psa-1", vault);
    let psa = Autotask::new(&settings(&stand_in), &mapping(), secret, Http::default()).unwrap();
    let filed = psa.create(&new_ticket()).await.unwrap();
    stand_in.rotate_secret("exchanged");
    psa.add_note(&tenant(), &filed.id, &note(1)).await.unwrap();
    assert_eq!(stand_in.tickets()[0].notes.len(), 1);

    stand_in.rotate_secret("another");
    let told = psa.add_note(&tenant(), &filed.id, &note(2)).await;
    assert!(matches!(&told, Err(TicketError::Refused(text)) if !text.contains("exchanged")), "{told:?}");
}
