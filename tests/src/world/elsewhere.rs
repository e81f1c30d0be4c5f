//! Whoever doesn't belong to the demo MSP, or not yet: another tenant, and people with a token that nobody here knows.

use app::tenants::DEMO_TENANT;
use axum::body::Body;
use axum::http::{Request, header};
use domain::tenant::Tenant;
use serde_json::json;
use store::{Changes, OperationId};

use super::World;
use super::http::Answer;

const OTHER_TENANT: &str = "other-msp";

impl World {
    /// A token of somebody whom the Hub vouches for and whom the demo MSP sees for the first time.
    pub fn newcomer(&mut self, role: &str) -> String {
        self.token_of(DEMO_TENANT, role)
    }

    /// A token of the owner of another MSP, which has nothing yet.
    ///
    /// # Panics
    /// When called twice in a story.
    pub async fn stranger(&mut self) -> String {
        let demo = DEMO_TENANT.parse().expect("a tenant id");
        let found = self.store().get::<Tenant>(&demo, "tenant").await.expect("a store");
        let mut tenant = found.expect("the demo's tenant").value;
        tenant.id = OTHER_TENANT.parse().expect("a tenant id");
        let mut changes = Changes::new();
        changes.create(&tenant).expect("a document");
        let operation = OperationId("another tenant".to_owned());
        self.store().commit(&tenant.id, operation, changes).await.expect("another tenant");
        self.token_of(OTHER_TENANT, "owner")
    }

    /// Sends a request with a token.
    pub async fn send_with(
        &mut self,
        token: &str,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.request(request.body(body.into()).expect("a request")).await
    }

    fn token_of(&mut self, tenant: &str, role: &str) -> String {
        let claims = json!({
            "sub": format!("new-{role}"), "email": format!("{role}@else.example"), "tenantId": tenant,
            "orgRole": role, "exp": self.now().timestamp() + 86_400,
        });
        let claims = serde_json::from_value(claims).expect("claims");
        self.machine().hub.issue(claims).expect("a token")
    }
}
