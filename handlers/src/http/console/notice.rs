//! What is said above the page that follows a step.
//!
//! Invariant: the address carries a code and numbers, never words, so a link can't put words on our pages.

mod on_call;
mod sources;

use ::console::{Notice, Tone};
use axum::response::{IntoResponse as _, Redirect, Response};

pub(super) use on_call::OnCall;
pub(super) use sources::Sources;

/// The parameters of ours in a page's address.
const PARAMETERS: [&str; 3] = ["notice", "done", "failed"];

/// The outcome of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Acknowledged,
    Resolved,
    NoteAdded,
    Escalated,
    TicketLinked,
    TicketRetried,
    AlreadyAcknowledged,
    AlreadyResolved,
    Suppressed,
    NoPsa,
    NothingForPsa,
    NothingSelected,
    SeveralAcknowledged(Tally),
    SeveralResolved(Tally),
    OnCall(OnCall),
    Sources(Sources),
}

/// How a step on several incidents went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) done: u32,
    pub(super) failed: u32,
}

impl Said {
    const WITHOUT_NUMBERS: [Self; 12] = [
        Self::Acknowledged,
        Self::Resolved,
        Self::NoteAdded,
        Self::Escalated,
        Self::TicketLinked,
        Self::TicketRetried,
        Self::AlreadyAcknowledged,
        Self::AlreadyResolved,
        Self::Suppressed,
        Self::NoPsa,
        Self::NothingForPsa,
        Self::NothingSelected,
    ];

    /// What is said of a conflict that the next page explains better than a page of its own; by the error's code.
    pub(super) fn of_conflict(code: &str) -> Option<Self> {
        let conflicts = [
            Self::AlreadyAcknowledged,
            Self::AlreadyResolved,
            Self::Suppressed,
            Self::NoPsa,
            Self::NothingForPsa,
        ];
        let found = conflicts.into_iter().find(|said| said.code() == code);
        found.or_else(|| OnCall::of_conflict(code).map(Self::OnCall))
    }

    fn code(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::NoteAdded => "note-added",
            Self::Escalated => "escalated",
            Self::TicketLinked => "ticket-linked",
            Self::TicketRetried => "ticket-retried",
            Self::AlreadyAcknowledged => "incident-already-acknowledged",
            Self::AlreadyResolved => "incident-resolved",
            Self::Suppressed => "incident-suppressed",
            Self::NoPsa => "psa-not-configured",
            Self::NothingForPsa => "psa-nothing-to-retry",
            Self::NothingSelected => "nothing-selected",
            Self::SeveralAcknowledged(_) => "several-acknowledged",
            Self::SeveralResolved(_) => "several-resolved",
            Self::OnCall(said) => said.code(),
            Self::Sources(said) => said.code(),
        }
    }

    fn notice(self) -> Notice {
        let (tone, text) = match self {
            Self::Acknowledged => (Tone::Done, "You have it. Nobody else is paged while you do."),
            Self::Resolved => (Tone::Done, "The incident is resolved."),
            Self::NoteAdded => (Tone::Done, "The note is saved."),
            Self::Escalated => (Tone::Done, "The next step is being notified."),
            Self::TicketLinked => (Tone::Done, "The PSA ticket is linked."),
            Self::TicketRetried => {
                (Tone::Done, "The PSA is being asked again. Refresh in a moment to see its answer.")
            }
            Self::AlreadyAcknowledged => {
                (Tone::Problem, "Somebody else has acknowledged it meanwhile. Nothing was changed.")
            }
            Self::AlreadyResolved => {
                (Tone::Problem, "It is resolved, and that is final. Nothing was changed.")
            }
            Self::Suppressed => (Tone::Problem, "It was recorded during maintenance. Nothing was changed."),
            Self::NoPsa => {
                (Tone::Problem, "No PSA is configured: PSA_API_URL and PSA_SERVICE_KEY have to be set first.")
            }
            Self::NothingForPsa => (Tone::Info, "There is nothing to tell the PSA."),
            Self::NothingSelected => (Tone::Info, "No incident was selected. Nothing was changed."),
            Self::SeveralAcknowledged(tally) => return tally.notice("acknowledged"),
            Self::SeveralResolved(tally) => return tally.notice("resolved"),
            Self::OnCall(said) => return said.notice(),
            Self::Sources(said) => return said.notice(),
        };
        Notice { tone, text: text.to_owned() }
    }

    fn parameters(self) -> String {
        let code = self.code();
        match self {
            Self::SeveralAcknowledged(tally) | Self::SeveralResolved(tally) => {
                format!("notice={code}&done={}&failed={}", tally.done, tally.failed)
            }
            _ => format!("notice={code}"),
        }
    }
}

impl Tally {
    fn notice(self, step: &str) -> Notice {
        let done = count(self.done);
        let tone = if self.failed == 0 { Tone::Done } else { Tone::Problem };
        let text = match self {
            Self { failed: 0, .. } => format!("{done} {step}."),
            Self { done: 0, failed } => {
                format!("Nothing was changed: {} could not be {step}.", count(failed))
            }
            Self { failed, .. } => {
                format!("{done} {step}; {} could not be.", count(failed))
            }
        };
        Notice { tone, text }
    }
}

fn count(incidents: u32) -> String {
    if incidents == 1 { "1 incident".to_owned() } else { format!("{incidents} incidents") }
}

/// On to `next`, a path of the console, which says `said`.
pub(super) fn go_on(next: &str, said: Said) -> Response {
    Redirect::to(&with_notice(next, said)).into_response()
}

fn with_notice(next: &str, said: Said) -> String {
    let (rest, fragment) =
        next.split_once('#').map_or((next, None), |(rest, fragment)| (rest, Some(fragment)));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_ours = |pair: &&str| PARAMETERS.contains(&pair.split('=').next().unwrap_or(pair));
    let mut address = format!("{path}?");
    for pair in query.split('&').filter(|pair| !pair.is_empty() && !is_ours(pair)) {
        address.push_str(pair);
        address.push('&');
    }
    address.push_str(&said.parameters());
    if let Some(fragment) = fragment {
        address.push('#');
        address.push_str(fragment);
    }
    address
}

/// The notice that a query asks for; `None` for none and for codes that aren't ours.
pub(super) fn asked_for(query: &str) -> Option<Notice> {
    let parameter = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value)
    };
    let number = |name: &str| parameter(name).and_then(|value| value.parse().ok()).unwrap_or(0);
    let tally = || Tally { done: number("done"), failed: number("failed") };
    let code = parameter("notice")?;
    let said = match code.as_ref() {
        "several-acknowledged" => Said::SeveralAcknowledged(tally()),
        "several-resolved" => Said::SeveralResolved(tally()),
        code => {
            let on_call = OnCall::ALL.into_iter().map(Said::OnCall);
            let sources = Sources::ALL.into_iter().map(Said::Sources);
            Said::WITHOUT_NUMBERS
                .into_iter()
                .chain(on_call)
                .chain(sources)
                .find(|said| said.code() == code)?
        }
    };
    Some(said.notice())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(said: Said) -> Option<(Tone, String)> {
        asked_for(&said.parameters()).map(|notice| (notice.tone, notice.text))
    }

    #[test]
    fn every_outcome_comes_back_from_its_address() {
        let tally = Tally { done: 3, failed: 1 };
        let several = [Said::SeveralAcknowledged(tally), Said::SeveralResolved(tally)];
        let on_call = OnCall::ALL.map(Said::OnCall);
        let sources = Sources::ALL.map(Said::Sources);
        for said in Said::WITHOUT_NUMBERS.into_iter().chain(several).chain(on_call).chain(sources) {
            let expected = said.notice();
            assert_eq!(asked(said), Some((expected.tone, expected.text)), "{said:?}");
        }
    }

    #[test]
    fn an_address_cannot_put_words_on_a_page() {
        assert!(asked_for("notice=Call+this+number").is_none());
        assert!(asked_for("").is_none());
        let notice = asked_for("notice=several-resolved&done=all&failed=-1").expect("a notice");
        assert_eq!(notice.text, "0 incidents resolved.");
    }

    #[test]
    fn how_several_went_is_told_in_numbers() {
        let words = |done, failed| Tally { done, failed }.notice("acknowledged").text;
        assert_eq!(words(1, 0), "1 incident acknowledged.");
        assert_eq!(words(2, 1), "2 incidents acknowledged; 1 incident could not be.");
        assert_eq!(words(0, 2), "Nothing was changed: 2 incidents could not be acknowledged.");
    }

    #[test]
    fn a_notice_joins_the_query_and_replaces_the_one_before() {
        assert_eq!(
            with_notice("/app/incidents/inc_1", Said::Resolved),
            "/app/incidents/inc_1?notice=resolved"
        );
        assert_eq!(
            with_notice("/app/incidents?state=all&notice=escalated&done=1&before=7#x", Said::Resolved),
            "/app/incidents?state=all&before=7&notice=resolved#x"
        );
    }

    #[test]
    fn conflicts_that_a_page_explains_are_notices() {
        assert_eq!(Said::of_conflict("incident-resolved"), Some(Said::AlreadyResolved));
        assert_eq!(Said::of_conflict("override-clash"), Some(Said::OnCall(OnCall::Clash)));
        assert_eq!(Said::of_conflict("acknowledged"), None);
        assert_eq!(Said::of_conflict("override-made"), None);
        assert_eq!(Said::of_conflict("something-else"), None);
    }
}
