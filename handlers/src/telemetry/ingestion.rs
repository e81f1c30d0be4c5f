//! The post to Application Insights: how batches leave, and what is said when they don't.
//!
//! Invariants: an outage is one line when it begins and one when it ends, however many batches it costs; neither names
//! anything of what was to be sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::body::Bytes;
use axum::http::{HeaderValue, Request, Response, header};
use azure::identity::Credential;
use integrations::http::Http;
use opentelemetry_application_insights::HttpClient;
use opentelemetry_http::HttpError;
use secrecy::ExposeSecret as _;
use tokio::runtime::Handle;
use tracing::{info, warn};
use url::Url;

use super::Destination;

/// What a token for Application Insights is asked for; the address behind the first slash ends in one itself.
const SCOPE: &str = "https://monitor.azure.com//.default";

/// Posts what the exporter has packed.
#[derive(Debug, Clone)]
pub(crate) struct Ingestion {
    track: Url,
    /// Proves who is telling, where the key alone is not enough (local authentication is off).
    credential: Option<Credential>,
    http: Http,
    /// Numbers are packed on a thread of their own, outside the runtime.
    runtime: Handle,
    is_down: Arc<AtomicBool>,
}

impl Ingestion {
    pub(super) fn new(destination: &Destination, credential: Option<Credential>, runtime: Handle) -> Self {
        let track = destination.track.clone();
        Self { track, credential, http: Http::default(), runtime, is_down: Arc::default() }
    }

    async fn post(&self, request: Request<Bytes>) -> Result<(u16, Vec<u8>), String> {
        let mut headers = request.headers().clone();
        if let Some(credential) = &self.credential {
            let token = credential.token(SCOPE).await.map_err(|error| error.to_string())?;
            let value = format!("Bearer {}", token.expose_secret());
            let mut value = HeaderValue::try_from(value).map_err(|_| "an odd token".to_owned())?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        self.http.post(self.track.as_str(), headers, request.into_body().into()).await
    }

    /// Tells when an outage begins and when it ends.
    fn tell(&self, posted: &Result<(u16, Vec<u8>), String>) {
        let trouble = match posted {
            Ok((200..=299, _)) => None,
            Ok((status, _)) => Some(format!("it answers {status}")),
            Err(reason) => Some(reason.clone()),
        };
        match trouble {
            Some(reason) if !self.is_down.swap(true, Ordering::Relaxed) => {
                warn!(%reason, "Application Insights doesn't take telemetry; some of it is lost until it does");
            }
            None if self.is_down.swap(false, Ordering::Relaxed) => {
                info!("Application Insights takes telemetry again");
            }
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Ingestion {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let ingestion = self.clone();
        let posted = self.runtime.spawn(async move {
            let posted = ingestion.post(request).await;
            ingestion.tell(&posted);
            posted
        });
        let (status, body) = posted.await??;
        Ok(Response::builder().status(status).body(body.into())?)
    }
}
