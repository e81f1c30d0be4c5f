//! One schedule.

use console::schedule::{Change, Entered, FormField, FormProblem, OverrideKind, SchedulePage, Standing};

use crate::sample::posts_to;
use crate::sample::rota::{ann, bo, change, on, page, request, shift};

const MAKE: &str = "/app/schedules/sch_1/overrides";

fn html(edit: impl FnOnce(&mut SchedulePage)) -> String {
    let mut page = page();
    edit(&mut page);
    page.render().unwrap()
}

fn for_member(page: &mut SchedulePage) {
    page.form.as_mut().unwrap().kinds = vec![OverrideKind::HandOff, OverrideKind::Cover];
}

/// The picture's row of that name, up to the next one.
fn row<'a>(html: &'a str, name: &str) -> &'a str {
    let (_, rest) = html.split_once(&format!(">{name}</text>")).unwrap_or_else(|| panic!("{name} in {html}"));
    rest.split_once("<text class=\"name").map_or(rest, |(row, _)| row)
}

#[test]
fn the_picture_has_a_row_for_each_layer_the_overrides_and_the_final_schedule() {
    let html = html(|_| {});
    let rows = ["Weekly", "Overrides", "Final schedule"].map(|name| html.find(&format!(">{name}</text>")));
    assert!(rows.iter().all(Option::is_some) && rows.is_sorted(), "{rows:?}");
}

#[test]
fn every_block_says_who_when_and_why() {
    let html = html(|_| {});
    let last = row(&html, "Final schedule");
    assert!(
        last.contains("<title>Bo Chen, until Mon 23 Nov, 09:00: turn 3 of the layer Weekly</title>"),
        "{last}"
    );
    assert!(
        last.contains("<title>Ann Lee, from Mon 23 Nov, 21:00 on: turn 3 of the layer Weekly</title>"),
        "{last}"
    );
    let overrides = row(&html, "Overrides");
    for words in [
        "Bo Chen for Ann Lee, Tue 24 Nov, 18:00 to Wed 25 Nov, 08:00: agreed by Olivia Owner (school play)",
        "Bo Chen joins",
        "Ann Lee is off",
        "Bo Chen asks to be covered",
    ] {
        assert!(overrides.contains(words), "{words} in {overrides}");
    }
}

#[test]
fn a_place_in_the_picture_is_a_share_of_the_days() {
    let html = html(|_| {});
    // Two days and nine hours of seven days.
    let first = row(&html, "Final schedule");
    assert!(first.contains("x=\"0.000%\"") && first.contains("width=\"33.928%\""), "{first}");
    // Twelve hours after them.
    assert!(first.contains("x=\"33.928%\"") && first.contains("width=\"7.143%\""), "{first}");
}

#[test]
fn people_on_call_at_once_stand_below_each_other_and_keep_their_tint() {
    let html = html(|page| {
        let mut both = page.shifts[0].clone();
        both.person = ann();
        page.shifts.insert(1, both);
    });
    let last = row(&html, "Final schedule");
    let places = |class: &str| -> Vec<&str> {
        let blocks = last.split("<svg class=\"block").skip(1).filter(|block| block.contains(class));
        blocks.filter_map(|block| block.split("y=\"").nth(1)?.split('"').next()).collect()
    };
    let (bo, ann) = (places("tint-0"), places("tint-1"));
    assert_eq!((bo.len(), ann.len()), (1, 2), "{last}");
    assert_ne!(bo[0], ann[0]);
    assert_eq!(bo[0], ann[1], "a lane that is free again is used");
}

#[test]
fn weekends_today_and_now_are_marked() {
    let html = html(|_| {});
    assert_eq!(html.matches("class=\"day weekend").count(), 2);
    assert_eq!(html.matches("class=\"day weekend today\"").count(), 1);
    assert_eq!(html.matches("<line class=\"now\"").count(), 1);
    let elsewhere = self::html(|page| page.now = on(28, "00:00"));
    assert!(!elsewhere.contains("<line class=\"now\""));
}

#[test]
fn two_weeks_are_two_bands_and_a_shift_over_both_is_in_both() {
    let html = html(|page| {
        page.days = 14;
        page.day_starts = (15..29).map(|day| on(day, "00:00")).collect();
        page.ends = on(29, "00:00");
        page.shifts = vec![shift(bo(), on(20, "09:00"), on(27, "09:00"))];
        page.gaps.clear();
    });
    assert_eq!(html.matches("<svg class=\"band\"").count(), 2);
    assert!(
        html.contains("aria-label=\"15 Nov to 21 Nov\"") && html.contains("aria-label=\"22 Nov to 28 Nov\"")
    );
    assert_eq!(html.matches("<title>Bo Chen, Fri 20 Nov, 09:00 to Fri 27 Nov, 09:00").count(), 2);
}

#[test]
fn a_gap_is_red_in_the_picture_and_the_list_and_leads_to_the_form_filled_in() {
    let html = html(|_| {});
    let fill = "/app/schedules/sch_1?from=2026-11-21&#38;days=7&#38;kind=add&#38;start=2026-11-23T09%3A00&#38;end=2026-11-23T21%3A00#override";
    assert_eq!(html.matches(&format!("<a href=\"{fill}\">")).count(), 2, "{html}");
    assert!(row(&html, "Final schedule").contains("class=\"block final gap"));
    assert!(html.contains("<strong class=\"nobody\">Nobody</strong> Mon 23 Nov, 09:00 to 21:00"), "{html}");
}

#[test]
fn a_gap_that_runs_is_filled_from_now_on_and_one_that_is_over_is_not() {
    let html = html(|page| page.gaps[0].starts = on(21, "00:00"));
    assert!(html.contains("start=2026-11-21T02%3A14"), "{html}");
    let over =
        self::html(|page| (page.gaps[0].starts, page.gaps[0].ends) = (on(21, "00:00"), on(21, "01:00")));
    assert!(!over.contains("kind=add") && over.contains("class=\"nobody\""));
}

#[test]
fn the_list_says_the_same_as_the_picture_in_order() {
    let html = html(|_| {});
    let (_, list) = html.split_once("<ol class=\"agenda\">").unwrap();
    let places = ["Bo Chen", "Nobody", "Ann Lee"].map(|words| list.find(&format!(">{words}</strong>")));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{list}");
    assert!(list.contains("turn 3 of the layer Weekly") && list.contains(">you<"));
}

#[test]
fn ones_own_shift_can_be_handed_off_and_others_be_replaced_from_the_list() {
    let html = html(|page| page.shifts[1].ends = on(27, "09:00"));
    assert!(html.contains("kind=hand_off&#38;start=2026-11-23T21%3A00"), "{html}");
    assert!(html.contains("kind=replace&#38;off=usr_2&#38;start=2026-11-21T02%3A14"), "{html}");
    let of_member = self::html(for_member);
    assert!(!of_member.contains("kind=replace"));
}

#[test]
fn a_shift_that_is_shown_in_part_is_not_offered_as_if_it_were_all_of_it() {
    let html = html(|_| {});
    assert!(!html.contains("kind=hand_off"), "Ann's shift goes on after the days: {html}");
    let earlier = self::html(|page| page.now = on(20, "12:00"));
    assert!(!earlier.contains("kind=replace"), "Bo's began before them: {earlier}");
}

#[test]
fn turns_to_come_are_told_with_empty_places() {
    let html = html(|_| {});
    assert!(html.contains("<strong>Bo Chen</strong> until Mon 23 Nov, 09:00"), "{html}");
    assert!(html.contains("<strong>Nobody</strong> Mon 23 Nov, 09:00 to 21:00"), "{html}");
}

#[test]
fn earlier_later_and_how_many_days_are_addresses() {
    let html = html(|_| {});
    for address in [
        "rel=\"prev\" href=\"/app/schedules/sch_1?from=2026-11-14&#38;days=7\"",
        "rel=\"next\" href=\"/app/schedules/sch_1?from=2026-11-28&#38;days=7\"",
        "href=\"/app/schedules/sch_1?from=2026-11-21&#38;days=7\" aria-current=\"page\"",
        "href=\"/app/schedules/sch_1?from=2026-11-21&#38;days=28\"",
    ] {
        assert!(html.contains(address), "{address} in {html}");
    }
    assert!(!html.contains(">Today</a>"));
    let later = self::html(|page| page.now = on(24, "12:00"));
    assert!(later.contains("<a href=\"/app/schedules/sch_1?from=2026-11-24&#38;days=7\">Today</a>"));
}

#[test]
fn a_request_stands_on_top_with_the_buttons_that_it_may_have() {
    let (accept, approve, reject, withdraw) = (
        "/app/overrides/ovr_9/accept",
        "/app/overrides/ovr_9/approve",
        "/app/overrides/ovr_9/reject",
        "/app/overrides/ovr_9/withdraw",
    );
    let html = html(|_| {});
    assert!(html.find("id=\"requests\"").unwrap() < html.find("id=\"timeline\"").unwrap());
    assert!([accept, approve, reject, withdraw].iter().all(|address| posts_to(&html, address)), "{html}");
    assert!(row(&html, "Overrides").contains("off pending"));
    let without = self::html(|page| {
        page.overrides = vec![request()];
        let row = &mut page.overrides[0];
        (row.may_accept, row.may_approve, row.may_reject, row.may_withdraw) = (false, false, true, false);
    });
    assert!(posts_to(&without, reject) && !posts_to(&without, accept) && !posts_to(&without, approve));
}

#[test]
fn a_request_whose_time_is_over_is_no_request_any_more() {
    let html = html(|page| page.overrides[3].ends = on(21, "01:00"));
    assert!(!html.contains("id=\"requests\""));
}

#[test]
fn an_override_that_runs_is_ended_and_one_to_come_withdrawn() {
    let with = |standing| {
        html(|page| {
            let mut row = change(Change::Add { user: bo() });
            (row.may_withdraw, row.standing) = (true, standing);
            page.overrides = vec![row];
        })
    };
    assert!(with(Standing::Approved).contains("<button>Withdraw<span"));
    let active = with(Standing::Active);
    assert!(active.contains("<button>End now<span") && active.contains("Active now"));
    assert!(posts_to(&active, "/app/overrides/ovr_1/withdraw"));
}

#[test]
fn the_form_offers_what_its_reader_may_make() {
    let html = html(|_| {});
    assert!(posts_to(&html, MAKE) && html.contains("<details id=\"override\" class=\"make\">"));
    for kind in OverrideKind::ALL {
        assert!(html.contains(&format!("name=\"kind\" value=\"{}\"", kind.name())), "{kind:?}");
    }
    assert!(
        html.contains("<optgroup label=\"On this schedule\">")
            && html.contains("By the clock in Europe/Vienna")
    );
    let of_member = self::html(for_member);
    assert!(!of_member.contains("value=\"replace\"") && !of_member.contains("name=\"off\""));
    let of_viewer = self::html(|page| page.form = None);
    assert!(!posts_to(&of_viewer, MAKE) && !of_viewer.contains("#override"));
}

#[test]
fn what_was_typed_stands_in_the_form_again_with_what_is_wrong() {
    let html = html(|page| {
        let form = page.form.as_mut().unwrap();
        form.entered = Entered {
            kind: Some(OverrideKind::Add),
            on: "usr_2".into(),
            starts: "2026-11-23T09:00".into(),
            ends: "2026-11-23T08:00".into(),
            reason: "school play".into(),
            ..Entered::default()
        };
        form.problems = vec![
            FormProblem { field: Some(FormField::End), text: "must be after the start".into() },
            FormProblem { field: None, text: "Bo is in another override.".into() },
        ];
    });
    for words in [
        "<details id=\"override\" class=\"make\" open>",
        "<li>Until: must be after the start</li>",
        "<li>Bo is in another override.</li>",
        "value=\"add\" checked>",
        "<option value=\"usr_2\" selected>",
        "value=\"2026-11-23T09:00\"",
        "value=\"school play\"",
        "aria-describedby=\"override-clock override-problems\" aria-invalid=\"true\"",
    ] {
        assert!(html.contains(words), "{words} in {html}");
    }
    assert_eq!(html.matches("aria-invalid").count(), 1);
}

#[test]
fn kinds_are_found_by_their_names_and_nothing_else_is() {
    for kind in OverrideKind::ALL {
        assert_eq!(OverrideKind::named(kind.name()), Some(kind));
    }
    assert_eq!(OverrideKind::named("swap"), None);
}
