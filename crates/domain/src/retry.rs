//! When to try again.

use chrono::TimeDelta;

/// How long to wait after the `attempts`-th failure (from 1): `first`, doubled each time, at most `cap`.
pub fn backoff(attempts: u32, first: TimeDelta, cap: TimeDelta) -> TimeDelta {
    let doublings = attempts.saturating_sub(1).min(16);
    first.checked_mul(1_i32 << doublings).map_or(cap, |wait| wait.min(cap))
}

/// A wait made up to a fifth longer, by whose it is: what failed together isn't tried again together.
pub fn spread(wait: TimeDelta, whose: &str) -> TimeDelta {
    // FNV-1a, which tells names apart that differ in a letter.
    let hash =
        whose.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let percent = i32::try_from(hash % 21).unwrap_or_default();
    wait + wait * percent / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_together_is_tried_again_one_after_the_other() {
        let minute = TimeDelta::minutes(1);
        let waits: std::collections::BTreeSet<_> =
            (0..50).map(|n| spread(minute, &format!("inc_{n}")).num_milliseconds()).collect();
        assert!(waits.len() > 10, "{waits:?}");
        assert!(waits.iter().all(|wait| (60_000..=72_000).contains(wait)), "{waits:?}");
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits: Vec<_> = (1..=6)
            .map(|n| backoff(n, TimeDelta::seconds(10), TimeDelta::seconds(120)).num_seconds())
            .collect();
        assert_eq!(waits, [10, 20, 40, 80, 120, 120]);
        assert_eq!(backoff(u32::MAX, TimeDelta::seconds(10), TimeDelta::seconds(120)).num_seconds(), 120);
    }
}
