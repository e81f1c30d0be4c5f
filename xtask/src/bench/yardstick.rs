//! The yardstick: what any server can do that appends what it is sent to SQLite, at the same durability, and does
//! nothing else. A process of its own, so that it stands where `oncall` stands.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use clap::Parser;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

use super::client::{self, Problems, SENDERS};
use super::connection::Request;
use super::load::{LoadFigures, watched};
use super::{machine, oncall};

/// How many rows share a transaction.
const GROUPED: usize = 64;

const WARM_UP: u32 = 200;

type Row = (Bytes, oneshot::Sender<()>);

/// Serve the yardstick of the benchmark
#[derive(Debug, Parser)]
pub(crate) struct Yardstick {
    /// The database to make
    file: PathBuf,
}

impl Yardstick {
    pub(crate) fn run(self) -> Result<()> {
        let connection = open(&self.file)?;
        let (rows, waiting) = mpsc::channel(1024);
        thread::spawn(move || append(connection, waiting));
        Builder::new_multi_thread().enable_all().build()?.block_on(serve(rows))
    }
}

/// Set like the database of `oncall`.
fn open(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    connection.execute_batch("CREATE TABLE alert (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")?;
    Ok(connection)
}

/// Appends rows that wait together in one transaction; ends with an error only when the disk does.
fn append(mut connection: Connection, mut waiting: mpsc::Receiver<Row>) -> rusqlite::Result<()> {
    let mut rows = Vec::with_capacity(GROUPED);
    while waiting.blocking_recv_many(&mut rows, GROUPED) > 0 {
        let transaction = connection.transaction()?;
        for (body, _) in &rows {
            transaction.prepare_cached("INSERT INTO alert (body) VALUES (?1)")?.execute([&body[..]])?;
        }
        transaction.commit()?;
        for (_, answer) in rows.drain(..) {
            let _ = answer.send(());
        }
    }
    Ok(())
}

async fn serve(rows: mpsc::Sender<Row>) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    let router = Router::new().route("/", post(take)).with_state(rows);
    Ok(axum::serve(listener, router).await?)
}

async fn take(State(rows): State<mpsc::Sender<Row>>, body: Bytes) -> (StatusCode, &'static str) {
    let (answer, answered) = oneshot::channel();
    if rows.send((body, answer)).await.is_ok() && answered.await.is_ok() {
        (StatusCode::OK, r#"{"status":"success"}"#)
    } else {
        (StatusCode::INTERNAL_SERVER_ERROR, r#"{"status":"failed"}"#)
    }
}

/// Sends `alerts` alerts to a new yardstick.
pub(super) fn measure(folder: &Path, alerts: u32) -> Result<LoadFigures> {
    let running = Running::start(&folder.join("yardstick.db"))?;
    let request = Request::alert("/");
    client::post(running.address, &request, Problems::From(0), WARM_UP, SENDERS)?;
    machine::settle(folder)?;
    watched(running.child.id(), || {
        client::post(running.address, &request, Problems::From(WARM_UP), alerts, SENDERS)
    })
}

struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    fn start(file: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.env_clear().arg("bench-yardstick").arg(file).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        let said = child.stdout.take().map(|output| BufReader::new(output).read_line(&mut line));
        match line.trim().parse() {
            Ok(address) => Ok(Self { child, address }),
            Err(error) => {
                oncall::end(&mut child);
                Err(error).with_context(|| format!("the yardstick did not start: {said:?}"))
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        oncall::end(&mut self.child);
    }
}
