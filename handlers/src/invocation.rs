//! The wire of the Functions host's own invocations: the envelope that a timer or a bus trigger POSTs to
//! `/{function name}`, the answer to it, and the guard that keeps the public away from those paths.
//!
//! Invariant: `Data` is what a function is called with, so it is read or the invocation fails, naming the field;
//! `Metadata` only labels it, so a label that can't be read is absent and costs nobody a page. An answer is never
//! an empty 2xx, which would leave the host waiting until `functionTimeout` and then killing the process.
//!
//! Contract: Azure Functions custom handlers, host 4.x.

mod bus;
mod guard;
mod outcome;
mod timer;
mod value;

use serde_json::{Map, Value};

pub(crate) use bus::BusMessage;
pub(crate) use guard::refuse_forged;
pub(crate) use outcome::{Failure, Outcome};
pub(crate) use timer::TimerInvocation;

/// Bytes of the largest envelope worth reading. The largest message of the Standard tier is 256 KiB and Premium's
/// default 1 MiB; base64 and the metadata around it add less than the rest. What is larger fails, and ends in the
/// dead-letter queue.
pub(crate) const ENVELOPE_LIMIT: usize = 4 * 1024 * 1024;

/// Why an envelope could not be read. The answer to it is a [`Failure`]: the broker redelivers and dead-letters.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvocationError {
    /// The request body is not JSON at all.
    #[error("the invocation is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A field that a function can't do without is absent or null.
    #[error("the invocation has no {field}")]
    Missing {
        /// Path of the field, as in `Data.message`.
        field: String,
    },
    /// A field is there and is something else than its name promises.
    #[error("the invocation's {field} is {found}, expected {expected}")]
    Unexpected {
        /// Path of the field, as in `Data.timer.IsPastDue`.
        field: String,
        expected: &'static str,
        found: &'static str,
    },
}

/// One envelope, opened: `{"Data": {binding: value}, "Metadata": {label: value}}`.
#[derive(Debug)]
struct Envelope {
    data: Map<String, Value>,
    metadata: Map<String, Value>,
}

impl Envelope {
    fn open(body: &[u8]) -> Result<Self, InvocationError> {
        let mut members = match serde_json::from_slice(body)? {
            Value::Object(members) => members,
            other => return Err(unexpected("body", "an object", &other)),
        };
        let data = match value::take(&mut members, "Data") {
            Some(Value::Object(data)) => data,
            Some(other) => return Err(unexpected("Data", "an object", &other)),
            None => return Err(InvocationError::Missing { field: "Data".into() }),
        };
        let metadata = match value::take(&mut members, "Metadata") {
            Some(Value::Object(metadata)) => metadata,
            _ => Map::new(),
        };
        Ok(Self { data, metadata })
    }

    /// The value that the trigger hands over under its binding's name.
    fn take_data(&mut self, binding: &str) -> Result<Value, InvocationError> {
        value::take(&mut self.data, binding)
            .ok_or_else(|| InvocationError::Missing { field: format!("Data.{binding}") })
    }
}

fn unexpected(field: impl Into<String>, expected: &'static str, found: &Value) -> InvocationError {
    InvocationError::Unexpected { field: field.into(), expected, found: value::kind(found) }
}
