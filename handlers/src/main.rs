//! `oncall`: see `oncall --help`.

use std::process::ExitCode;

/// The allocator of the static build, for SQLite too. With musl's own, which has one lock for all threads, an alert takes
/// twice the CPU.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    handlers::cli::run()
}
