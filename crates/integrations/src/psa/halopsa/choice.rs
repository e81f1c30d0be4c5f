//! Which of HaloPSA's entries is meant by ours: by the name that the mapping gives, else by the usual words.
//!
//! Invariant: a choice is made among what HaloPSA has; nothing is numbered here, except that priorities without any usual
//! name count from 1 to 4.

use domain::severity::Severity;

use super::lists::{Entry, named};

/// The priority for a severity: as mapped, else the one called P1 to P4, else the one called by the usual word, else by
/// number. Of the priorities of several SLAs only the first one's are guessed at: it is the one that tickets have by default.
pub(super) fn priority<'a>(
    entries: &'a [Entry],
    mapped: Option<&str>,
    severity: Severity,
) -> Option<&'a Entry> {
    let rank = severity.psa_priority();
    let (words, id): (&[&str], i64) = match rank {
        "P1" => (&["critical", "urgent"], 1),
        "P2" => (&["high"], 2),
        "P3" => (&["medium", "normal", "moderate"], 3),
        _ => (&["low"], 4),
    };
    let sla = entries.first().and_then(|first| first.sla);
    let find = |fits: &dyn Fn(&Entry) -> bool| entries.iter().find(|entry| entry.sla == sla && fits(entry));
    mapped
        .and_then(|name| named(entries, name))
        .or_else(|| find(&|entry| says(entry, &[rank])))
        .or_else(|| find(&|entry| says(entry, words)))
        .or_else(|| find(&|entry| entry.id == id))
}

/// The outcomes that a private note may be written with, the best first: the one in the settings, else those that are
/// called a private or internal note, else any note, else an update.
pub(super) fn note_outcomes<'a>(entries: &'a [Entry], wanted: Option<&str>) -> Vec<&'a Entry> {
    let rank = |entry: &Entry| {
        if wanted.is_some_and(|wanted| entry.is_called(wanted)) {
            return Some(0);
        }
        let (note, hidden) = (says(entry, &["note", "notes"]), says(entry, &["private", "internal"]));
        match (note, hidden) {
            (true, true) => Some(1),
            (true, false) => Some(2),
            (false, _) if says(entry, &["update"]) => Some(3),
            (false, _) => None,
        }
    };
    let mut fit: Vec<(u8, &Entry)> = entries.iter().filter_map(|entry| Some((rank(entry)?, entry))).collect();
    fit.sort_by_key(|(rank, _)| *rank);
    fit.into_iter().map(|(_, entry)| entry).collect()
}

/// Whether one of its names has one of these words in it.
fn says(entry: &Entry, words: &[&str]) -> bool {
    entry.names.iter().any(|name| {
        let mut own = name.split(|letter: char| !letter.is_alphanumeric());
        own.any(|own| words.iter().any(|word| own.eq_ignore_ascii_case(word)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(names: &[(i64, &str)]) -> Vec<Entry> {
        let entry = |(id, name): &(i64, &str)| Entry {
            id: *id,
            names: vec![(*name).to_owned()],
            sla: None,
            off: false,
        };
        names.iter().map(entry).collect()
    }

    #[test]
    fn a_priority_is_chosen_as_mapped_then_by_rank_by_word_and_by_number() {
        let words = entries(&[(11, "Critical"), (12, "High"), (13, "Medium"), (14, "Low")]);
        let ranks = entries(&[(5, "P2 - Hoch"), (6, "P1 - Kritisch"), (1, "Low"), (8, "P3"), (9, "P4")]);
        let other = entries(&[(1, "Rot"), (2, "Gelb"), (3, "Blau"), (4, "Grau"), (9, "Sofort")]);
        for (list, mapped, severity, id) in [
            (&words, None, Severity::Critical, Some(11)),
            (&words, None, Severity::Medium, Some(13)),
            (&words, None, Severity::Info, Some(14)),
            (&words, Some("high "), Severity::Critical, Some(12)),
            (&words, Some("gone"), Severity::Critical, Some(11)),
            (&ranks, None, Severity::Critical, Some(6)),
            (&ranks, None, Severity::High, Some(5)),
            (&ranks, None, Severity::Low, Some(9)),
            (&other, None, Severity::High, Some(2)),
            (&other, Some("Sofort"), Severity::High, Some(9)),
            (&Vec::new(), None, Severity::High, None),
        ] {
            assert_eq!(priority(list, mapped, severity).map(|entry| entry.id), id, "{mapped:?} {severity}");
        }
    }

    #[test]
    fn of_several_slas_only_the_first_is_guessed_at() {
        let mut list = entries(&[(1, "Critical"), (2, "High"), (51, "P1"), (52, "Sofort")]);
        for entry in &mut list {
            entry.sla = Some(if entry.id > 50 { 5 } else { 1 });
        }
        assert_eq!(priority(&list, None, Severity::Critical).map(|entry| entry.id), Some(1));
        assert_eq!(priority(&list, Some("Sofort"), Severity::Critical).map(|entry| entry.id), Some(52));
    }

    #[test]
    fn a_note_is_written_with_the_outcome_in_the_settings_else_with_the_most_private_one() {
        let list =
            entries(&[(1, "Email User"), (2, "Update"), (3, "Note"), (7, "Private Note"), (9, "On-Call")]);
        let ids = |wanted| note_outcomes(&list, wanted).iter().map(|entry| entry.id).collect::<Vec<_>>();
        assert_eq!(ids(None), [7, 3, 2]);
        assert_eq!(ids(Some("on-call")), [9, 7, 3, 2]);
        assert_eq!(ids(Some("gone")), [7, 3, 2]);
    }
}
