//! The binary itself with a Hub: real HTTP on all sides, on the machine's clock.

use std::sync::Arc;

use acceptance::hub::{CLIENT_SECRET, Hub};
use acceptance::process::Oncall;
use app::SystemClock;
use reqwest::Response;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use super::ann;
use crate::process::api::http;

fn led_to(answer: &Response) -> String {
    answer.headers()[LOCATION].to_str().expect("an address").to_owned()
}

fn cookie(answer: &Response) -> String {
    let cookie = answer.headers()[SET_COOKIE].to_str().expect("a cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_at_the_hub_and_the_log_tells_none_of_their_secrets() {
    let hub = Hub::start().await;
    hub.follow(Arc::new(SystemClock));
    hub.sign_in_as(Some(&ann()));
    let settings = hub.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let oncall = Oncall::start(&settings).await.expect("it starts");

    let away = http().get(format!("{}/app/sign-in", oncall.url())).send().await.expect("an answer");
    let at_the_hub = http().get(led_to(&away)).send().await.expect("an answer");
    let back = http().get(led_to(&at_the_hub)).header(COOKIE, cookie(&away)).send().await.expect("an answer");
    assert_eq!((back.status().as_u16(), led_to(&back).as_str()), (303, "/app/incidents"));
    let page = http().get(format!("{}/app/incidents", oncall.url())).header(COOKIE, cookie(&back));
    let page = page.send().await.expect("an answer").text().await.expect("a page");
    assert!(page.contains("ann Hubble"), "{page}");

    let token = hub.token(&ann());
    let me = http().get(format!("{}/api/me", oncall.url())).bearer_auth(&token);
    assert_eq!(me.send().await.expect("an answer").status(), 200);
    let again =
        http().get(led_to(&at_the_hub)).header(COOKIE, cookie(&away)).send().await.expect("an answer");
    assert_eq!(again.status(), 400, "the code was used");

    let end = oncall.run_cli(&["token"]).await.expect("the command runs");
    let told = String::from_utf8(end.stderr).expect("text");
    assert!(
        !end.status.success() && end.stdout.is_empty() && told.contains("tokens come from the Hub"),
        "{told}"
    );

    let told = [oncall.output(), oncall.errors(), vec![told]].concat().join("\n");
    for secret in ["eyJ", "code-1", "secret words", CLIENT_SECRET, cookie(&back).as_str()] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}
