//! Tables that read well both in a terminal and as a page, and the forms of numbers in them.

use std::fmt;
use std::time::Duration;

/// A table; its first column is text, the others are figures.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub(super) fn row(&mut self, name: impl Into<String>, figures: impl IntoIterator<Item = String>) {
        self.rows.push(std::iter::once(name.into()).chain(figures).collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..n_columns).map(|column| width(column).max(3)).collect();
        for (index, row) in self.rows.iter().enumerate() {
            write!(f, "|")?;
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if column == 0 {
                    write!(f, " {cell:<width$} |")?;
                } else {
                    write!(f, " {cell:>width$} |")?;
                }
            }
            writeln!(f)?;
            if index == 0 {
                write!(f, "| {} |", "-".repeat(widths[0]))?;
                widths[1..].iter().try_for_each(|width| write!(f, " {}: |", "-".repeat(width - 1)))?;
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// `1,234,567`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds, to 10 µs.
pub(super) fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// Microseconds, to 100 ns.
pub(super) fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

/// How often something that takes so long fits into a second.
pub(super) fn rate(each: Duration) -> String {
    thousands((1_000_000_000 / each.as_nanos().max(1)).try_into().unwrap_or(u64::MAX))
}

/// Megabytes of 10⁶ bytes.
pub(super) fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", thousands(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let grouped = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(grouped, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(megabytes(1_234_560_000), "1,234.6 MB");
        assert_eq!(millis(Duration::from_micros(12_345)), "12.35 ms");
        assert_eq!(
            (micros(Duration::from_nanos(7_990)), rate(Duration::from_micros(8))),
            ("8.0 µs".into(), "125,000".into())
        );
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["what", "time"]);
        table.row("a tick", ["1 ms".to_owned()]);
        table.row("b", ["12.50 ms".to_owned()]);
        let lines =
            "| what   |     time |\n| ------ | -------: |\n| a tick |     1 ms |\n| b      | 12.50 ms |\n";
        assert_eq!(table.to_string(), lines);
    }
}
