//! Starting: from the process's birth to its first `200`, and what it holds resident when it has nothing to do.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use std::{io, process};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use super::oncall::{self, Oncall};
use super::process as kernel;
use super::sink::Sink;

/// Between two tries to connect, before the process listens.
const RETRY: Duration = Duration::from_micros(100);

/// After which a start has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers 200 when the state can be read.
const HEALTH: &str = "/api/health";

/// Starts of one kind.
#[derive(Debug)]
pub(super) struct StartFigures {
    pub(super) name: String,
    pub(super) times: Vec<Duration>,
}

/// First starts, each on a folder of its own.
pub(super) fn on_empty_folders(
    binary: &Path,
    sink: &Sink,
    many: u32,
    folder: impl Fn() -> io::Result<TempDir>,
) -> Result<StartFigures> {
    let times = (0..many).map(|_| first_answer(binary, folder()?.path(), sink)).collect::<Result<_>>()?;
    Ok(StartFigures { name: "empty folder (makes the demo tenant)".to_owned(), times })
}

/// Starts on a folder that is used already; each of them after the one before was killed.
pub(super) fn on(binary: &Path, folder: &Path, sink: &Sink, many: u32, name: String) -> Result<StartFigures> {
    first_answer(binary, folder, sink)?;
    let times = (0..many).map(|_| first_answer(binary, folder, sink)).collect::<Result<_>>()?;
    Ok(StartFigures { name, times })
}

/// What is resident a second after a start, in bytes.
pub(super) fn idle(binary: &Path, folder: &Path, sink: &Sink) -> Result<u64> {
    let oncall = Oncall::start(binary, folder, sink)?;
    ask(oncall.address(), HEALTH, Instant::now())?;
    pause(Duration::from_secs(1));
    kernel::memory(oncall.pid(), "VmRSS")
}

/// Starts as the Functions host makes them, on an account: until the host takes the process for ready, and until the state
/// can be read.
pub(super) fn under_the_host(binary: &Path, account: &str, many: u32) -> Result<[StartFigures; 2]> {
    let until = |path: &'static str| {
        let address = oncall::free_address()?;
        answered(oncall::under_the_host(binary, address.port(), account), address, path)
    };
    // The first one makes the demo tenant.
    until(HEALTH)?;
    let starts = |name: &str, path| -> Result<StartFigures> {
        let times = (0..many).map(|_| until(path)).collect::<Result<_>>()?;
        Ok(StartFigures { name: name.to_owned(), times })
    };
    Ok([
        starts("under the host, until `GET /` answers", "/")?,
        starts("under the host, until `GET /api/health` answers 200", HEALTH)?,
    ])
}

fn first_answer(binary: &Path, folder: &Path, sink: &Sink) -> Result<Duration> {
    let address = oncall::free_address()?;
    answered(oncall::command(binary, folder, address, sink), address, HEALTH)
}

fn answered(mut command: process::Command, address: SocketAddr, path: &str) -> Result<Duration> {
    let begun = Instant::now();
    let mut child = Killed(command.spawn()?);
    let time = ask(address, path, begun)?;
    let ended = child.0.try_wait()?;
    ensure!(ended.is_none(), "it answered and ended");
    Ok(time)
}

/// Asks until it is answered with 200; how long after `begun` that is. Not ready yet is asked again.
fn ask(address: SocketAddr, path: &str, begun: Instant) -> Result<Duration> {
    loop {
        let status = status(address, path, begun)?;
        let time = begun.elapsed();
        if status.ends_with(b" 200") {
            return Ok(time);
        }
        let is_early = status.ends_with(b" 503") && time < PATIENCE;
        ensure!(is_early, "{path} is answered {}", String::from_utf8_lossy(&status));
        pause(RETRY);
    }
}

/// The first twelve bytes of an answer: the protocol's version and the status.
fn status(address: SocketAddr, path: &str, begun: Instant) -> Result<[u8; 12]> {
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(error) if error.kind() == ErrorKind::ConnectionRefused && begun.elapsed() < PATIENCE => {
                pause(RETRY);
            }
            Err(error) => return Err(error).context("it does not listen"),
        }
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    // One write: the second would wait for the first one's acknowledgement.
    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).context("no answer")?;
    Ok(status)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this thread has nothing else to do, and the time is the measure"
)]
fn pause(time: Duration) {
    thread::sleep(time);
}

/// A child that doesn't outlive its measuring.
struct Killed(process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        oncall::end(&mut self.0);
    }
}
