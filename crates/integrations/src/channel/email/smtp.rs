//! Handing a mail to a mail server: connections that are kept open for the next mail, and what each failure means.
//!
//! Invariants: a connection is kept only after a complete exchange, so that an answer is never taken for that of
//! another mail; every step has a time limit, and the limits together stay under the time that a page is leased for;
//! only what went wrong after the mail's last byte leaves open whether it was taken.

use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use app::port::ChannelError;
use lettre::address::{Address, Envelope};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::smtp_url::{Server, Tls};

/// For connecting and signing in, and again for handing over.
const LIMIT: Duration = Duration::from_secs(10);

/// How long an unused connection is trusted; servers and firewalls drop them after minutes.
const IDLE: Duration = Duration::from_secs(30);

/// How many unused connections are kept: as many as pages are sent at once.
const MOST_IDLE: usize = 16;

/// One mail server.
pub(super) struct Smtp {
    server: Server,
    limit: Duration,
    tls: OnceLock<TlsParameters>,
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("server", &self.server)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn new(server: Server) -> Self {
        Self::with_limit(server, LIMIT)
    }

    pub(super) fn with_limit(server: Server, limit: Duration) -> Self {
        Self { server, limit, tls: OnceLock::new(), idle: Mutex::default() }
    }

    /// Hands one mail over; answers what the server said to it.
    pub(super) async fn deliver(&self, envelope: &Envelope, mail: &[u8]) -> Result<String, ChannelError> {
        let mut connection = match self.begin_on_idle(envelope).await {
            Some(connection) => connection,
            None => self.begin_on_new(envelope).await?,
        };
        let deadline = Instant::now() + self.limit;
        timeout_at(deadline, offer(&mut connection, envelope))
            .await
            .map_err(|_| ChannelError::Unavailable("the mail server did not answer in time".to_owned()))?
            .map_err(|error| not_taken(&error))?;
        let answer = timeout_at(deadline, connection.message(mail))
            .await
            .map_err(|_| {
                ChannelError::Unknown("the mail server did not confirm the mail in time".to_owned())
            })?
            .map_err(|error| perhaps_taken(&error))?;
        self.keep(connection);
        Ok(one_line(answer.first_line().filter(|line| !line.is_empty()).unwrap_or("accepted"), 200))
    }

    /// Begins on a kept connection. A dead one shows here, where nothing has been sent yet, and is forgotten.
    async fn begin_on_idle(&self, envelope: &Envelope) -> Option<AsyncSmtpConnection> {
        loop {
            let mut connection = {
                let mut idle = self.idle();
                idle.retain(|(since, _)| since.elapsed() < IDLE);
                idle.pop()?.1
            };
            match timeout(self.limit / 4, begin(&mut connection, envelope)).await {
                Ok(Ok(())) => return Some(connection),
                Ok(Err(_)) => {}
                // The others are probably as dead, and there is no time to find out one by one.
                Err(_) => return None,
            }
        }
    }

    async fn begin_on_new(&self, envelope: &Envelope) -> Result<AsyncSmtpConnection, ChannelError> {
        let begun = async {
            let mut connection = self.connect().await?;
            begin(&mut connection, envelope).await.map_err(|error| not_taken(&error))?;
            Ok(connection)
        };
        timeout(self.limit, begun)
            .await
            .map_err(|_| ChannelError::Unavailable("the mail server can't be reached in time".to_owned()))?
    }

    /// Connects and signs in. Whatever goes wrong is about the server or our account there, not about the mail.
    async fn connect(&self) -> Result<AsyncSmtpConnection, ChannelError> {
        let Server { host, port, tls, login } = &self.server;
        let unavailable = |error: Error| ChannelError::Unavailable(one_line(&error.to_string(), 300));
        let hello = ClientId::default();
        let address = (host.as_str(), *port);
        let mut connection = if *tls == Tls::Implicit {
            let parameters = Some(self.tls().map_err(unavailable)?);
            AsyncSmtpConnection::connect_tokio1(address, Some(self.limit), &hello, parameters, None).await
        } else {
            let stream = TcpStream::connect(address).await.map_err(|error| unreachable(&error))?;
            // A mail's last bytes are a small write of their own: they are not to wait for the others' confirmation.
            stream.set_nodelay(true).map_err(|error| unreachable(&error))?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await
        }
        .map_err(unavailable)?;
        if *tls == Tls::Required || (*tls == Tls::IfOffered && connection.can_starttls()) {
            let parameters = self.tls().map_err(unavailable)?;
            connection.starttls(parameters, &hello).await.map_err(unavailable)?;
        }
        if let Some(login) = login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(unavailable)?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, Error> {
        if let Some(parameters) = self.tls.get() {
            return Ok(parameters.clone());
        }
        let parameters = TlsParameters::builder(self.server.host.clone())
            .dangerous_accept_invalid_certs(self.server.tls == Tls::IfOffered)
            .build()?;
        Ok(self.tls.get_or_init(|| parameters).clone())
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        idle.push((Instant::now(), connection));
        let too_many = idle.len().saturating_sub(MOST_IDLE);
        idle.drain(..too_many);
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Instant, AsyncSmtpConnection)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `MAIL`.
async fn begin(connection: &mut AsyncSmtpConnection, envelope: &Envelope) -> Result<(), Error> {
    let beyond_ascii = |address: &Address| !AsRef::<str>::as_ref(address).is_ascii();
    let offered = connection.server_info().supports_feature(Extension::SmtpUtfEight);
    // Where it isn't offered, the server itself says that it won't have the address.
    let parameters = if offered && envelope.from().into_iter().chain(envelope.to()).any(beyond_ascii) {
        vec![MailParameter::SmtpUtfEight]
    } else {
        Vec::new()
    };
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await?;
    Ok(())
}

/// `RCPT` and `DATA`.
async fn offer(connection: &mut AsyncSmtpConnection, envelope: &Envelope) -> Result<(), Error> {
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    connection.command(Data).await?;
    Ok(())
}

fn unreachable(error: &io::Error) -> ChannelError {
    ChannelError::Unavailable(format!("the mail server can't be reached: {error}"))
}

/// Before the mail's last byte: it was not taken.
fn not_taken(error: &Error) -> ChannelError {
    let reason = one_line(&error.to_string(), 300);
    if error.is_permanent() { ChannelError::Rejected(reason) } else { ChannelError::Unavailable(reason) }
}

/// After it: only the server's own refusal says that it was not.
fn perhaps_taken(error: &Error) -> ChannelError {
    if error.is_permanent() || error.is_transient() {
        not_taken(error)
    } else {
        ChannelError::Unknown(one_line(&error.to_string(), 300))
    }
}

fn one_line(text: &str, longest: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(longest).collect()
}

#[cfg(test)]
mod tests;
