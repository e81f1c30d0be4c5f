//! The emulator behind HTTP on loopback, so that the product's own binary can use it; it misbehaves on command.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::{Method, Request as CoreRequest};
use futures::stream;
use tokio::net::TcpListener;
use url::Url;

use super::Cosmos;
use crate::loopback::Gate;

/// The largest body that is read: more than Cosmos DB takes.
const LARGEST: usize = 4 << 20;

/// What happens to a request about documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is answered with this status, and nothing is done.
    Refused(u16),
    /// It is done, and the answer is cut off.
    AnswerLost,
}

/// An emulated account that listens on loopback. Dropped, it is gone with all that it kept.
#[derive(Debug)]
pub struct HostedCosmos {
    cosmos: Cosmos,
    gate: Gate,
    faults: Faults,
    server: tokio::task::JoinHandle<()>,
}

type Faults = Arc<Mutex<VecDeque<Fault>>>;

impl HostedCosmos {
    /// An account of its own.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let gate = Gate::to(listener.local_addr()?)?;
        // The client goes to the address that the account says of itself.
        let cosmos = Cosmos::at(format!("http://{}/", gate.address()).parse()?).await;
        let faults = Faults::default();
        let router = Router::new().fallback(answer).with_state((cosmos.clone(), Arc::clone(&faults)));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.ok();
        });
        Ok(Self { cosmos, gate, faults, server })
    }

    /// For `COSMOS_ENDPOINT`.
    pub fn url(&self) -> &Url {
        &self.cosmos.url
    }

    /// A look at what is kept, past HTTP and its faults.
    pub fn inside(&self) -> &Cosmos {
        &self.cosmos
    }

    /// The next `times` requests about documents are refused with `status`.
    pub fn refuse(&self, status: u16, times: usize) {
        self.queue(Fault::Refused(status), times);
    }

    /// The next `times` requests about documents are done, and their answers lost.
    pub fn lose_answers(&self, times: usize) {
        self.queue(Fault::AnswerLost, times);
    }

    /// Nothing more goes wrong.
    pub fn behave(&self) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Refuses connections from now on.
    pub fn go_away(&self) {
        self.gate.shut();
    }

    /// Is there again.
    pub fn come_back(&self) -> anyhow::Result<()> {
        Ok(self.gate.open()?)
    }

    fn queue(&self, fault: Fault, times: usize) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.extend(std::iter::repeat_n(fault, times));
    }
}

impl Drop for HostedCosmos {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State((cosmos, faults)): State<(Cosmos, Faults)>, request: Request) -> Response<Body> {
    let about_documents = request.uri().path().contains("/docs");
    let next = || faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let fault = if about_documents { next() } else { None };
    if let Some(Fault::Refused(status)) = fault {
        return refusal(status);
    }
    match forward(&cosmos, request).await {
        Ok(_) if fault == Some(Fault::AnswerLost) => {
            let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            Response::new(Body::from_stream(stream::once(async { Err::<String, _>(cut) })))
        }
        Ok(answer) => answer,
        Err(error) => {
            let mut answer = Response::new(Body::from(error.to_string()));
            *answer.status_mut() = StatusCode::BAD_REQUEST;
            answer
        }
    }
}

fn refusal(status: u16) -> Response<Body> {
    let mut answer = Response::builder().status(status).header("x-ms-request-charge", "0");
    if status == 429 {
        answer = answer.header("x-ms-retry-after-ms", "5").header("x-ms-substatus", "3200");
    }
    answer.body(Body::from("{}")).expect("an answer")
}

async fn forward(cosmos: &Cosmos, request: Request) -> anyhow::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let method: Method = parts.method.as_str().parse()?;
    let mut inner = CoreRequest::new(cosmos.url.join(path.trim_start_matches('/'))?, method);
    for (name, value) in &parts.headers {
        let name = HeaderName::from(name.as_str().to_owned());
        inner.headers_mut().insert(name, HeaderValue::from(value.to_str()?.to_owned()));
    }
    let body = to_bytes(body, LARGEST).await?;
    if !body.is_empty() {
        inner.set_body(body);
    }
    let answer = cosmos.emulator.execute_request(&inner).await?.try_into_raw_response().await?;
    let mut outer = Response::builder().status(u16::from(answer.status()));
    for (name, value) in answer.headers().iter() {
        outer = outer.header(name.as_str(), value.as_str());
    }
    Ok(outer.body(Body::from(answer.body().as_ref().to_vec()))?)
}
