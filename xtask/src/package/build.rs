//! The binary: built by cargo, and asked which C library it needs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
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

/// Builds `oncall` and says where cargo put it.
pub(super) fn oncall(root: &Path, profile: Profile, target: Option<&str>) -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).stdout(Stdio::piped());
    cargo.args(["build", "--package", "handlers", "--bin", BINARY, "--profile", profile.name()]);
    cargo.arg("--message-format=json-render-diagnostics");
    if let Some(target) = target {
        require_target(root, target)?;
        cargo.args(["--target", target]);
    }
    let output = cargo.spawn().context("can't start cargo")?.wait_with_output()?;
    ensure!(output.status.success(), "cargo build failed");
    executable(&output.stdout).context("cargo did not say where it put the binary")
}

/// Cargo's own message for a missing target is a page about `core` not being found.
fn require_target(root: &Path, target: &str) -> Result<()> {
    let asked = Command::new("rustc")
        .current_dir(root)
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .context("can't start rustc")?;
    if !asked.status.success() {
        bail!("rustc knows no target '{target}': {}", String::from_utf8_lossy(&asked.stderr).trim());
    }
    if !Path::new(String::from_utf8_lossy(&asked.stdout).trim()).is_dir() {
        bail!(
            "the target {target} is not installed. Add it with:\n    rustup target add {target}\nA musl target \
             also wants a C compiler for the C in the binary (Debian: apt-get install musl-tools)."
        );
    }
    Ok(())
}

fn executable(messages: &[u8]) -> Option<PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == BINARY)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// What the binary wants of the machine it runs on, in words.
pub(super) fn needs(binary: &[u8]) -> String {
    if !binary.starts_with(b"\x7fELF") {
        return "not for Linux; the cloud wants --target x86_64-unknown-linux-musl".to_owned();
    }
    match glibc_needed(binary) {
        Some((major, minor)) => {
            format!("needs glibc {major}.{minor} or newer; with --target x86_64-unknown-linux-musl, none")
        }
        None => "static, needs no libc".to_owned(),
    }
}

/// The newest version of glibc whose symbols an ELF file asks for; `None` if it asks for none.
fn glibc_needed(elf: &[u8]) -> Option<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_";
    elf.windows(MARK.len())
        .enumerate()
        .filter(|(_, window)| *window == MARK)
        .filter_map(|(at, _)| version(&elf[at + MARK.len()..]))
        .max()
}

/// `2.34` or `2.2.5`, up to the first byte that is neither digit nor dot; the third number is never needed.
fn version(bytes: &[u8]) -> Option<(u32, u32)> {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
    let mut numbers = str::from_utf8(&bytes[..end]).ok()?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
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

    #[test]
    fn glibc_is_the_newest_version_named() {
        for (elf, needed) in [
            (&b"\x7fELF\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0"[..], Some((2, 34))),
            (b"GLIBC_3.0\0GLIBC_2.34\0", Some((3, 0))),
            (b"\x7fELF\0no such symbol\0", None),
            (b"GLIBC_2.34", None),
        ] {
            assert_eq!(glibc_needed(elf), needed);
        }
    }

    #[test]
    fn a_missing_target_says_how_to_add_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let error = require_target(root, "x86_64-unknown-l4re-uclibc").unwrap_err().to_string();
        assert!(error.contains("rustup target add x86_64-unknown-l4re-uclibc"), "{error}");
        let error = require_target(root, "x86_65-unknown-linux").unwrap_err().to_string();
        assert!(error.contains("knows no target 'x86_65-unknown-linux'"), "{error}");
    }
}
