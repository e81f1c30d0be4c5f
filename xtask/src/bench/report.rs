//! The page that a run writes: the machine, the figures, the aims and whether they are met, and how to repeat it.

use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;

use super::aim::{self, Aim};
use super::client::SENDERS;
use super::cosmos;
use super::load::LoadFigures;
use super::machine::Machine;
use super::markdown::{Table, megabytes, micros, millis, rate, thousands};
use super::schedule::{INSTANTS, OVERRIDES, PASSES, ScheduleFigures};
use super::tick::{DUE, ROUNDS};
use super::{Figures, quantile};

/// The whole page.
pub(super) fn write(figures: &Figures) -> Result<String> {
    let sections = [
        HEAD.to_owned(),
        machine(&figures.machine),
        aims(aim::all(figures)),
        alerts_in(figures),
        paging(figures),
        ticks(figures),
        schedules(&figures.schedule),
        starting(figures),
        cosmos::write(&figures.cosmos)?,
        REPEAT.to_owned(),
    ];
    Ok(sections.join("\n"))
}

/// What is written of schedules measured by themselves.
pub(super) fn write_schedule(on: &Machine, figures: &ScheduleFigures) -> String {
    let aims = aims(aim::of_schedules(figures));
    [machine(on), aims, schedules(figures)].join("\n")
}

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench` from one run on one machine; the next run replaces it. The release binary `oncall` runs
as a process of its own on one machine's settings, with an empty data folder for each storm, and is driven over
loopback HTTP. Its mail goes to an SMTP server that takes everything at once. **Senders, mail server and `oncall` share
the machine's cores**, and nothing is pinned to any of them. Every alert was answered `200` after it was durable
(SQLite, WAL, `synchronous=FULL`): a run in which one isn't, or in which a page is lost or doubled, stops and writes
nothing. MB are 10⁶ bytes. The section on Cosmos DB can be measured by itself, and says of what day it is.
";

const REPEAT: &str = "\
## Again

```
cargo xtask bench            # builds the release binary, takes some minutes, writes this file
cargo xtask bench --quick    # a tenth of it, printed only
cargo xtask bench schedule   # who is on call, printed only
cargo xtask bench cosmos     # operations, request units and the start on Cosmos DB; writes its section
```

It needs Linux (`/proc`), nothing installed beside Rust, and some 3 GB of disk under `target/` for a while. Nothing else
should run meanwhile.
";

fn machine(machine: &Machine) -> String {
    let mut table = Table::new(&["machine", ""]);
    table.row("date", [machine.date.clone()]);
    table.row("processor", [format!("{}, {} cores", machine.processor, machine.cores)]);
    table.row("memory", [megabytes(machine.memory)]);
    table.row("kernel", [format!("Linux {}", machine.kernel)]);
    let (half, most) = (millis(machine.sync.0), millis(machine.sync.1));
    let sync =
        format!("{}; 4 KiB appended and fdatasync: median {half}, 90 % within {most}", machine.file_system);
    table.row("disk", [sync]);
    table.row("compiler", [machine.rustc.clone()]);
    table.row("load average before", [machine.load.clone()]);
    format!("## Machine\n\n{table}")
}

fn aims(aims: impl IntoIterator<Item = Aim>) -> String {
    let mut table = Table::new(&["aim", "wanted", "measured", ""]);
    for aim in aims {
        let verdict = if aim.is_met { "met" } else { "**not met**" };
        table.row(aim.what, [aim.wanted, aim.measured, verdict.to_owned()]);
    }
    format!("## Aims\n\n{table}")
}

fn alerts_in(figures: &Figures) -> String {
    let mut table = Table::new(&[
        "alerts in",
        "accepted / s",
        "p50",
        "p99",
        "max",
        "CPU / alert",
        "senders' CPU / alert",
        "RSS, highest",
    ]);
    for (storm, load) in &figures.storms {
        table.row(storm.name(), cells(load));
    }
    for (load, when) in figures.yardsticks.iter().zip(["before", "after"]) {
        table.row(format!("yardstick, {when}"), cells(load));
    }
    let alerts = figures.storms.first().map_or(0, |(_, load)| load.alerts);
    format!(
        "## Alerts in\n\n{table}\n\
         {} alerts each, from {SENDERS} keep-alive connections that send the next alert when the last is answered. The\n\
         yardstick is a bare axum handler that appends the same bodies to SQLite, a row each, with the same pragmas and\n\
         a writer that groups commits in the same way; it keeps nothing else, reads nothing and pages nobody. The aims are\n\
         measured by the mean of its two runs. CPU is user and system time of the server's process, counted by the kernel\n\
         to 10 ms, all that it does for a page included.\n\
         {}",
        thousands(u64::from(alerts)),
        pages(figures)
    )
}

fn pages(figures: &Figures) -> String {
    let paged = figures.storms.iter().find_map(|(_, load)| Some((load, load.paged_in?)));
    let Some((load, paged_in)) = paged else { return String::new() };
    let (sent, left) = (load.mails, load.alerts.saturating_sub(load.mails));
    format!(
        "Every new incident pages one technician: when the last alert was answered {} of those mails had been sent and {}\n\
         had not; the last of them was sent {:.1} s after that. No page was lost, and none was sent twice.\n",
        thousands(u64::from(sent)),
        thousands(u64::from(left)),
        paged_in.as_secs_f64()
    )
}

fn cells(load: &LoadFigures) -> [String; 7] {
    [
        format!("{:.0}", load.rate()),
        millis(load.within(0.5)),
        millis(load.within(0.99)),
        millis(load.within(1.0)),
        format!("{:.0} µs", load.each(load.server)),
        format!("{:.0} µs", load.each(load.client)),
        megabytes(load.memory),
    ]
}

fn paging(figures: &Figures) -> String {
    let page = &figures.page;
    let mut table = Table::new(&["one alert at a time", "p50", "p90", "p99", "max"]);
    table.row("alert to SMTP `DATA`", parts(&page.to_data));
    table.row("alert to its answer", parts(&page.to_answer));
    format!(
        "## From an alert to the technician's mail\n\n{table}\n\
         {} alerts, each sent when the one before it was through; from before the first byte is sent.\n",
        page.pages
    )
}

fn parts(times: &Histogram<u64>) -> [String; 4] {
    [0.5, 0.9, 0.99, 1.0].map(|part| millis(Duration::from_micros(times.value_at_quantile(part))))
}

fn ticks(figures: &Figures) -> String {
    let mut table = Table::new(&[
        "open incidents",
        "nothing due",
        &format!("{DUE} due"),
        "all sent",
        "mails",
        "data folder",
        "written in",
    ]);
    for tick in &figures.ticks {
        let mails = format!("{} of {DUE}", (tick.mails + ROUNDS / 2) / ROUNDS);
        table.row(
            thousands(u64::from(tick.open)),
            [
                millis(quantile(&tick.idle, 5)),
                millis(quantile(&tick.due, 5)),
                millis(quantile(&tick.sent, 5)),
                mails,
                megabytes(tick.bytes),
                format!("{:.1} s", tick.filled_in.as_secs_f64()),
            ],
        );
    }
    format!(
        "## The tick\n\n{table}\n\
         Medians of {} ticks with nothing due and of {ROUNDS} with {DUE} due. All the incidents are of one tenant, triggered,\n\
         and wait for their next step; each has its entry in the index of open problems. Each step that is due is decided\n\
         and committed by itself, durably. The mails go out beside the tick: \"all sent\" is from its beginning until the last\n\
         of them is taken and written down.\n",
        figures.ticks.first().map_or(0, |tick| tick.idle.len())
    )
}

fn schedules(figures: &ScheduleFigures) -> String {
    let mut one = Table::new(&["one schedule, in memory", "each", "/ s"]);
    let mut row = |name: &str, each: Duration| one.row(name, [micros(each), rate(each)]);
    row("who at an instant: `Schedule::shifts` of a nanosecond", figures.who);
    row("who and until when: `Schedule::on_call_at`", figures.on_call_at);
    row("90 days: `Schedule::shifts`", quantile(&figures.finals, 5));
    row("90 days, begun ten years sooner", quantile(&figures.elder, 5));
    let mut all = Table::new(&[
        "all schedules of a tenant",
        "schedules",
        "overrides",
        "each call",
        "without the store",
    ]);
    let calls = [
        ("on call now: `app::on_call_now`", &figures.on_call_now),
        ("gaps in 14 days: `app::coverage_gaps::scan_now`", &figures.scan),
    ];
    for (name, of) in calls {
        all.row(
            name,
            [
                thousands(u64::from(of.schedules)),
                thousands(of.overrides as u64),
                millis(quantile(&of.whole, 5)),
                millis(quantile(&of.alone, 5)),
            ],
        );
    }
    format!(
        "## Who is on call\n\n{one}\n\
         One thread. Each schedule has four layers of eight people: one all the time, one in office hours, one at night and on\n\
         weekends, one on weekends that counts active periods only; whoever has a turn is on call. The one schedule has\n\
         {OVERRIDES} overrides spread over a year. Instants: the mean of {} spread over that year, in the median of {PASSES} passes;\n\
         90 days: medians of {}, in turn with those of the same schedule with anchors ten years older, whose shifts are the same.\n\n\
         {all}\n\
         Medians of {} calls on SQLite; each reads, decides and (the scan) commits everything. A twentieth of the schedules has\n\
         nobody in office hours. The last column is what the schedules alone take, in memory: who is on call, who is next, and\n\
         whether somebody must be; or `Schedule::gaps`.\n",
        thousands(u64::from(INSTANTS)),
        figures.finals.len(),
        figures.scan.whole.len()
    )
}

fn starting(figures: &Figures) -> String {
    let mut table = Table::new(&["from start to first `200`", "median", "90 % within"]);
    for start in &figures.starts {
        table.row(start.name.clone(), [millis(quantile(&start.times, 5)), millis(quantile(&start.times, 9))]);
    }
    let mut size = Table::new(&["size", ""]);
    size.row("resident, a second after the start", [megabytes(figures.idle)]);
    let highest = figures.storms.iter().map(|(_, load)| load.memory).max().unwrap_or(0);
    size.row("resident, highest in a storm", [megabytes(highest)]);
    size.row("binary", [megabytes(figures.binary)]);
    format!(
        "## Start and size\n\n{table}\n\
         From before the process is made until `GET /api/health` has answered; {} starts each, those on an existing folder\n\
         after a SIGKILL.\n\n{size}",
        figures.starts.first().map_or(0, |start| start.times.len())
    )
}
