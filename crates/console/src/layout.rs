//! The frame around every page: product, tenant, navigation, who is signed in, notices, version.
//!
//! Invariant: navigation is one list ([`NAVIGATION`]); a later page adds one line to it.

use chrono::{DateTime, FixedOffset};

use crate::token::Token;
use crate::{routes, time};

/// What every page needs besides its own content.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The tenant's name; `None` while nobody is signed in.
    pub tenant: Option<String>,
    /// Who looks; `None` on pages that need no sign-in.
    pub viewer: Option<Viewer>,
    /// What to say above the page, once: the outcome of the step that led here.
    pub notices: Vec<Notice>,
    /// The value of the hidden `csrf` field of every form.
    pub csrf: Token,
    /// The instant of the request, in the viewer's offset; ages and "today" are seen from here.
    pub now: DateTime<FixedOffset>,
    /// The running version, without a leading `v`.
    pub version: String,
    /// Whether mail is kept on this machine instead of sent, so that the navigation leads to it.
    pub captures_mail: bool,
}

/// The person signed in.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Their name.
    pub name: String,
    /// Their role in words, such as `admin`.
    pub role: String,
    /// Whether the role may change anything; without it pages show no buttons.
    pub can_act: bool,
    /// Whether the role may change settings, so that the navigation leads to them.
    pub can_manage: bool,
}

/// One message above a page.
#[derive(Debug, Clone)]
pub struct Notice {
    /// How it reads.
    pub tone: Tone,
    /// One or two sentences.
    pub text: String,
}

/// How a notice reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A step was taken.
    Done,
    /// Worth knowing.
    Info,
    /// Something didn't work; announced at once by screen readers.
    Problem,
}

impl Tone {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::Info => "Note",
            Self::Problem => "Problem",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Info => "info",
            Self::Problem => "problem",
        }
    }

    pub(crate) fn role(self) -> &'static str {
        if self == Self::Problem { "alert" } else { "status" }
    }
}

/// One entry of the navigation: its word, and the address of its first page.
#[derive(Debug)]
pub(crate) struct NavigationItem {
    pub(crate) label: &'static str,
    pub(crate) address: &'static str,
}

static NAVIGATION: &[NavigationItem] = &[
    NavigationItem { label: "Incidents", address: routes::INCIDENTS },
    NavigationItem { label: "On call now", address: routes::ON_CALL },
    NavigationItem { label: "Schedules", address: routes::SCHEDULES },
    NavigationItem { label: "Gaps", address: routes::COVERAGE_GAPS },
    NavigationItem { label: "Alert sources", address: routes::ALERT_SOURCES },
];

static PSA: NavigationItem = NavigationItem { label: "PSA", address: routes::PSA };

static CAPTURED_MAIL: NavigationItem = NavigationItem { label: "Captured mail", address: routes::MAIL };

impl Layout {
    pub(crate) fn navigation(&self) -> Vec<&'static NavigationItem> {
        let Some(viewer) = &self.viewer else { return Vec::new() };
        let settings = viewer.can_manage.then_some(&PSA);
        NAVIGATION.iter().chain(settings).chain(self.captures_mail.then_some(&CAPTURED_MAIL)).collect()
    }

    pub(crate) fn can_act(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.can_act)
    }

    pub(crate) fn clock(&self, at: &DateTime<FixedOffset>) -> String {
        time::clock(&self.now, at)
    }

    pub(crate) fn moment(&self, at: &DateTime<FixedOffset>) -> String {
        time::moment(&self.now, at)
    }

    pub(crate) fn period(&self, starts: &DateTime<FixedOffset>, ends: &DateTime<FixedOffset>) -> String {
        time::period(&self.now, starts, ends)
    }

    pub(crate) fn stamp(&self, at: &DateTime<FixedOffset>) -> String {
        time::stamp(&self.now, at)
    }

    pub(crate) fn age(&self, at: &DateTime<FixedOffset>) -> String {
        time::span(self.now.signed_duration_since(at))
    }

    pub(crate) fn relative(&self, at: &DateTime<FixedOffset>) -> String {
        time::relative(&self.now, at)
    }
}
