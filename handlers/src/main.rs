//! `oncall`: see `oncall --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    handlers::cli::run()
}
