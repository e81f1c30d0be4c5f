//! What is aimed at, and whether a run meets it.

use std::time::Duration;

use super::load::LoadFigures;
use super::markdown::{megabytes, millis, rate, thousands};
use super::schedule::ScheduleFigures;
use super::tick::{DUE, TickFigures};
use super::{Figures, quantile};

/// How many times slower than the yardstick alerts may be taken in.
const SLOWER: f64 = 2.0;
const ANSWERED: Duration = Duration::from_millis(25);
const MICROSECONDS_EACH: f64 = 80.0;
/// The product's promise: a technician is notified within a second.
const NOTIFIED: Duration = Duration::from_secs(1);
/// From the fewest to the most open incidents; what is left is for deeper trees and colder caches.
const FLAT: f64 = 1.5;
/// How often a second one thread says who is on call.
const INSTANT: Duration = Duration::from_micros(5);
const FINAL: Duration = Duration::from_millis(2);
/// From anchors of last month to anchors of ten years ago.
const AGELESS: f64 = 1.1;
const ON_CALL_NOW: Duration = Duration::from_millis(300);
const SCANNED: Duration = Duration::from_secs(2);
const STARTED: Duration = Duration::from_millis(15);
const RESIDENT: u64 = 15_000_000;

/// One aim.
#[derive(Debug)]
pub(super) struct Aim {
    pub(super) what: String,
    pub(super) wanted: String,
    pub(super) measured: String,
    pub(super) is_met: bool,
}

pub(super) fn all(figures: &Figures) -> Vec<Aim> {
    let mut aims = Vec::new();
    for (storm, load) in &figures.storms {
        aims.extend(of_storm(storm.name(), load, &figures.yardsticks));
    }
    let data = Duration::from_micros(figures.page.to_data.value_at_quantile(0.99));
    aims.push(below("alert to `DATA`, p99".to_owned(), NOTIFIED, data));
    if let (Some(few), Some(many)) = (figures.ticks.first(), figures.ticks.last()) {
        aims.push(flat("tick with nothing due", few, many, |tick| &tick.idle));
        aims.push(flat(&format!("tick with {DUE} due"), few, many, |tick| &tick.due));
    }
    aims.extend(of_schedules(&figures.schedule));
    for start in &figures.starts {
        aims.push(below(format!("start, {}, median", start.name), STARTED, quantile(&start.times, 5)));
    }
    aims.push(Aim {
        what: "resident, idle".to_owned(),
        wanted: format!("< {}", megabytes(RESIDENT)),
        measured: megabytes(figures.idle),
        is_met: figures.idle < RESIDENT,
    });
    aims
}

fn of_storm(name: &str, load: &LoadFigures, yardsticks: &[LoadFigures]) -> [Aim; 3] {
    let mut sum = 0.0;
    let mut n_yardsticks = 0.0;
    for yardstick in yardsticks {
        sum += yardstick.rate();
        n_yardsticks += 1.0;
    }
    let slower = sum / n_yardsticks / load.rate();
    let each = load.each(load.server);
    [
        Aim {
            what: format!("{name}: slower than the yardstick"),
            wanted: format!("≤ {SLOWER:.1}×"),
            measured: format!("{slower:.2}×"),
            is_met: slower <= SLOWER,
        },
        below(format!("{name}: p99"), ANSWERED, load.within(0.99)),
        Aim {
            what: format!("{name}: CPU for each alert"),
            wanted: format!("< {MICROSECONDS_EACH:.0} µs"),
            measured: format!("{each:.0} µs"),
            is_met: each < MICROSECONDS_EACH,
        },
    ]
}

/// Those of who is on call.
pub(super) fn of_schedules(figures: &ScheduleFigures) -> [Aim; 6] {
    let (now, scan) = (&figures.on_call_now, &figures.scan);
    let among = |schedules| thousands(u64::from(schedules));
    let ratio = quantile(&figures.elder, 5).as_secs_f64() / quantile(&figures.finals, 5).as_secs_f64();
    [
        often("who is on call at an instant", INSTANT, figures.who),
        often("who is on call at an instant, and until when", INSTANT, figures.on_call_at),
        below("final schedule of 90 days".to_owned(), FINAL, quantile(&figures.finals, 5)),
        Aim {
            what: "final schedule, begun ten years ago to begun a month ago".to_owned(),
            wanted: format!("≤ {AGELESS:.1}×"),
            measured: format!("{ratio:.2}×"),
            is_met: ratio <= AGELESS,
        },
        below(
            format!("on call now, {} schedules", among(now.schedules)),
            ON_CALL_NOW,
            quantile(&now.whole, 5),
        ),
        below(format!("gap scan, {} schedules", among(scan.schedules)), SCANNED, quantile(&scan.whole, 5)),
    ]
}

fn often(what: &str, limit: Duration, each: Duration) -> Aim {
    Aim {
        what: what.to_owned(),
        wanted: format!("≥ {} / s", rate(limit)),
        measured: format!("{} / s", rate(each)),
        is_met: each <= limit,
    }
}

fn below(what: String, limit: Duration, measured: Duration) -> Aim {
    Aim { what, wanted: format!("< {}", millis(limit)), measured: millis(measured), is_met: measured < limit }
}

fn flat(
    what: &str,
    few: &TickFigures,
    many: &TickFigures,
    times: impl Fn(&TickFigures) -> &Vec<Duration>,
) -> Aim {
    let median = |tick| quantile(times(tick), 5).as_secs_f64();
    let ratio = median(many) / median(few);
    let open = |tick: &TickFigures| thousands(u64::from(tick.open));
    Aim {
        what: format!("{what}, among {} to among {}", open(many), open(few)),
        wanted: format!("≤ {FLAT:.1}×"),
        measured: format!("{ratio:.2}×"),
        is_met: ratio <= FLAT,
    }
}
