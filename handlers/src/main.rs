//! `oncall`: see `oncall --help`.

use std::process::ExitCode;

/// The allocator of the static build. musl's own takes one lock for all threads: with it an alert takes twice the CPU.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    handlers::cli::run()
}
