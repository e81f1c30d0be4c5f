//! Settings by name, as they are read, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;

/// How the platform marks a setting whose value it should have read from Key Vault and could not.
const UNRESOLVED: &str = "@Microsoft.KeyVault(";

/// One setting that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub setting: String,
    /// What is wrong, and what it should be.
    pub problem: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.problem)
    }
}

/// The settings, and the problems found so far.
pub(super) struct Settings {
    vars: BTreeMap<String, String>,
    pub(super) problems: Vec<Problem>,
}

impl Settings {
    /// Settings of which none is a reference that nobody has followed.
    pub(super) fn new(vars: BTreeMap<String, String>) -> Self {
        let mut settings = Self { vars, problems: Vec::new() };
        let unresolved: Vec<String> = settings
            .vars
            .iter()
            .filter(|(_, value)| value.trim_start().starts_with(UNRESOLVED))
            .map(|(name, _)| name.clone())
            .collect();
        for name in unresolved {
            settings.vars.remove(&name);
            settings.wrong(
                &name,
                "the reference to Key Vault was not followed: is the secret there, and may the app's identity read it?",
            );
        }
        settings
    }

    /// A setting's value; an empty one counts as missing.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether anything was said about it already.
    pub(super) fn is_wrong(&self, name: &str) -> bool {
        self.problems.iter().any(|problem| problem.setting == name)
    }

    pub(super) fn wrong(&mut self, setting: &str, problem: impl Into<String>) {
        self.problems.push(Problem { setting: setting.to_owned(), problem: problem.into() });
    }

    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let parsed = parse(self.text(name)?);
        parsed.map_err(|problem| self.wrong(name, problem)).ok()
    }

    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.vars.keys().map(String::as_str)
    }
}
