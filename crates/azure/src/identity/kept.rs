//! Tokens that are kept: one for each scope, fetched by one task at a time, given out until it expires.
//!
//! Invariant: nobody waits for another scope's token, and nobody waits at all while a token is good, whatever its endpoint
//! does meanwhile. The library's credentials can't promise that: they hold one lock over all their scopes while they fetch,
//! and give out nothing in a token's last five minutes. So each scope has a credential of its own here.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::warn;

/// Makes a credential that fetches tokens.
pub(super) type Source = Box<dyn Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync>;

/// How long things take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// How long before its end a token is renewed, without anybody waiting for it.
    ahead: Duration,
    /// How long after the last one another attempt to renew it begins.
    again: Duration,
    /// How long one fetch may take; then the next one begins afresh.
    fetch: Duration,
    /// How long a caller waits who has no token.
    wait: Duration,
}

impl Timing {
    pub(super) const USUAL: Self = Self {
        // Earlier is useless: until then the library answers with the token that it has itself.
        ahead: Duration::from_mins(5),
        again: Duration::from_secs(15),
        fetch: Duration::from_secs(10),
        wait: Duration::from_secs(5),
    };
}

/// A credential that keeps its tokens.
pub(super) struct KeptTokens {
    source: Source,
    timing: Timing,
    scopes: Mutex<BTreeMap<Vec<String>, Arc<Scope>>>,
}

impl fmt::Debug for KeptTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptTokens")
    }
}

impl KeptTokens {
    pub(super) fn new(source: Source, timing: Timing) -> Self {
        Self { source, timing, scopes: Mutex::default() }
    }

    fn scope(&self, names: &[&str]) -> azure_core::Result<Arc<Scope>> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut scopes = locked(&self.scopes);
        if let Some(scope) = scopes.get(&names) {
            return Ok(Arc::clone(scope));
        }
        let inner = (self.source)()?;
        let scope = Arc::new(Scope { names, inner, timing: self.timing, state: Mutex::default() });
        scopes.insert(scope.names.clone(), Arc::clone(&scope));
        Ok(scope)
    }
}

#[async_trait]
impl TokenCredential for KeptTokens {
    /// The options are one caller's; a token is everybody's.
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.scope(scopes)?.token().await
    }
}

/// How a fetch ended, once it has.
type Outcome = Option<Result<AccessToken, Arc<azure_core::Error>>>;

struct Scope {
    names: Vec<String>,
    inner: Arc<dyn TokenCredential>,
    timing: Timing,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<AccessToken>,
    /// When the last fetch began.
    begun: Option<Instant>,
    /// The fetch that is under way.
    fetch: Option<watch::Receiver<Outcome>>,
}

impl Scope {
    async fn token(self: &Arc<Self>) -> azure_core::Result<AccessToken> {
        let mut fetch = match self.held() {
            Ok(token) => return Ok(token),
            Err(fetch) => fetch,
        };
        let ended =
            timeout(self.timing.wait, async { fetch.wait_for(Option::is_some).await.ok()?.clone() }).await;
        match ended {
            Ok(Some(Ok(token))) => Ok(token),
            Ok(Some(Err(error))) => {
                let text = error.to_string();
                Err(azure_core::Error::with_error(ErrorKind::Credential, error, text))
            }
            Ok(None) => Err(no_token("the fetch of a token was broken off")),
            Err(_) => Err(late()),
        }
    }

    /// The token, if there is a good one, or else the fetch to wait for.
    fn held(self: &Arc<Self>) -> Result<AccessToken, watch::Receiver<Outcome>> {
        let mut state = locked(&self.state);
        let now = OffsetDateTime::now_utc();
        let Some(token) = state.token.clone().filter(|token| now < token.expires_on) else {
            return Err(self.fetch(&mut state));
        };
        let may_try = state.begun.is_none_or(|begun| begun.elapsed() >= self.timing.again);
        if token.expires_on <= now + self.timing.ahead && may_try {
            self.fetch(&mut state);
        }
        Ok(token)
    }

    /// Begins a fetch, unless one is under way. It is a task of its own, so that it outlives whoever asked first.
    fn fetch(self: &Arc<Self>, state: &mut State) -> watch::Receiver<Outcome> {
        // A fetch whose runtime has ended has lost its sender.
        if let Some(running) = state.fetch.as_ref().filter(|running| running.has_changed().is_ok()) {
            return running.clone();
        }
        let (tell, told) = watch::channel(None);
        state.begun = Some(Instant::now());
        state.fetch = Some(told.clone());
        let scope = Arc::clone(self);
        tokio::spawn(async move {
            let outcome = scope.ask().await;
            scope.keep(&outcome);
            tell.send_replace(Some(outcome));
        });
        told
    }

    async fn ask(&self) -> Result<AccessToken, Arc<azure_core::Error>> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let answer = timeout(self.timing.fetch, self.inner.get_token(&names, None)).await;
        answer.unwrap_or_else(|_| Err(late())).map_err(Arc::new)
    }

    fn keep(&self, outcome: &Result<AccessToken, Arc<azure_core::Error>>) {
        let mut state = locked(&self.state);
        state.fetch = None;
        match (outcome, &state.token) {
            (Ok(token), _) => state.token = Some(token.clone()),
            (Err(error), Some(token)) => {
                let (scope, until, status) = (self.names.join(" "), token.expires_on, status(error));
                warn!(scope, %until, status, "the identity gives no new token; the old one is good until it ends");
            }
            // Whoever waits is told.
            (Err(_), None) => {}
        }
    }
}

/// How the endpoint refused, if it answered. The error's own text may hold more than a log should.
fn status(error: &azure_core::Error) -> Option<u16> {
    if let Some(status) = error.http_status() {
        return Some(u16::from(status));
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        let status = inner.downcast_ref::<azure_core::Error>().and_then(azure_core::Error::http_status);
        if let Some(status) = status {
            return Some(u16::from(status));
        }
        cause = inner.source();
    }
    None
}

fn late() -> azure_core::Error {
    no_token("the identity gives no token in time")
}

fn no_token(reason: &'static str) -> azure_core::Error {
    azure_core::Error::with_message(ErrorKind::Credential, reason)
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
