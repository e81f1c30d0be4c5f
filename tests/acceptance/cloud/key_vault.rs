//! Secrets from a vault, by the adapter as it is, over its wire: kept, read again, and never shown.
//!
//! A time-out of no time means "at once", one of an hour means "never" within a test: nothing waits for time to pass.

mod binary;

use std::time::Duration;

use acceptance::key_vault::{Fault, Identity, RESOURCE, Vault};
use app::port::{Secret, SecretError, SecretStore as _, Secrets as _};
use azure::identity::Credential;
use azure::key_vault::{KeyVault, SecretState, Timing};
use domain::id::SecretId;
use domain::vault::SecretName;
use secrecy::ExposeSecret;

use crate::process::{SOON, eventually};

const KEY: &str = "PSA-SERVICE-KEY";
const OTHER: &str = "DEFEND-SERVICE-KEY";
const NOW: Duration = Duration::ZERO;
const NEVER: Duration = Duration::from_hours(1);

/// Nothing is ever asked for twice.
const ONCE: Timing = Timing {
    refresh: NEVER,
    missing: NEVER,
    retry: NEVER,
    longest_retry: NEVER,
    renew: NEVER,
    patience: SOON,
    fetch: SOON,
};

/// A vault with two secrets, and the adapter in front of it.
struct Stage {
    identity: Identity,
    vault: Vault,
    keys: KeyVault,
}

impl Stage {
    async fn set(timing: Timing) -> Self {
        let identity = Identity::start().await;
        let vault = Vault::start(&identity).await;
        vault.put(KEY, "hunter1");
        vault.put(OTHER, " hunter9\n");
        let token = identity.tokens().issue(RESOURCE);
        let keys = KeyVault::new(&vault.url(), &Credential::fixed(token.into()), timing)
            .expect("a vault on loopback");
        Self { identity, vault, keys }
    }

    /// The value, or why there is none; whatever it is, nothing secret may stand in what is printed.
    async fn read(&self) -> Result<String, SecretError> {
        self.read_of(KEY).await
    }

    async fn read_of(&self, name: &'static str) -> Result<String, SecretError> {
        let read = self.keys.get(name).await;
        let printed = format!(
            "{:?} {read:?} {}",
            self.keys,
            read.as_ref().err().map_or(String::new(), ToString::to_string)
        );
        for secret in ["hunter", "token-number", "secret-correlation", "Bearer"] {
            assert!(!printed.contains(secret), "{printed}");
        }
        read.map(|value| value.expose_secret().to_owned())
    }

    async fn reason(&self) -> String {
        match self.read().await {
            Err(SecretError::Unavailable { name, reason }) if name == KEY => reason,
            other => panic!("unavailable was expected, not {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_secret_is_asked_for_at_the_first_read_and_kept() {
    let stage = Stage::set(ONCE).await;
    assert_eq!(stage.vault.reads(KEY), 0);
    for _ in 0..50 {
        assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    }
    stage.vault.put(KEY, "hunter2");
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    assert_eq!(stage.vault.reads(KEY), 1);
    assert_eq!(stage.read_of(OTHER).await.as_deref(), Ok("hunter9"), "without the file's white space");
}

#[tokio::test]
async fn a_rotated_secret_is_there_at_the_next_reading_after_the_refresh_time() {
    let stage = Stage::set(Timing { refresh: NOW, ..ONCE }).await;
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    stage.vault.put(KEY, "hunter2");
    assert_eq!(stage.read().await.as_deref(), Ok("hunter2"));
}

#[tokio::test]
async fn a_wrong_value_is_replaced_at_once_but_the_vault_is_not_asked_at_every_wrong_value() {
    for (renew, expected, reads) in [(NOW, Some("hunter2"), 2), (NEVER, None, 1)] {
        let stage = Stage::set(Timing { renew, ..ONCE }).await;
        let secret = Secret::new(KEY, std::sync::Arc::new(stage.keys.clone()));
        let old = secret.read().await.unwrap();
        stage.vault.put(KEY, "hunter2");
        let new = secret.instead_of(&old).await.unwrap();
        assert_eq!(new.as_ref().map(ExposeSecret::expose_secret), expected);
        assert_eq!(stage.vault.reads(KEY), reads);
    }
}

#[tokio::test]
async fn readers_at_the_same_time_ask_once() {
    let stage = Stage::set(ONCE).await;
    stage.vault.misbehave(Fault::Holds);
    let readers: Vec<_> = (0..20)
        .map(|_| {
            let keys = stage.keys.clone();
            tokio::spawn(async move { keys.get(KEY).await.unwrap().expose_secret().to_owned() })
        })
        .collect();
    stage.vault.wait_for_reads(KEY, 1, SOON).await;
    stage.vault.misbehave(Fault::None);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), "hunter1");
    }
    assert_eq!(stage.vault.reads(KEY), 1);
}

#[tokio::test]
async fn a_reader_who_goes_away_does_not_take_the_others_answer_along() {
    let stage = Stage::set(ONCE).await;
    stage.vault.misbehave(Fault::Holds);
    let keys = stage.keys.clone();
    let hasty = tokio::spawn(async move { keys.get(KEY).await });
    stage.vault.wait_for_reads(KEY, 1, SOON).await;
    hasty.abort();
    assert!(hasty.await.unwrap_err().is_cancelled());
    stage.vault.misbehave(Fault::None);
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    assert_eq!(stage.vault.reads(KEY), 1);
}

#[tokio::test]
async fn a_value_outlives_the_vault_which_is_left_alone_for_a_while() {
    let stage = Stage::set(Timing { refresh: NOW, ..ONCE }).await;
    stage.read().await.unwrap();
    stage.vault.misbehave(Fault::Fails(503));
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    let tries = stage.vault.reads(KEY);
    assert!((2..=4).contains(&tries), "one good one, and one that was repeated a little: {tries}");
    for _ in 0..50 {
        assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    }
    assert_eq!(stage.vault.reads(KEY), tries);
    let told = stage.keys.check(&[KEY]).await.remove(0);
    assert_eq!(told.state, SecretState::Stale { reason: "the vault answered 503".to_owned() });
}

#[tokio::test]
async fn after_an_outage_the_new_value_comes_by_itself() {
    let stage = Stage::set(Timing { refresh: NOW, retry: NOW, longest_retry: NOW, ..ONCE }).await;
    stage.read().await.unwrap();
    stage.vault.misbehave(Fault::Down);
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    stage.vault.put(KEY, "hunter2");
    stage.vault.misbehave(Fault::None);
    eventually("the new value", async || (stage.read().await.as_deref() == Ok("hunter2")).then_some(()))
        .await;
}

#[tokio::test]
async fn a_reader_with_a_value_has_no_more_patience_than_it_is_given() {
    let stage = Stage::set(Timing { refresh: NOW, patience: NOW, ..ONCE }).await;
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    stage.vault.put(KEY, "hunter2");
    stage.vault.misbehave(Fault::Holds);
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    stage.vault.wait_for_reads(KEY, 2, SOON).await;
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"));
    stage.vault.misbehave(Fault::None);
    eventually("the new value", async || (stage.read().await.as_deref() == Ok("hunter2")).then_some(()))
        .await;
}

#[tokio::test]
async fn a_vault_that_never_answers_is_given_up_in_time() {
    let stage = Stage::set(Timing { fetch: Duration::from_millis(50), ..ONCE }).await;
    stage.vault.misbehave(Fault::Holds);
    assert_eq!(stage.reason().await, "no good answer from the vault or the identity within 50ms");
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_what_to_do() {
    for (fault, reason) in [
        (Fault::Down, "the vault can't be reached: "),
        (Fault::Fails(503), "the vault answered 503"),
        (Fault::Fails(400), "400 is no answer of a key vault: is KEY_VAULT_URL its address?"),
        (Fault::TooMany { retry_after: NOW }, "the vault is asked too much (429)"),
        (Fault::Forbids, "the app's identity needs the role 'Key Vault Secrets Officer' on the vault (403)"),
        (Fault::IsSomethingElse, "404 is no answer of a key vault: is KEY_VAULT_URL its address?"),
    ] {
        let stage = Stage::set(ONCE).await;
        stage.vault.misbehave(fault);
        let told = stage.reason().await;
        assert!(told.starts_with(reason), "{told}");
        let tries = stage.vault.reads(KEY);
        stage.vault.misbehave(Fault::None);
        assert_eq!(stage.reason().await, told, "it is not tried again at every reading");
        assert_eq!(stage.vault.reads(KEY), tries);
    }
    let stage = Stage::set(ONCE).await;
    stage.identity.tokens().revoke_all();
    assert_eq!(stage.reason().await, "the vault does not accept the token of the app's identity");
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_missing_until_it_is_put_there() {
    let stage = Stage::set(Timing { missing: NOW, ..ONCE }).await;
    for empty in [false, true] {
        if empty {
            stage.vault.put(KEY, " ");
        } else {
            stage.vault.remove(KEY);
        }
        assert_eq!(stage.read().await, Err(SecretError::Missing(KEY.to_owned())));
    }
    stage.vault.put(KEY, "hunter3");
    assert_eq!(stage.read().await.as_deref(), Ok("hunter3"));

    let stage = Stage::set(ONCE).await;
    stage.vault.remove(KEY);
    for _ in 0..10 {
        assert_eq!(stage.read().await, Err(SecretError::Missing(KEY.to_owned())));
    }
    assert_eq!(stage.vault.reads(KEY), 1, "that there is none is kept, too");
}

#[tokio::test]
async fn a_secret_that_is_disabled_or_taken_away_is_used_no_more() {
    let stage = Stage::set(Timing { refresh: NOW, ..ONCE }).await;
    stage.read().await.unwrap();
    stage.vault.disable(KEY);
    assert_eq!(stage.reason().await, "it is disabled in the vault (403)");

    let stage = Stage::set(Timing { refresh: NOW, ..ONCE }).await;
    stage.read().await.unwrap();
    stage.vault.remove(KEY);
    assert_eq!(stage.read().await, Err(SecretError::Missing(KEY.to_owned())));
}

#[tokio::test]
async fn the_state_of_every_secret_can_be_told() {
    let stage = Stage::set(Timing { patience: NOW, ..ONCE }).await;
    stage.vault.remove(OTHER);
    assert!(stage.read().await.is_ok() && stage.read_of(OTHER).await.is_err());
    stage.vault.misbehave(Fault::Holds);
    let told = stage.keys.check(&[KEY, OTHER, "HUB-CLIENT-SECRET"]).await;
    let unread = SecretState::Unreachable { reason: "the key vault has not answered yet".to_owned() };
    let expected = [(KEY, SecretState::Read), (OTHER, SecretState::Missing), ("HUB-CLIENT-SECRET", unread)];
    assert_eq!(told.into_iter().map(|told| (told.name, told.state)).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn warming_goes_on_until_the_vault_has_answered_for_each() {
    let again = Duration::from_millis(5);
    let stage = Stage::set(Timing { retry: again, longest_retry: again, ..ONCE }).await;
    stage.vault.remove(OTHER);
    stage.vault.misbehave(Fault::Forbids);
    let keys = stage.keys.clone();
    let warming = tokio::spawn(async move { keys.warm(&[KEY, OTHER]).await });
    stage.vault.wait_for_reads(KEY, 3, SOON).await;
    assert!(!warming.is_finished());
    stage.vault.misbehave(Fault::None);
    tokio::time::timeout(SOON, warming).await.expect("an end").unwrap();
    stage.vault.misbehave(Fault::Down);
    assert_eq!(stage.read().await.as_deref(), Ok("hunter1"), "there before anybody needed it");
}

#[tokio::test]
async fn a_secret_that_somebody_enters_is_kept_read_and_deleted() {
    let stage = Stage::set(Timing { missing: NOW, ..ONCE }).await;
    let tenant = "msp".parse().expect("a tenant id");
    let name = SecretName::new(&tenant, &SecretId::derived(&["psa"]));
    stage.keys.put(&name, &"hunter2".into()).await.expect("a place for it");
    let read = stage.keys.get(name.as_str()).await.expect("the secret");
    assert_eq!(read.expose_secret(), "hunter2");
    stage.keys.forget(&name).await.expect("a vault");
    stage.keys.forget(&name).await.expect("gone is gone");
    assert!(matches!(stage.keys.get(name.as_str()).await, Err(SecretError::Missing(_))));
    stage.vault.misbehave(Fault::Forbids);
    let refused = stage.keys.put(&name, &"hunter3".into()).await.expect_err("no role").to_string();
    assert!(refused.contains("Secrets Officer") && !refused.contains("hunter"), "{refused}");
}
