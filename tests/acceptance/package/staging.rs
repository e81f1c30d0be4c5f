//! Staging, once for all tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use acceptance::process::binary;
use tokio::task;

/// The staged folder, of the profile of this test.
///
/// # Panics
/// When it can't be staged, with what cargo said.
pub(super) async fn staged() -> &'static Path {
    static STAGED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let staged = task::spawn_blocking(|| STAGED.get_or_init(package)).await.expect("no panic");
    staged.as_deref().unwrap_or_else(|error| panic!("{error}"))
}

fn package() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("function-app");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let mut chore = Command::new(binary::path("xtask").map_err(|error| format!("{error:#}"))?);
    chore.current_dir(root).args(["package", "--native", "--profile", profile, "--out"]).arg(&folder);
    let end = chore.output().map_err(|error| format!("xtask can't be run: {error}"))?;
    if end.status.success() { Ok(folder) } else { Err(String::from_utf8_lossy(&end.stderr).into_owned()) }
}
