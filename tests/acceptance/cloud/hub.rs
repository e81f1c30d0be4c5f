//! People who sign in through the Hub, and scripts with its tokens: two instances, one Hub on its real wire.

mod binary;
mod organizations;
mod renewing;
mod signing_in;
mod signing_out;
mod tab;
mod tokens;
mod turned_away;

use std::sync::Arc;

use acceptance::hub::{Hub, person};
use acceptance::world::{Answer, Manner, World};
use app::Clock;
use chrono::TimeDelta;
use serde_json::Value;

/// What signs people in, and what they sign in to.
struct Office {
    world: World,
    hub: Hub,
}

impl Office {
    /// Two instances whose every second request goes to the other one.
    async fn open() -> Self {
        Self::open_with(&[]).await
    }

    async fn open_with(settings: &[(&str, &str)]) -> Self {
        let hub = Hub::start().await;
        let led = hub.settings();
        let led = led.iter().map(|(name, value)| (*name, value.as_str()));
        let settings: Vec<_> = led.chain(settings.iter().copied()).collect();
        let world = World::open_with(Manner::TwoInstances, &settings).await;
        hub.follow(Arc::clone(&world.clock) as Arc<dyn Clock>);
        Self { world, hub }
    }

    fn pass(&self, time: TimeDelta) {
        self.world.sleep_through(time);
    }

    /// A call with a token.
    async fn call(&mut self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.world.send_with(token, method, path, body).await
    }

    /// The status of asking who one is with a token; twice, so that each instance answers.
    async fn status(&mut self, token: &str) -> u16 {
        let first = self.call(token, "GET", "/api/me", Value::Null).await.status;
        let second = self.call(token, "GET", "/api/me", Value::Null).await.status;
        assert_eq!(first, second, "both instances say the same");
        first.as_u16()
    }

    /// What somebody is answered whose token is fresh.
    async fn get(&mut self, who: &Value, path: &str) -> Value {
        let token = self.hub.token(who);
        let answer = self.call(&token, "GET", path, Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }
}

/// Ann owns the organization that most stories are about.
fn ann() -> Value {
    person("northwind", "ann", "owner")
}
