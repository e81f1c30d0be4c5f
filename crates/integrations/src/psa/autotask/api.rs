//! The line to Autotask: zone, headers, and how many calls there are at once.
//!
//! Invariants: the secret is read for each call, and where it can't be read, nothing is sent; a call is repeated only
//! after an answer that says that nothing was done; never more calls at once than Autotask allows.

use std::sync::Arc;
use std::time::Duration;

use app::port::{Secret, TicketError};
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;
use url::Url;

use super::answer::{self, Call, NAME, unavailable};
use super::zone::{self, Zone};
use crate::http::{Answer, Http};
use crate::psa::patience::Until;

const CODE: HeaderName = HeaderName::from_static("apiintegrationcode");
const USER: HeaderName = HeaderName::from_static("username");
const SECRET: HeaderName = HeaderName::from_static("secret");
const ON_BEHALF_OF: HeaderName = HeaderName::from_static("impersonationresourceid");

/// Autotask refuses a fourth call of one integration to one kind of thing while three are under way.
const AT_ONCE: usize = 3;

/// How long a call waits for those before it.
const LONGEST_QUEUE: Duration = Duration::from_secs(10);

/// The most that one query answers.
pub(super) const PAGE: usize = 500;

/// One request below the zone's address.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// The resource in whose name it is made.
    pub(super) on_behalf_of: Option<i64>,
    /// It changes something, and is not sent any more after this.
    until: Option<Until>,
}

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, on_behalf_of: None, until: None }
    }

    /// One that changes something.
    pub(super) fn change(method: Method, path: impl Into<String>, body: Value, until: Until) -> Self {
        Self { method, path: path.into(), body: Some(body), on_behalf_of: None, until: Some(until) }
    }

    /// Looks for at most `most` things of which all of `filter` holds.
    pub(super) fn query(entity: &str, filter: &[Value], fields: &[&str], most: usize) -> Self {
        let mut body = json!({ "MaxRecords": most, "filter": filter });
        if !fields.is_empty() {
            body["IncludeFields"] = json!(fields);
        }
        Self { method: Method::POST, body: Some(body), ..Self::get(format!("{entity}/query")) }
    }
}

/// A condition of a query.
pub(super) fn condition(op: &str, field: &str, value: impl Into<Value>) -> Value {
    json!({ "op": op, "field": field, "value": value.into() })
}

/// The line.
#[derive(Debug)]
pub(super) struct Api {
    question: Url,
    user: HeaderValue,
    code: HeaderValue,
    secret: Secret,
    http: Http,
    zone: Mutex<Option<Arc<Zone>>>,
    lines: Semaphore,
}

impl Api {
    pub(super) fn new(
        question: Url,
        user: HeaderValue,
        code: HeaderValue,
        secret: Secret,
        http: Http,
    ) -> Self {
        let lines = Semaphore::new(AT_ONCE);
        Self { question, user, code, secret, http, zone: Mutex::default(), lines }
    }

    /// What the answer to a request says.
    pub(super) async fn ask(&self, call: Call, request: &Request) -> Result<Value, TicketError> {
        answer::checked(call, &self.answer(call, request).await?)
    }

    /// What a query finds.
    pub(super) async fn found(&self, request: &Request) -> Result<Vec<Value>, TicketError> {
        match self.ask(Call::Look, request).await?.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(answer::not_understood(Call::Look)),
        }
    }

    /// The answer to a request, whatever its status.
    pub(super) async fn answer(&self, call: Call, request: &Request) -> Result<Answer, TicketError> {
        let zone = self.zone().await?;
        let answer = self.signed(call, &zone, request).await?;
        // The user's data was moved: whoever had it before did nothing.
        if answer::is_wrong_zone(&answer)
            && let Ok(Some(zone)) = self.zone_instead_of(&zone).await
        {
            return self.signed(call, &zone, request).await;
        }
        Ok(answer)
    }

    /// The user's zone; asked for once.
    pub(super) async fn zone(&self) -> Result<Arc<Zone>, TicketError> {
        let mut known = self.zone.lock().await;
        if let Some(zone) = &*known {
            return Ok(Arc::clone(zone));
        }
        let zone = Arc::new(self.discover().await?);
        *known = Some(Arc::clone(&zone));
        Ok(zone)
    }

    /// The zone by now, if it is another.
    async fn zone_instead_of(&self, wrong: &Arc<Zone>) -> Result<Option<Arc<Zone>>, TicketError> {
        let mut known = self.zone.lock().await;
        if let Some(zone) = known.as_ref().filter(|zone| *zone != wrong) {
            return Ok(Some(Arc::clone(zone)));
        }
        let zone = Arc::new(self.discover().await?);
        *known = Some(Arc::clone(&zone));
        Ok(Some(zone).filter(|zone| zone != wrong))
    }

    /// Needs no secret, and gets none.
    async fn discover(&self) -> Result<Zone, TicketError> {
        let asked = self.http.call(|client| client.get(self.question.clone())).await;
        let answer = answer::arrived(Call::Look, asked)?;
        if answer::is_wrong_zone(&answer) {
            return Err(zone::none());
        }
        zone::read(&answer::checked(Call::Look, &answer)?, &self.question)
    }

    async fn signed(&self, call: Call, zone: &Zone, request: &Request) -> Result<Answer, TicketError> {
        let secret = self.secret.read().await.map_err(|error| answer::no_secret(&error))?;
        let answer = self.send(call, zone, request, &secret).await?;
        // Refused means that nothing was done; a secret that was rotated meanwhile may be sent after the one before.
        if answer.status == StatusCode::UNAUTHORIZED
            && let Ok(Some(rotated)) = self.secret.instead_of(&secret).await
        {
            return self.send(call, zone, request, &rotated).await;
        }
        Ok(answer)
    }

    async fn send(
        &self,
        call: Call,
        zone: &Zone,
        request: &Request,
        secret: &SecretString,
    ) -> Result<Answer, TicketError> {
        let secret = header(secret.expose_secret()).map_err(|problem| {
            let name = self.secret.name();
            TicketError::Refused(format!("the secret {name} {problem}: enter it again, and retry"))
        })?;
        let url = zone.rest.join(&request.path).map_err(|_| TicketError::NotFound)?;
        let Ok(Ok(_line)) = timeout(LONGEST_QUEUE, self.lines.acquire()).await else {
            return Err(unavailable("is busy with our other calls"));
        };
        if let Some(until) = request.until {
            until.check(NAME)?;
        }
        let answered = self.http.call(|client| {
            let mut built = client
                .request(request.method.clone(), url)
                .header(CODE, self.code.clone())
                .header(USER, self.user.clone())
                .header(SECRET, secret);
            if let Some(resource) = request.on_behalf_of {
                built = built.header(ON_BEHALF_OF, resource);
            }
            match &request.body {
                Some(body) => built.json(body),
                // It wants to hear so even where nothing follows.
                None => built.header(CONTENT_TYPE, "application/json"),
            }
        });
        answer::arrived(call, answered.await)
    }
}

/// A text as a header, marked as sensitive, so that it isn't printed.
pub(super) fn header(text: &str) -> Result<HeaderValue, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be empty");
    }
    // What else a header may carry, Autotask would take for another character.
    let mut value = Some(text)
        .filter(|text| text.is_ascii())
        .and_then(|text| HeaderValue::from_str(text).ok())
        .ok_or("has characters that no header can carry")?;
    value.set_sensitive(true);
    Ok(value)
}

/// The id of a thing that was made.
pub(super) fn item_id(answer: &Value) -> Option<i64> {
    number(&answer["itemId"])
}

/// The one thing that was asked for by its id.
pub(super) fn item(mut answer: Value) -> Option<Value> {
    answer.get_mut("item").map(Value::take).filter(Value::is_object)
}

/// A whole number, also where it comes as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A text that says something.
pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// Something that isn't there.
pub(super) fn no_such(what: &str, name: &str) -> TicketError {
    TicketError::Refused(format!("{NAME} has no {what} '{name}'"))
}
