//! The release build: the binary that is measured, and this program itself, since part of the measuring runs in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// The binary that is measured, and its package.
pub(super) const ONCALL: (&str, &str) = ("handlers", "oncall");
/// The one that measures.
pub(super) const XTASK: (&str, &str) = ("xtask", "xtask");

/// The one that counts request units, and hosts the account that is started on.
pub(super) const REQUEST_UNITS: (&str, &str) = ("acceptance", "request-units");

/// Builds each by itself: built together, each would get the features that the other wants of a dependency.
pub(super) fn build(root: &Path, wanted: &[(&str, &str)]) -> Result<()> {
    for (package, binary) in wanted {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root).args(["build", "--release", "--package", package, "--bin", binary]);
        ensure!(
            cargo.status().context("can't start cargo")?.success(),
            "the release build of {binary} failed"
        );
    }
    Ok(())
}

/// Lets the release build of this program do the measuring.
pub(super) fn hand_over(only: Option<&str>, quick: bool) -> Result<()> {
    let mut bench = Command::new(built(XTASK.1)?);
    bench.args(["bench", "--built"]).args(only).args(quick.then_some("--quick"));
    ensure!(bench.status().context("can't start the release build")?.success(), "the measuring failed");
    Ok(())
}

/// A release binary that was built: in the folder beside this program's profile, or in the same.
pub(super) fn built(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let target =
        this.parent().and_then(Path::parent).context("a built program lies in a profile's folder")?;
    let binary = target.join("release").join(name);
    ensure!(binary.is_file(), "{} is not there; run without --built", binary.display());
    Ok(binary)
}
