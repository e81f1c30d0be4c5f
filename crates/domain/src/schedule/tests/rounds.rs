//! The next turns of a layer.

use super::*;

/// Each turn as `number name start-end` on the schedule's wall clock.
fn next(schedule: &Schedule, from: &str, most: usize) -> Vec<String> {
    let clock = |at: DateTime<Utc>| at.with_timezone(&schedule.zone).format("%m-%d %H:%M").to_string();
    let told = |turn: &UpcomingTurn| {
        let name = turn.user.as_ref().map_or("-", |user| &user.as_str()[4..]);
        format!("{} {name} {} to {}", turn.number, clock(turn.starts), clock(turn.ends))
    };
    schedule.next_turns(&schedule.layers[0], at(from), most).iter().map(told).collect()
}

#[test]
fn the_running_turn_and_those_after_it_with_empty_places() {
    let mut weekly = weekly();
    turns(&mut weekly.layers[0]).participants = places(&["ann", "-"]);
    assert_eq!(
        next(&weekly, "2026-06-03T00:00:00Z", 3),
        [
            "0 ann 06-02 19:00 to 06-08 09:00",
            "1 - 06-08 09:00 to 06-15 09:00",
            "2 ann 06-15 09:00 to 06-22 09:00"
        ]
    );
    assert_eq!(next(&weekly, "2026-05-01T00:00:00Z", 1), ["0 ann 06-01 09:00 to 06-08 09:00"]);
    assert!(next(&weekly, "2026-06-03T00:00:00Z", 0).is_empty());
}

#[test]
fn a_turn_of_several_windows_is_one_from_the_first_to_the_last() {
    let mut weekly = weekly();
    weekly.layers[0].restrictions = vec![window(&[], "09:00", "17:00")];
    weekly.layers[0].ends = Some(at("2026-06-10T17:00:00Z"));
    assert_eq!(
        next(&weekly, "2026-06-01T00:00:00Z", 10),
        ["0 ann 06-01 09:00 to 06-07 17:00", "1 bob 06-08 09:00 to 06-10 12:00"]
    );
}

#[test]
fn turns_in_which_the_layer_is_not_active_are_left_out() {
    let mut weekends =
        layer("weekends", (1, RotationUnit::Days), "2026-06-01T00:00:00", &["ann", "bob", "cid"]);
    weekends.restrictions = vec![window(&[Weekday::Sat, Weekday::Sun], "10:00", "12:00")];
    let mut weekends = schedule(Tz::UTC, vec![weekends]);
    let from = "2026-06-01T00:00:00Z";
    let by_clock = ["5 cid 06-06 10:00 to 06-06 12:00", "6 ann 06-07 10:00 to 06-07 12:00"];
    assert_eq!(next(&weekends, from, 2), by_clock);
    turns(&mut weekends.layers[0]).counting = Counting::ActivePeriods;
    let by_active_periods = ["5 ann 06-06 10:00 to 06-06 12:00", "6 bob 06-07 10:00 to 06-07 12:00"];
    assert_eq!(next(&weekends, from, 2), by_active_periods);
    weekends.layers[0].restrictions = vec![window(&[Weekday::Sat], "10:00", "12:00")];
    weekends.layers[0].ends = Some(at("2026-06-05T00:00:00Z"));
    assert!(next(&weekends, from, 2).is_empty());
}

#[test]
fn a_turn_that_is_taken_over_is_told_in_two() {
    let mut weekly = weekly();
    assert!(weekly.plan_leave(0, &user("ann"), at("2026-06-03T14:00:00Z")));
    assert_eq!(
        next(&weekly, "2026-06-01T14:00:00Z", 3),
        [
            "0 ann 06-01 09:00 to 06-03 09:00",
            "0 bob 06-03 09:00 to 06-08 09:00",
            "1 bob 06-08 09:00 to 06-15 09:00"
        ]
    );
}
