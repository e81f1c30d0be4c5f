//! On Cosmos DB: what each use-case asks of the store and costs in request units, how a process starts under the Functions
//! host, and how large it is with Azure linked in.
//!
//! Invariant: the account is Microsoft's in-memory emulator, so no time here but the start is measured on it, and no charge
//! is the emulator's: charges are computed (`tests/src/metered/charge.rs`).

mod month;
mod section;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::machine::Machine;
use super::oncall;
use super::release;
use super::sink::Sink;
use super::start::{self, StartFigures};

pub(super) use section::{replace_in, write};

/// What was counted and measured.
#[derive(Debug)]
pub(super) struct CosmosFigures {
    pub(super) machine: Machine,
    pub(super) use_cases: Vec<Counted>,
    pub(super) starts: Vec<StartFigures>,
    /// In bytes.
    pub(super) binary: u64,
}

/// One use-case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Counted {
    pub(super) use_case: String,
    pub(super) tally: Tally,
}

/// What it asked of the store.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Tally {
    pub(super) operations: Operations,
    /// Written into indexes.
    pub(super) entries: u32,
    pub(super) bytes_read: u64,
    pub(super) bytes_written: u64,
    /// In request units.
    pub(super) charge: f64,
}

/// How often it asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Operations {
    pub(super) reads: u32,
    pub(super) queries: u32,
    pub(super) wide_queries: u32,
    pub(super) rows: u32,
    pub(super) commits: u32,
    pub(super) writes: u32,
}

/// Counts and measures; `folder` holds what the process on one machine keeps.
pub(super) fn measure(binary: &Path, folder: &Path, sink: &Sink, many: u32) -> Result<CosmosFigures> {
    let machine = Machine::look(folder)?;
    let use_cases = count()?;
    let mut starts = vec![start::on(binary, folder, sink, many, "one machine, existing folder".to_owned())?];
    let account = Account::start()?;
    starts.extend(start::under_the_host(binary, &account.url, many)?);
    Ok(CosmosFigures { machine, use_cases, starts, binary: fs::metadata(binary)?.len() })
}

fn count() -> Result<Vec<Counted>> {
    let counted = Command::new(release::built(release::REQUEST_UNITS.1)?).stdin(Stdio::null()).output()?;
    let problem = String::from_utf8_lossy(&counted.stderr);
    ensure!(counted.status.success(), "nothing was counted: {problem}");
    Ok(serde_json::from_slice(&counted.stdout)?)
}

/// An emulated account in a process of its own. Dropping it ends it.
struct Account {
    child: Child,
    url: String,
    /// It ends when this is closed.
    _open: ChildStdin,
}

impl Account {
    fn start() -> Result<Self> {
        let mut command = Command::new(release::built(release::REQUEST_UNITS.1)?);
        let mut child = command.arg("account").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let open = input.context("its input is piped")?;
        // Owned from here on, so that it is ended whatever happens.
        let mut account = Self { child, url: String::new(), _open: open };
        BufReader::new(output.context("its output is piped")?).read_line(&mut account.url)?;
        account.url.truncate(account.url.trim_end().len());
        ensure!(account.url.starts_with("http://"), "the account is not there");
        Ok(account)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        oncall::end(&mut self.child);
    }
}
