//! The binary with its keys in a vault, opened by the identity that the platform gives it.

use acceptance::key_vault::{Fault, Identity, Vault};
use acceptance::process::Oncall;
use acceptance::psa::Psa;
use acceptance::smtp::Smtp;
use serde_json::{Value, json};

use crate::process::api::{self, Api, text};
use crate::process::door::Door;
use crate::process::{SOON, eventually};

use super::{KEY as PSA_KEY, OTHER as DEFEND_KEY};

/// Everything around the process that has its keys in a vault.
struct Town {
    identity: Identity,
    vault: Vault,
    psa: Psa,
    smtp: Smtp,
}

impl Town {
    async fn build() -> Self {
        let identity = Identity::start().await;
        let vault = Vault::start(&identity).await;
        vault.put(PSA_KEY, "hunter-psa");
        vault.put(DEFEND_KEY, "hunter-defend");
        Self { identity, vault, psa: Psa::start("hunter-psa").await, smtp: Smtp::start() }
    }

    async fn start(&self) -> Oncall {
        let mut settings = vec![
            ("KEY_VAULT_URL", self.vault.url()),
            ("AZURE_CLIENT_ID", "client-of-oncall".to_owned()),
            ("PSA_API_URL", self.psa.url()),
            ("SMTP_URL", self.smtp.url()),
            ("MAIL_FROM", "oncall@msp.example".to_owned()),
        ];
        settings.extend(self.identity.env());
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Oncall::start(&settings).await.expect("oncall starts")
    }

    /// Nothing secret was written, whatever happened.
    fn nothing_leaked(&self, oncall: &Oncall) {
        let [_, (_, header)] = self.identity.env();
        for line in oncall.output().iter().chain(&oncall.errors()) {
            for secret in ["hunter", "token-number", "secret-correlation", &header] {
                assert!(!line.contains(secret), "{line}");
            }
        }
    }
}

/// Sends a detection as Defend does; answers the status, `Retry-After` and the body.
async fn escalate(oncall: &Oncall, key: &str) -> (u16, Option<String>, Value) {
    let detection = json!({
        "title": "Credential dumping on WS-14", "severity": "critical", "source": "defend",
        "source_ref": "det-88", "tenant_id": "demo",
    });
    let url = format!("{}/api/internal/escalations/create", oncall.url());
    let request = api::http().post(url).header("X-Integration-Key", key).json(&detection);
    let response = request.send().await.expect("an answer");
    let wait = response.headers().get("retry-after").and_then(|wait| Some(wait.to_str().ok()?.to_owned()));
    (response.status().as_u16(), wait, response.json().await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_keys_come_from_the_vault_and_a_rotated_one_is_picked_up_without_a_restart() {
    let town = Town::build().await;
    town.vault.put(PSA_KEY, "hunter-rotated-at-the-psa-already");
    let oncall = town.start().await;
    assert_eq!(escalate(&oncall, "guessed").await.0, 401);
    let (status, _, answer) = escalate(&oncall, "hunter-defend").await;
    assert_eq!(status, 200, "{answer}");
    let asked = town.identity.requests().remove(0);
    assert_eq!(
        (asked.resource.as_str(), asked.client_id.as_deref()),
        ("https://vault.azure.net", Some("client-of-oncall"))
    );

    let api = Api::of(&oncall).await;
    let incident = text(&answer, "incident_id");
    assert_eq!(api.work(incident, "acknowledge", &Value::Null).await.0, 200);
    eventually("the PSA's refusal", async || {
        (api.incident(incident).await["psa"]["state"] == "failed").then_some(())
    })
    .await;
    town.vault.put(PSA_KEY, "hunter-psa");
    town.vault.put(DEFEND_KEY, "hunter-defend-rotated");
    eventually("the ticket", async || {
        api.post(&format!("/api/incidents/{incident}/psa-ticket/retry"), &Value::Null).await;
        (!town.psa.tickets().is_empty()).then_some(())
    })
    .await;
    assert_eq!(town.psa.tickets().len(), 1);
    eventually("the rotated key to open Defend's door", async || {
        (escalate(&oncall, "hunter-defend-rotated").await.0 == 200).then_some(())
    })
    .await;
    assert_eq!(escalate(&oncall, "hunter-defend").await.0, 401, "the one before opens no more");
    town.nothing_leaked(&oncall);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vault_that_is_down_at_the_start_is_told_once_and_alerts_are_taken() {
    let town = Town::build().await;
    town.vault.misbehave(Fault::Down);
    let oncall = town.start().await;
    let alert = json!({ "title": "Disk full", "severity": "critical", "dedup_key": "disk" });
    let incident = text(&Door::of(&oncall).await.send(&alert).await, "incident_id").to_owned();
    town.smtp.wait_for_count(1, SOON).await;
    assert_eq!(Api::of(&oncall).await.work(&incident, "acknowledge", &Value::Null).await.0, 200);

    for _ in 0..3 {
        let (status, wait, problem) = escalate(&oncall, "hunter-defend").await;
        assert!(status == 503 && wait.is_some(), "it may be the right key: {status} {problem}");
        assert!(!problem.to_string().contains("vault"), "{problem}");
    }
    assert_eq!(escalate(&oncall, "").await.0, 401, "no key is no key, whatever the vault says");
    let told = |name: &str| {
        let output = oncall.output();
        let lines = output
            .iter()
            .filter(|line| line.contains("can't be read from the key vault") && line.contains(name));
        lines.count()
    };
    eventually("both keys in the log", async || (told(PSA_KEY) > 0 && told(DEFEND_KEY) > 0).then_some(()))
        .await;

    town.vault.misbehave(Fault::None);
    eventually("Defend's door to open", async || {
        (escalate(&oncall, "hunter-defend").await.0 == 200).then_some(())
    })
    .await;
    assert_eq!((told(PSA_KEY), told(DEFEND_KEY)), (1, 1));
    town.nothing_leaked(&oncall);
}
