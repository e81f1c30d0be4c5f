//! Settings by name, as they are read, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;

/// Settings that the process can start without, although their reference led nowhere: taking alerts goes on.
const SPARED: [&str; 1] = ["SMTP_URL"];

/// How the platform marks a setting whose value it should have read from Key Vault and could not.
const UNRESOLVED: &str = "@Microsoft.KeyVault(";

/// What is told of such a setting.
pub(super) const NOT_FOLLOWED: &str =
    "the reference to Key Vault was not followed: is the secret there, and may the app's identity read it?";

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
    /// Whose reference to Key Vault led nowhere.
    unresolved: Vec<String>,
    pub(super) problems: Vec<Problem>,
}

impl Settings {
    /// Settings of which none is a reference that nobody has followed.
    pub(super) fn new(mut vars: BTreeMap<String, String>) -> Self {
        let is_reference = |value: &str| value.trim_start().starts_with(UNRESOLVED);
        let unresolved: Vec<String> =
            vars.iter().filter(|(_, value)| is_reference(value)).map(|(name, _)| name.clone()).collect();
        vars.retain(|name, _| !unresolved.contains(name));
        let mut settings = Self { vars, unresolved, problems: Vec::new() };
        let fatal = settings.unresolved.iter().filter(|name| !SPARED.contains(&name.as_str()));
        for name in fatal.cloned().collect::<Vec<_>>() {
            settings.wrong(&name, NOT_FOLLOWED);
        }
        settings
    }

    /// Whether a setting is a reference to Key Vault that led nowhere.
    pub(super) fn is_unresolved(&self, name: &str) -> bool {
        self.unresolved.iter().any(|unresolved| unresolved == name)
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
