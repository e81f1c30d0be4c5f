//! Which PSA a tenant's work is filed in: its own, else the deployment's.
//!
//! Invariant: a connection that is kept open is the one that the tenant's settings say now; another version of them is
//! another connection.

mod check;
mod parked;
mod settings;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::TenantId;
use domain::psa::{PsaConnection, PsaHome};
use store::{PSA, StoreError};

pub(crate) use self::check::daily;
pub use self::check::verify;
pub use self::settings::{PsaEdit, deployments_own, get, remove, set};
use crate::app::App;
use crate::error::Error;
use crate::port::{Secret, Secrets, TicketSystem};

/// How many connections are kept open.
const MOST_OPEN: usize = 200;

/// The open connections of this process: they know tokens and picklists.
#[derive(Debug, Default)]
pub(crate) struct Desks {
    open: Mutex<HashMap<TenantId, Connected>>,
}

/// A connection, and the version of the settings that it was made by.
type Connected = (u64, Arc<dyn TicketSystem>);

/// A tenant's PSA.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) system: Arc<dyn TicketSystem>,
    /// Where its tickets are.
    pub(crate) home: PsaHome,
    /// Whether time is filed.
    pub(crate) time_entries: bool,
}

/// The tenant's PSA; `None`: it has none. Settings that can't be used any more are an error, and a person has to look.
pub(crate) async fn of(app: &App, tenant: &TenantId) -> Result<Option<Desk>, Error> {
    let found = app.store.get::<PsaConnection>(tenant, PSA).await?;
    let Some(connection) = found.map(|found| found.value) else {
        let deployment = |system: &Arc<dyn TicketSystem>| Desk {
            system: Arc::clone(system),
            home: system.home(),
            time_entries: false,
        };
        return Ok(app.tickets.as_ref().map(deployment));
    };
    let system = app.desks.open(app, tenant, &connection)?;
    Ok(Some(Desk { system, home: connection.provider.home(), time_entries: connection.time_entries }))
}

/// Where the tenant's work is filed; `None`: nowhere.
pub(crate) async fn home(app: &App, tenant: &TenantId) -> Result<Option<PsaHome>, StoreError> {
    let own = app.store.get::<PsaConnection>(tenant, PSA).await?;
    Ok(own.map(|own| own.value.provider.home()).or_else(|| app.tickets.as_ref().map(|system| system.home())))
}

/// Whether the tenant's work is filed anywhere.
pub(crate) async fn is_there(app: &App, tenant: &TenantId) -> Result<bool, StoreError> {
    Ok(app.tickets.is_some() || home(app, tenant).await?.is_some())
}

/// A connection by these settings, kept nowhere.
pub(crate) fn connect(app: &App, connection: &PsaConnection) -> Result<Arc<dyn TicketSystem>, Error> {
    let keeper = Arc::clone(&app.secrets) as Arc<dyn Secrets>;
    let secret = Secret::new(connection.secret.as_str(), keeper);
    app.psas.open(connection, secret).map_err(|wrong| match crate::keeping::accept(wrong) {
        Ok(()) => Error::Internal("a connection that nothing is wrong with can't be opened".to_owned()),
        Err(error) => error,
    })
}

impl Desks {
    fn open(
        &self,
        app: &App,
        tenant: &TenantId,
        connection: &PsaConnection,
    ) -> Result<Arc<dyn TicketSystem>, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, system)) = open.get(tenant)
            && *version == connection.version
        {
            return Ok(Arc::clone(system));
        }
        let system = connect(app, connection)?;
        if open.len() >= MOST_OPEN {
            open.clear();
        }
        open.insert(tenant.clone(), (connection.version, Arc::clone(&system)));
        Ok(system)
    }
}
