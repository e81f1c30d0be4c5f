//! The Azure Functions host for a staged folder: it starts the handler as the host does, proxies HTTP to it, fires its
//! timers and delivers messages to it on the wire format, and judges the answers.
//!
//! Invariant: nothing is more lenient here than there. Left out: schedules (a test fires timers itself), retries of
//! timers, restarts after a crash (a test restarts), throttling, keys.

mod envelope;
mod front;
mod invocation;
mod route;
mod staged;
mod worker;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::Context as _;
use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::{
    envelope::BusDelivery,
    invocation::{Invocation, Outcome},
};
use self::{
    envelope::Firing,
    front::Front,
    staged::{App, Function},
    worker::Worker,
};

/// A host with its handler. Dropping it kills both.
#[derive(Debug)]
pub struct FunctionsHost {
    front: Arc<Front>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

/// Where a message ends up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The handler took it.
    Completed {
        /// How often it was delivered, the last one included.
        deliveries: u32,
    },
    /// Every delivery failed.
    DeadLettered {
        /// How often it was delivered.
        deliveries: u32,
    },
}

impl FunctionsHost {
    /// Loads the staged folder and starts the handler with these app settings; it answers when this returns.
    ///
    /// Fails for everything that the host would refuse, and when the handler isn't there within 30 seconds; the error
    /// has what it wrote.
    pub async fn start(staged: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let app = App::read(staged)?;
        let worker = Worker::new(staged, app.description.clone(), settings);
        worker.start().await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let front = Arc::new(Front { app, worker });
        let routes = Router::new().fallback(front::serve).with_state(Arc::clone(&front));
        let server = tokio::spawn(async move {
            axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>()).await.ok();
        });
        Ok(Self { front, address, server })
    }

    /// `http://127.0.0.1:PORT` of the host, where the public comes in.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `http://127.0.0.1:PORT` of the handler itself, which only the host would ever use.
    pub fn handler_url(&self) -> String {
        self.front.worker.url()
    }

    /// The process of the handler, as the system numbers it.
    pub fn handler_id(&self) -> Option<u32> {
        self.front.worker.id()
    }

    /// The names of all functions.
    pub fn functions(&self) -> Vec<String> {
        self.front.app.functions.keys().cloned().collect()
    }

    /// What the handler wrote to stdout since its last start, line by line: information, in the host's log.
    pub fn output(&self) -> Vec<String> {
        self.front.worker.output().stdout
    }

    /// What the handler wrote to stderr since its last start, line by line: errors, in the host's log.
    pub fn errors(&self) -> Vec<String> {
        self.front.worker.output().stderr
    }

    /// Fires a timer once and hands back how it went. Waits for a handler that is being started again.
    ///
    /// # Panics
    /// When no timer of this name is staged.
    pub async fn fire_timer(&self, name: &str) -> Invocation {
        let Some(Function::Timer { binding, schedule, retries }) = self.front.app.functions.get(name) else {
            panic!("no timer {name} is staged");
        };
        let schedule = self.front.worker.expanded(schedule);
        let seconds = schedule.split(' ').next().unwrap_or_default();
        let monitored = seconds.parse::<u8>().is_ok();
        let firing = Firing { function: name, binding, monitored, retries: *retries };
        self.front.worker.invoke(name, &firing.envelope()).await
    }

    /// Delivers a message once and hands back how it went. Waits for a handler that is being started again.
    ///
    /// # Panics
    /// When no Service Bus trigger of this name is staged.
    pub async fn deliver(&self, name: &str, message: &BusDelivery) -> Invocation {
        let Some(Function::ServiceBus { binding, binary }) = self.front.app.functions.get(name) else {
            panic!("no Service Bus trigger {name} is staged");
        };
        let envelope = envelope::of_message(name, binding, *binary, message);
        self.front.worker.invoke(name, &envelope).await
    }

    /// Delivers a message as the broker does: again at once after each failure, until it is taken, or has been delivered
    /// `max_delivery_count` times.
    ///
    /// # Panics
    /// When no Service Bus trigger of this name is staged.
    pub async fn deliver_until_settled(
        &self,
        name: &str,
        message: &BusDelivery,
        max_delivery_count: u32,
    ) -> Settled {
        for deliveries in 1..=max_delivery_count {
            let delivery = BusDelivery { delivery_count: deliveries, ..message.clone() };
            if self.deliver(name, &delivery).await.success() {
                return Settled::Completed { deliveries };
            }
        }
        Settled::DeadLettered { deliveries: max_delivery_count }
    }

    /// SIGKILL for the handler, the only end that the host knows. What comes in from now on waits for
    /// [`FunctionsHost::restart`], up to 30 seconds.
    pub fn kill(&self) -> anyhow::Result<()> {
        self.front.worker.kill()
    }

    /// Starts the handler again, at its port, with its settings; kills it first if it runs.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.kill()?;
        self.front.worker.start().await.context("after a restart")
    }
}

impl Drop for FunctionsHost {
    fn drop(&mut self) {
        self.server.abort();
        self.kill().ok();
    }
}

/// A fresh id of the shape that the host gives to everything.
fn guid() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("00000000-0000-4000-8000-{:012x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests;
