//! `cargo xtask package`: the function app as the host wants it: a folder that `func start` runs, and beside it the
//! zip for deployment.
//!
//! The host looks for `*/function.json` only right beside `host.json`, and a deployment starts the entry that
//! `host.json` names as executable, so the repository's layout is put together differently here.
//!
//! Invariant: the same inputs give the same zip, byte for byte. The folder holds nothing that an earlier run left,
//! except the `data` of local runs.

mod archive;
mod build;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;

use build::Profile;

/// The executable's name: cargo's, in the folder, in the zip and in `host.json`.
const BINARY: &str = "oncall";
/// What only a local run needs, and a deployment must not have.
const LOCAL_ONLY: [&str; 3] = [".funcignore", DATA, "local.settings.json"];
/// Where `local.settings.json` lets a local run keep its state.
const DATA: &str = "data";

/// Stage the function app in a folder and a zip
#[derive(Debug, Parser)]
pub(crate) struct Package {
    /// Cargo profile of the binary
    #[arg(long, value_enum, default_value_t = Profile::Release)]
    profile: Profile,
    /// Target triple; `x86_64-unknown-linux-musl` makes a binary that needs no libc of the machine
    #[arg(long)]
    target: Option<String>,
    /// Folder to stage; the zip gets its name. `target/function-app` if not given
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Package {
    pub(crate) fn run(self) -> Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
        let folder = self.out.unwrap_or_else(|| root.join("target/function-app"));

        let built = build::oncall(root, self.profile, self.target.as_deref())?;
        stage(root, &built, &folder)?;
        let zip = archive::write(&folder)?;
        report(&folder, &zip)
    }
}

/// Puts the repository's function app and the binary into `folder`, and takes out whatever else was there.
fn stage(root: &Path, built: &Path, folder: &Path) -> Result<()> {
    empty(folder)?;
    copy(built, &folder.join(BINARY))?;
    for name in ["host.json", "local.settings.json", ".funcignore"] {
        copy(&root.join(name), &folder.join(name))?;
    }
    for function in fs::read_dir(root.join("function-app"))? {
        let name = function?.file_name();
        let bindings = Path::new(&name).join("function.json");
        fs::create_dir(folder.join(&name))?;
        copy(&root.join("function-app").join(&bindings), &folder.join(&bindings))?;
    }
    Ok(())
}

fn empty(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    ensure!(
        entries.is_empty() || folder.join(BINARY).is_file() && folder.join("host.json").is_file(),
        "{} holds something else than a staged function app, and is left alone",
        folder.display()
    );
    for entry in entries {
        if entry.file_name() == DATA {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("can't copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

fn report(folder: &Path, zip: &Path) -> Result<()> {
    let binary = fs::read(folder.join(BINARY))?;
    println!("{BINARY:<8} {:>9}  {}", megabytes(binary.len() as u64), build::needs(&binary));
    println!("{:<8} {:>9}  {}", "zip", megabytes(fs::metadata(zip)?.len()), zip.display());
    println!("{:<8} {:>9}  {}", "folder", "", folder.display());
    println!();
    println!("run it here:  cd {} && func start", folder.display());
    println!("deploy it:    cd {} && func azure functionapp publish <name>", folder.display());
    Ok(())
}

fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests;
