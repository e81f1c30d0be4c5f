//! One flat JSON object a line: when, how bad, from where, within which invocation and trace, and the event's own fields.
//!
//! Invariants: a line is written in one piece; what stands in it beside the event's own fields is the same in every line,
//! whatever an event calls its fields.

use std::fmt;
use std::io::Write as _;

use opentelemetry::Context as Trace;
use opentelemetry::trace::TraceContextExt as _;
use serde::ser::{SerializeMap as _, Serializer as _};
use serde_json::ser::{CompactFormatter, Compound};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The span field that every line within the span repeats.
const INVOCATION: &str = "invocation_id";

/// What a line says beside the event's own fields.
const OURS: [&str; 6] = ["timestamp", "level", "target", INVOCATION, "trace_id", "span_id"];

/// Writes every event it is given.
#[derive(Debug)]
pub(super) struct JsonLines<W>(W);

impl<W> JsonLines<W> {
    pub(super) fn to(writer: W) -> Self {
        Self(writer)
    }
}

/// Kept with a span that has one.
struct InvocationId(String);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut sought = Sought(None);
        attributes.record(&mut sought);
        if let (Some(found), Some(span)) = (sought.0, context.span(id)) {
            span.extensions_mut().insert(InvocationId(found));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Vec::with_capacity(256);
        if write(&mut line, event, &context).is_ok() {
            line.push(b'\n');
            // Nobody is left to tell when the log itself can't be written.
            let _ = self.0.make_writer_for(event.metadata()).write_all(&line);
        }
    }
}

fn write<S>(line: &mut Vec<u8>, event: &Event<'_>, context: &Context<'_, S>) -> serde_json::Result<()>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let mut json = serde_json::Serializer::new(line);
    let mut map = json.serialize_map(None)?;
    let mut timestamp = String::with_capacity(32);
    // Writing to a String cannot fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut timestamp));
    map.serialize_entry("timestamp", &timestamp)?;
    map.serialize_entry("level", event.metadata().level().as_str())?;
    map.serialize_entry("target", event.metadata().target())?;
    if let Some(span) = context.event_span(event)
        && let Some(within) = span.scope().find(|span| span.extensions().get::<InvocationId>().is_some())
        && let Some(InvocationId(id)) = within.extensions().get()
    {
        map.serialize_entry(INVOCATION, id)?;
    }
    let trace = Trace::map_current(|trace| trace.span().span_context().clone());
    if trace.is_valid() {
        map.serialize_entry("trace_id", &trace.trace_id().to_string())?;
        map.serialize_entry("span_id", &trace.span_id().to_string())?;
    }
    let mut fields = Fields { map, written: Ok(()) };
    event.record(&mut fields);
    fields.written?;
    fields.map.end()
}

/// Looks for the invocation's id among a span's fields.
struct Sought(Option<String>);

impl Visit for Sought {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == INVOCATION {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == INVOCATION {
            self.0 = Some(format!("{value:?}"));
        }
    }
}

/// Writes an event's fields into the line.
struct Fields<'a> {
    map: Compound<'a, &'a mut Vec<u8>, CompactFormatter>,
    written: serde_json::Result<()>,
}

impl Fields<'_> {
    fn add(&mut self, field: &Field, value: &impl serde::Serialize) {
        // One of ours would stand there twice, and readers differ in which of the two they take.
        if self.written.is_ok() && !OURS.contains(&field.name()) {
            self.written = self.map.serialize_entry(field.name(), value);
        }
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that are written while `work` is done, without the time, which is checked here.
    fn logged(work: impl FnOnce()) -> Vec<Value> {
        let page = Page::default();
        let to = page.clone();
        let subscriber = tracing_subscriber::registry().with(JsonLines::to(move || to.clone()));
        tracing::subscriber::with_default(subscriber, work);
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        let line = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let timestamp = line.as_object_mut().unwrap().remove("timestamp").unwrap();
            assert!(timestamp.as_str().unwrap().ends_with('Z'), "{timestamp}");
            line
        };
        text.lines().map(line).collect()
    }

    #[test]
    fn a_line_is_one_flat_object_with_its_fields_as_what_they_are() {
        let lines = logged(|| {
            let error = io::Error::other("no \"room\"\nleft");
            tracing::warn!(%error, count = 3, ratio = 0.5, done = false, name = "A", "two\nlines");
        });
        let target = "handlers::logging::json_lines::tests";
        assert_eq!(
            lines,
            [json!({
                "level": "WARN", "target": target, "message": "two\nlines", "error": "no \"room\"\nleft",
                "count": 3, "ratio": 0.5, "done": false, "name": "A",
            })]
        );
    }

    #[test]
    fn a_line_tells_the_invocation_and_the_trace_it_belongs_to() {
        let context = SpanContext::new(
            TraceId::from(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c),
            SpanId::from(0xb7ad_6b71_6920_3331),
            TraceFlags::NOT_SAMPLED,
            true,
            TraceState::default(),
        );
        let lines = logged(|| {
            let _trace = Trace::new().with_remote_span_context(context).attach();
            let outer = tracing::error_span!("invocation", invocation_id = "83a33220");
            outer.in_scope(|| tracing::error_span!("inner").in_scope(|| tracing::info!("inside")));
        });
        assert_eq!(lines[0]["invocation_id"], "83a33220");
        assert_eq!(lines[0]["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(lines[0]["span_id"], "b7ad6b7169203331");
    }

    #[test]
    fn no_field_of_an_event_can_pass_for_one_of_the_line() {
        let lines = logged(|| tracing::info!(level = "quiet", trace_id = "mine", timestamp = "then", "x"));
        let target = "handlers::logging::json_lines::tests";
        assert_eq!(lines, [json!({ "level": "INFO", "target": target, "message": "x" })]);
    }
}
