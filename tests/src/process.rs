//! On-Call as its users run it: the real binary in a process of its own, standalone, on loopback.
//!
//! Invariant: it gets only the settings that the test gives it. A restart finds the same address and the same data.

pub mod binary;
pub(crate) mod child;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::task;

use self::child::Leash;
use crate::loopback;

/// Far more than a start takes, on a machine that is busy building.
const PATIENCE: Duration = Duration::from_mins(1);

/// A standalone On-Call. Dropping it kills it and deletes its data, unless the folder is the test's.
#[derive(Debug)]
pub struct Oncall {
    program: Program,
    port: u16,
    // Before the folder: fields are dropped in order.
    child: Leash,
    data: Data,
}

/// What a start, a restart and a command have in common.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
}

#[derive(Debug)]
enum Data {
    Own(TempDir),
    Tests(PathBuf),
}

impl Data {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Tests(folder) => folder,
        }
    }
}

impl Oncall {
    /// Starts it with an empty data folder and these settings; when this returns, it answers. The error has what it
    /// wrote.
    pub async fn start(env: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::launch(Program::oncall(env).await?, Data::Own(TempDir::with_prefix("oncall-")?)).await
    }

    /// The same in a folder of the test, where another process may have been before, or may be now.
    pub async fn start_in(data: &Path, env: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::launch(Program::oncall(env).await?, Data::Tests(data.to_owned())).await
    }

    async fn launch(program: Program, data: Data) -> anyhow::Result<Self> {
        let port = loopback::free_port();
        let child = serve(&program, port, data.path()).await?;
        Ok(Self { program, port, child, data })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        address(self.port)
    }

    /// Where its data is.
    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// The process, as the system numbers it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its stdout since the last start, line by line.
    pub fn output(&self) -> Vec<String> {
        self.child.output().stdout
    }

    /// Its stderr since the last start, line by line.
    pub fn errors(&self) -> Vec<String> {
        self.child.output().stderr
    }

    /// SIGKILL; when this returns, the process is gone. Once it is, this does nothing.
    pub fn kill(&self) -> anyhow::Result<()> {
        self.child.kill().context("can't kill oncall")
    }

    /// Kills it if it runs, and starts it again at the same address, on the same data, with the same settings.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.kill()?;
        self.child = serve(&self.program, self.port, self.data.path()).await?;
        Ok(())
    }

    /// Runs a command of the binary with this one's settings and data.
    pub async fn run_cli(&self, args: &[&str]) -> anyhow::Result<Output> {
        let mut command = self.program.command();
        command.args(args).env("ONCALL_DATA_DIR", self.data.path());
        finish(command).await
    }
}

/// Runs a command of the binary, `&["check"]`, with these settings only, and waits for its end.
pub async fn run_cli(args: &[&str], env: &[(&str, &str)]) -> anyhow::Result<Output> {
    let mut command = Program::oncall(env).await?.command();
    command.args(args);
    finish(command).await
}

impl Program {
    async fn oncall(env: &[(&str, &str)]) -> anyhow::Result<Self> {
        let path = task::spawn_blocking(|| binary::path("oncall")).await??.to_owned();
        Ok(Self { path, args: Vec::new(), env: owned(env) })
    }

    fn command(&self) -> Command {
        let mut command = child::command(&self.path);
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn owned(env: &[(&str, &str)]) -> Vec<(String, String)> {
    env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Returns once the address is on stdout, which it is from the moment that the socket listens.
async fn serve(program: &Program, port: u16, data: &Path) -> anyhow::Result<Leash> {
    let mut command = program.command();
    command.env("ONCALL_LISTEN", format!("127.0.0.1:{port}")).env("ONCALL_DATA_DIR", data);
    let child = Leash::spawn(&mut command)?;
    let address = address(port);
    child.line(|line| line.contains(&address), PATIENCE).await.context("oncall doesn't listen")?;
    Ok(child)
}

async fn finish(mut command: Command) -> anyhow::Result<Output> {
    let end = task::spawn_blocking(move || command.stdin(Stdio::null()).output()).await?;
    end.context("can't run oncall")
}

#[cfg(test)]
mod tests;
