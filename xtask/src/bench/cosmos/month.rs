//! A month of an MSP in request units: arithmetic on what was counted, with a day that is made up.

use anyhow::{Context as _, Result};

use super::Counted;
use crate::bench::markdown::{Table, thousands};

const DAYS: u32 = 30;

/// How often a day: 20 incidents, a quarter of them unanswered for a step; the timer every 15 seconds; eight technicians who
/// look, and a wall that asks for the list every two minutes.
const DAY: [(&str, u32); 12] = [
    ("idle tick", 5_755),
    ("tick with one step due", 5),
    ("gap scan of one tenant", 1),
    ("alert that opens", 20),
    ("alert that repeats", 100),
    ("acknowledge", 20),
    ("note", 40),
    ("resolve", 20),
    ("incident list", 720),
    ("incident's page", 100),
    ("on-call now", 100),
    ("explain", 5),
];

/// The table, its last row the sum; and in a sentence what that is at each instant.
pub(super) fn table(counted: &[Counted]) -> Result<(Table, String)> {
    let mut table = Table::new(&["a month of one MSP", "a day", "RU each", "RU a month"]);
    let mut sum = 0.0;
    for (name, often) in DAY {
        let found = counted.iter().find(|counted| counted.use_case == name);
        let each = found.with_context(|| format!("'{name}' was not counted"))?.tally.charge;
        let month = each * f64::from(often * DAYS);
        sum += month;
        table.row(name, [thousands(often.into()), format!("{each:.1}"), thousands(whole(month))]);
    }
    table.row("together", [String::new(), String::new(), thousands(whole(sum))]);
    let a_second = sum / f64::from(DAYS * 24 * 60 * 60);
    Ok((table, format!("{a_second:.2}")))
}

/// To the nearest whole number.
fn whole(number: f64) -> u64 {
    format!("{number:.0}").parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::cosmos::{Operations, Tally};

    fn counted(name: &str, charge: f64) -> Counted {
        let operations = Operations { reads: 0, queries: 0, wide_queries: 0, rows: 0, commits: 0, writes: 0 };
        let tally = Tally { operations, entries: 0, bytes_read: 0, bytes_written: 0, charge };
        Counted { use_case: name.to_owned(), tally }
    }

    #[test]
    fn a_month_is_thirty_days_of_what_a_day_has() {
        let each: Vec<Counted> = DAY.iter().map(|(name, _)| counted(name, 1.0)).collect();
        let often: u32 = DAY.iter().map(|(_, often)| often).sum();
        let (table, a_second) = table(&each).expect("all are counted");
        assert!(table.to_string().contains(&thousands(u64::from(often) * 30)));
        assert_eq!(a_second, format!("{:.2}", f64::from(often) / 86_400.0));
        assert!(super::table(&each[1..]).is_err(), "what was not counted is not taken for nothing");
    }
}
