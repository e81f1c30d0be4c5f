//! Two overrides that stand never speak of one person at one time.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::drawn::{config, odd_days, overrides};
use crate::schedule::{Override, OverrideState};

fn pairs() -> impl Strategy<Value = (Override, Override)> {
    odd_days().prop_flat_map(|(_, middle)| (overrides(middle), overrides(middle)))
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn two_approved_clash_both_ways_or_not_at_all((mut one, mut other) in pairs()) {
        (one.state, other.state) = (OverrideState::Approved, OverrideState::Approved);
        prop_assert_eq!(one.clashes(&other), other.clashes(&one));
        prop_assert!(!one.clashes(&one), "nor with itself");
    }

    #[test]
    fn two_that_count_and_do_not_clash_never_concern_one_person_at_once((one, other) in pairs()) {
        let share = one.kind.people().iter().any(|person| other.kind.people().contains(person));
        if one.counts() && other.counts() && share && !one.clashes(&other) {
            let mut at = one.starts;
            while at < one.ends {
                prop_assert!(!(other.starts <= at && at < other.ends), "{}", at);
                at += TimeDelta::minutes(30);
            }
        }
    }

    #[test]
    fn a_request_stands_in_the_way_of_requests_only((one, other) in pairs()) {
        let state = |state| Override { state, ..other.clone() };
        let [pending, approved, rejected] =
            [OverrideState::Pending, OverrideState::Approved, OverrideState::Rejected].map(state);
        let asked = Override { state: OverrideState::Pending, ..one.clone() };
        let agreed = Override { state: OverrideState::Approved, ..one };
        prop_assert!(!agreed.clashes(&pending) && !agreed.clashes(&rejected) && !asked.clashes(&rejected));
        prop_assert!(!rejected.clashes(&agreed) && !rejected.clashes(&asked));
        prop_assert_eq!(asked.clashes(&approved), agreed.clashes(&approved));
        prop_assert_eq!(asked.clashes(&pending), agreed.clashes(&approved));
    }
}
