//! What is wrong with who is on call.

use console::coverage_gaps::FindingKind;

use crate::sample::posts_to;
use crate::sample::rota::{finding, gaps, on};

const FILL: &str = "/app/coverage-gaps/fnd_1/fill";

#[test]
fn a_finding_says_what_when_in_its_zone_since_when_and_what_to_do() {
    let html = gaps(vec![finding("fnd_1", FindingKind::Gap)]).render().unwrap();
    for words in [
        "<title>(1) Gaps",
        "Nights has nobody on call",
        "Mon 23 Nov, 09:00 to 21:00",
        "Europe/Vienna",
        "First seen",
        "12 min ago",
        "Put somebody on call with an override.",
        "href=\"/app/schedules/sch_1?from=2026-11-23&#38;days=14\"",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
}

#[test]
fn what_runs_now_says_so() {
    let mut row = finding("fnd_1", FindingKind::Gap);
    row.starts = on(20, "22:00");
    let html = gaps(vec![row]).render().unwrap();
    assert!(html.contains("<strong class=\"nobody\">Now</strong>, since Fri 20 Nov, 22:00 until"), "{html}");
}

#[test]
fn findings_are_grouped_by_kind_the_worst_first() {
    let kinds = [FindingKind::EmptyStep, FindingKind::TimeOff, FindingKind::Unreachable, FindingKind::Gap];
    let html = gaps(kinds.map(|kind| finding("fnd_1", kind)).to_vec()).render().unwrap();
    let heads = [">Nobody on call", ">On call, but", ">On call during time off", ">Escalation steps"];
    let places = heads.map(|head| html.find(head));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {html}");
    assert!(!gaps(Vec::new()).render().unwrap().contains("Nobody on call"));
}

#[test]
fn a_finding_is_filled_by_choosing_a_person() {
    let html = gaps(vec![finding("fnd_1", FindingKind::Gap)]).render().unwrap();
    assert!(posts_to(&html, FILL));
    for words in [
        "<label for=\"who-fnd_1\">Who takes it</label>",
        "<optgroup label=\"On this schedule\">",
        "<option value=\"usr_3\">Olivia Owner</option>",
        "name=\"reason\"",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    let mut row = finding("fnd_1", FindingKind::EmptyStep);
    (row.fill, row.schedule_id) = (None, None);
    let html = gaps(vec![row]).render().unwrap();
    assert!(!posts_to(&html, FILL) && !html.contains("See the schedule"));
}

#[test]
fn only_whoever_may_scan_is_offered_to() {
    let mut page = gaps(Vec::new());
    assert!(posts_to(&page.render().unwrap(), "/app/coverage-gaps/scan"));
    page.can_scan = false;
    assert!(!posts_to(&page.render().unwrap(), "/app/coverage-gaps/scan"));
}

#[test]
fn nothing_found_and_never_looked_are_not_the_same() {
    let mut page = gaps(Vec::new());
    assert!(page.render().unwrap().contains("Nothing is wrong"));
    (page.scanned_at, page.until) = (None, None);
    let html = page.render().unwrap();
    assert!(
        html.contains("No scan yet")
            && html.contains("Not scanned yet")
            && !html.contains("Nothing is wrong")
    );
}

#[test]
fn what_was_left_out_is_said() {
    let mut page = gaps(vec![finding("fnd_1", FindingKind::Gap)]);
    page.left_out = 7;
    assert!(page.render().unwrap().contains("And 7 more, later than these."));
}
