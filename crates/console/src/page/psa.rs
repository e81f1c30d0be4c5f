//! The tenant's PSA: which one it is, what the last check said point by point, and setting it up.
//!
//! Invariant: no secret is ever in here; whatever is missing is said in the words of the check.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{Layout, RenderError, routes};

/// The page at [`routes::PSA`].
#[derive(Debug, Clone, Template)]
#[template(path = "psa.html")]
pub struct PsaPage {
    /// The frame.
    pub layout: Layout,
    /// Where work is filed.
    pub filed_in: FiledIn,
    /// What the last check said; `None`: there was none.
    pub check: Option<PsaCheckRows>,
    /// A form for each PSA, the connected one first.
    pub forms: Vec<PsaForm>,
}

/// Where the tenant's work is filed.
#[derive(Debug, Clone)]
pub enum FiledIn {
    /// Nowhere.
    Nothing,
    /// In the deployment's PSA, by this name.
    Deployment(String),
    /// In the tenant's own.
    Own {
        /// What people call it.
        label: String,
        /// When it is checked by itself.
        next_check: DateTime<FixedOffset>,
    },
}

/// What a check said.
#[derive(Debug, Clone)]
pub struct PsaCheckRows {
    /// When it was.
    pub at: DateTime<FixedOffset>,
    /// What was looked at, in order.
    pub points: Vec<PsaPoint>,
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub struct PsaPoint {
    /// What, such as `create tickets`.
    pub what: String,
    /// What is missing; `None`: nothing.
    pub missing: Option<String>,
}

/// The form that sets one PSA up.
#[derive(Debug, Clone)]
pub struct PsaForm {
    /// The word it is chosen by: the form's field `provider`.
    pub provider: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Whether it is the connected one.
    pub is_connected: bool,
    /// Its fields, in order.
    pub fields: Vec<PsaField>,
    /// What its secret is called there; the field `secret`.
    pub secret_label: &'static str,
    /// What is on or off: a field's name, what people call it, and whether it is on.
    pub switches: Vec<(&'static str, &'static str, bool)>,
    /// Why it was not saved; empty when it wasn't sent yet.
    pub problems: Vec<String>,
}

/// A line of text to enter.
#[derive(Debug, Clone)]
pub struct PsaField {
    /// The field's name.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What is in it.
    pub value: String,
    /// Whether it has to be filled in.
    pub is_required: bool,
}

impl PsaPage {
    const SECTION: Option<&str> = Some(routes::PSA);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    fn can_check(&self) -> bool {
        !matches!(self.filed_in, FiledIn::Nothing)
    }
}

impl PsaCheckRows {
    fn missing(&self) -> usize {
        self.points.iter().filter(|point| point.missing.is_some()).count()
    }
}
