//! Reading: one statement for each lookup of the closed list, each served by one index.

use std::borrow::Cow;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use store::{Cursor, Etag, Found, Kind, Lookup, Range, StoreError, Stored};

use super::unavailable;

const COLUMNS: &str = "partition, id, schema, body, op, kind, sort, due_at, seq";

/// Reads one document.
pub(super) fn get(connection: &Connection, partition: &str, id: &str) -> Result<Option<Stored>, StoreError> {
    let attempt = || {
        connection
            .prepare_cached(
                "SELECT partition, id, schema, body, op, kind FROM document WHERE partition = ?1 AND id = ?2",
            )?
            .query_row(params![partition, id], stored)
            .optional()
    };
    attempt().map_err(|error| unavailable(&error))
}

/// Finds documents. One more than asked for is read, to know whether there are more.
pub(super) fn find(connection: &Connection, lookup: &Lookup, range: &Range) -> Result<Found, StoreError> {
    let Statement { condition, order, mut values, position } = statement(lookup);
    let after = range.after.as_ref().map(|cursor| position.parse(cursor)).transpose()?;
    let mut condition = condition.into_owned();
    if let Some((place, tie)) = after {
        condition.push_str(position.continues());
        values.push(place);
        values.push(tie);
    }
    let sql = format!("SELECT {COLUMNS} FROM document WHERE {condition} ORDER BY {order} LIMIT {}", {
        u64::from(range.limit) + 1
    });
    let attempt = || -> rusqlite::Result<Vec<(Stored, Cursor)>> {
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement
            .query_map(params_from_iter(values.iter()), |row| Ok((stored(row)?, position.cursor(row)?)))?;
        rows.collect()
    };
    let mut rows = attempt().map_err(|error| unavailable(&error))?;
    let more = rows.len() > range.limit as usize;
    rows.truncate(range.limit as usize);
    let next = if more { rows.last().map(|(_, cursor)| cursor.clone()) } else { None };
    Ok(Found { documents: rows.into_iter().map(|(stored, _)| stored).collect(), next })
}

struct Statement {
    condition: Cow<'static, str>,
    order: &'static str,
    values: Vec<Value>,
    position: Position,
}

/// What a lookup is ordered by, and so what its cursor holds.
#[derive(Clone, Copy)]
enum Position {
    Id,
    SortThenId,
    SortThenIdDescending,
    SortDescending,
    DueThenSeq,
}

impl Position {
    fn continues(self) -> &'static str {
        match self {
            Self::Id => " AND (0, id) > (?, ?)",
            Self::SortThenId => " AND (sort, id) > (?, ?)",
            Self::SortThenIdDescending => " AND (sort, id) < (?, ?)",
            Self::SortDescending => " AND (sort, seq) < (?, ?)",
            Self::DueThenSeq => " AND (due_at, seq) > (?, ?)",
        }
    }

    fn cursor(self, row: &Row<'_>) -> rusqlite::Result<Cursor> {
        let (id, sort, due_at, seq): (String, Option<i64>, Option<i64>, i64) =
            (row.get(1)?, row.get(6)?, row.get(7)?, row.get(8)?);
        Ok(Cursor::At(match self {
            Self::Id => format!("0~{id}"),
            Self::SortThenId | Self::SortThenIdDescending => format!("{}~{id}", sort.unwrap_or_default()),
            Self::SortDescending => format!("{}#{seq}", sort.unwrap_or_default()),
            Self::DueThenSeq => format!("{}#{seq}", due_at.unwrap_or_default()),
        }))
    }

    /// A cursor's place and tie-breaker: `~` before a text, `#` before a number.
    fn parse(self, cursor: &Cursor) -> Result<(Value, Value), StoreError> {
        let read = |text: &str| {
            if let Some((place, id)) = text.split_once('~') {
                return Some((Value::Integer(place.parse().ok()?), Value::Text(id.to_owned())));
            }
            let (place, seq) = text.split_once('#')?;
            Some((Value::Integer(place.parse().ok()?), Value::Integer(seq.parse().ok()?)))
        };
        match (cursor, self) {
            // Greater than any id, none of which has this character.
            (Cursor::Beyond(sort), Self::SortThenId) => {
                Ok((Value::Integer(*sort), Value::Text("~~".to_owned())))
            }
            // Less than any id.
            (Cursor::Beyond(sort), Self::SortThenIdDescending) => {
                Ok((Value::Integer(*sort), Value::Text(String::new())))
            }
            (Cursor::Beyond(sort), _) => Ok((Value::Integer(*sort), Value::Integer(0))),
            (Cursor::At(text), _) => read(text).ok_or_else(|| StoreError::Corrupt {
                id: text.clone(),
                reason: "is not a cursor".to_owned(),
            }),
        }
    }
}

fn statement(lookup: &Lookup) -> Statement {
    let text = |text: &str| Value::Text(text.to_owned());
    match lookup {
        Lookup::OfKind { partition, kind } => Statement {
            condition: "partition = ? AND kind = ? AND parent IS NULL AND state IS NULL AND due_at IS NULL"
                .into(),
            order: "id",
            values: vec![text(partition), text(kind.as_str())],
            position: Position::Id,
        },
        Lookup::OfParent { partition, kind, parent } => Statement {
            condition: "partition = ? AND parent = ? AND kind = ?".into(),
            order: "sort, id",
            values: vec![text(partition), text(parent), text(kind.as_str())],
            position: Position::SortThenId,
        },
        Lookup::NewestOfParent { partition, kind, parent } => Statement {
            condition: "partition = ? AND parent = ? AND kind = ?".into(),
            order: "sort DESC, id DESC",
            values: vec![text(partition), text(parent), text(kind.as_str())],
            position: Position::SortThenIdDescending,
        },
        Lookup::Newest { partition, kind, state: Some(state) } => Statement {
            condition: "partition = ? AND kind = ? AND state = ?".into(),
            order: "sort DESC, seq DESC",
            values: vec![text(partition), text(kind.as_str()), text(state)],
            position: Position::SortDescending,
        },
        Lookup::Newest { partition, kind, state: None } => Statement {
            condition: "partition = ? AND kind = ? AND sort IS NOT NULL AND state IS NOT NULL".into(),
            order: "sort DESC, seq DESC",
            values: vec![text(partition), text(kind.as_str())],
            position: Position::SortDescending,
        },
        Lookup::Due { kind, now } => Statement {
            condition: "kind = ? AND due_at IS NOT NULL AND due_at <= ?".into(),
            order: "due_at, seq",
            values: vec![text(kind.as_str()), Value::Integer(now.timestamp_micros())],
            position: Position::DueThenSeq,
        },
        Lookup::AnyDue { kinds, now } => Statement {
            condition: any_due(kinds).into(),
            order: "due_at, seq",
            values: vec![Value::Integer(now.timestamp_micros())],
            position: Position::DueThenSeq,
        },
        Lookup::Everything { partition } => Statement {
            condition: "partition = ?".into(),
            order: "id",
            values: vec![text(partition)],
            position: Position::Id,
        },
    }
}

/// The words of kinds are ours, and safe to write out.
fn any_due(kinds: &[Kind]) -> String {
    let words: Vec<String> = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
    format!("due_at IS NOT NULL AND due_at <= ? AND kind IN ({})", words.join(", "))
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        partition: row.get(0)?,
        id: row.get(1)?,
        schema: row.get(2)?,
        body: row.get(3)?,
        etag: Etag(row.get(4)?),
        kind: row.get(5)?,
    })
}
