//! A service key that is rotated, wrong, missing or out of reach.

use std::sync::{Arc, Mutex};

use app::port::{SecretError, Secrets};

use super::*;

const WRONG_KEY: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What a vault says, by turns: to each reading the first, to each renewal the next.
#[derive(Debug)]
struct Vault {
    says: Mutex<Vec<Result<SecretString, SecretError>>>,
    renewals: Mutex<u32>,
}

impl Vault {
    fn of(says: impl IntoIterator<Item = Result<&'static str, SecretError>>) -> Arc<Self> {
        let says = says.into_iter().map(|said| said.map(SecretString::from)).collect();
        Arc::new(Self { says: Mutex::new(says), renewals: Mutex::default() })
    }

    fn key(self: &Arc<Self>) -> Secret {
        Secret::new("PSA-SERVICE-KEY", Arc::clone(self) as Arc<dyn Secrets>)
    }
}

#[async_trait]
impl Secrets for Vault {
    async fn get(&self, _: &str) -> Result<SecretString, SecretError> {
        self.says.lock().unwrap()[0].clone()
    }

    async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
        *self.renewals.lock().unwrap() += 1;
        if self.says.lock().unwrap().len() > 1 {
            self.says.lock().unwrap().remove(0).ok();
        }
        self.get(name).await
    }
}

fn key_of(lines: &str) -> &str {
    lines.lines().find_map(|line| line.strip_prefix("x-integration-key: ")).unwrap_or("none")
}

#[tokio::test]
async fn a_key_that_was_rotated_is_read_again_and_the_call_is_repeated_with_it_as_it_was() {
    let vault = Vault::of([Ok("old"), Ok(" new\n")]);
    let (psa, heard) = serve_behind(vault.key(), &[WRONG_KEY, CREATED, OPEN], Timeouts::default());
    assert_eq!(psa.create(&ticket()).await.unwrap().id, "7");
    let (first, sent) = next(&heard);
    let (second, sent_again) = next(&heard);
    assert_eq!((key_of(&first), key_of(&second)), ("old", "new"));
    assert_eq!(sent, sent_again);
    assert!(second.lines().any(|line| line == "idempotency-key: oncall-incident-inc_1"), "{second}");

    psa.read(&tenant(), "7").await.unwrap();
    assert_eq!(key_of(&heard.try_recv().unwrap().head), "new", "from then on");
    assert_eq!(*vault.renewals.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_key_that_stays_wrong_is_sent_once_and_a_second_one_that_is_wrong_ends_it_too() {
    let vault = Vault::of([Ok("wrong")]);
    let (psa, heard) = serve_behind(vault.key(), &[WRONG_KEY], Timeouts::default());
    let told = psa.create(&ticket()).await;
    assert!(matches!(told, Err(TicketError::Refused(_))), "{told:?}");
    assert_eq!((heard.try_iter().count(), *vault.renewals.lock().unwrap()), (1, 1));

    let vault = Vault::of([Ok("wrong"), Ok("wrong too"), Ok("never sent")]);
    let (psa, heard) = serve_behind(vault.key(), &[WRONG_KEY, WRONG_KEY], Timeouts::default());
    let told = psa.create(&ticket()).await;
    assert!(matches!(told, Err(TicketError::Refused(_))), "{told:?}");
    assert_eq!((heard.try_iter().count(), *vault.renewals.lock().unwrap()), (2, 1));
}

#[tokio::test]
async fn without_its_key_the_psa_is_not_asked_and_the_text_says_what_to_do() {
    let down = || SecretError::Unavailable {
        name: "PSA-SERVICE-KEY".to_owned(),
        reason: "the vault is down".to_owned(),
    };
    let missing = || SecretError::Missing("PSA-SERVICE-KEY".to_owned());
    for (said, expected) in [
        (Err(down()), "unavailable: the vault is down"),
        (Err(missing()), "refused: set PSA_SERVICE_KEY"),
        (Ok(" "), "refused: PSA-SERVICE-KEY is empty"),
        (Ok("hun\nter2"), "refused: no header can carry"),
    ] {
        let (psa, heard) = serve_behind(Vault::of([said]).key(), &[], Timeouts::default());
        let told = psa.create(&ticket()).await.unwrap_err();
        let kind = match &told {
            TicketError::Refused(_) => "refused",
            TicketError::Unavailable { after: None, .. } => "unavailable",
            _ => "another",
        };
        let (expected_kind, text) = expected.split_once(": ").unwrap();
        assert!(kind == expected_kind && told.to_string().contains(text), "{expected}: {told:?}");
        assert!(!told.to_string().contains("ter2"), "{told}");
        assert_eq!(heard.try_iter().count(), 0);
    }
}
