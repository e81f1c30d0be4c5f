//! The project's own chores: `cargo xtask <task>`. One module per task; this file is the table of them.

#![expect(clippy::print_stdout, reason = "a chore reports to the terminal of who ran it")]

mod bench;
mod openapi;
mod package;

use clap::Parser;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's chores")]
enum Task {
    Bench(bench::Bench),
    #[command(hide = true)]
    BenchYardstick(bench::Yardstick),
    /// Write docs/openapi.json, the API's description
    #[command(name = "openapi")]
    OpenApi,
    Package(package::Package),
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Bench(task) => task.run(),
        Task::BenchYardstick(task) => task.run(),
        Task::OpenApi => openapi::write(),
        Task::Package(task) => task.run(),
    }
}
