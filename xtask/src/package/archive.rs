//! The zip of a staged folder.
//!
//! Invariant: entries in the order of their names, without times, and with the modes that the platform mounts: only
//! the binary may be run.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{BINARY, LOCAL_ONLY};

/// Writes `<folder>.zip` and says where.
pub(super) fn write(folder: &Path) -> Result<PathBuf> {
    let path = folder.with_added_extension("zip");
    let file = File::create(&path).with_context(|| format!("can't write {}", path.display()))?;
    let mut zip = ZipWriter::new(file);
    for name in entries(folder)? {
        let mode = if name == BINARY { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        zip.start_file(&name, options)?;
        io::copy(&mut File::open(folder.join(&name))?, &mut zip)?;
    }
    zip.finish()?;
    Ok(path)
}

/// What a deployment gets: the files of the folder and of its direct children, which is as deep as the host looks.
fn entries(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for name in children(folder)? {
        if LOCAL_ONLY.contains(&name.as_str()) {
            continue;
        }
        if folder.join(&name).is_dir() {
            names.extend(children(&folder.join(&name))?.into_iter().map(|file| format!("{name}/{file}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn children(folder: &Path) -> Result<Vec<String>> {
    fs::read_dir(folder)?
        .map(|entry| entry?.file_name().into_string().ok().context("file names are UTF-8"))
        .collect()
}
