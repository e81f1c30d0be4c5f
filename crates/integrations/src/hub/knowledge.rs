//! What is known of the Hub, its description and its keys: asked for when first needed, and kept.
//!
//! Invariants: what is known stays known until something newer is; the Hub is asked at most once a minute, by one caller at a
//! time, and whoever can go on with what is known doesn't wait for that.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use tokio::sync::Mutex;
use url::Url;

use super::discovery::{Discovery, Issuer};
use super::keys::Keys;
use crate::http::{Http, NoAnswer};

/// For how long what the Hub said isn't asked for again without a reason.
const LIFETIME: TimeDelta = TimeDelta::hours(12);

/// The pause after each time of asking, however it went.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// The shorter pause while nothing is known, when nobody can sign in.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(10);

/// What the Hub said.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) discovery: Discovery,
    pub(super) keys: Keys,
    at: DateTime<Utc>,
}

/// What is known. Asking is a task of its own: a browser that hangs up must not end it, or whoever hangs up often enough would
/// keep everybody else from signing in.
#[derive(Debug)]
pub(super) struct Knowledge(Arc<Inner>);

impl Knowledge {
    pub(super) fn new(issuer: Issuer, http: Http) -> Self {
        Self(Arc::new(Inner { issuer, http, known: RwLock::default(), last: Mutex::default() }))
    }

    pub(super) fn issuer(&self) -> &Issuer {
        &self.0.issuer
    }

    /// What is known; asked for first, where it isn't or is old. What is old is better than nothing.
    pub(super) async fn current(&self, now: DateTime<Utc>) -> Result<Arc<Known>, String> {
        if let Some(known) = self.0.known().filter(|known| known.is_fresh(now)) {
            return Ok(known);
        }
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.current(now).await }).await.map_err(|error| error.to_string())?
    }

    /// Something newer than what `known` is, which doesn't suffice; `None` where the Hub has said just now that there is no
    /// more. The error says why it can't be known.
    pub(super) async fn newer_than(
        &self,
        known: &Arc<Known>,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Known>>, String> {
        let (inner, known) = (Arc::clone(&self.0), Arc::clone(known));
        tokio::spawn(async move { inner.newer_than(&known, now).await })
            .await
            .map_err(|error| error.to_string())?
    }
}

impl Known {
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now - self.at < LIFETIME
    }
}

/// What is known, and when it was last asked for.
#[derive(Debug)]
struct Inner {
    issuer: Issuer,
    http: Http,
    known: RwLock<Option<Arc<Known>>>,
    /// Held by whoever asks.
    last: Mutex<Option<Try>>,
}

#[derive(Debug)]
struct Try {
    at: DateTime<Utc>,
    /// Why it failed.
    failed: Option<String>,
}

impl Inner {
    async fn current(&self, now: DateTime<Utc>) -> Result<Arc<Known>, String> {
        let Some(known) = self.known() else {
            let mut last = self.last.lock().await;
            // Whoever held the lock before may have learned it.
            return match self.known() {
                Some(known) => Ok(known),
                None => self.ask_unless_just_asked(&mut last, FIRST_PAUSE, now).await?.ok_or_else(nothing),
            };
        };
        if known.is_fresh(now) {
            return Ok(known);
        }
        // Somebody else may be asking already.
        let Ok(mut last) = self.last.try_lock() else { return Ok(known) };
        let asked = self.ask_unless_just_asked(&mut last, PAUSE, now).await;
        Ok(asked.ok().flatten().unwrap_or(known))
    }

    async fn newer_than(&self, known: &Arc<Known>, now: DateTime<Utc>) -> Result<Option<Arc<Known>>, String> {
        let mut last = self.last.lock().await;
        match self.known() {
            Some(newer) if !Arc::ptr_eq(&newer, known) => Ok(Some(newer)),
            _ => self.ask_unless_just_asked(&mut last, PAUSE, now).await,
        }
    }

    fn known(&self) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `None` where it was asked just now and said what is known.
    async fn ask_unless_just_asked(
        &self,
        last: &mut Option<Try>,
        pause: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Known>>, String> {
        // Whoever waited for the lock came before the last time of asking; whoever comes long before has another clock.
        if let Some(last) = last
            && (-PAUSE..pause).contains(&(now - last.at))
        {
            return last.failed.clone().map_or(Ok(None), Err);
        }
        // Stands if asking itself goes wrong.
        *last = Some(Try { at: now, failed: Some("the Hub has not answered".to_owned()) });
        let asked = self.ask(now).await;
        *last = Some(Try { at: now, failed: asked.as_ref().err().cloned() });
        let newer = Arc::new(asked?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&newer));
        Ok(Some(newer))
    }

    async fn ask(&self, now: DateTime<Utc>) -> Result<Known, String> {
        let said = |error| format!("the Hub: {error}");
        let description = self.get(self.issuer.description()).await.map_err(said)?;
        let discovery = Discovery::read(&description, &self.issuer).map_err(said)?;
        let keys = self.get(&discovery.keys).await.and_then(|body| Keys::read(&body)).map_err(said)?;
        Ok(Known { discovery, keys, at: now })
    }

    async fn get(&self, url: &Url) -> Result<Vec<u8>, String> {
        match self.http.call(|client| client.get(url.clone())).await {
            Ok(answer) if answer.status == StatusCode::OK => Ok(answer.body),
            Ok(answer) => Err(format!("{} was answered with {}", url.path(), answer.status.as_u16())),
            Err(NoAnswer::NotSent(reason) | NoAnswer::Sent(reason)) => Err(reason),
        }
    }
}

/// Can't be: the Hub's last answer is kept.
fn nothing() -> String {
    "nothing is known of the Hub".to_owned()
}
