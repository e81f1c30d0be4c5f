//! What the kernel counts of a process: processor time and resident memory.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Linux counts in hundredths of a second in `/proc`, whatever its timer does.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of a process so far, to 10 ms.
pub(super) fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("no such process, or no /proc")?;
    let ticks = ticks(&stat).context("/proc/PID/stat has another form than proc(5) says")?;
    Ok(TICK * ticks)
}

/// The sum of the 14th and 15th field. The 2nd is a name that may hold anything, so fields are counted behind it.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u32>);
    Some(times.next()?.ok()? + times.next()?.ok()?)
}

/// Resident memory, in bytes: `VmRSS` now, `VmHWM` at its highest.
pub(super) fn memory(pid: u32, field: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("no such process, or no /proc")?;
    kilobytes(&status, field)
        .map(|kilobytes| kilobytes * 1024)
        .with_context(|| format!("no {field} in /proc"))
}

/// A field of `status` or of `meminfo`.
pub(super) fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_behind_the_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 200 0 0 0 123 45 0 0 20 0 9 0 1 2 3";
        assert_eq!(ticks(stat), Some(168));
        assert_eq!(ticks("nothing"), None);
    }

    #[test]
    fn memory_is_read_by_its_field() {
        let status = "VmHWM:\t   12288 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!((kilobytes(status, "VmHWM"), kilobytes(status, "Vm")), (Some(12_288), None));
    }
}
