//! When to try again.

use chrono::TimeDelta;

/// How long to wait after the `attempts`-th failure (from 1): `first`, doubled each time, at most `cap`.
pub fn backoff(attempts: u32, first: TimeDelta, cap: TimeDelta) -> TimeDelta {
    let doublings = attempts.saturating_sub(1).min(16);
    first.checked_mul(1_i32 << doublings).map_or(cap, |wait| wait.min(cap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits: Vec<_> = (1..=6)
            .map(|n| backoff(n, TimeDelta::seconds(10), TimeDelta::seconds(120)).num_seconds())
            .collect();
        assert_eq!(waits, [10, 20, 40, 80, 120, 120]);
        assert_eq!(backoff(u32::MAX, TimeDelta::seconds(10), TimeDelta::seconds(120)).num_seconds(), 120);
    }
}
