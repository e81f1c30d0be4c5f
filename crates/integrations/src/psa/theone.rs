//! The One PSA, over HTTP: five calls under one path, each for one tenant, behind the service key. Any PSA that
//! offers the same calls can stand in its place.
//!
//! Invariants: a POST carries our key for what it makes in `Idempotency-Key`; an error says whether the work may have
//! been done, and after a POST that was sent and not answered it always may; none is sent that would end too late. The service key is read for each call, so
//! that a rotated one is used from then on; where it can't be read, nothing is sent.

mod answer;
mod wire;

use std::time::Duration;

use app::port::{
    Filed, Secret, TicketError, TicketName, TicketNote, TicketResolution, TicketSystem, TicketView, TimeSpent,
};
use async_trait::async_trait;
use domain::id::TenantId;
use domain::psa::{CheckPoint, PsaHome, TheOneSettings};
use domain::ticket::{NewTicket, Technician, TicketFacts};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use self::answer::Call;
use super::patience::{PATIENCE, Until};
use super::point::point;
use crate::SettingError;
use crate::http::{Answer, Http, NoAnswer};

const KEY: HeaderName = HeaderName::from_static("x-integration-key");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The One PSA.
#[derive(Debug)]
pub struct TheOnePsa {
    tickets: Url,
    key: Secret,
    http: Http,
    patience: Duration,
}

impl TheOnePsa {
    /// The PSA behind `api_url` (`https://api.theonepsa.com`; a path in it is kept). Nothing is connected to, and no key is
    /// read, yet. The error is about `PSA_API_URL`.
    pub fn new(api_url: &str, service_key: Secret, http: Http) -> Result<Self, SettingError> {
        Ok(Self { tickets: tickets_url(api_url)?, key: service_key, http, patience: PATIENCE })
    }

    /// Whether a call can carry this key, for whoever has it before the first call. The error is about `PSA_SERVICE_KEY`.
    pub fn check_key(service_key: &SecretString) -> Result<(), SettingError> {
        header(service_key).map(drop).map_err(|problem| SettingError::new("PSA_SERVICE_KEY", problem))
    }

    /// `…/tickets/{id}` and what comes below; `None` for an id that no ticket can have.
    fn ticket_url(&self, id: &str, below: Option<&str>) -> Option<Url> {
        // A path can't contain them, encoded or not: they name the folder itself or the one above.
        if matches!(id, "" | "." | "..") {
            return None;
        }
        let mut url = self.tickets.clone();
        url.path_segments_mut().ok()?.push(id).extend(below);
        Some(url)
    }

    async fn call(
        &self,
        call: Call,
        build: impl Fn(&Client) -> RequestBuilder + Send + Sync,
    ) -> Result<Answer, TicketError> {
        let until = Until::after(self.patience);
        let answered = self.asked(until, build);
        let answered = if call.changes() { answered.await } else { until.look(answer::NAME, answered).await };
        answer::checked(call, answered?)
    }

    /// The answer, or none; the outer error says that nothing was sent.
    async fn asked(
        &self,
        until: Until,
        build: impl Fn(&Client) -> RequestBuilder + Send + Sync,
    ) -> Result<Result<Answer, NoAnswer>, TicketError> {
        let key = self.key.read().await.map_err(|error| answer::no_key(&error))?;
        let mut answered = self.send(until, &key, &build).await?;
        // Refused means that nothing was done; a key that was rotated meanwhile may be sent after the one before.
        if answered.as_ref().is_ok_and(|answer| answer.status == StatusCode::UNAUTHORIZED)
            && let Ok(Some(rotated)) = self.key.instead_of(&key).await
        {
            answered = self.send(until, &rotated, &build).await?;
        }
        Ok(answered)
    }

    /// One request; the outer error says that none was made.
    async fn send(
        &self,
        until: Until,
        key: &SecretString,
        build: impl Fn(&Client) -> RequestBuilder + Send,
    ) -> Result<Result<Answer, NoAnswer>, TicketError> {
        let key = header(key).map_err(|problem| answer::bad_key(self.key.name(), problem))?;
        // The key may have been a long time coming.
        until.check(answer::NAME)?;
        Ok(self.http.call(|client| build(client).header(KEY, key)).await)
    }
}

/// The key as a header, marked as sensitive, so that it isn't printed.
fn header(key: &SecretString) -> Result<HeaderValue, &'static str> {
    let key = key.expose_secret().trim();
    let mut key = HeaderValue::from_str(key).map_err(|_| "has characters that no header can carry")?;
    if key.is_empty() {
        return Err("is empty");
    }
    key.set_sensitive(true);
    Ok(key)
}

fn tickets_url(api_url: &str) -> Result<Url, SettingError> {
    let wrong = |problem: &str| SettingError::new("PSA_API_URL", problem);
    let mut url =
        Url::parse(api_url.trim()).map_err(|error| wrong(&format!("is not an address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("starts with neither https:// nor http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("contains a user or password; the key belongs into PSA_SERVICE_KEY"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or a fragment, which mean nothing here"));
    }
    let path = ["api", "integrations", "oncall", "tickets"];
    url.path_segments_mut().map_err(|()| wrong("is not a web address"))?.pop_if_empty().extend(path);
    Ok(url)
}

fn with_tenant(mut url: Url, tenant: &TenantId) -> Url {
    url.query_pairs_mut().append_pair("tenant_id", tenant.as_str());
    url
}

#[async_trait]
impl TicketSystem for TheOnePsa {
    fn name(&self) -> &'static str {
        answer::NAME
    }

    fn home(&self) -> PsaHome {
        PsaHome::new("theone", &TheOneSettings { api_url: self.tickets.to_string() }.account())
    }

    /// Its ids are any text, and nothing says that it shows every ticket it has.
    fn ids_are_numbers(&self) -> bool {
        false
    }

    /// Every create carries the ticket's key as its `Idempotency-Key`.
    fn knows_repeats(&self) -> bool {
        true
    }

    /// It finds its technicians by mail address.
    fn recognizes(&self, technician: &Technician) -> bool {
        !technician.email.trim().is_empty()
    }

    async fn create(&self, ticket: &NewTicket) -> Result<Filed, TicketError> {
        let answer = self
            .call(Call::Create, |client| {
                client
                    .post(self.tickets.clone())
                    .header(IDEMPOTENCY_KEY, &ticket.external_ref)
                    .json(&wire::Create::of(ticket))
            })
            .await?;
        wire::created_id(&answer.body).map(Filed::bare).ok_or_else(|| answer::without_id(answer.status))
    }

    async fn find(
        &self,
        tenant: &TenantId,
        external_ref: &str,
        _: u64,
    ) -> Result<Option<TicketView>, TicketError> {
        let mut url = with_tenant(self.tickets.clone(), tenant);
        url.query_pairs_mut().append_pair("external_ref", external_ref);
        let answer = self.call(Call::Find, |client| client.get(url.clone())).await?;
        wire::found(&answer.body, external_ref).map_err(|_| answer::not_understood())
    }

    async fn read(&self, tenant: &TenantId, id: &str) -> Result<TicketView, TicketError> {
        let url = with_tenant(self.ticket_url(id, None).ok_or(TicketError::NotFound)?, tenant);
        let answer = self.call(Call::Read, |client| client.get(url.clone())).await?;
        wire::ticket(&answer.body, id).ok_or_else(answer::not_understood)
    }

    async fn add_note(&self, tenant: &TenantId, id: &str, note: &TicketNote) -> Result<(), TicketError> {
        let url = self.ticket_url(id, Some("notes")).ok_or(TicketError::NotFound)?;
        self.call(Call::Note, |client| {
            client
                .post(url.clone())
                .header(IDEMPOTENCY_KEY, &note.external_ref)
                .json(&wire::Note::of(tenant, note))
        })
        .await?;
        Ok(())
    }

    async fn complete(&self, tenant: &TenantId, id: &str, end: &TicketResolution) -> Result<(), TicketError> {
        let url = self.ticket_url(id, None).ok_or(TicketError::NotFound)?;
        self.call(Call::Complete, |client| client.patch(url.clone()).json(&wire::Complete::of(tenant, end)))
            .await?;
        Ok(())
    }

    async fn take(&self, tenant: &TenantId, id: &str, technician: &Technician) -> Result<(), TicketError> {
        let url = self.ticket_url(id, None).ok_or(TicketError::NotFound)?;
        self.call(Call::Take, |client| client.patch(url.clone()).json(&wire::Take::of(tenant, technician)))
            .await?;
        Ok(())
    }

    async fn add_time(&self, tenant: &TenantId, id: &str, time: &TimeSpent) -> Result<(), TicketError> {
        let url = self.ticket_url(id, Some("time-entries")).ok_or(TicketError::NotFound)?;
        self.call(Call::Time, |client| {
            client
                .post(url.clone())
                .header(IDEMPOTENCY_KEY, &time.external_ref)
                .json(&wire::Time::of(tenant, time))
        })
        .await?;
        Ok(())
    }

    async fn fetch(&self, tenant: &TenantId, name: &TicketName) -> Result<Option<TicketFacts>, TicketError> {
        let (TicketName::Id(id) | TicketName::Number(id)) = name;
        let Some(url) = self.ticket_url(id, None) else { return Ok(None) };
        let url = with_tenant(url, tenant);
        match self.call(Call::Read, |client| client.get(url.clone())).await {
            Ok(answer) => Ok(Some(wire::facts(&answer.body, id).ok_or_else(answer::not_understood)?)),
            Err(TicketError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn check(&self, tenant: &TenantId) -> Vec<CheckPoint> {
        let looked = self.find(tenant, "oncall-check", 0).await;
        vec![point("reach the PSA and look for tickets", looked.map(|_| None))]
    }
}

#[cfg(test)]
mod tests;
