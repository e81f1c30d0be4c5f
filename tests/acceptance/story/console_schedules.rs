//! Who is on call, in a browser: looking, handing off, being covered, filling gaps, and what is refused.

use acceptance::world::{Answer, Browser, World};
use serde_json::json;

super::stories!(
    the_pages_say_who_is_on_call_until_when_and_why,
    a_member_hands_off_a_shift_from_the_page,
    a_request_to_be_covered_is_accepted_with_a_button,
    a_manager_fills_a_gap_from_the_timeline_and_takes_it_back,
    a_time_that_the_clock_skips_or_repeats_is_asked_about,
    an_override_that_clashes_is_told_on_the_form,
    a_forged_form_changes_nothing,
    a_viewer_a_member_and_a_stranger_are_offered_and_allowed_no_more_than_theirs,
    a_finding_is_filled_on_the_page_of_gaps,
);

/// The demo's schedule.
async fn schedule(world: &mut World) -> String {
    let schedules = world.get("olivia", "/api/schedules").await;
    let id = schedules["schedules"][0]["id"].as_str().expect("an id");
    format!("/app/schedules/{id}")
}

async fn make(world: &mut World, browser: &Browser, schedule: &str, fields: &[(&str, &str)]) -> Answer {
    let page = world.visit(browser, schedule).await;
    world.press(browser, &page, &format!("{schedule}/overrides"), fields).await
}

async fn overrides(world: &mut World) -> usize {
    let overrides = world.get("olivia", "/api/overrides").await;
    overrides["overrides"].as_array().expect("overrides").len()
}

fn says(page: &Answer, words: &[&str]) {
    for words in words {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
}

/// Takes Ann and Ben off from Tuesday 18:00 to Wednesday 08:00 in Chicago.
async fn nobody_on_tuesday_night(world: &mut World, schedule: &str) {
    let id = schedule.trim_start_matches("/app/schedules/").to_owned();
    for person in ["ann", "ben"] {
        let off = json!({
            "schedule_id": id, "kind": "remove", "user_id": world.user_id(person),
            "start_at": "2026-11-25T00:00:00Z", "end_at": "2026-11-25T14:00:00Z",
        });
        let made = world.post("olivia", "/api/overrides", off).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    world.skip_mails();
}

async fn the_pages_say_who_is_on_call_until_when_and_why(mut world: World) {
    let ben = world.browser("ben").await;
    let schedule = schedule(&mut world).await;
    let list = world.visit(&ben, "/app/schedules").await;
    says(
        &list,
        &["Primary", "America/Chicago", "Ben Brook", "Mon 23 Nov, 09:00", "No gap in the next 14 days"],
    );
    let page = world.visit(&ben, &list.link(&schedule)).await;
    says(
        &page,
        &[
            "<title>Ben Brook, until Mon 23 Nov, 09:00: turn 1 of the layer Weekly</title>",
            "<title>Ann Archer, Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00: turn 2 of the layer Weekly</title>",
            "All times in America/Chicago",
        ],
    );
    let later = world.visit(&ben, &page.link(&format!("{schedule}?from=2026-12-04"))).await;
    says(&later, &["<title>Ben Brook, until Mon 7 Dec, 09:00: turn 3", "aria-label=\"4 Dec to 10 Dec\""]);
    let past = world.visit(&ben, &format!("{schedule}?from=2026-11-13&days=7")).await;
    says(&past, &["<title>Ann Archer, until Mon 16 Nov, 09:00: turn 0"]);
    let nonsense = world.visit(&ben, &format!("{schedule}?from=tomorrow&days=400")).await;
    assert_eq!(nonsense.status, 200);
    let now = world.visit(&ben, "/app/on-call").await;
    assert_eq!(now.link(&schedule), schedule);
}

async fn a_member_hands_off_a_shift_from_the_page(mut world: World) {
    let (ben, schedule) = (world.browser("ben").await, schedule(&mut world).await);
    let ann = world.user_id("ann");
    let page = world.visit(&ben, &schedule).await;
    let form =
        world.visit(&ben, &page.link(&format!("{schedule}?from=2026-11-20&days=14&kind=hand_off"))).await;
    says(&form, &["make\" open", "value=\"hand_off\" checked", "value=\"2026-11-23T09:00\""]);
    let made = make(
        &mut world,
        &ben,
        &schedule,
        &[
            ("kind", "hand_off"),
            ("on", &ann),
            ("start", "2026-11-21T18:00"),
            ("end", "2026-11-22T08:00"),
            ("reason", "school play"),
        ],
    )
    .await;
    says(
        &made,
        &["The override counts", "Ann Archer for Ben Brook", "override: for Ben Brook (school play)"],
    );
    world.mail_to("ann");
    let shifts = world.get("ben", "/api/overrides").await;
    assert_eq!(shifts["overrides"][0]["start_at"], "2026-11-22T00:00:00Z");
}

async fn a_request_to_be_covered_is_accepted_with_a_button(mut world: World) {
    let (ben, ann) = (world.browser("ben").await, world.browser("ann").await);
    let schedule = schedule(&mut world).await;
    let times = [("kind", "cover"), ("start", "2026-11-21T18:00"), ("end", "2026-11-22T08:00")];
    let asked = make(&mut world, &ben, &schedule, &times).await;
    says(&asked, &["It is asked for", "Ben Brook asks to be covered"]);
    world.mail_to("ann");
    let id =
        world.get("ben", "/api/overrides").await["overrides"][0]["id"].as_str().expect("an id").to_owned();
    let [accept, withdraw] = ["accept", "withdraw"].map(|step| format!("/app/overrides/{id}/{step}"));
    assert!(asked.posts_to(&withdraw) && !asked.posts_to(&accept), "{}", asked.text);
    let seen = world.visit(&ann, &schedule).await;
    assert!(seen.posts_to(&accept) && !seen.posts_to(&withdraw), "{}", seen.text);
    let taken = world.press(&ann, &seen, &accept, &[]).await;
    says(&taken, &["The shift is yours", "Ann Archer for Ben Brook"]);
    world.mail_to("ben");
    // From the page of before.
    let late = world.press(&ann, &seen, &accept, &[]).await;
    assert_eq!(late.status, 200);
    says(&late, &["Somebody else has decided about it meanwhile"]);
}

async fn a_manager_fills_a_gap_from_the_timeline_and_takes_it_back(mut world: World) {
    let (olivia, schedule) = (world.browser("olivia").await, schedule(&mut world).await);
    nobody_on_tuesday_night(&mut world, &schedule).await;
    let list = world.visit(&olivia, "/app/schedules").await;
    says(&list, &["<strong>1 gap</strong>", "Tue 24 Nov, 18:00"]);
    let page = world.visit(&olivia, &schedule).await;
    says(&page, &["<title>Nobody is on call Tue 24 Nov, 18:00 to Wed 25 Nov, 08:00</title>"]);
    let fill = page.link(&format!("{schedule}?from=2026-11-20&days=14&kind=add"));
    let form = world.visit(&olivia, &fill).await;
    says(&form, &["value=\"add\" checked", "value=\"2026-11-24T18:00\"", "value=\"2026-11-25T08:00\""]);
    let me = world.user_id("olivia");
    let fields =
        [("kind", "add"), ("on", me.as_str()), ("start", "2026-11-24T18:00"), ("end", "2026-11-25T08:00")];
    let filled = world.press(&olivia, &form, &format!("{schedule}/overrides"), &fields).await;
    says(&filled, &["Olivia Owner joins", "override: added"]);
    assert!(!filled.text.contains("Nobody is on call"), "{}", filled.text);
    let found = world.get("olivia", "/api/overrides").await;
    let added = found["overrides"].as_array().and_then(|all| all.iter().find(|one| one["kind"] == "add"));
    let id = added.and_then(|one| one["id"].as_str()).expect("an id");
    let back = world.press(&olivia, &filled, &format!("/app/overrides/{id}/withdraw"), &[]).await;
    says(&back, &["It is taken back", "Nobody is on call Tue 24 Nov, 18:00"]);
    world.no_mail();
}

async fn a_time_that_the_clock_skips_or_repeats_is_asked_about(mut world: World) {
    let (olivia, schedule) = (world.browser("olivia").await, schedule(&mut world).await);
    let ann = world.user_id("ann");
    for (start, end, words) in [
        ("2027-03-14T02:30", "2027-03-14T09:00", "From: there is no 02:30 on Sun 14 Mar 2027"),
        ("2027-03-13T09:00", "2027-03-14T02:30", "Until: there is no 02:30 on Sun 14 Mar 2027"),
        ("2027-11-07T01:30", "2027-11-07T09:00", "From: 01:30 comes twice on Sun 7 Nov 2027"),
        ("2027-11-07T09:00", "", "Until: must be a date and a time"),
        ("2027-11-07T09:00", "2027-11-07T08:00", "Until: must be after the start"),
    ] {
        let fields =
            [("kind", "add"), ("on", ann.as_str()), ("start", start), ("end", end), ("reason", "spring")];
        let told = make(&mut world, &olivia, &schedule, &fields).await;
        assert_eq!(told.status, 400, "{start} {end}");
        let typed = format!("value=\"{start}\"");
        says(&told, &[words, "value=\"spring\"", &typed, "value=\"add\" checked", "make\" open"]);
    }
    let nothing = make(&mut world, &olivia, &schedule, &[]).await;
    says(&nothing, &["What: choose one", "From: must be a date and a time"]);
    assert_eq!(overrides(&mut world).await, 0);
}

async fn an_override_that_clashes_is_told_on_the_form(mut world: World) {
    let (olivia, schedule) = (world.browser("olivia").await, schedule(&mut world).await);
    let ann = world.user_id("ann");
    let fields =
        [("kind", "add"), ("on", ann.as_str()), ("start", "2026-11-24T18:00"), ("end", "2026-11-25T08:00")];
    let made = make(&mut world, &olivia, &schedule, &fields).await;
    assert_eq!(made.status, 200);
    world.mail_to("ann");
    let again = make(&mut world, &olivia, &schedule, &fields).await;
    assert_eq!(again.status, 409);
    says(&again, &["Ann Archer is already in an override of this schedule", "value=\"2026-11-24T18:00\""]);
    assert_eq!(overrides(&mut world).await, 1);
}

async fn a_forged_form_changes_nothing(mut world: World) {
    let (olivia, ann) = (world.browser("olivia").await, world.browser("ann").await);
    let schedule = schedule(&mut world).await;
    let action = format!("{schedule}/overrides");
    let of_ann = world.visit(&ann, &schedule).await.form_token();
    let me = world.user_id("olivia");
    let fields =
        [("kind", "add"), ("on", me.as_str()), ("start", "2026-11-24T18:00"), ("end", "2026-11-25T08:00")];
    for forged in ["", "0123456789abcdef0123456789abcdef", &of_ann] {
        let fields = [&fields[..], &[("csrf", forged)]].concat();
        let refused = world.submit(&olivia, &action, &fields).await;
        assert_eq!(refused.status, 403, "{forged}");
        says(&refused, &["This form has expired"]);
    }
    for action in ["/app/overrides/ovr_1/accept", "/app/overrides/ovr_1/withdraw", "/app/coverage-gaps/scan"]
    {
        assert_eq!(world.submit(&olivia, action, &[("csrf", &of_ann)]).await.status, 403, "{action}");
    }
    assert_eq!(overrides(&mut world).await, 0);
}

async fn a_viewer_a_member_and_a_stranger_are_offered_and_allowed_no_more_than_theirs(mut world: World) {
    let schedule = schedule(&mut world).await;
    nobody_on_tuesday_night(&mut world, &schedule).await;
    let action = format!("{schedule}/overrides");
    let (me, ben) = (world.user_id("olivia"), world.user_id("ben"));
    let times = [("start", "2026-11-24T18:00"), ("end", "2026-11-25T08:00")];

    let token = world.newcomer("viewer");
    let viewer = world.browser_with(&token).await;
    let page = world.visit(&viewer, &schedule).await;
    says(&page, &["Nobody is on call Tue 24 Nov", "Ann Archer is off"]);
    assert!(
        !page.posts_to(&action) && !page.text.contains("/app/overrides/") && !page.text.contains("#override")
    );
    let token = page.form_token();
    let add = [&times[..], &[("csrf", token.as_str()), ("kind", "add"), ("on", &me)]].concat();
    assert_eq!(world.submit(&viewer, &action, &add).await.status, 403);

    let ann = world.browser("ann").await;
    let page = world.visit(&ann, &schedule).await;
    assert!(page.posts_to(&action) && !page.text.contains("value=\"replace\""), "{}", page.text);
    assert!(!page.text.contains("kind=add"), "a member can't fill it: {}", page.text);
    let token = page.form_token();
    let replace = [&times[..], &[("csrf", token.as_str()), ("kind", "replace"), ("off", &ben), ("on", &me)]];
    assert_eq!(world.submit(&ann, &action, &replace.concat()).await.status, 403);

    let token = world.stranger().await;
    let stranger = world.browser_with(&token).await;
    assert_eq!(world.visit(&stranger, &schedule).await.status, 404);
    assert!(world.visit(&stranger, "/app/schedules").await.text.contains("No schedule yet"));
    assert_eq!(world.visit(&ann, "/app/schedules/nights").await.status, 404);
    assert_eq!(overrides(&mut world).await, 2);
}

async fn a_finding_is_filled_on_the_page_of_gaps(mut world: World) {
    let (olivia, ann) = (world.browser("olivia").await, world.browser("ann").await);
    let schedule = schedule(&mut world).await;
    let page = world.visit(&olivia, "/app/coverage-gaps").await;
    says(&page, &["No scan yet"]);
    nobody_on_tuesday_night(&mut world, &schedule).await;
    let found = world.press(&olivia, &page, "/app/coverage-gaps/scan", &[]).await;
    says(
        &found,
        &["Looked again just now", "Primary has nobody on call", "Tue 24 Nov, 18:00 to Wed 25 Nov, 08:00"],
    );
    world.skip_mails();
    let report = world.get("olivia", "/api/coverage-gaps").await;
    let gap = report["findings"].as_array().and_then(|all| all.iter().find(|one| one["kind"] == "gap"));
    let id = gap.and_then(|one| one["id"].as_str()).expect("an id");
    let fill = format!("/app/coverage-gaps/{id}/fill");

    let of_ann = world.visit(&ann, "/app/coverage-gaps").await;
    says(&of_ann, &["Primary has nobody on call"]);
    assert!(!of_ann.posts_to(&fill) && !of_ann.posts_to("/app/coverage-gaps/scan"), "{}", of_ann.text);
    let token = of_ann.form_token();
    let me = world.user_id("ann");
    for (action, user) in [(fill.as_str(), me.as_str()), ("/app/coverage-gaps/scan", "")] {
        let refused = world.submit(&ann, action, &[("csrf", &token), ("user_id", user)]).await;
        assert_eq!(refused.status, 403, "{action}");
    }

    let nobody = world.press(&olivia, &found, &fill, &[]).await;
    assert_eq!(nobody.status, 400);
    says(&nobody, &["not filled: choose who takes it."]);
    let clash = world.press(&olivia, &found, &fill, &[("user_id", &me)]).await;
    assert_eq!(clash.status, 409);
    says(&clash, &["not filled: Ann Archer is already in an override"]);
    let me = world.user_id("olivia");
    let filled = world.press(&olivia, &found, &fill, &[("user_id", &me), ("reason", "mine")]).await;
    says(&filled, &["Somebody is on call there now"]);
    assert!(!filled.text.contains("Primary has nobody on call"), "{}", filled.text);
    let late = world.press(&olivia, &found, &fill, &[("user_id", &me)]).await;
    says(&late, &["That is no longer so"]);
    world.skip_mails();
}
