//! The section of the page about Cosmos DB, and putting it in place of the one before.

use anyhow::{Context as _, Result};

use super::{CosmosFigures, month};
use crate::bench::markdown::{Table, megabytes, millis, thousands};
use crate::bench::quantile;

const HEAD: &str = "## On Cosmos DB\n";

/// What stands behind it.
const NEXT: &str = "## Again\n";

/// The section.
pub(in crate::bench) fn write(figures: &CosmosFigures) -> Result<String> {
    let machine = &figures.machine;
    let (month, a_second) = month::table(&figures.use_cases)?;
    Ok(format!(
        "{HEAD}\n\
         Of {}, on {}, {} cores, {}; load average before: {}.\n\n\
         {}\n{USE_CASES}\n{FORMULA}\n{month}\n\
         Made up: 20 incidents a day with five repeats and two notes each, a quarter of them unanswered for a step; the timer\n\
         every 15 s; technicians who look, and a wall that asks for the list of 60 open ones every two minutes. That is {a_second} RU/s\n\
         over the month. The idle ticks are the same for all tenants of a container together, and for any number of open incidents.\n\n\
         {}",
        machine.date,
        machine.processor,
        machine.cores,
        machine.rustc,
        machine.load,
        use_cases(figures),
        starts(figures)
    ))
}

const USE_CASES: &str = "\
Counted at the document port, on the demo MSP (one schedule of two people, a policy of two steps, mail, PSA and event bus),
from the request until nothing follows from it any more: an alert that opens is done when its mail is out and written down
and its event is published, an acknowledge when the PSA has its ticket. Everything by the API reads who asks, and that
person's tenant (two point reads). \"Over all\" is a query over all partitions, which only timers make; an idle tick is one
of them. \"Rows\" is what queries load; \"entries\" is what is written into indexes, the partition's among them; sizes are
those of the items in Cosmos DB. The incident list is the newest 50 of 60 open ones. SQLite is asked exactly the same.
`tests/acceptance/cloud/budget.rs` fails when a use-case needs more operations than this, and when an idle tick needs more
with 20 tenants and 200 open incidents than with none.
";

const FORMULA: &str = "\
Request units are computed, not measured: what the emulator charges is a model of sizes, no price list. Published by
Microsoft: reading 1 KB by id costs 1 RU and 100 KB 10 RU; with strong consistency, which On-Call needs, every read and
query costs twice that; inserting 1 KB without indexes costs about 5.5 RU, and replacing it twice as much (\"Optimize
request cost in Azure Cosmos DB\"); writing 100 KB without indexes costs 50 RU (\"Azure Cosmos DB as a key value store –
cost overview\"). Our own, to the dear side: what lies between grows evenly, and nothing costs less than 1 KB; a query
costs 2.3 RU before its first row (twice that with strong consistency), on one physical partition, and each row what
reading it by id would; an entry in an index costs 0.5 RU (from the 7.05 RU that \"Measure point operation cost\" tells of an
item with three); deleting costs what inserting did; a batch costs what its writes do. An account of one's own tells the
charge of every operation: at `ONCALL_LOG=debug` in the log, else in Application Insights.
";

fn use_cases(figures: &CosmosFigures) -> Table {
    let mut table = Table::new(&[
        "use-case", "reads", "queries", "over all", "rows", "commits", "writes", "entries", "read",
        "written", "RU",
    ]);
    for counted in &figures.use_cases {
        let tally = &counted.tally;
        let asked = &tally.operations;
        let counts = [
            asked.reads,
            asked.queries,
            asked.wide_queries,
            asked.rows,
            asked.commits,
            asked.writes,
            tally.entries,
        ];
        let counts = counts.map(|count| thousands(count.into())).into_iter();
        let sizes = [kilobytes(tally.bytes_read), kilobytes(tally.bytes_written)];
        let charge = format!("{:.1}", tally.charge);
        table.row(counted.use_case.clone(), counts.chain(sizes).chain([charge]));
    }
    table
}

/// Kilobytes of 1,024 bytes, as Cosmos DB counts them.
fn kilobytes(bytes: u64) -> String {
    let tenths = (bytes * 10 + 512) / 1024;
    format!("{}.{} KB", thousands(tenths / 10), tenths % 10)
}

fn starts(figures: &CosmosFigures) -> String {
    let mut table = Table::new(&["start, with Azure linked in", "median", "90 % within"]);
    for start in &figures.starts {
        table.row(start.name.clone(), [millis(quantile(&start.times, 5)), millis(quantile(&start.times, 9))]);
    }
    format!(
        "{table}\n\
         {} starts each, those under the host on the emulator, in a process of its own on loopback, with the demo tenant in it. The\n\
         host takes a process for ready when `GET /` answers; nothing far away is waited for before that. `GET /api/health`\n\
         answers 200 as soon as the state can be read, which has the client's connection and its look at the container in it.\n\
         The binary has {}.\n",
        figures.starts.first().map_or(0, |start| start.times.len()),
        megabytes(figures.binary)
    )
}

/// The page with this section in place of its own, or before the last one where it has none.
pub(in crate::bench) fn replace_in(page: &str, section: &str) -> Result<String> {
    let next = page.find(NEXT).context("the page has no end that is known")?;
    let start = page.find(HEAD).unwrap_or(next);
    Ok(format!("{}{section}\n{}", &page[..start], &page[next..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_takes_the_place_of_the_one_before() {
        let page = "# Benchmarks\n\n## Start\n\nfast\n\n## Again\n\nrun it\n";
        let first = replace_in(page, "## On Cosmos DB\n\nold\n").expect("a page");
        assert_eq!(
            first,
            "# Benchmarks\n\n## Start\n\nfast\n\n## On Cosmos DB\n\nold\n\n## Again\n\nrun it\n"
        );
        let second = replace_in(&first, "## On Cosmos DB\n\nnew\n").expect("a page");
        assert_eq!(second, first.replace("old", "new"));
        assert!(replace_in("# Another page\n", "").is_err());
    }

    #[test]
    fn kilobytes_are_to_a_tenth() {
        assert_eq!([0, 512, 1024, 91_766].map(kilobytes), ["0.0 KB", "0.5 KB", "1.0 KB", "89.6 KB"]);
    }
}
