//! The incident list: what is open first, one thumb from acknowledged.
//!
//! Invariant: rows stand in the order given; a button stands only where the state and the viewer's role allow the step.

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{IncidentState, Layout, RenderError, Severity, routes};

/// The page at [`routes::INCIDENTS`].
#[derive(Debug, Clone, Template)]
#[template(path = "incidents.html")]
pub struct IncidentsPage {
    /// The frame.
    pub layout: Layout,
    /// The tab that is chosen.
    pub filter: IncidentFilter,
    /// How many incidents each tab holds, as far as known.
    pub counts: FilterCounts,
    /// The incidents of this page, in the order to show them.
    pub rows: Vec<IncidentRow>,
    /// The cursor this page starts from; `None` on the newest page.
    pub before: Option<String>,
    /// The cursor of the next older page; `None` when this is the last.
    pub older: Option<String>,
    /// Whether every row starts selected (query `select=all`).
    pub all_selected: bool,
    /// The absolute address alerts are posted to, without a key; told to whoever has no incident yet.
    pub ingest_url: String,
}

/// Which incidents the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentFilter {
    /// Triggered or acknowledged: the default.
    Open,
    /// Waiting for somebody.
    Triggered,
    /// In somebody's hands.
    Acknowledged,
    /// Over.
    Resolved,
    /// Every one, suppressed ones too.
    All,
}

impl IncidentFilter {
    /// Every filter, in the order of the tabs.
    pub const ALL: [Self; 5] = [Self::Open, Self::Triggered, Self::Acknowledged, Self::Resolved, Self::All];

    /// Its name in the query string.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Triggered => "triggered",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::All => "all",
        }
    }

    /// The filter of that [`Self::name`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.name() == name)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Triggered => "Triggered",
            Self::Acknowledged => "Acknowledged",
            Self::Resolved => "Resolved",
            Self::All => "All",
        }
    }
}

/// How many incidents a tab holds; `None` where it wasn't counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct FilterCounts {
    /// Triggered and acknowledged.
    pub open: Option<u64>,
    /// Triggered.
    pub triggered: Option<u64>,
    /// Acknowledged.
    pub acknowledged: Option<u64>,
    /// Resolved.
    pub resolved: Option<u64>,
    /// All of them.
    pub all: Option<u64>,
}

impl FilterCounts {
    fn of(&self, filter: IncidentFilter) -> Option<u64> {
        match filter {
            IncidentFilter::Open => self.open,
            IncidentFilter::Triggered => self.triggered,
            IncidentFilter::Acknowledged => self.acknowledged,
            IncidentFilter::Resolved => self.resolved,
            IncidentFilter::All => self.all,
        }
    }
}

/// One filter above the list.
#[derive(Debug)]
struct Tab {
    label: &'static str,
    address: String,
    count: Option<u64>,
    is_chosen: bool,
}

/// One incident of the list.
#[derive(Debug, Clone)]
pub struct IncidentRow {
    /// Its id, as it stands in addresses.
    pub id: String,
    /// The tenant's running number.
    pub number: u64,
    /// Its title, as the sender wrote it.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: IncidentState,
    /// The service's name.
    pub service: String,
    /// The client's name, where known.
    pub client: Option<String>,
    /// When it was triggered.
    pub opened_at: DateTime<FixedOffset>,
    /// How many alerts it gathered.
    pub alert_count: u64,
    /// The names of those who have it; none while nobody does.
    pub held_by: Vec<String>,
}

impl IncidentsPage {
    const SECTION: Option<&str> = Some(routes::INCIDENTS);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    /// The address of this very page, where its forms lead back to.
    fn here(&self) -> String {
        routes::incidents(self.filter, self.before.as_deref())
    }

    fn tabs(&self) -> [Tab; 5] {
        IncidentFilter::ALL.map(|filter| Tab {
            label: filter.label(),
            address: routes::incidents(filter, None),
            count: self.counts.of(filter),
            is_chosen: filter == self.filter,
        })
    }

    fn newest(&self) -> String {
        routes::incidents(self.filter, None)
    }

    fn older_than(&self, cursor: &str) -> String {
        routes::incidents(self.filter, Some(cursor))
    }

    /// For the browser's tab: how many wait for somebody.
    fn waiting(&self) -> u64 {
        self.counts.triggered.unwrap_or(0)
    }

    fn can_select(&self) -> bool {
        self.layout.can_act() && self.rows.iter().any(|row| row.state.can_resolve())
    }
}

impl IncidentRow {
    /// In whose hands it is, in words that fit its state.
    fn holder(&self) -> String {
        match (self.held_by.is_empty(), self.state) {
            (false, _) => self.held_by.join(", "),
            (true, IncidentState::Triggered) => "Nobody has it yet".into(),
            (true, IncidentState::Suppressed) => "Maintenance, nobody paged".into(),
            (true, _) => "Nobody assigned".into(),
        }
    }
}
