//! A timer trigger's invocation.
//!
//! Invariant: nothing here says what is due. A tick reads the clock and the store; these are facts for its log.

use chrono::{DateTime, Utc};

use super::value::{find, flag, instant, number, object};
use super::{Envelope, InvocationError, unexpected};

/// One firing of a timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimerInvocation {
    /// The host noticed late that this was due. It never does for schedules of more than one firing a minute, which
    /// it doesn't monitor.
    pub(crate) is_past_due: bool,
    /// When the timer fired before, by the host's memory; `None` when it has none or keeps none.
    pub(crate) last_run: Option<DateTime<Utc>>,
    /// Failed tries of this firing before this one, under the function's `retry`.
    pub(crate) retries: u32,
}

impl TimerInvocation {
    /// Reads the invocation of the timer trigger whose binding is called `binding`.
    pub(crate) fn decode(body: &[u8], binding: &str) -> Result<Self, InvocationError> {
        let mut envelope = Envelope::open(body)?;
        let written = envelope.take_data(binding)?;
        let Some(timer) = object(&written) else {
            return Err(unexpected(format!("Data.{binding}"), "an object", &written));
        };
        let is_past_due = match find(&timer, "IsPastDue") {
            None => false,
            Some(written) => flag(written)
                .ok_or_else(|| unexpected(format!("Data.{binding}.IsPastDue"), "true or false", written))?,
        };
        let last_run = find(&timer, "ScheduleStatus")
            .and_then(object)
            .and_then(|status| find(&status, "Last").and_then(instant));
        let retries = find(&envelope.metadata, "RetryContext")
            .and_then(object)
            .and_then(|retry| find(&retry, "RetryCount").and_then(number))
            .unwrap_or(0);
        Ok(Self { is_past_due, last_run, retries })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decode(envelope: &Value) -> Result<TimerInvocation, String> {
        TimerInvocation::decode(envelope.to_string().as_bytes(), "timer").map_err(|error| error.to_string())
    }

    fn envelope(timer: &Value) -> Value {
        json!({
            "Data": {"timer": timer},
            "Metadata": {"sys": {
                "MethodName": "escalation-tick",
                "UtcNow": "2026-05-01T10:01:00.012345Z",
                "RandGuid": "35e6e68c-5583-436c-a277-5aec2b416ba8",
            }},
        })
    }

    #[test]
    fn a_monitored_timer_tells_its_last_run() {
        let timer = decode(&envelope(&json!({
            "Schedule": {"AdjustForDST": true},
            "ScheduleStatus": {
                "Last": "2026-05-01T10:00:00.0031234+00:00",
                "Next": "2026-05-01T10:01:00+00:00",
                "LastUpdated": "2026-05-01T10:00:00.0031234+00:00",
            },
            "IsPastDue": true,
        })));
        let last_run = "2026-05-01T10:00:00.0031234Z".parse().unwrap();
        assert_eq!(timer, Ok(TimerInvocation { is_past_due: true, last_run: Some(last_run), retries: 0 }));
    }

    #[test]
    fn every_field_may_be_absent_null_or_in_another_encoding() {
        let on_time = TimerInvocation { is_past_due: false, last_run: None, retries: 0 };
        for timer in [
            json!({"Schedule": {"AdjustForDST": true}, "ScheduleStatus": null, "IsPastDue": false}),
            json!({"ScheduleStatus": {"Last": "0001-01-01T00:00:00", "Next": "0001-01-01T00:00:00"}}),
            json!({"ScheduleStatus": {"Last": "yesterday"}, "isPastDue": "False"}),
            json!({"IsPastDue": null}),
            json!({}),
            json!(r#"{"IsPastDue":false}"#),
        ] {
            assert_eq!(decode(&envelope(&timer)).as_ref(), Ok(&on_time), "{timer}");
        }
        assert_eq!(decode(&json!({"data": {"Timer": {}}})), Ok(on_time), "no Metadata, other case");
    }

    #[test]
    fn a_retry_tells_how_many_tries_failed_before() {
        let mut retried = envelope(&json!({"IsPastDue": false}));
        retried["Metadata"]["RetryContext"] =
            json!({"RetryCount": 2, "MaxRetryCount": 2, "Exception": null, "Instance": null, "State": {}});
        assert_eq!(decode(&retried).unwrap().retries, 2);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (envelope, complaint) in [
            (json!([]), "the invocation's body is an array, expected an object"),
            (json!({}), "the invocation has no Data"),
            (json!({"Data": 7}), "the invocation's Data is a number, expected an object"),
            (json!({"Data": {"clock": {}}}), "the invocation has no Data.timer"),
            (json!({"Data": {"timer": null}}), "the invocation has no Data.timer"),
            (json!({"Data": {"timer": "soon"}}), "the invocation's Data.timer is a text, expected an object"),
            (
                json!({"Data": {"timer": {"IsPastDue": "maybe"}}}),
                "the invocation's Data.timer.IsPastDue is a text, expected true or false",
            ),
        ] {
            assert_eq!(decode(&envelope), Err(complaint.to_owned()), "{envelope}");
        }
    }
}
