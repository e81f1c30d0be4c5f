//! The paths of a source's settings.

use domain::input::Wrong;
use domain::source::{AlertSource, ContentField, Grouping};

use super::path::Path;

/// One for each field that has a path.
pub(super) struct Paths {
    pub(super) each: Option<Path>,
    pub(super) severity: Option<Path>,
    pub(super) status: Option<Path>,
    pub(super) dedup_key: Option<Path>,
    pub(super) client: Option<Path>,
    pub(super) device: Option<Path>,
    pub(super) link: Option<Path>,
    pub(super) group: Option<Path>,
}

impl Paths {
    /// Those that can be read, and what is wrong with the others.
    pub(super) fn of(source: &AlertSource) -> (Self, Vec<Wrong>) {
        let mut wrong = Vec::new();
        let mut path = |field: &str, text: Option<&String>| match Path::new(text?) {
            Ok(path) => Some(path),
            Err(problem) => {
                wrong.push(Wrong::new(field, problem));
                None
            }
        };
        let mapping = &source.mapping;
        let group = match &source.grouping {
            Grouping::Content { field: ContentField::Path(text) } => Some(text),
            _ => None,
        };
        let paths = Self {
            each: path("mapping.each", mapping.each.as_ref()),
            severity: path("mapping.severity", mapping.severity.as_ref()),
            status: path("mapping.status", mapping.status.as_ref()),
            dedup_key: path("mapping.dedup_key", mapping.dedup_key.as_ref()),
            client: path("mapping.client", mapping.client.as_ref()),
            device: path("mapping.device", mapping.device.as_ref()),
            link: path("mapping.link", mapping.link.as_ref()),
            group: path("grouping.field.path", group),
        };
        (paths, wrong)
    }
}
