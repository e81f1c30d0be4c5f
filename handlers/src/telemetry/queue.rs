//! Finished spans on their way out.
//!
//! Invariants: whoever ends a span waits for nothing but a lock that is held for a push; there is never more than a bound
//! of them; where there is no more room a success is dropped before any failure, and failures leave first. Nothing runs
//! while there is nothing to send.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::Status;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};
use tokio::sync::Notify;
use tokio::time::timeout;

/// How many spans are kept.
const ROOM: usize = 2_048;

/// How many leave at once.
const BATCH: usize = 256;

/// How long the first of a batch waits for others. The host kills without a word: what waits then is lost.
const PAUSE: Duration = Duration::from_secs(2);

/// The queue; clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    /// A batch is full, or the last one is due.
    hurry: Notify,
    is_closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Waiting {
    failures: VecDeque<SpanData>,
    successes: VecDeque<SpanData>,
}

impl Waiting {
    fn len(&self) -> usize {
        self.failures.len() + self.successes.len()
    }

    fn push(&mut self, span: SpanData) {
        let failed = matches!(span.status, Status::Error { .. });
        if failed { &mut self.failures } else { &mut self.successes }.push_back(span);
        if self.len() > ROOM && self.successes.pop_front().is_none() {
            self.failures.pop_front();
        }
    }

    fn shrink(&mut self) {
        self.failures.shrink_to(BATCH);
        self.successes.shrink_to(BATCH);
    }

    fn take(&mut self) -> Vec<SpanData> {
        let failures = self.failures.len().min(BATCH);
        let successes = self.successes.len().min(BATCH - failures);
        self.failures.drain(..failures).chain(self.successes.drain(..successes)).collect()
    }
}

impl Queue {
    /// Sends batches until the queue is closed and empty.
    pub(super) async fn send(self, exporter: impl SpanExporter + 'static) {
        while !self.0.is_closed.load(Ordering::Acquire) {
            self.0.arrived.notified().await;
            // Either way the batch leaves.
            drop(timeout(PAUSE, self.0.hurry.notified()).await);
            loop {
                let batch = self.waiting().take();
                if batch.is_empty() {
                    break;
                }
                // The exporter tries again for a while, and the ingestion has said what is wrong: the batch is given up.
                drop(exporter.export(batch).await);
            }
            // A storm's room isn't kept for ever.
            self.waiting().shrink();
        }
    }

    /// What is there is sent at once, and no more than that.
    pub(super) fn close(&self) {
        self.0.is_closed.store(true, Ordering::Release);
        self.0.arrived.notify_one();
        self.0.hurry.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let count = {
            let mut waiting = self.waiting();
            waiting.push(span);
            waiting.len()
        };
        self.0.arrived.notify_one();
        if count >= BATCH {
            self.0.hurry.notify_one();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.hurry.notify_one();
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use opentelemetry::InstrumentationScope;
    use opentelemetry::trace::{SpanContext, SpanId, SpanKind};
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};
    use tokio::sync::mpsc;

    use super::*;

    fn span(name: usize, failed: bool) -> SpanData {
        let epoch = std::time::UNIX_EPOCH;
        SpanData {
            span_context: SpanContext::empty_context(),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Server,
            name: Cow::Owned(name.to_string()),
            start_time: epoch,
            end_time: epoch,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: if failed { Status::error("") } else { Status::Unset },
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    /// Passes on the names of what it is given, a batch at a time.
    #[derive(Debug)]
    struct Names(mpsc::UnboundedSender<Vec<String>>);

    impl SpanExporter for Names {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.send(batch.into_iter().map(|span| span.name.into_owned()).collect()).unwrap();
            Ok(())
        }
    }

    #[test]
    fn where_there_is_no_room_failures_stay_and_the_oldest_successes_go() {
        let mut waiting = Waiting::default();
        for name in 0..3 {
            waiting.push(span(name, true));
        }
        for name in 3..ROOM + 100 {
            waiting.push(span(name, false));
        }
        assert_eq!((waiting.len(), waiting.failures.len()), (ROOM, 3));
        assert_eq!(waiting.successes[0].name, "103");
        let batch = waiting.take();
        assert_eq!((batch.len(), &*batch[0].name, &*batch[3].name), (BATCH, "0", "103"));
    }

    #[test]
    fn failures_alone_are_bounded_too() {
        let mut waiting = Waiting::default();
        (0..=ROOM).for_each(|name| waiting.push(span(name, true)));
        assert_eq!((waiting.len(), &*waiting.failures[0].name), (ROOM, "1"));
    }

    #[tokio::test]
    async fn what_ends_together_leaves_together_and_what_is_left_leaves_at_the_end() {
        let (queue, (names, mut sent)) = (Queue::default(), mpsc::unbounded_channel());
        let sending = tokio::spawn(queue.clone().send(Names(names)));
        queue.on_end(span(1, false));
        queue.on_end(span(2, true));
        queue.force_flush().unwrap();
        assert_eq!(sent.recv().await.unwrap(), ["2", "1"]);
        queue.on_end(span(3, false));
        queue.close();
        sending.await.unwrap();
        assert_eq!((sent.recv().await.unwrap(), sent.recv().await), (vec!["3".to_owned()], None));
    }
}
