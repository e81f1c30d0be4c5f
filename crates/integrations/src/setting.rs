//! What an adapter says about a setting that it can't work with.

/// A setting that is wrong. Tells the setting's name and what is wrong with it, never its value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct SettingError {
    /// Such as `SMTP_URL`.
    pub name: &'static str,
    /// Such as `has no host`.
    pub problem: String,
}

impl SettingError {
    pub(crate) fn new(name: &'static str, problem: impl Into<String>) -> Self {
        Self { name, problem: problem.into() }
    }
}
