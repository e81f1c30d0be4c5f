//! A child process on a leash: it sees nothing of this process's settings, every line that it writes is kept, and it
//! is killed with its owner.

use std::{
    ffi::OsStr,
    io::{self, BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Mutex, MutexGuard},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::sync::watch;

use crate::deadline;

/// What a program needs of its surroundings in order to run, and nothing that means anything to On-Call.
const KEPT: [&str; 5] = ["PATH", "HOME", "TMPDIR", "RUST_BACKTRACE", "LLVM_PROFILE_FILE"];

/// A command whose environment has what a program needs, and none of the machine's settings.
#[expect(clippy::disallowed_methods, reason = "what the child may see is taken from what this process sees")]
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    command.envs(KEPT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
}

/// What a child has written so far, line by line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Output {
    pub(crate) stdout: Vec<String>,
    pub(crate) stderr: Vec<String>,
    ended: u8,
}

impl Output {
    /// Whether nothing more can come.
    fn is_complete(&self) -> bool {
        self.ended == 2
    }
}

/// A running, or meanwhile ended, child. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Leash {
    process: Mutex<Process>,
    output: watch::Sender<Output>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    /// Waits for the end, and for the last of what was written.
    fn reap(&mut self) -> io::Result<ExitStatus> {
        let end = self.child.wait()?;
        self.readers.drain(..).for_each(|reader| _ = reader.join());
        Ok(end)
    }
}

impl Leash {
    pub(crate) fn spawn(command: &mut Command) -> anyhow::Result<Self> {
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            piped.spawn().with_context(|| format!("can't start {}", command.get_program().display()))?;
        let output = watch::Sender::<Output>::default();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let readers = vec![
            keep_lines(stdout, output.clone(), |output| &mut output.stdout),
            keep_lines(stderr, output.clone(), |output| &mut output.stderr),
        ];
        Ok(Self { process: Mutex::new(Process { child, readers }), output })
    }

    pub(crate) fn output(&self) -> Output {
        self.output.borrow().clone()
    }

    /// Waits for a line on stdout; fails when the child ends without one, or with time.
    pub(crate) async fn line(&self, wanted: impl Fn(&str) -> bool, within: Duration) -> anyhow::Result<()> {
        let has = |output: &Output| output.stdout.iter().any(|line| wanted(line));
        match deadline::until(&self.output, within, |output| has(output) || output.is_complete()).await {
            Ok(output) if has(&output) => Ok(()),
            Ok(output) => bail!("it ended ({}) after {output:#?}", self.process().reap()?),
            Err(output) => bail!("it isn't there within {within:?}, but wrote {output:#?}"),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process().child.id()
    }

    /// How it ended, if it has; everything that it wrote is there then.
    pub(crate) fn ended(&self) -> Option<ExitStatus> {
        let mut process = self.process();
        process.child.try_wait().ok().flatten()?;
        process.reap().ok()
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) fn kill(&self) -> io::Result<()> {
        let mut process = self.process();
        process.child.kill()?;
        process.reap().map(drop)
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().expect("nothing panics while it holds the lock")
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.kill().ok();
    }
}

fn keep_lines(
    stream: Option<impl Read + Send + 'static>,
    output: watch::Sender<Output>,
    lines: fn(&mut Output) -> &mut Vec<String>,
) -> JoinHandle<()> {
    let stream = stream.expect("the stream is piped");
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            output.send_modify(|output| lines(output).push(line));
        }
        output.send_modify(|output| output.ended += 1);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    fn shell(script: &str) -> Leash {
        Leash::spawn(command("sh").args(["-c", script])).unwrap()
    }

    #[tokio::test]
    async fn lines_are_kept_by_stream_and_one_can_be_waited_for() {
        let child = shell("echo first; echo oops >&2; echo ready; exec sleep 1000");
        child.line(|line| line == "ready", SOON).await.unwrap();
        assert_eq!(child.output().stdout, ["first", "ready"]);
        assert!(child.ended().is_none());
        child.kill().unwrap();
        assert!(child.ended().is_some_and(|status| !status.success()));
    }

    #[tokio::test]
    async fn a_child_that_ends_without_the_line_is_told_with_what_it_wrote() {
        let error = shell("echo no such setting >&2; exit 3").line(|_| true, SOON).await.unwrap_err();
        let told = error.to_string();
        assert!(told.contains("no such setting") && told.contains('3'), "{told}");
    }

    #[tokio::test]
    async fn the_environment_is_the_childs_own() {
        let script = "env | grep -v -e ^PATH= -e ^HOME= -e ^TMPDIR= -e ^PWD= -e ^SHLVL= -e ^_= -e ^RUST_BACKTRACE= \
                      -e ^LLVM_PROFILE_FILE= -e ^OLDPWD=; echo done";
        let child = Leash::spawn(command("sh").args(["-c", script]).env("ONCALL_LISTEN", "here")).unwrap();
        child.line(|line| line == "done", SOON).await.unwrap();
        assert_eq!(child.output().stdout, ["ONCALL_LISTEN=here", "done"]);
    }
}
