//! What building for another target takes on this machine: Rust's library for it, and what compiles and links C.
//!
//! Invariant: what is missing is said in one message, with the commands that get it. Nothing is added to the machine but
//! Rust's own library for the target, and that is said.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// The cloud's target: static, so that it doesn't matter which libc the platform's image has.
pub(super) const STATIC: &str = "x86_64-unknown-linux-musl";

/// Compilers of C for [`STATIC`]: the crates that bring C look for them under these names.
const COMPILERS: [&str; 2] = ["x86_64-linux-musl-gcc", "musl-gcc"];

/// What this machine lacks to build for a target.
#[derive(Debug)]
pub(super) struct Lacking {
    target: String,
    /// What, and how to get it.
    parts: Vec<String>,
}

impl fmt::Display for Lacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this machine can't build for {} yet. It lacks", self.target)?;
        self.parts.iter().try_for_each(|part| write!(f, "\n  - {part}"))
    }
}

/// Whether this machine can build for `target`; Rust's library is added if rustup can.
///
/// # Errors
/// A target that there isn't.
pub(super) fn check(root: &Path, target: &str) -> Result<Result<(), Lacking>> {
    let has_library = has_library(root, target)? || add_library(root, target)?;
    let host = host(root)?;
    let parts = parts(target, has_library, &host, is_set, compiles_for_x86_64);
    let target = target.to_owned();
    Ok(if parts.is_empty() { Ok(()) } else { Err(Lacking { target, parts }) })
}

/// What is missing on `host`, in the environment that `is_set` knows, with the compilers that `works` knows.
fn parts(
    target: &str,
    has_library: bool,
    host: &str,
    is_set: impl Fn(&str) -> bool,
    works: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut parts = Vec::new();
    if !has_library {
        parts.push(format!("Rust's library for it: rustup target add {target}"));
    }
    // What other targets take, who asks for them knows.
    if target != STATIC {
        return parts;
    }
    let name = target.replace('-', "_");
    let named = [format!("CC_{target}"), format!("CC_{name}"), "TARGET_CC".to_owned(), "CC".to_owned()];
    // Where musl is the machine's own libc, its own compiler will do.
    let own = if host.contains("musl") { Some("cc") } else { None };
    if !named.iter().any(|name| is_set(name)) && !COMPILERS.into_iter().chain(own).any(works) {
        parts.push(format!(
            "a C compiler that goes with musl: apt-get install musl-tools (Debian, Ubuntu), or any other that \
             CC_{name} names"
        ));
    }
    // Rust brings musl; of the machine it takes a linker, and only one for the cloud's processor and system will do.
    let linker = format!("CARGO_TARGET_{}_LINKER", name.to_uppercase());
    let is_ours = host.starts_with("x86_64-") && host.contains("-linux-");
    if !is_ours && !is_set(&linker) {
        parts.push(format!("a linker for Linux on x86-64, named by {linker}"));
    }
    parts
}

/// Cargo's own message for a missing library is a page about `core` not being found.
fn has_library(root: &Path, target: &str) -> Result<bool> {
    let asked = Command::new("rustc")
        .current_dir(root)
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .context("can't start rustc")?;
    ensure!(
        asked.status.success(),
        "rustc knows no target '{target}': {}",
        String::from_utf8_lossy(&asked.stderr).trim()
    );
    Ok(Path::new(String::from_utf8_lossy(&asked.stdout).trim()).is_dir())
}

/// Lets rustup add it to the toolchain that this project is built with. Where there is no rustup, or no network, it stays
/// missing.
fn add_library(root: &Path, target: &str) -> Result<bool> {
    println!("rustup target add {target}");
    let added = Command::new("rustup").current_dir(root).args(["target", "add", target]).status();
    Ok(added.is_ok_and(|status| status.success()) && has_library(root, target)?)
}

/// This machine's own target.
fn host(root: &Path) -> Result<String> {
    let told = Command::new("rustc").current_dir(root).arg("-vV").output().context("can't start rustc")?;
    let told = String::from_utf8_lossy(&told.stdout);
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc doesn't say which machine this is")
}

#[expect(clippy::disallowed_methods, reason = "what names a compiler is no setting of the product")]
fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn compiles_for_x86_64(compiler: &str) -> bool {
    let asked = Command::new(compiler).arg("-dumpmachine").stderr(Stdio::null()).output();
    asked.is_ok_and(|answer| answer.status.success() && answer.stdout.starts_with(b"x86_64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLIBC: &str = "x86_64-unknown-linux-gnu";

    fn lacking(host: &str, variables: &[&str], compilers: &[&str]) -> Vec<String> {
        parts(STATIC, true, host, |name| variables.contains(&name), |name| compilers.contains(&name))
    }

    #[test]
    fn a_machine_that_has_everything_lacks_nothing() {
        for (host, variables, compilers) in [
            (GLIBC, &[][..], &["musl-gcc"][..]),
            (GLIBC, &[], &["x86_64-linux-musl-gcc"]),
            (GLIBC, &["CC_x86_64_unknown_linux_musl"], &[]),
            (GLIBC, &["CC_x86_64-unknown-linux-musl"], &[]),
            (STATIC, &[], &["cc"]),
            (
                "aarch64-apple-darwin",
                &["CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER"],
                &["x86_64-linux-musl-gcc"],
            ),
        ] {
            assert_eq!(lacking(host, variables, compilers), <[String; 0]>::default(), "{host} {variables:?}");
        }
    }

    #[test]
    fn what_is_missing_is_told_all_at_once_with_the_way_to_get_it() {
        let parts = parts(STATIC, false, "aarch64-unknown-linux-gnu", |_| false, |_| false);
        let told = Lacking { target: STATIC.to_owned(), parts }.to_string();
        for part in [
            "can't build for x86_64-unknown-linux-musl",
            "rustup target add x86_64-unknown-linux-musl",
            "apt-get install musl-tools",
            "CC_x86_64_unknown_linux_musl",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn a_compiler_for_glibc_is_none_for_musl() {
        let told = lacking(GLIBC, &[], &["cc", "gcc"]);
        assert!(told.len() == 1 && told[0].contains("musl-tools"), "{told:?}");
    }

    #[test]
    fn another_target_takes_its_library_only() {
        let of = |has_library| parts("aarch64-unknown-linux-musl", has_library, GLIBC, |_| false, |_| false);
        assert_eq!(of(false), ["Rust's library for it: rustup target add aarch64-unknown-linux-musl"]);
        assert_eq!(of(true), <[String; 0]>::default());
    }

    #[test]
    fn a_target_that_there_is_not_is_refused() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let error = has_library(root, "x86_65-unknown-linux").unwrap_err().to_string();
        assert!(error.contains("knows no target 'x86_65-unknown-linux'"), "{error}");
        assert!(!has_library(root, "x86_64-unknown-l4re-uclibc").unwrap());
    }
}
