//! What an operation costs in Cosmos DB, in request units: the published figures, and between them as few of our own as
//! will do.
//!
//! Published by Microsoft:
//! - reading an item by its id: 1 RU for 1 KB, 10 RU for 100 KB ("Optimize request cost in Azure Cosmos DB");
//! - inserting an item of 1 KB without indexes: about 5.5 RU, and replacing it twice that (the same page); writing one of
//!   100 KB without indexes: 50 RU ("Azure Cosmos DB as a key value store – cost overview", which says 5 RU for 1 KB, and
//!   counts deleting among the writes);
//! - with strong consistency every read, by id or by query, costs twice that ("Optimize request cost …");
//! - a query that answers a thousand items of 1 KB costs 1,000 RU (the same page).
//!
//! Ours, where only the direction is published:
//! - between and beyond 1 KB and 100 KB the charge grows evenly, and nothing is cheaper than 1 KB;
//! - a query costs [`QUERY`] before its first item, for each physical partition that it asks; there is one of those, as
//!   long as the state is below 50 GB and 10,000 RU/s;
//! - a query's item costs what reading it by its id costs;
//! - each entry in an index costs [`ENTRY`];
//! - deleting costs what inserting did, and a batch costs what its writes cost one by one.
//!
//! Each leans to the dear side: the one query whose charge the pages tell costs less than this says (see the tests).

/// Strong consistency: two replicas are asked.
const STRONG: f64 = 2.0;

/// Before the first item.
const QUERY: f64 = 2.3;

/// One value of one indexed path.
const ENTRY: f64 = 0.5;

/// Reading 1 KB, and 100 KB.
const READ: (f64, f64) = (1.0, 10.0);

/// Inserting 1 KB, and 100 KB.
const INSERT: (f64, f64) = (5.5, 50.0);

/// Reading an item by its id; one that isn't there costs what the smallest does.
pub(super) fn read(bytes: u32) -> f64 {
    STRONG * sized(READ, bytes)
}

/// A query on one physical partition that loads items of these sizes.
pub(super) fn query(items: impl IntoIterator<Item = u32>) -> f64 {
    let items: f64 = items.into_iter().map(|bytes| sized(READ, bytes)).sum();
    STRONG * (QUERY + items)
}

/// Inserting an item with so many entries in indexes.
pub(super) fn insert(bytes: u32, entries: u32) -> f64 {
    sized(INSERT, bytes) + ENTRY * f64::from(entries)
}

/// Replacing an item by one of this size.
pub(super) fn replace(bytes: u32, entries: u32) -> f64 {
    2.0 * insert(bytes, entries)
}

/// Deleting an item.
pub(super) fn delete(bytes: u32, entries: u32) -> f64 {
    insert(bytes, entries)
}

/// On the line through what 1 KB and what 100 KB cost.
fn sized((one, hundred): (f64, f64), bytes: u32) -> f64 {
    let kilobytes = (f64::from(bytes) / 1024.0).max(1.0);
    one + (hundred - one) * (kilobytes - 1.0) / 99.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const KB: u32 = 1024;

    fn near(charge: f64, told: f64) -> bool {
        (charge - told).abs() < 0.05
    }

    #[test]
    fn the_published_charges_are_met() {
        assert!(near(read(KB), 2.0 * 1.0) && near(read(100 * KB), 2.0 * 10.0));
        assert!(near(insert(KB, 0), 5.5) && near(insert(100 * KB, 0), 50.0));
        assert!(near(replace(KB, 0), 11.0));
    }

    #[test]
    fn nothing_is_cheaper_than_a_kilobyte() {
        assert!(near(read(0), read(KB)) && near(insert(1, 0), insert(KB, 0)));
        assert!(read(KB + 1) > read(KB));
    }

    /// "Measure point operation cost" tells 7.05 RU for an item with three properties, all of them indexed.
    #[test]
    fn an_entry_costs_what_it_does_in_the_published_example() {
        assert!(near(insert(300, 3), 7.05));
    }

    /// "Optimize request cost …" tells 3.19 RU for a query that loads one item of 9,963 bytes with session consistency.
    #[test]
    fn a_query_costs_no_less_than_in_the_published_example() {
        let charge = query([9_963]) / STRONG;
        assert!(charge > 3.19 && charge < 3.19 * 1.5, "{charge}");
    }
}
