//! Signing in.

use crate::sample;

#[test]
fn each_person_is_one_button_that_leads_on() {
    let html = sample::sign_in().render().unwrap();
    assert!(sample::posts_to(&html, "/app/sign-in"));
    assert!(html.contains("<button name=\"user_id\" value=\"usr_1\"><strong>Ann Lee</strong>"));
    assert!(html.contains("name=\"next\" value=\"/app/incidents/inc_7\""));
}

#[test]
fn a_token_can_be_pasted_where_tokens_are_taken() {
    let mut page = sample::sign_in();
    assert!(page.render().unwrap().contains("<label for=\"token\">Or with a sign-in token</label>"));
    page.people.clear();
    assert!(page.render().unwrap().contains("<label for=\"token\">Sign-in token</label>"));
    page.takes_token = false;
    let html = page.render().unwrap();
    assert!(!html.contains("name=\"token\"") && html.contains("Nobody can sign in here"));
}

#[test]
fn a_refusal_is_announced_with_its_reason() {
    let mut page = sample::sign_in();
    assert!(!page.render().unwrap().contains("role=\"alert\""));
    page.refused = Some("the token has expired.".into());
    assert!(
        page.render()
            .unwrap()
            .contains("role=\"alert\"><strong>Not signed in:</strong> the token has expired.")
    );
}

#[test]
fn a_standing_says_what_happened_and_where_to_go_on() {
    let mut page = sample::sign_in_standing();
    let html = page.render().unwrap();
    assert!(html.contains("<h1>The Hub can’t be reached</h1>") && html.contains("class=\"outcome problem\""));
    assert!(html.contains("<strong>Try again in a minute.</strong>"));
    assert!(html.contains("href=\"/app/sign-in?next=%2Fapp%2Fincidents%3Fa%3D&#34;b\">Try again</a>"));
    page.is_problem = false;
    page.what_to_do = None;
    let html = page.render().unwrap();
    assert!(html.contains("class=\"outcome\"") && !html.contains("<strong>"));
}
