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
