//! The platform inside this process: put together like the real one, on a clock that stands still.
//!
//! Invariant: it keeps everything in the folder it is given, and reads nothing of this machine's settings.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use app::{Clock, OsEntropy};
use chrono::{DateTime, Utc};
use handlers::compose::{Machine, compose};
use handlers::config::Config;

use super::sink::Sink;

/// A clock that stands still until it is put forward.
#[derive(Debug)]
pub(super) struct Held(Mutex<DateTime<Utc>>);

impl Clock for Held {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    pub(super) fn at(now: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(now)))
    }

    pub(super) fn put_to(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

/// Puts it together in `folder`; mail goes to `sink`, or into files where there is none.
pub(super) fn machine(folder: &Path, sink: Option<&Sink>, clock: &Arc<Held>) -> Result<Machine> {
    let mut settings = BTreeMap::from([("ONCALL_DATA_DIR", folder.to_string_lossy().into_owned())]);
    if let Some(sink) = sink {
        settings.insert("SMTP_URL", sink.url().to_owned());
        settings.insert("MAIL_FROM", "oncall@msp.example".to_owned());
    }
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let config = Config::from_vars(settings).map_err(|problems| anyhow!("{problems:?}"))?;
    compose(&config, "http://localhost", Arc::clone(clock) as Arc<dyn Clock>, Arc::new(OsEntropy))
}
