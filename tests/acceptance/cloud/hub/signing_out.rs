//! Signing out: here at once, and at the Hub where it has a page for that.

use axum::http::{StatusCode, header};

use super::tab::Tab;
use super::{Office, ann};

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_here_and_leads_on_to_the_hub() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    let csrf = tab.open(&mut office, "/app/incidents").await.form_token();
    let page = tab.submit(&mut office, "/app/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!((page.status, tab.cookie("oncall_session")), (StatusCode::OK, None));
    let there = format!(
        "{}/logout?client_id=oncall&post_logout_redirect_uri=http%3A%2F%2Foncall.test%2Fapp%2Fsign-in",
        office.hub.issuer()
    );
    assert_eq!(page.headers["refresh"], format!("0; url={there}"), "a redirect would be one of a form");
    assert!(page.text.contains("Signed out") && page.text.contains("Sign out of the Hub as well"));
    let again = tab.open(&mut office, "/app/incidents").await;
    assert_eq!(again.headers[header::LOCATION], "/app/sign-in?next=%2Fapp%2Fincidents");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_site_can_sign_anybody_out() {
    let mut office = Office::open().await;
    office.hub.sign_in_as(Some(&ann()));
    let mut tab = Tab::signed_in(&mut office).await;
    let page = tab.submit(&mut office, "/app/sign-out", &[("csrf", "guessed")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(tab.open(&mut office, "/app/incidents").await.status, StatusCode::OK);
}
