//! The workspace's binaries, built once for each test program that wants one.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context as _, bail};
use cargo_metadata::Message;

/// Where a binary is, `oncall` or `xtask`, fresh, in the profile of this test.
///
/// # Errors
/// With what cargo said, if they can't be built.
pub fn path(name: &str) -> anyhow::Result<&'static Path> {
    static BUILT: OnceLock<Result<HashMap<String, PathBuf>, String>> = OnceLock::new();
    match BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}"))) {
        Ok(built) => {
            built.get(name).map(PathBuf::as_path).with_context(|| format!("cargo names no executable {name}"))
        }
        Err(error) => bail!("{error}"),
    }
}

/// With the environment as it is, so that it shares target directory, flags and toolchain with this test, and with the
/// features that the workspace's libraries have here: of one package alone, half of what it needs would be built again.
fn build() -> anyhow::Result<HashMap<String, PathBuf>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--workspace", "--bin", "oncall", "--bin", "xtask"]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let built = cargo.stdin(Stdio::null()).output().context("can't run cargo")?;
    if !built.status.success() {
        bail!("cargo can't build the binaries:\n{}", String::from_utf8_lossy(&built.stderr));
    }
    let messages = Message::parse_stream(built.stdout.as_slice()).map_while(Result::ok);
    let binaries = messages.filter_map(|message| match message {
        Message::CompilerArtifact(artifact) => Some((artifact.target.name, artifact.executable?.into())),
        _ => None,
    });
    Ok(binaries.collect())
}
