//! Lookups: each a stretch of one key, in that key's order.

use azure_data_cosmos::options::{MaxItemCountHint, QueryOptions};
use azure_data_cosmos::{ContainerClient, CosmosError, FeedScope, Query};
use futures::TryStreamExt as _;
use std::num::NonZeroU32;
use store::{Cursor, Found, Kind, Lookup, Range, StoreError};

use super::envelope::Read;
use super::failure::store_error;
use super::key::Stretch;

/// The most items that one page of an answer holds; the SDK fetches more pages as they are needed.
const PAGE: u32 = 500;

/// Finds documents. One more than asked for is read, to know whether there are more.
pub(super) async fn find(
    container: &ContainerClient,
    lookup: &Lookup,
    range: &Range,
) -> Result<Found, StoreError> {
    let plan = Plan::of(lookup).from(range.after.as_ref());
    if plan.stretches.is_empty() {
        return Ok(Found::default());
    }
    let limit = range.limit as usize;
    let mut found = plan.run(container, range.limit.saturating_add(1)).await.map_err(store_error)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = if more { found.last().and_then(|last| last.place.clone()).map(Cursor::At) } else { None };
    Ok(Found { documents: found.into_iter().map(Into::into).collect(), next })
}

/// One query.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Plan {
    /// Only this one, or all.
    partition: Option<String>,
    /// The path of the key.
    path: &'static str,
    descending: bool,
    /// What of it is wanted; none of them overlaps another.
    stretches: Vec<Stretch>,
}

impl Plan {
    fn of(lookup: &Lookup) -> Self {
        match lookup {
            Lookup::OfKind { partition, kind } => {
                Self::within(partition, "by_kind", Stretch::of([&kind.as_str()]))
            }
            Lookup::OfParent { partition, kind, parent } => {
                Self::within(partition, "by_parent", Stretch::of([parent, &kind.as_str()]))
            }
            Lookup::NewestOfParent { partition, kind, parent } => {
                Self::within(partition, "by_parent", Stretch::of([parent, &kind.as_str()])).newest_first()
            }
            Lookup::Newest { partition, kind, state: None } => {
                Self::within(partition, "by_sort", Stretch::of([&kind.as_str()])).newest_first()
            }
            Lookup::Newest { partition, kind, state: Some(state) } => {
                Self::within(partition, "by_state", Stretch::of([&kind.as_str(), state])).newest_first()
            }
            Lookup::Due { kind, now } => Self::everywhere(vec![Stretch::due(*kind, *now)]),
            Lookup::AnyDue { kinds, now } => {
                let due = |kind: &Kind| Stretch::due(*kind, *now);
                Self::everywhere(kinds.iter().map(due).collect())
            }
            // Every id is between these.
            Lookup::Everything { partition } => {
                let all = Stretch { after: String::new(), before: "\u{10ffff}".to_owned() };
                Self::within(partition, "id", all)
            }
        }
    }

    fn within(partition: &str, path: &'static str, stretch: Stretch) -> Self {
        Self { partition: Some(partition.to_owned()), path, descending: false, stretches: vec![stretch] }
    }

    fn everywhere(stretches: Vec<Stretch>) -> Self {
        Self { partition: None, path: "by_due", descending: false, stretches }
    }

    fn newest_first(self) -> Self {
        Self { descending: true, ..self }
    }

    /// Starts where a cursor says.
    fn from(mut self, cursor: Option<&Cursor>) -> Self {
        let descending = self.descending;
        let start = |stretch: Stretch| match cursor {
            None => stretch,
            Some(Cursor::Beyond(sort)) if descending => stretch.below(*sort),
            Some(Cursor::Beyond(sort)) => stretch.above(*sort),
            Some(Cursor::At(key)) if descending => {
                Stretch { before: key.clone().min(stretch.before), ..stretch }
            }
            Some(Cursor::At(key)) => Stretch { after: key.clone().max(stretch.after), ..stretch },
        };
        self.stretches = self.stretches.into_iter().map(start).collect();
        self
    }

    fn text(&self, most: u32) -> String {
        let Self { path, descending, stretches, .. } = self;
        let condition = |(n, _)| format!("(c.{path} > @after{n} AND c.{path} < @before{n})");
        let conditions: Vec<String> = stretches.iter().enumerate().map(condition).collect();
        format!(
            "SELECT TOP {most} c.id, c.partition, c.kind, c.schema, c.body, c._etag, c.{path} AS place FROM c \
             WHERE {} ORDER BY c.{path} {}",
            conditions.join(" OR "),
            if *descending { "DESC" } else { "ASC" }
        )
    }

    async fn run(self, container: &ContainerClient, most: u32) -> Result<Vec<Read>, CosmosError> {
        let mut query = Query::from(self.text(most));
        for (n, stretch) in self.stretches.iter().enumerate() {
            query = query
                .with_parameter(format!("@after{n}"), &stretch.after)?
                .with_parameter(format!("@before{n}"), &stretch.before)?;
        }
        let scope = self.partition.map_or_else(FeedScope::full_container, FeedScope::partition);
        let page = NonZeroU32::new(most.min(PAGE)).unwrap_or(NonZeroU32::MIN);
        let options = QueryOptions::default().with_max_item_count(MaxItemCountHint::Limit(page));
        container.query_items::<Read>(query, scope, Some(options)).await?.try_collect().await
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_lookup_asks_for_one_path_and_orders_by_it() {
        let plan = Plan::of(&Lookup::Newest {
            partition: "org".to_owned(),
            kind: Kind::Incident,
            state: Some("triggered"),
        });
        let text = plan.text(51);
        assert!(text.starts_with("SELECT TOP 51 "), "{text}");
        assert!(text.ends_with("ORDER BY c.by_state DESC"), "{text}");
        assert!(text.contains("(c.by_state > @after0 AND c.by_state < @before0)"), "{text}");
    }

    #[test]
    fn whether_anything_is_due_is_one_query_for_all_kinds() {
        let kinds = vec![Kind::Incident, Kind::Page, Kind::Notice];
        let plan = Plan::of(&Lookup::AnyDue { kinds, now: DateTime::UNIX_EPOCH });
        assert_eq!((plan.stretches.len(), plan.partition.as_ref()), (3, None));
        assert_eq!(plan.text(2).matches(" OR ").count(), 2);
    }

    #[test]
    fn a_cursor_never_leads_out_of_the_lookup() {
        let lookup =
            Lookup::OfParent { partition: "org".to_owned(), kind: Kind::Alert, parent: "inc_1".to_owned() };
        let plan = Plan::of(&lookup);
        let foreign = plan.clone().from(Some(&Cursor::At("aaa".to_owned())));
        assert_eq!(foreign, plan);
    }
}
