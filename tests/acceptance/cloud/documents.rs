//! The document port on Cosmos DB: in this process and over HTTP, and when answers are late, lost or refused.

mod faults;
mod refusals;

use std::sync::Arc;

use acceptance::conformance::Backend;
use acceptance::cosmos::Cosmos;
use acceptance::document_port_conformance;
use store::Documents;

/// An emulated account in this process; every handle is a client of its own.
#[derive(Debug)]
struct InProcess(Cosmos);

impl Backend for InProcess {
    async fn empty() -> Self {
        Self(Cosmos::empty().await)
    }

    async fn open(&self) -> Arc<dyn Documents> {
        Arc::new(self.0.documents().await)
    }
}

mod in_process {
    use super::*;

    document_port_conformance!(InProcess);
}

mod over_http {
    use acceptance::cosmos::{DATABASE, HostedCosmos, KEY};
    use azure::cosmos::{Access, Account, CosmosDocuments};

    use super::*;

    /// The same over HTTP, reached as the product reaches it.
    #[derive(Debug)]
    struct OverHttp(HostedCosmos);

    impl Backend for OverHttp {
        async fn empty() -> Self {
            Self(HostedCosmos::start().await.expect("a server"))
        }

        async fn open(&self) -> Arc<dyn Documents> {
            let account = Account::new(self.0.url(), DATABASE, None, Access::Key(KEY.into()));
            Arc::new(CosmosDocuments::new(account.expect("an account")))
        }
    }

    document_port_conformance!(OverHttp);
}
