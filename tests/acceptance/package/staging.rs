//! Staging, once for all tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tokio::task;

/// The staged folder, of the profile of this test.
pub(super) async fn staged() -> &'static Path {
    static STAGED: OnceLock<PathBuf> = OnceLock::new();
    task::spawn_blocking(|| STAGED.get_or_init(package).as_path()).await.expect("it is staged")
}

fn package() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("function-app");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).args(["xtask", "package", "--profile", profile, "--out"]).arg(&folder);
    let end = cargo.output().expect("cargo runs");
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    folder
}
