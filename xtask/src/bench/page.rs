//! From an alert to the technician's mail: the way of a page when nothing else is going on.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;

use super::client;
use super::connection::{Connection, Request};
use super::oncall::Oncall;
use super::sink::Sink;

/// Between two alerts: what the first one still has written down is done by then.
const PAUSE: Duration = Duration::from_millis(10);

/// Pages before the counted ones; the first opens the connection to the mail server.
const WARM_UP: u32 = 10;

/// Measured pages.
#[derive(Debug)]
pub(super) struct PageFigures {
    pub(super) pages: u32,
    /// From before the alert is sent until the mail server has read `DATA`, in microseconds.
    pub(super) to_data: Histogram<u64>,
    /// From before the alert is sent until its sender has the answer, in microseconds.
    pub(super) to_answer: Histogram<u64>,
}

/// Sends alerts, each when the one before it is through.
pub(super) fn measure(binary: &Path, folder: &Path, sink: &Sink, pages: u32) -> Result<PageFigures> {
    let oncall = Oncall::start(binary, folder, sink)?;
    let mut request = Request::alert(oncall.door());
    let runtime = client::runtime()?;
    let mut connection = runtime.block_on(Connection::open(oncall.address()))?;
    let (mut to_data, mut to_answer) = (client::microseconds()?, client::microseconds()?);
    sink.forget();
    for page in 0..WARM_UP + pages {
        let taken = sink.taken();
        let begun = Instant::now();
        runtime.block_on(connection.exchange(request.about(page)))?;
        let answered = begun.elapsed();
        let data = sink.next()?.saturating_duration_since(begun);
        sink.wait_for(taken + 1)?;
        if page >= WARM_UP {
            to_data.record(u64::try_from(data.as_micros())?)?;
            to_answer.record(u64::try_from(answered.as_micros())?)?;
        }
        runtime.block_on(async { tokio::time::sleep(PAUSE).await });
    }
    Ok(PageFigures { pages, to_data, to_answer })
}
