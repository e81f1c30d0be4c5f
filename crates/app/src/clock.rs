//! Time and randomness come in here and nowhere else, so that a test can hold both.

use std::fmt;

use chrono::{DateTime, SubsecRound as _, Utc};
use store::OperationId;

/// Says what time it is, once for each invocation.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time is read")]
    fn now(&self) -> DateTime<Utc> {
        // Microseconds are what the store sorts and finds by.
        Utc::now().trunc_subsecs(6)
    }
}

/// Draws the random part of ids and keys.
pub trait Entropy: fmt::Debug + Send + Sync {
    /// 128 bits that nobody can foresee.
    fn draw(&self) -> u128;

    /// A name for one commit.
    fn operation(&self) -> OperationId {
        OperationId(format!("{:032x}", self.draw()))
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn draw(&self) -> u128 {
        rand::random()
    }
}
