//! Kept tokens against a credential that does as it is told, and locks as the library's do.

use std::collections::VecDeque;

use azure_core::credentials::Secret;
use azure_core::http::StatusCode;
use futures::future::{FutureExt as _, join_all};

use super::*;

const HOUR: Duration = Duration::from_hours(1);

/// Nobody gives up, and a token that ends soon is renewed at every use.
const PATIENT: Timing =
    Timing { ahead: Duration::from_mins(5), again: Duration::ZERO, fetch: HOUR, wait: HOUR };

enum Answer {
    /// A token that ends in so many seconds.
    Token(&'static str, i64),
    Refused(StatusCode),
}
use Answer::{Refused, Token};

/// What is answered for each scope, in that order; then nothing any more.
struct Script {
    answers: Mutex<BTreeMap<&'static str, VecDeque<Answer>>>,
    asked: watch::Sender<BTreeMap<String, usize>>,
}

impl Script {
    fn of<const N: usize>(answers: [(&'static str, Vec<Answer>); N]) -> Arc<Self> {
        let answers = answers.into_iter().map(|(scope, answers)| (scope, answers.into())).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: watch::Sender::default() })
    }

    fn tokens(self: &Arc<Self>, timing: Timing) -> KeptTokens {
        let script = Arc::clone(self);
        let inner = move || -> azure_core::Result<Arc<dyn TokenCredential>> {
            let (script, lock) = (Arc::clone(&script), tokio::sync::Mutex::default());
            Ok(Arc::new(Inner { script, lock }))
        };
        KeptTokens::new(Box::new(inner), timing)
    }

    fn asked(&self, scope: &str) -> usize {
        self.asked.borrow().get(scope).copied().unwrap_or_default()
    }

    async fn wait_until_asked(&self, scope: &str, times: usize) {
        let mut asked = self.asked.subscribe();
        asked.wait_for(|asked| asked.get(scope) == Some(&times)).await.unwrap();
    }
}

/// Holds one lock over all its scopes while it fetches.
struct Inner {
    script: Arc<Script>,
    lock: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inner")
    }
}

#[async_trait]
impl TokenCredential for Inner {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let _fetching = self.lock.lock().await;
        let scope = scopes.join(" ");
        let answer =
            self.script.answers.lock().unwrap().get_mut(scope.as_str()).and_then(VecDeque::pop_front);
        self.script.asked.send_modify(|asked| *asked.entry(scope).or_default() += 1);
        match answer {
            Some(Token(token, seconds)) => {
                let until = OffsetDateTime::now_utc() + azure_core::time::Duration::seconds(seconds);
                Ok(AccessToken::new(Secret::new(token), until))
            }
            Some(Refused(status)) => {
                let kind = ErrorKind::HttpResponse { status, error_code: None, raw_response: None };
                let refusal = azure_core::Error::with_message(kind, "refused");
                Err(azure_core::Error::with_error(ErrorKind::Credential, refusal, "no token"))
            }
            None => std::future::pending().await,
        }
    }
}

async fn token(tokens: &KeptTokens, scope: &str) -> Result<String, String> {
    let answer = tokens.get_token(&[scope], None).await;
    answer.map(|token| token.token.secret().to_owned()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_scope_whose_endpoint_stalls_holds_up_no_other() {
    let script = Script::of([("vault", vec![Token("v1", 3600)])]);
    let tokens = Arc::new(script.tokens(PATIENT));
    let stalled = tokio::spawn({
        let tokens = Arc::clone(&tokens);
        async move { token(&tokens, "telemetry").await }
    });
    script.wait_until_asked("telemetry", 1).await;
    assert_eq!(token(&tokens, "vault").await, Ok("v1".to_owned()));
    assert!(!stalled.is_finished());
    stalled.abort();
}

#[tokio::test]
async fn nobody_waits_longer_than_is_said() {
    let script = Script::of([]);
    let tokens = script.tokens(Timing { wait: Duration::ZERO, ..PATIENT });
    let answer = token(&tokens, "cosmos").await;
    assert!(answer.is_err_and(|reason| reason.contains("in time")));
}

#[tokio::test]
async fn a_good_token_is_given_out_while_its_successor_is_refused_or_stalls() {
    let answers = vec![Token("c1", 120), Refused(StatusCode::InternalServerError)];
    let script = Script::of([("cosmos", answers)]);
    let tokens = script.tokens(PATIENT);
    assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
    for times in [2, 3, 3] {
        assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
        script.wait_until_asked("cosmos", times).await;
    }
    assert_eq!(
        token(&tokens, "cosmos").await,
        Ok("c1".to_owned()),
        "the third stalls, and there is no fourth"
    );
    assert_eq!(script.asked("cosmos"), 3);
}

#[tokio::test]
async fn a_token_that_ends_soon_is_renewed_behind_the_callers_back() {
    let script = Script::of([("cosmos", vec![Token("c1", 120), Token("c2", 3600)])]);
    let tokens = script.tokens(PATIENT);
    assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
    assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
    script.wait_until_asked("cosmos", 2).await;
    assert_eq!(token(&tokens, "cosmos").await, Ok("c2".to_owned()));
    assert_eq!(token(&tokens, "cosmos").await, Ok("c2".to_owned()));
    assert_eq!(script.asked("cosmos"), 2, "it is good for long");
}

#[tokio::test]
async fn renewing_is_tried_again_only_after_a_while() {
    let script = Script::of([("cosmos", vec![Token("c1", 120), Token("c2", 3600)])]);
    let tokens = script.tokens(Timing { again: HOUR, ..PATIENT });
    for _ in 0..5 {
        assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
        tokio::task::yield_now().await;
    }
    assert_eq!(script.asked("cosmos"), 1);
}

#[tokio::test]
async fn a_token_that_has_ended_is_waited_for() {
    let script = Script::of([("cosmos", vec![Token("c1", -1), Token("c2", 3600)])]);
    let tokens = script.tokens(Timing { again: HOUR, ..PATIENT });
    assert_eq!(
        token(&tokens, "cosmos").await,
        Ok("c1".to_owned()),
        "what the endpoint gave: its clock may be another"
    );
    assert_eq!(token(&tokens, "cosmos").await, Ok("c2".to_owned()));
}

#[tokio::test]
async fn a_crowd_is_served_by_one_fetch() {
    let script = Script::of([("cosmos", vec![Token("c1", 3600)])]);
    let tokens = script.tokens(PATIENT);
    let answers = join_all((0..50).map(|_| token(&tokens, "cosmos"))).await;
    assert!(answers.iter().all(|answer| *answer == Ok("c1".to_owned())));
    assert_eq!(script.asked("cosmos"), 1);
}

#[tokio::test]
async fn a_refusal_is_told_to_all_who_wait_and_the_next_asks_again() {
    let script = Script::of([("cosmos", vec![Refused(StatusCode::InternalServerError), Token("c1", 3600)])]);
    let tokens = script.tokens(PATIENT);
    let answers = join_all((0..3).map(|_| tokens.get_token(&["cosmos"], None))).await;
    for answer in answers {
        let error = answer.unwrap_err();
        assert_eq!((error.to_string().as_str(), status(&error)), ("no token", Some(500)));
    }
    assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
    assert_eq!(script.asked("cosmos"), 2);
}

#[tokio::test]
async fn a_fetch_that_never_ends_is_given_up_and_the_next_begins_afresh() {
    let script = Script::of([]);
    let tokens = script.tokens(Timing { fetch: Duration::ZERO, ..PATIENT });
    assert!(token(&tokens, "cosmos").await.is_err_and(|reason| reason.contains("in time")));
    script.answers.lock().unwrap().insert("cosmos", [Token("c1", 3600)].into());
    assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
}

#[tokio::test]
async fn who_goes_away_takes_nobodys_token_along() {
    let script = Script::of([("cosmos", vec![Token("c1", 3600)])]);
    let tokens = script.tokens(PATIENT);
    assert_eq!(token(&tokens, "cosmos").now_or_never(), None);
    script.wait_until_asked("cosmos", 1).await;
    assert_eq!(token(&tokens, "cosmos").await, Ok("c1".to_owned()));
    assert_eq!(script.asked("cosmos"), 1);
}
