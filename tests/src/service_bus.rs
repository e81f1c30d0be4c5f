//! A stand-in for Azure Service Bus: a topic with duplicate detection that is sent to over HTTPS's wire, in plain HTTP.
//!
//! Invariants: nothing is more lenient here than there; a message id that was seen is answered like a new one and kept once,
//! for ever; what was kept stays. Left out: subscriptions, whose deliveries are the Functions host's.

mod access;
mod fault;
mod message;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{ConnectInfo, Request as Incoming, State},
    http::{Method, StatusCode, header::AUTHORIZATION},
    middleware,
    response::{IntoResponse as _, Response},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use self::{access::KEY_NAME, fault::Conduct};
pub use self::{
    access::{KEY, TOKEN},
    fault::Fault,
    message::Message,
};
use crate::{deadline, loopback::Gate};

/// What the standard tier takes as one message.
const LARGEST: usize = 256 * 1024;

/// The bus. Dropping it ends it.
#[derive(Debug)]
pub struct ServiceBus {
    broker: Arc<Broker>,
    server: JoinHandle<()>,
}

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST`, …
    pub method: String,
    /// Where to.
    pub path: String,
    /// By which connection: the same for requests that came by the same.
    pub connection: SocketAddr,
    /// What it was answered with; `None` as long as it has no answer, or will never have one.
    pub status: Option<u16>,
}

#[derive(Debug)]
struct Broker {
    topic: String,
    books: watch::Sender<Books>,
    conduct: Conduct,
    gate: Gate,
}

#[derive(Debug, Clone, Default)]
struct Books {
    messages: Vec<Message>,
    requests: Vec<Request>,
}

impl ServiceBus {
    /// A bus with one topic, which behaves.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn start(topic: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port of loopback");
        let behind = listener.local_addr().expect("the address of a listener");
        let broker = Arc::new(Broker {
            topic: topic.to_owned(),
            books: watch::Sender::default(),
            conduct: Conduct::default(),
            gate: Gate::to(behind).expect("a gate to the bus"),
        });
        let behaved = middleware::from_fn_with_state(Arc::clone(&broker), fault::misbehave);
        let routes = Router::new().fallback(take).with_state(Arc::clone(&broker)).layer(behaved);
        let server = tokio::spawn(async move {
            axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>()).await.ok();
        });
        Self { broker, server }
    }

    /// As `BUS_CONNECTION_STRING` wants it.
    pub fn connection_string(&self) -> String {
        let host = self.namespace();
        format!("Endpoint=sb://{host}/;SharedAccessKeyName={KEY_NAME};SharedAccessKey={KEY}")
    }

    /// As `BUS_CONNECTION_STRING__fullyQualifiedNamespace` wants it; it goes with [`TOKEN`].
    pub fn namespace(&self) -> String {
        self.broker.gate.address().to_string()
    }

    /// Every message that is kept, in the order of arrival.
    pub fn messages(&self) -> Vec<Message> {
        self.broker.books.borrow().messages.clone()
    }

    /// Every request that arrived, in that order.
    pub fn requests(&self) -> Vec<Request> {
        self.broker.books.borrow().requests.clone()
    }

    /// The messages, as soon as they are what the test is waiting for.
    ///
    /// # Panics
    /// When they aren't `within` that time; the message lists messages and requests.
    pub async fn wait_for(
        &self,
        mut wanted: impl FnMut(&[Message]) -> bool,
        within: Duration,
    ) -> Vec<Message> {
        match deadline::until(&self.broker.books, within, |books| wanted(&books.messages)).await {
            Ok(books) => books.messages,
            Err(books) => panic!("not the awaited messages within {within:?}, but {books:#?}"),
        }
    }

    /// From now on every request meets this; [`Fault::None`] ends it.
    ///
    /// # Panics
    /// When somebody else took the port of a bus that was [`Fault::Down`].
    pub fn misbehave(&self, fault: Fault) {
        let is_down = matches!(fault, Fault::Down);
        self.broker.conduct.always(fault);
        if is_down {
            self.broker.gate.shut();
        } else {
            self.broker.gate.open().expect("the bus's own port");
        }
    }

    /// The next request that finds nothing else ahead of it meets this, once. [`Fault::Down`] here means that its
    /// connection, and any other that is open, is cut.
    pub fn misbehave_once(&self, fault: Fault) {
        self.broker.conduct.once(fault);
    }
}

impl Drop for ServiceBus {
    fn drop(&mut self) {
        self.server.abort();
        self.broker.gate.shut();
    }
}

impl Broker {
    /// The request's number, for [`Broker::answered`].
    fn arrived(&self, request: &Incoming) -> usize {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().expect("who connected");
        let request = Request {
            method: request.method().to_string(),
            path: request.uri().to_string(),
            connection: peer.0,
            status: None,
        };
        let mut number = 0;
        self.books.send_modify(|books| {
            number = books.requests.len();
            books.requests.push(request);
        });
        number
    }

    fn answered(&self, number: usize, status: StatusCode) {
        self.books.send_modify(|books| books.requests[number].status = Some(status.as_u16()));
    }

    fn keep(&self, message: Message) {
        self.books.send_if_modified(|books| {
            let is_new = books.messages.iter().all(|kept| kept.message_id != message.message_id);
            if is_new {
                books.messages.push(message);
            }
            is_new
        });
    }
}

/// Sends a message: authorization first, then the topic, then the message itself.
async fn take(State(broker): State<Arc<Broker>>, request: Incoming) -> Response {
    let (parts, body) = request.into_parts();
    let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Err(why) = access::check(authorization, parts.uri.path()) {
        return (StatusCode::UNAUTHORIZED, why).into_response();
    }
    if parts.method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let is_topic = parts.uri.path().eq_ignore_ascii_case(&format!("/{}/messages", broker.topic));
    if !is_topic || parts.uri.query().is_some() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(body) = to_bytes(body, LARGEST).await else { return StatusCode::FORBIDDEN.into_response() };
    match Message::read(&parts.headers, body.to_vec()) {
        Ok(message) => {
            broker.keep(message);
            StatusCode::CREATED.into_response()
        }
        Err(why) => (StatusCode::BAD_REQUEST, why).into_response(),
    }
}

#[cfg(test)]
mod tests;
