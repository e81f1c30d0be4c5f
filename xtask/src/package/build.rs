//! The binary, built by cargo.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;
use serde_json::Value;

use super::BINARY;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Profile {
    Release,
    Dev,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }
}

/// Builds `oncall` and says where cargo put it. Without a target, for this machine.
pub(super) fn oncall(root: &Path, profile: Profile, target: Option<&str>) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).stdout(Stdio::piped());
    cargo.args(["build", "--bin", BINARY, "--profile", profile.name()]);
    match profile {
        // Its own features and no more.
        Profile::Release => cargo.args(["--package", "handlers"]),
        // For tests, which have built the workspace already.
        Profile::Dev => cargo.arg("--workspace"),
    };
    cargo.arg("--message-format=json-render-diagnostics");
    if let Some(target) = target {
        cargo.args(["--target", target]);
    }
    let output = cargo.spawn().context("can't start cargo")?.wait_with_output()?;
    ensure!(output.status.success(), "cargo build failed");
    executable(&output.stdout).context("cargo did not say where it put the binary")
}

fn executable(messages: &[u8]) -> Option<PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == BINARY)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_where_cargo_says() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"handlers"},"executable":null}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"oncall"},"executable":"/t/release/oncall"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages.as_bytes()), Some(PathBuf::from("/t/release/oncall")));
        assert_eq!(executable(b""), None);
    }
}
