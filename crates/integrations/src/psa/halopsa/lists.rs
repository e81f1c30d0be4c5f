//! HaloPSA's picklists, people and customers: names that have ids there.
//!
//! Invariant: what is kept is at most five minutes old; what HaloPSA doesn't let us read is an empty list to whoever can do
//! without it, and what can't be reached never is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::port::TicketError;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::access::Access;
use super::answer::{self, Call};
use super::wire::{number, one, rows, text};

/// How long a list is kept.
const FRESH: Duration = Duration::from_mins(5);

/// How many lists are kept; each mail address and each customer that is looked for makes one.
const MOST_KEPT: usize = 500;

/// One thing with an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: i64,
    /// What people call it, the usual name first.
    pub(super) names: Vec<String>,
    /// The SLA that a priority belongs to.
    pub(super) sla: Option<i64>,
    /// It is there, and not in use any more.
    pub(super) off: bool,
}

impl Entry {
    pub(super) fn of(row: &Value) -> Option<Self> {
        let names = ["name", "outcome", "shortname", "buttonname", "emailaddress", "email", "email_address"];
        let off = ["isdisabled", "inactive"].iter().any(|name| row.get(name) == Some(&Value::Bool(true)));
        Some(Self {
            id: number(row, &["priorityid", "id"])?,
            names: names.iter().filter_map(|name| text(row, name)).map(str::to_owned).collect(),
            sla: number(row, &["slaid", "sla_id"]),
            off,
        })
    }

    /// Whether this names it, in any case.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let name = name.trim().to_lowercase();
        self.names.iter().any(|own| own.to_lowercase() == name)
    }
}

/// The entry of this name, or with this number.
pub(super) fn named<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Entry> {
    let by_name = entries.iter().find(|entry| entry.is_called(name));
    by_name.or_else(|| {
        let id: i64 = name.trim().parse().ok()?;
        entries.iter().find(|entry| entry.id == id)
    })
}

/// A list, and when it was read.
type Kept = (Instant, Arc<[Entry]>);

/// The lists that were read.
#[derive(Debug, Default)]
pub(super) struct Lists {
    kept: Mutex<HashMap<Url, Kept>>,
}

impl Lists {
    pub(super) async fn statuses(&self, access: &Access) -> Result<Arc<[Entry]>, TicketError> {
        self.list(access, access.url(&["api", "status"], &[("type", "ticket")]), "statuses").await
    }

    pub(super) async fn ticket_types(&self, access: &Access) -> Result<Arc<[Entry]>, TicketError> {
        self.list(access, access.url(&["api", "tickettype"], &[]), "tickettypes").await
    }

    pub(super) async fn outcomes(&self, access: &Access) -> Result<Arc<[Entry]>, TicketError> {
        self.list(access, access.url(&["api", "outcome"], &[]), "outcomes").await
    }

    /// Everybody; for whoever looks for many.
    pub(super) async fn agents(&self, access: &Access) -> Result<Arc<[Entry]>, TicketError> {
        self.list(access, access.url(&["api", "agent"], &[]), "agents").await
    }

    /// Whoever HaloPSA finds by a mail address; who really has it is for the caller to see.
    pub(super) async fn agents_like(&self, access: &Access, mail: &str) -> Result<Arc<[Entry]>, TicketError> {
        self.list(access, agents_like(access, mail), "agents").await
    }

    /// Whether nobody has this mail address there, as far as that is known already.
    pub(super) fn is_nobody(&self, access: &Access, mail: &str) -> bool {
        self.fresh(&agents_like(access, mail))
            .is_some_and(|agents| !agents.iter().any(|agent| agent.is_called(mail) && !agent.off))
    }

    pub(super) async fn clients_like(
        &self,
        access: &Access,
        name: &str,
    ) -> Result<Arc<[Entry]>, TicketError> {
        self.list(access, access.url(&["api", "client"], &[("search", name.trim())]), "clients").await
    }

    /// The priorities of a type of tickets: those of its SLA, else all.
    pub(super) async fn priorities(
        &self,
        access: &Access,
        ticket_type: Option<i64>,
    ) -> Result<Arc<[Entry]>, TicketError> {
        let id = ticket_type.map(|id| id.to_string()).unwrap_or_default();
        let key = access.url(&["api", "priority"], &[("of_type", &id)]);
        if let Some(kept) = self.fresh(&key) {
            return Ok(kept);
        }
        let sla = match ticket_type {
            Some(_) => sla_of(access, &id).await?,
            None => None,
        };
        if let Some(sla) = sla {
            let url = access.url(&["api", "sla", &sla.to_string()], &[("includedetails", "true")]);
            let own = readable(access.get(Call::Read, &url).await)?;
            let own = own.and_then(|body| {
                let rows = one(&body)?.get("priorities")?.as_array()?.clone();
                Some(entries(&rows)).filter(|own| !own.is_empty())
            });
            if let Some(own) = own {
                return Ok(self.keep(key, own));
            }
        }
        let sla_id = sla.map(|sla| sla.to_string());
        let query: Vec<(&str, &str)> = sla_id.iter().map(|id| ("slaid", id.as_str())).collect();
        let all = read(access, &access.url(&["api", "priority"], &query), "priorities").await?;
        let of_sla =
            all.iter().filter(|entry| sla.is_none() || entry.sla == sla).cloned().collect::<Vec<_>>();
        Ok(self.keep(key, if of_sla.is_empty() { all } else { of_sla }))
    }

    /// Forgets everything, so that it is read again.
    pub(super) fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn list(&self, access: &Access, url: Url, name: &str) -> Result<Arc<[Entry]>, TicketError> {
        if let Some(kept) = self.fresh(&url) {
            return Ok(kept);
        }
        let read = read(access, &url, name).await?;
        Ok(self.keep(url, read))
    }

    fn fresh(&self, url: &Url) -> Option<Arc<[Entry]>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, entries) = kept.get(url)?;
        (read_at.elapsed() < FRESH).then(|| Arc::clone(entries))
    }

    fn keep(&self, url: Url, entries: Vec<Entry>) -> Arc<[Entry]> {
        let entries: Arc<[Entry]> = entries.into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(url, (Instant::now(), Arc::clone(&entries)));
        entries
    }
}

/// The list, or none where HaloPSA doesn't let us read it.
pub(super) fn or_none(list: Result<Arc<[Entry]>, TicketError>) -> Result<Arc<[Entry]>, TicketError> {
    match list {
        Err(TicketError::Refused(_)) => Ok(Arc::default()),
        list => list,
    }
}

fn agents_like(access: &Access, mail: &str) -> Url {
    access.url(&["api", "agent"], &[("search", &mail.trim().to_lowercase())])
}

async fn read(access: &Access, url: &Url, name: &str) -> Result<Vec<Entry>, TicketError> {
    let answer = access.get(Call::List, url).await?;
    let rows = rows(&answer.body, name).ok_or_else(|| answer::not_understood("a list"))?;
    Ok(entries(&rows))
}

fn entries(rows: &[Value]) -> Vec<Entry> {
    rows.iter().filter_map(Entry::of).collect()
}

async fn sla_of(access: &Access, ticket_type: &str) -> Result<Option<i64>, TicketError> {
    let url = access.url(&["api", "tickettype", ticket_type], &[("includedetails", "true")]);
    let body = readable(access.get(Call::Read, &url).await)?;
    let sla = body.and_then(|body| number(&one(&body)?, &["default_sla", "sla_id", "slaid"]));
    Ok(sla.filter(|sla| *sla > 0))
}

/// The body, or none where there is nothing to read for us.
fn readable(answer: Result<crate::http::Answer, TicketError>) -> Result<Option<Vec<u8>>, TicketError> {
    match answer {
        Ok(answer) => Ok(Some(answer.body)),
        Err(TicketError::Refused(_) | TicketError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
