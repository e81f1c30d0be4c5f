//! One point of a check, as looking at it came out.
//!
//! Invariant: what only could not be asked now is told apart from what is missing.

use app::port::TicketError;
use domain::psa::CheckPoint;

/// What was looked at, and what is missing of it, or why that can't be told.
pub(super) fn point(what: impl Into<String>, looked: Result<Option<String>, TicketError>) -> CheckPoint {
    let may_pass =
        |error: &TicketError| matches!(error, TicketError::Unavailable { .. } | TicketError::Unknown { .. });
    let is_unreachable = looked.as_ref().err().is_some_and(may_pass);
    let missing = looked.unwrap_or_else(|error| Some(error.to_string()));
    CheckPoint { what: what.into(), missing, is_unreachable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_psa_that_could_not_be_asked_is_told_apart_from_one_that_refuses() {
        let reason = || "said so".to_owned();
        let away = TicketError::Unavailable { reason: reason(), after: None };
        let silent = TicketError::Unknown { reason: reason(), after: None };
        for (looked, is_good, is_unreachable) in [
            (Ok(None), true, false),
            (Ok(Some(reason())), false, false),
            (Err(TicketError::Refused(reason())), false, false),
            (Err(TicketError::NotFound), false, false),
            (Err(TicketError::Closed), false, false),
            (Err(away), false, true),
            (Err(silent), false, true),
        ] {
            let seen = point("sign in", looked.clone());
            assert_eq!(
                (seen.missing.is_none(), seen.is_unreachable),
                (is_good, is_unreachable),
                "{looked:?}"
            );
        }
    }
}
