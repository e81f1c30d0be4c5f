//! A heartbeat: a job that tells that it still runs. Whatever it sends is a beat; what is missed is the silence.

use app::port::Unreadable;
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use serde_json::Value;

use super::format::{Came, Format, Found, Said};

/// The key of a source's silence, which every beat ends.
const KEY: &str = "heartbeat";

/// Any request at all.
pub(super) struct Heartbeat;

impl Format for Heartbeat {
    fn read(&self, _: &Came<'_>) -> Result<Said, Unreadable> {
        let signal = Signal {
            action: Action::Resolve,
            dedup_key: Some(KEY.to_owned()),
            ..Signal::trigger("Heartbeat", Severity::High)
        };
        Ok(Said::Alerts(vec![Found { signal, item: Value::Null }]))
    }
}

#[cfg(test)]
mod tests {
    use app::port::ReceivedBody;

    use super::*;

    #[test]
    fn whatever_comes_is_a_beat() {
        let fixture = include_str!("../../../../tests/fixtures/alerts/heartbeat/malformed.http.json");
        for body in ["", "ok", "{\"status\":\"down\"}", "{\"a", "\0", fixture] {
            let came = Came::of(ReceivedBody::bare(body.as_bytes()));
            let Ok(Said::Alerts(found)) = Heartbeat.read(&came) else { panic!("{body} is no beat") };
            let [Found { signal, .. }] = found.as_slice() else { panic!("{body} is more than one") };
            assert_eq!((signal.action, signal.dedup_key.as_deref()), (Action::Resolve, Some("heartbeat")));
            assert_eq!((&*signal.title, signal.degraded.as_deref()), ("Heartbeat", None));
        }
    }
}
