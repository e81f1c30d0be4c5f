//! PSAs: where the work is filed, one file each, and which of them a tenant's settings mean.

mod autotask;
mod halopsa;
mod patience;
mod point;
mod theone;

use std::sync::Arc;

use app::port::{Secret, TicketSystem, TicketSystems};
use domain::input::Wrong;
use domain::psa::{Provider, PsaConnection};

pub use autotask::Autotask;
pub use halopsa::HaloPsa;
pub use theone::TheOnePsa;

use crate::http::Http;

/// Every PSA that a tenant can choose.
#[derive(Debug, Clone, Default)]
pub struct Psas {
    http: Http,
}

impl Psas {
    /// Connections that share this client.
    pub fn new(http: Http) -> Self {
        Self { http }
    }
}

impl TicketSystems for Psas {
    fn open(&self, connection: &PsaConnection, secret: Secret) -> Result<Arc<dyn TicketSystem>, Vec<Wrong>> {
        let (mapping, http) = (&connection.mapping, self.http.clone());
        Ok(match &connection.provider {
            Provider::Theone(settings) => {
                let opened = TheOnePsa::new(&settings.api_url, secret, http);
                Arc::new(opened.map_err(|error| vec![Wrong::new("api_url", error.problem)])?)
            }
            Provider::Halopsa(settings) => Arc::new(HaloPsa::new(settings, mapping, secret, http)?),
            Provider::Autotask(settings) => Arc::new(Autotask::new(settings, mapping, secret, http)?),
        })
    }
}
