//! What the picture shows, before it is cut into bands: every row with its blocks.
//!
//! Invariant: a person has the same tint in every row.

use chrono::{DateTime, FixedOffset};

use super::super::overrides::{OverrideRow, Person};
use super::super::{Gap, SchedulePage, Shift};

/// How many tints tell people apart.
const TINTS: usize = 8;

/// A row before it is cut into bands.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) blocks: Vec<Block>,
}

pub(super) struct Block {
    pub(super) starts: DateTime<FixedOffset>,
    pub(super) ends: DateTime<FixedOffset>,
    pub(super) class: String,
    pub(super) title: String,
    pub(super) name: String,
    pub(super) short_name: String,
    pub(super) initials: String,
    pub(super) link: Option<String>,
}

/// Every row of the page, top to bottom.
pub(super) fn rows(page: &SchedulePage) -> Vec<Row> {
    let tints = Tints::of(page);
    let shift_blocks = |shifts: &[Shift]| -> Vec<Block> {
        shifts.iter().map(|shift| block_of_shift(page, shift, &tints)).collect()
    };
    let layers = page.layers.iter().map(|layer| Row {
        name: layer.name.clone(),
        class: "layer",
        blocks: shift_blocks(&layer.shifts),
    });
    let overrides = page.overrides.iter().map(|row| block_of_override(page, row, &tints)).collect();
    let mut last = shift_blocks(&page.shifts);
    last.extend(page.gaps.iter().map(|gap| block_of_gap(page, gap)));
    layers
        .chain([
            Row { name: "Overrides".to_owned(), class: "overrides", blocks: overrides },
            Row { name: "Final schedule".to_owned(), class: "final", blocks: last },
        ])
        .collect()
}

fn block_of_shift(page: &SchedulePage, shift: &Shift, tints: &Tints<'_>) -> Block {
    let when = page.when(&shift.starts, &shift.ends);
    Block {
        starts: shift.starts,
        ends: shift.ends,
        class: tints.class(&shift.person.id),
        title: format!("{}, {when}: {}", shift.person.name, shift.why),
        name: shift.person.name.clone(),
        short_name: shift.person.first_name().to_owned(),
        initials: shift.person.initials(),
        link: None,
    }
}

fn block_of_override(page: &SchedulePage, row: &OverrideRow, tints: &Tints<'_>) -> Block {
    let tint = row.change.comes_on().map_or_else(|| "off".to_owned(), |person| tints.class(&person.id));
    let pending = if row.is_pending() { " pending" } else { "" };
    let when = page.layout.period(&row.starts, &row.ends);
    let reason = row.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let sentence = row.change.sentence();
    Block {
        starts: row.starts,
        ends: row.ends,
        class: format!("{tint}{pending}"),
        title: format!(
            "{sentence}, {when}: {} by {}{reason}",
            row.standing.label().to_lowercase(),
            row.made_by
        ),
        name: sentence,
        short_name: row.change.short(),
        initials: row.change.comes_on().map_or_else(String::new, Person::initials),
        link: None,
    }
}

fn block_of_gap(page: &SchedulePage, gap: &Gap) -> Block {
    let link = page.fill(gap);
    let title = format!("Nobody is on call {}", page.when(&gap.starts, &gap.ends));
    let (name, short_name) = if link.is_some() { ("Gap: fill", "Fill") } else { ("Gap", "Gap") };
    Block {
        starts: gap.starts,
        ends: gap.ends,
        class: "gap".to_owned(),
        title,
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        initials: "!".to_owned(),
        link,
    }
}

/// Which tint stands for whom, in the order in which people appear.
struct Tints<'a>(Vec<&'a str>);

impl<'a> Tints<'a> {
    fn of(page: &'a SchedulePage) -> Self {
        let layers = page.layers.iter().flat_map(|layer| &layer.shifts);
        let shifts = layers.chain(&page.shifts).map(|shift| &shift.person);
        let overrides = page.overrides.iter().filter_map(|row| row.change.comes_on());
        let mut known: Vec<&str> = Vec::new();
        for person in shifts.chain(overrides) {
            if !known.contains(&person.id.as_str()) {
                known.push(&person.id);
            }
        }
        Self(known)
    }

    fn class(&self, id: &str) -> String {
        let index = self.0.iter().position(|known| *known == id).unwrap_or_default();
        format!("tint-{}", index % TINTS)
    }
}
