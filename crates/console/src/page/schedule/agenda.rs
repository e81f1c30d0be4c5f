//! The final schedule as a plain list: shifts and gaps in the order of their starts.

use super::{Gap, Shift};

/// One line of the list.
#[derive(Debug)]
pub(super) enum Entry<'a> {
    Shift(&'a Shift),
    Gap(&'a Gap),
}

/// Shifts and gaps, by start.
pub(super) fn agenda<'a>(shifts: &'a [Shift], gaps: &'a [Gap]) -> Vec<Entry<'a>> {
    let shifts = shifts.iter().map(|shift| (shift.starts, Entry::Shift(shift)));
    let gaps = gaps.iter().map(|gap| (gap.starts, Entry::Gap(gap)));
    let mut entries: Vec<_> = shifts.chain(gaps).collect();
    entries.sort_by_key(|(starts, _)| *starts);
    entries.into_iter().map(|(_, entry)| entry).collect()
}
