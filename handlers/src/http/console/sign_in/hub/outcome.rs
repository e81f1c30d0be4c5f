//! What a sign-in through the Hub came to when it isn't a session: a plain page that says what to do, with the right status.

use ::console::routes;
use ::console::sign_in::SignInStandingPage;
use app::Error;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tracing::error;

use crate::edge::Edge;
use crate::http::console::answer;
use crate::http::console::visitor::frame_of_nobody;

/// Why there is no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Outcome {
    #[error("a form was sent without a session")]
    SessionEnded,
    #[error("only the Hub signs people in")]
    OnlyAtTheHub,
    #[error("the sign-in was not begun in this browser, or is over")]
    NotBegunHere,
    #[error("the Hub did not sign anybody in")]
    Refused,
    #[error("the Hub did not take the code")]
    CodeRefused,
    #[error("the Hub does not know On-Call as it is set up")]
    Misconfigured,
    #[error("the Hub's answer can't be trusted")]
    Untrusted,
    #[error("the Hub can't be reached")]
    Unavailable,
    #[error("the Hub signed somebody else in")]
    SomebodyElse,
    #[error("On-Call is not among the person's products")]
    NotIncluded,
    #[error("the person is disabled")]
    Disabled,
    #[error("the state can't be reached")]
    Busy,
    #[error("our own fault")]
    Failed,
}

impl From<Error> for Outcome {
    fn from(failed: Error) -> Self {
        match failed {
            Error::Unavailable(_) | Error::Overloaded => Self::Busy,
            failed => {
                error!(error = %failed, "signing in");
                Self::Failed
            }
        }
    }
}

/// Status, title, what happened, what to do.
type Words = (StatusCode, &'static str, &'static str, &'static str);

impl Outcome {
    /// Whether even a session that was good until now ends.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::NotIncluded | Self::Disabled)
    }

    fn words(self) -> Words {
        match self {
            Self::SessionEnded => (
                StatusCode::UNAUTHORIZED,
                "Your session has ended",
                "What you sent was not carried out; nothing was changed.",
                "Sign in and send it again.",
            ),
            Self::OnlyAtTheHub => (
                StatusCode::FORBIDDEN,
                "Sign in at the Hub",
                "Neither names nor tokens are taken here.",
                "People sign in at the Hub.",
            ),
            Self::NotBegunHere => (
                StatusCode::BAD_REQUEST,
                "This sign-in can’t be finished",
                "It was not begun in this browser, was finished already, or took longer than ten minutes.",
                "Sign in again. If that doesn’t help, allow cookies for this site.",
            ),
            Self::CodeRefused => (
                StatusCode::BAD_REQUEST,
                "This sign-in can’t be finished",
                "The Hub says that it was finished already, or took too long.",
                "Sign in again.",
            ),
            Self::Refused => (
                StatusCode::FORBIDDEN,
                "Not signed in",
                "The Hub did not sign you in.",
                "Sign in again, or ask an admin whether your account at the Hub may use On-Call.",
            ),
            Self::SomebodyElse => (
                StatusCode::FORBIDDEN,
                "Not signed in",
                "The Hub signed in another person than the one who was signed in here.",
                "Sign in again.",
            ),
            Self::NotIncluded => (
                StatusCode::FORBIDDEN,
                "On-Call is not among your products",
                "The Hub signed you in, but doesn’t list On-Call among the products that you may use.",
                "Ask an admin of your organization to add it at the Hub, then sign in again.",
            ),
            Self::Disabled => (
                StatusCode::FORBIDDEN,
                "You can’t use On-Call",
                "The Hub signed you in, but an admin has disabled you here.",
                "Ask an admin to enable you, then sign in again.",
            ),
            _ => self.words_of_a_fault(),
        }
    }

    /// What isn't up to the person.
    fn words_of_a_fault(self) -> Words {
        match self {
            Self::Misconfigured => (
                StatusCode::BAD_GATEWAY,
                "On-Call is not set up with the Hub",
                "The Hub doesn’t take On-Call’s own credentials, so nobody can sign in now. Pages go out as ever, and the \
                 links in them work without signing in.",
                "Tell whoever runs On-Call; the log says more.",
            ),
            Self::Untrusted => (
                StatusCode::BAD_GATEWAY,
                "Not signed in",
                "The Hub’s answer doesn’t prove who you are, so it was not believed.",
                "Sign in again. If it happens again, tell whoever runs On-Call; the log says more.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The Hub can’t be reached",
                "Nobody can sign in now. Whoever is signed in stays so, pages go out as ever, and the links in them work \
                 without signing in.",
                "Try again in a minute.",
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not signed in",
                "The Hub signed you in, but something that On-Call needs is down or too busy.",
                "Try again in a moment.",
            ),
            _ => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Not signed in",
                "This is our fault; the log says more.",
                "Try again in a moment.",
            ),
        }
    }

    /// The page, from which it goes on to `next`.
    pub(super) fn page(self, edge: &Edge, next: &str) -> Response {
        let (status, title, detail, what_to_do) = self.words();
        let is_problem = !matches!(self, Self::SessionEnded | Self::OnlyAtTheHub);
        let again = if is_problem { "Try again" } else { "Sign in" };
        let ways = vec![(again, routes::sign_in(next))];
        let mut response = render(edge, (title, detail, Some(what_to_do)), is_problem, ways);
        if response.status().is_success() {
            *response.status_mut() = status;
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
        response
    }
}

/// The page after signing out; `there` ends the session at the Hub.
pub(super) fn signed_out(edge: &Edge, there: Option<&str>) -> Response {
    let mut ways = vec![("Sign in again", routes::sign_in(routes::HOME))];
    if let Some(there) = there {
        ways.insert(0, ("Sign out of the Hub as well", there.to_owned()));
    }
    render(edge, ("Signed out", "You are signed out of On-Call in this browser.", None), false, ways)
}

fn render(
    edge: &Edge,
    (title, detail, what_to_do): (&str, &str, Option<&str>),
    is_problem: bool,
    ways: Vec<(&'static str, String)>,
) -> Response {
    let page = SignInStandingPage {
        layout: frame_of_nobody(edge),
        is_problem,
        title: title.to_owned(),
        detail: detail.to_owned(),
        what_to_do: what_to_do.map(str::to_owned),
        ways,
    };
    answer::page(page.render())
}
