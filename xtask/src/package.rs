//! `cargo xtask package`: the function app as the host wants it: a folder that `func start` runs, and beside it the
//! zip for deployment.
//!
//! The host looks for `*/function.json` only right beside `host.json`, and a deployment starts the entry that
//! `host.json` names as executable, so the repository's layout is put together differently here.
//!
//! Invariant: the same inputs give the same zip, byte for byte. The folder holds nothing that an earlier run left,
//! except the `data` of local runs. Who names a target gets it or an error, never another one.

mod archive;
mod build;
mod elf;
mod toolchain;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};
use clap::Parser;

use build::Profile;
use elf::Needs;
use toolchain::STATIC;

/// The executable's name: cargo's, in the folder, in the zip and in `host.json`.
const BINARY: &str = "oncall";
/// What only a local run needs, and a deployment must not have.
const LOCAL_ONLY: [&str; 3] = [".funcignore", DATA, "local.settings.json"];
/// Where `local.settings.json` lets a local run keep its state.
const DATA: &str = "data";

/// Stage the function app in a folder and a zip
///
/// Without --target and --native the binary is static, as the cloud wants it; where this machine can't build that, it is
/// built for this machine, and both are said.
#[derive(Debug, Parser)]
pub(crate) struct Package {
    /// Cargo profile of the binary
    #[arg(long, value_enum, default_value_t = Profile::Release)]
    profile: Profile,
    /// Build for this target or not at all: `x86_64-unknown-linux-musl` for whatever is deployed
    #[arg(long)]
    target: Option<String>,
    /// Build for this machine, which is all that `func start` needs here
    #[arg(long, conflicts_with = "target")]
    native: bool,
    /// Folder to stage; the zip gets its name. `target/function-app` if not given
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Package {
    pub(crate) fn run(self) -> Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
        let target = self.target(root)?;
        let folder = self.out.unwrap_or_else(|| root.join("target/function-app"));

        let built = build::oncall(root, self.profile, target.as_deref())?;
        let needs = needs(&built, target.as_deref())?;
        stage(root, &built, &folder)?;
        let zip = archive::write(&folder)?;
        report(&folder, &zip, &needs)
    }

    /// What is built for; none is this machine.
    fn target(&self, root: &Path) -> Result<Option<String>> {
        if self.native {
            return Ok(None);
        }
        if let Some(target) = &self.target {
            toolchain::check(root, target)?.map_err(|lacking| anyhow!("{lacking}"))?;
            return Ok(Some(target.clone()));
        }
        match toolchain::check(root, STATIC)? {
            Ok(()) => Ok(Some(STATIC.to_owned())),
            Err(lacking) => {
                println!("NOT STATIC: {lacking}\nSo it is built for this machine instead.\n");
                Ok(None)
            }
        }
    }
}

/// What the built binary needs of a machine; for [`STATIC`] that has to be nothing, whatever flags were given to rustc.
fn needs(built: &Path, target: Option<&str>) -> Result<Needs> {
    let binary = fs::read(built).with_context(|| format!("can't read {}", built.display()))?;
    let needs = Needs::of(&binary)?;
    ensure!(
        target != Some(STATIC) || needs == Needs::Nothing,
        "{} was built for {STATIC} and is not static: it {}",
        built.display(),
        needs.in_words()
    );
    Ok(needs)
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

fn report(folder: &Path, zip: &Path, needs: &Needs) -> Result<()> {
    let size = |path: &Path| fs::metadata(path).map(|file| megabytes(file.len()));
    println!("{BINARY:<8} {:>9}  {}", size(&folder.join(BINARY))?, needs.in_words());
    println!("{:<8} {:>9}  {}", "zip", size(zip)?, zip.display());
    println!("{:<8} {:>9}  {}", "folder", "", folder.display());
    println!();
    println!("run it here:  cd {} && func start", folder.display());
    match needs {
        Needs::Nothing => {
            println!("deploy it:    cd {} && func azure functionapp publish <name>", folder.display());
        }
        Needs::Libraries { .. } | Needs::AnotherMachine => println!(
            "deploy it:    not this one, since Azure promises no libc; cargo xtask package --target {STATIC}"
        ),
    }
    Ok(())
}

fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests;
