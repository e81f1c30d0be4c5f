//! The binary `oncall`, built once for each test program that wants it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context as _, bail};
use cargo_metadata::Message;

/// Where the binary is, fresh, in the profile of this test.
pub(super) fn path() -> anyhow::Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}"))) {
        Ok(path) => Ok(path),
        Err(error) => bail!("{error}"),
    }
}

/// With the environment as it is, so that it shares target directory, flags and toolchain with this test.
fn build() -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--package",
        "handlers",
        "--bin",
        "oncall",
        "--message-format",
        "json-render-diagnostics",
    ]);
    cargo.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let built = cargo.stdin(Stdio::null()).output().context("can't run cargo")?;
    if !built.status.success() {
        bail!("cargo can't build oncall:\n{}", String::from_utf8_lossy(&built.stderr));
    }
    let messages = Message::parse_stream(built.stdout.as_slice()).map_while(Result::ok);
    let mut binaries = messages.filter_map(|message| match message {
        Message::CompilerArtifact(artifact) if artifact.target.name == "oncall" => artifact.executable,
        _ => None,
    });
    binaries.next().map(Into::into).context("cargo names no executable for oncall")
}
