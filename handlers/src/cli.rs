//! The command: serving, and the few things that are done beside it.

mod archive;
mod banner;
mod bus;
mod export;
mod import;
mod patient;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use app::{OsEntropy, SystemClock};
use clap::{Parser, Subcommand};

use crate::compose::{Backend, Machine, compose};
use crate::config::Config;
use crate::telemetry::Telemetry;
use crate::{logging, standalone};

pub(crate) use banner::{banner, greeting};

/// The One On-Call: takes alerts, pages whoever is on call, files the work in the PSA.
#[derive(Debug, Parser)]
#[command(name = "oncall", version)]
struct Command {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Serve (also without any argument).
    Serve,
    /// Print a sign-in token for scripts.
    Token(token::Token),
    /// Put messages on the bus of this machine.
    #[command(subcommand)]
    Bus(bus::Bus),
    /// Check the settings: print them, secrets hidden, and what is off because of them.
    Check,
    /// Write a copy of the database to a new file, while everything goes on.
    Backup {
        /// The file; it must not exist.
        file: PathBuf,
    },
    /// Write a tenant to a new file, to be taken in by another store.
    Export(export::Export),
    /// Take in a tenant that was exported from another store.
    Import(import::Import),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let command = Command::parse();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(problems) => {
            complain("the settings are not good, nothing was started:");
            for problem in problems {
                complain(&format!("  {problem}"));
            }
            return ExitCode::from(2);
        }
    };
    match perform(command.task.unwrap_or(Task::Serve), config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task, config: Config) -> anyhow::Result<()> {
    match task {
        Task::Serve => {
            let runtime = runtime()?;
            runtime.block_on(async {
                let telemetry = Telemetry::of(&config);
                logging::start(&config, telemetry.as_ref());
                let served = standalone::serve(config).await;
                if let Some(telemetry) = telemetry {
                    telemetry.finish().await;
                }
                served
            })
        }
        Task::Token(token) => {
            let token = runtime()?.block_on(token.issue(&machine(&config)?))?;
            say(&token);
            Ok(())
        }
        Task::Bus(command) => {
            say(&command.perform(&config)?);
            Ok(())
        }
        Task::Check => {
            for line in config.report() {
                say(&line);
            }
            Ok(())
        }
        Task::Backup { file } => {
            let Backend::Sqlite(documents) = machine(&config)?.backend else {
                bail!(
                    "Cosmos DB backs itself up continuously: see docs/operations.md for how to go back in time"
                );
            };
            runtime()?.block_on(documents.back_up(&file)).context("no copy was written")?;
            say(&format!(
                "copied to {}; start with it as {}/oncall.db to restore",
                file.display(),
                "ONCALL_DATA_DIR"
            ));
            Ok(())
        }
        Task::Export(export) => {
            let backend = machine(&config)?.backend;
            runtime()?.block_on(export.perform(&backend, &config))?.iter().for_each(|line| say(line));
            Ok(())
        }
        Task::Import(import) => {
            let documents = machine(&config)?.backend.documents();
            runtime()?.block_on(import.perform(documents))?.iter().for_each(|line| say(line));
            Ok(())
        }
    }
}

/// Everything but the listening, for commands that work beside a serving process.
fn machine(config: &Config) -> anyhow::Result<Machine> {
    compose(config, "http://localhost", Arc::new(SystemClock), Arc::new(OsEntropy))
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")
}

/// Says a line to whoever started the process.
#[expect(clippy::print_stdout, reason = "this is the command line's voice")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "this is the command line's voice")]
fn complain(line: &str) {
    eprintln!("{line}");
}
