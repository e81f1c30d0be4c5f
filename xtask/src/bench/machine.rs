//! The machine, named: figures without one say nothing.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use app::{Clock as _, SystemClock};

use super::{process, quantile};

const SYNCS: usize = 200;

/// What the figures were measured on.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) date: String,
    pub(super) processor: String,
    pub(super) cores: usize,
    /// In bytes.
    pub(super) memory: u64,
    pub(super) kernel: String,
    /// Type of the file system that the data lay on.
    pub(super) file_system: String,
    /// To append 4 KiB and have them on the disk: half were faster, and nine of ten.
    pub(super) sync: (Duration, Duration),
    pub(super) rustc: String,
    /// Processes that wanted a core in the minute before.
    pub(super) load: String,
}

impl Machine {
    /// Looks around; `folder` lies where the data will.
    pub(super) fn look(folder: &Path) -> Result<Self> {
        let read = |file: &str| fs::read_to_string(file).with_context(|| format!("can't read {file}"));
        let rustc = Command::new("rustc").arg("--version").output().context("can't start rustc")?;
        let model = read("/proc/cpuinfo")?;
        let model = model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let sync = sync_times(folder)?;
        Ok(Self {
            date: SystemClock.now().date_naive().to_string(),
            processor: model.map_or("a processor without a name", |(_, name)| name.trim()).to_owned(),
            cores: std::thread::available_parallelism()?.get(),
            memory: process::kilobytes(&read("/proc/meminfo")?, "MemTotal").context("no MemTotal")? * 1024,
            kernel: read("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            file_system: file_system(&read("/proc/mounts")?, folder).unwrap_or_else(|| "unknown".to_owned()),
            sync: (quantile(&sync, 5), quantile(&sync, 9)),
            rustc: String::from_utf8_lossy(&rustc.stdout).trim().to_owned(),
            load: read("/proc/loadavg")?.split(' ').next().unwrap_or_default().to_owned(),
        })
    }
}

/// What a durable commit can't be faster than.
fn sync_times(folder: &Path) -> Result<Vec<Duration>> {
    let mut file = File::create(folder.join("sync"))?;
    let block = [7; 4096];
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// The type of the mount with the longest path above `folder`.
fn file_system(mounts: &str, folder: &Path) -> Option<String> {
    let mount = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
    };
    let above = mounts.lines().filter_map(mount).filter(|(path, _)| folder.starts_with(path));
    above.max_by_key(|(path, _)| path.len()).map(|(_, kind)| kind)
}

/// Puts what the kernel still holds back of a data folder on the disk, so that no later figure pays for it.
pub(super) fn settle(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    Ok(())
}

/// The bytes of a data folder's files.
pub(super) fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lies_on_the_nearest_mount_above_it() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /srv/x xfs rw 0 0\n";
        let of = |folder: &str| file_system(mounts, Path::new(folder));
        assert_eq!(of("/tmp/y").as_deref(), Some("tmpfs"));
        assert_eq!(of("/srv/xy").as_deref(), Some("ext4"));
    }
}
