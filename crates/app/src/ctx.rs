//! The context of one invocation: whose, by whom, when.

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::id::{TenantId, UserId};
use domain::user::Role;

use crate::error::Error;

/// Travels first in every call.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Whose data; nothing else is ever read or written.
    pub tenant: TenantId,
    /// The person.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Read once, where the invocation started.
    pub now: DateTime<Utc>,
}

impl Ctx {
    /// The person, as the timeline names them.
    pub fn actor(&self) -> Actor {
        Actor::User { id: self.user_id.clone(), name: self.name.clone() }
    }

    /// Refuses those who may only read.
    pub fn must_respond(&self) -> Result<(), Error> {
        if self.role.can_respond() { Ok(()) } else { Err(Error::Forbidden("work on incidents")) }
    }

    /// Refuses everybody but admins and the owner.
    pub fn must_manage(&self, what: &'static str) -> Result<(), Error> {
        if self.role.can_manage() { Ok(()) } else { Err(Error::Forbidden(what)) }
    }
}
