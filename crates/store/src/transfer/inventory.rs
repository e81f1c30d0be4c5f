//! Everything that a tenant has in a store: its own partition, then what leads to it from the directory.

use domain::id::TenantId;
use serde_json::Value;

use super::record::{Place, Record};
use crate::document::{Kind, Stored};
use crate::lookup::{Lookup, Range};
use crate::port::{Documents, StoreError};

/// How many documents are read at a time: few enough that large ones arrive in time.
const AT_ONCE: u32 = 100;

/// A reading of all that a tenant has, by place and then by id.
///
/// It is as of one instant only where nothing is written meanwhile.
#[derive(Debug)]
pub struct Inventory<'a> {
    documents: &'a dyn Documents,
    tenant: &'a TenantId,
    left: Vec<Place>,
    range: Range,
}

impl<'a> Inventory<'a> {
    /// Begins with what stands in the tenant's partition.
    pub fn of(documents: &'a dyn Documents, tenant: &'a TenantId) -> Self {
        let left = vec![Place::Directory, Place::Tenant];
        Self { documents, tenant, left, range: Range::first(AT_ONCE) }
    }

    /// Without the directory.
    pub(super) fn of_partition(documents: &'a dyn Documents, tenant: &'a TenantId) -> Self {
        Self { left: vec![Place::Tenant], ..Self::of(documents, tenant) }
    }

    /// The next of them, and [`StoreError::Corrupt`] in the place of each that this version can't read; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Result<Record, StoreError>>>, StoreError> {
        let Some(place) = self.left.last().copied() else { return Ok(None) };
        let lookup = Lookup::Everything { partition: place.partition(self.tenant).to_owned() };
        let found = self.documents.find(&lookup, &self.range).await?;
        self.range.after = found.next;
        if self.range.after.is_none() {
            self.left.pop();
        }
        let own =
            found.documents.into_iter().filter(|stored| place == Place::Tenant || self.may_lead_here(stored));
        Ok(Some(own.map(|stored| Record::read(place, self.tenant, stored)).collect()))
    }

    /// An entry of the directory says whose it is. One that doesn't is left to be told, and not passed over; what is the
    /// deployment's own leads nowhere.
    fn may_lead_here(&self, stored: &Stored) -> bool {
        if stored.kind == Kind::Pulse.as_str() {
            return false;
        }
        let body: Option<Value> = serde_json::from_str(&stored.body).ok();
        let owner = body.as_ref().and_then(|body| body.get("tenant_id")).and_then(Value::as_str);
        owner.is_none_or(|owner| owner == self.tenant.as_str())
    }
}
