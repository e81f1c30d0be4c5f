//! Signing in: where, how often, with which secret, and what a call that isn't answered comes to.

use std::sync::{Arc, Mutex};

use app::port::{SecretError, Secrets};

use super::*;

/// A secret that is another one from the first renewal on.
#[derive(Debug)]
struct Rotated(Mutex<&'static str>);

#[async_trait]
impl Secrets for Rotated {
    async fn get(&self, _: &str) -> Result<SecretString, SecretError> {
        Ok((*self.0.lock().unwrap()).into())
    }

    async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
        *self.0.lock().unwrap() = "new";
        self.get(name).await
    }
}

/// A secret that can't be had.
#[derive(Debug)]
struct Away(SecretError);

#[async_trait]
impl Secrets for Away {
    async fn get(&self, _: &str) -> Result<SecretString, SecretError> {
        Err(self.0.clone())
    }

    async fn renew(&self, _: &str) -> Result<SecretString, SecretError> {
        Err(self.0.clone())
    }
}

fn is_sign_in(line: &str) -> bool {
    line.starts_with("post /halo/auth/token")
}

fn sign_ins(heard: &mpsc::Receiver<Asked>) -> Vec<Value> {
    heard.try_iter().filter(|asked| is_sign_in(asked.line())).map(|asked| asked.json()).collect()
}

#[tokio::test]
async fn a_token_is_fetched_below_the_own_address_where_no_page_says_otherwise_and_then_used() {
    let (halo, heard) = usual_halo();
    for _ in 0..3 {
        halo.read(&tenant(), "4713").await.unwrap();
    }
    let asked: Vec<Asked> = heard.try_iter().collect();
    assert!(asked[0].head.starts_with("get /halo/api/authinfo "), "{asked:?}");
    assert!(asked[1].head.starts_with("post /halo/auth/token http"), "{asked:?}");
    let form = "grant_type=client_credentials&client_id=app&client_secret=s3cret+%26+more&scope=all";
    assert_eq!(asked[1].body, form);
    assert_eq!(asked.iter().filter(|asked| is_sign_in(asked.line())).count(), 1);
    assert_eq!(asked.iter().filter(|asked| asked.line().contains("authinfo")).count(), 1);
}

#[tokio::test]
async fn a_token_is_not_used_in_its_last_minute() {
    for (life, sign_ins_of_two_calls) in [("3600", 1), (r#""3600""#, 1), ("60", 2), ("5", 2)] {
        let short = move |line: &str| {
            let token = format!(r#"{{"access_token":"t","expires_in":{life}}}"#);
            is_sign_in(line).then(|| ok(&token)).flatten()
        };
        let (halo, heard) = serve(secret(), &PsaMapping::default(), Box::new(short));
        for _ in 0..2 {
            halo.ticket(4713).await.unwrap();
        }
        assert_eq!(sign_ins(&heard).len(), sign_ins_of_two_calls, "{life}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once_for_a_call() {
    let turned_away =
        |line: &str| line.starts_with("get /halo/api/status").then(|| status(401, "")).flatten();
    let (halo, heard) = serve(secret(), &PsaMapping::default(), Box::new(turned_away));
    let end = TicketResolution { at: at(1), by: "Sam".into(), summary: String::new() };
    let told = halo.complete(&tenant(), "4713", &end).await;
    assert!(matches!(told, Err(TicketError::Refused(_))), "{told:?}");
    assert_eq!(sign_ins(&heard).len(), 2);
}

#[tokio::test]
async fn a_client_secret_that_was_rotated_is_read_again() {
    let seen = Arc::new(Mutex::new(0));
    let turns = Arc::clone(&seen);
    let first_refused = move |line: &str| {
        let mut turn = turns.lock().unwrap();
        *turn += u32::from(is_sign_in(line));
        (is_sign_in(line) && *turn == 1).then(|| status(400, r#"{"error":"invalid_client"}"#)).flatten()
    };
    let rotated = Secret::new("psa-halo", Arc::new(Rotated(Mutex::new("old"))));
    let (halo, heard) = serve(rotated, &PsaMapping::default(), Box::new(first_refused));
    halo.read(&tenant(), "4713").await.unwrap();
    let secrets: Vec<bool> =
        sign_ins(&heard).iter().map(|form| form.as_str().unwrap().contains("client_secret=new&")).collect();
    assert_eq!(secrets, [false, true]);

    let refuse = |line: &str| is_sign_in(line).then(|| status(401, "who?")).flatten();
    let (halo, heard) = serve(secret(), &PsaMapping::default(), Box::new(refuse));
    let told = halo.create(&ticket()).await.unwrap_err();
    assert!(matches!(told, TicketError::Refused(_)) && told.to_string().contains("who?"), "{told:?}");
    assert!(!told.to_string().contains("s3cret"));
    assert_eq!(sign_ins(&heard).len(), 1, "the same secret is not sent again");
}

#[tokio::test]
async fn without_its_secret_halopsa_is_not_asked() {
    let missing = SecretError::Missing("psa-halo".into());
    let down = SecretError::Unavailable { name: "psa-halo".into(), reason: "down".into() };
    for (error, refused) in [(missing, true), (down, false)] {
        let away = Secret::new("psa-halo", Arc::new(Away(error)));
        let (halo, heard) = serve(away, &PsaMapping::default(), Box::new(|_| None));
        let told = halo.create(&ticket()).await.unwrap_err();
        assert_eq!(matches!(told, TicketError::Refused(_)), refused, "{told:?}");
        assert_eq!(heard.try_iter().count(), 0);
    }
}

#[tokio::test]
async fn a_call_that_was_sent_and_not_answered_may_have_been_done() {
    let cut = |line: &str| {
        let ends = line.starts_with("post /halo/api") || line.starts_with("get /halo/api/tickets/4713");
        ends.then(|| "HTTP/1.1 200 O".to_owned())
    };
    let (halo, _heard) = serve(secret(), &PsaMapping::default(), Box::new(cut));
    assert!(matches!(halo.create(&ticket()).await, Err(TicketError::Unknown { .. })));
    assert!(matches!(halo.add_note(&tenant(), "4713", &note()).await, Err(TicketError::Unknown { .. })));
    assert!(matches!(halo.read(&tenant(), "4713").await, Err(TicketError::Unavailable { .. })));

    // What is made in the dark is looked for before it is made again.
    let silent = |line: &str| line.starts_with("post /halo/api").then(|| ok("{}")).flatten();
    let (halo, _heard) = serve(secret(), &PsaMapping::default(), Box::new(silent));
    assert!(matches!(halo.create(&ticket()).await, Err(TicketError::Unknown { .. })));
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_done() {
    let (nowhere, _held) = peer::nowhere();
    let settings = HaloSettings {
        base_url: format!("http://{nowhere}"),
        client_id: "app".into(),
        ..HaloSettings::default()
    };
    let halo = HaloPsa::new(&settings, &PsaMapping::default(), secret(), Http::default()).unwrap();
    let told = halo.create(&ticket()).await.unwrap_err();
    assert!(matches!(told, TicketError::Unavailable { after: None, .. }), "{told:?}");
    let points = halo.check(&tenant()).await;
    assert_eq!(points.len(), 1, "{points:?}");
    assert_eq!((points[0].what.as_str(), points[0].missing.is_some()), ("sign in", true));
}
