//! What can go wrong with a use-case, without a word of HTTP. The edge has one table from here to its answers.

use domain::incident::TransitionError;
use store::StoreError;

/// One thing wrong with the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's path, such as `severity`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Why a use-case did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this tenant.
    #[error("there is no {kind} '{id}'")]
    NotFound {
        /// What was asked for.
        kind: &'static str,
        /// By which id.
        id: String,
    },
    /// The input is wrong; nothing was changed.
    #[error("the input is not valid")]
    Invalid(Vec<FieldError>),
    /// The state doesn't allow it; nothing was changed.
    #[error("{detail}")]
    Conflict {
        /// For machines.
        code: &'static str,
        /// For people.
        detail: String,
    },
    /// It was changed since whoever wants to change it read it; nothing was changed.
    #[error("the {kind} was changed by somebody else meanwhile")]
    Stale {
        /// What.
        kind: &'static str,
    },
    /// Who asks may not do this.
    #[error("your role may not {0}")]
    Forbidden(&'static str),
    /// Nobody known asks.
    #[error("not signed in")]
    Unauthenticated,
    /// It is signed by somebody else, or not at all.
    #[error("{0}")]
    NotTheirs(String),
    /// Too much at once: try again shortly.
    #[error("too busy")]
    Overloaded,
    /// Something underneath is down: try again later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Our own fault.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// One wrong field.
    pub fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), problem: problem.into() }])
    }

    /// There is no such thing.
    pub fn not_found(kind: &'static str, id: impl Into<String>) -> Self {
        Self::NotFound { kind, id: id.into() }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            // Whoever meets a conflict reads again and decides again; one that gets here lost every time.
            StoreError::Throttled { .. } | StoreError::Conflict { .. } => Self::Overloaded,
            StoreError::Unavailable(reason) => Self::Unavailable(reason),
            StoreError::Corrupt { .. } | StoreError::TooLarge { .. } => Self::Internal(error.to_string()),
        }
    }
}

impl From<TransitionError> for Error {
    fn from(error: TransitionError) -> Self {
        let code = match &error {
            TransitionError::AlreadyAcknowledged(_) => "incident-already-acknowledged",
            TransitionError::Resolved => "incident-resolved",
            TransitionError::Suppressed => "incident-suppressed",
        };
        Self::Conflict { code, detail: error.to_string() }
    }
}
