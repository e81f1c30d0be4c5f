//! What a browser is answered: a page, or a page that says why there is none.

use ::console::problem::ProblemPage;
use ::console::{Layout, RenderError, routes};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use tracing::error;

use crate::problem::Problem;

/// A rendered page.
pub(super) fn page(rendered: Result<String, RenderError>) -> Response {
    match rendered {
        Ok(html) => Html(html).into_response(),
        Err(reason) => {
            error!(%reason, "a page could not be rendered");
            let words = "The page could not be shown. This is our fault; the log says more.";
            (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
        }
    }
}

/// Why a page isn't shown or a step isn't taken, as the browser gets it.
#[derive(Debug)]
pub(super) struct Stop(Box<Response>);

impl Stop {
    /// Nobody is signed in: to the sign-in page, and from there on to `next`, where that is in the console.
    pub(super) fn sign_in(next: &str) -> Self {
        let next = if routes::is_console_path(next) { next } else { routes::HOME };
        Self(Box::new(Redirect::to(&routes::sign_in(next)).into_response()))
    }

    /// A form was sent without a good session: to a page that says so, since nothing of the form is kept.
    pub(super) fn ended(next: &str) -> Self {
        Self(Box::new(Redirect::to(&format!("{}&ended=yes", routes::sign_in(next))).into_response()))
    }

    /// To the Hub and back to `here`, where that is in the console, to hear again who it is.
    pub(super) fn renew(here: &str) -> Self {
        let here = if routes::is_console_path(here) { here } else { routes::HOME };
        Self(Box::new(Redirect::to(&format!("{}&renew=yes", routes::sign_in(here))).into_response()))
    }

    /// A problem, with what the reader can do about it.
    pub(super) fn problem(layout: Layout, problem: &Problem) -> Self {
        let status = problem.status();
        let page = ProblemPage {
            layout,
            status: status.as_u16(),
            title: problem.title().to_owned(),
            detail: sentence(problem.detail()),
            what_to_do: advice(status).map(str::to_owned),
        };
        let mut response = self::page(page.render());
        if response.status().is_success() {
            *response.status_mut() = status;
        }
        Self(Box::new(response))
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        *self.0
    }
}

fn advice(status: StatusCode) -> Option<&'static str> {
    Some(match status {
        StatusCode::BAD_REQUEST => "Go back, correct it and send it again.",
        StatusCode::FORBIDDEN => {
            "Go back and reload the page. If that doesn’t help, ask an admin about your role."
        }
        StatusCode::NOT_FOUND => "Check the address, or look for it in the list.",
        StatusCode::CONFLICT => "Go back and reload the page to see how it stands now.",
        StatusCode::PAYLOAD_TOO_LARGE => "Go back and shorten it.",
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR => "Try again in a moment.",
        _ => return None,
    })
}

/// Details are written to stand in the middle of a line; here they stand alone.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_becomes_a_sentence() {
        assert_eq!(sentence("there is no incident 'x'"), "There is no incident 'x'.");
        assert_eq!(sentence("Why?"), "Why?");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn sign_in_never_leads_on_to_another_site() {
        let location = |next| {
            let response = Stop::sign_in(next).into_response();
            response.headers()["location"].to_str().map(str::to_owned).unwrap_or_default()
        };
        assert_eq!(location("/app/on-call"), routes::sign_in("/app/on-call"));
        assert_eq!(location("//evil.example/app/"), routes::sign_in(routes::HOME));
    }
}
