//! Problems.

use crate::sample;

#[test]
fn a_problem_says_what_it_is_what_to_do_and_leads_home() {
    let mut page = sample::problem();
    let html = page.render().unwrap();
    for words in ["404", "No such incident", "There is no incident inc_99.", "Look for it in the list."] {
        assert!(html.contains(words), "{words}");
    }
    assert!(html.contains("href=\"/app/incidents\">Go to incidents"));
    page.what_to_do = None;
    assert!(!page.render().unwrap().contains("Look for it"));
}
