//! A real SMTP server on loopback that keeps what it is given.
//!
//! Invariant: a mail is kept exactly when its `DATA` was answered with 250. The server's address never changes, also
//! while it is down.

mod clerk;
mod mail;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use mailin_embedded::Server;

use self::clerk::{Clerk, Conduct, Office};
pub use self::mail::Mail;
use crate::{deadline, loopback::Gate};

/// More than the connections that a few clients' pools keep open: each one holds a thread.
const SESSIONS: u32 = 32;

/// The server. Dropping it ends it and its threads.
#[derive(Debug)]
pub struct Smtp {
    office: Arc<Office>,
    gate: Gate,
    behind: SocketAddr,
    server: Option<JoinHandle<()>>,
}

impl Smtp {
    /// A server that takes every mail, without TLS and sign-in.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of loopback");
        let behind = listener.local_addr().expect("the address of a listener");
        let office = Arc::<Office>::default();
        let mut server = Server::new(Clerk::of(Arc::clone(&office)));
        server.with_name("mail.test").with_num_threads(SESSIONS).with_tcp_listener(listener);
        let server = thread::spawn(move || drop(server.serve()));
        let gate = Gate::to(behind).expect("a gate to the mail server");
        Self { office, gate, behind, server: Some(server) }
    }

    /// `smtp://127.0.0.1:PORT`, as `SMTP_URL` wants it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.gate.address())
    }

    /// Every mail taken so far, in the order of arrival.
    pub fn mails(&self) -> Vec<Mail> {
        self.office.mails.borrow().clone()
    }

    /// The mails, as soon as they are what the test is waiting for.
    ///
    /// # Panics
    /// When they aren't `within` that time; the message lists what came instead.
    pub async fn wait_for(&self, mut wanted: impl FnMut(&[Mail]) -> bool, within: Duration) -> Vec<Mail> {
        match deadline::until(&self.office.mails, within, |mails| wanted(mails)).await {
            Ok(mails) => mails,
            Err(mails) => panic!("not the awaited mails within {within:?}, but {}: {mails:#?}", mails.len()),
        }
    }

    /// The mails, as soon as there are `count` or more.
    ///
    /// # Panics
    /// When there are fewer `within` that time.
    pub async fn wait_for_count(&self, count: usize, within: Duration) -> Vec<Mail> {
        self.wait_for(|mails| mails.len() >= count, within).await
    }

    /// Whether every recipient is refused for good (550).
    pub fn refuse_recipients(&self, refuse: bool) {
        self.office.set_conduct(if refuse { Conduct::Refuse } else { Conduct::Accept });
    }

    /// Whether every recipient is told to come back later (451).
    pub fn greylist(&self, greylist: bool) {
        self.office.set_conduct(if greylist { Conduct::Greylist } else { Conduct::Accept });
    }

    /// Takes the server down: open sessions end, connections are refused. What was taken stays.
    pub fn stop(&self) {
        self.gate.shut();
    }

    /// Brings the server back at the address that it had.
    ///
    /// # Panics
    /// When somebody else took its port meanwhile.
    pub fn restart_on_same_port(&self) {
        self.gate.open().expect("the mail server's own port");
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.gate.shut();
        self.office.close();
        // The accept loop sees that the office is closed when the next one comes.
        TcpStream::connect(self.behind).ok();
        if let Some(server) = self.server.take() {
            server.join().ok();
        }
    }
}

#[cfg(test)]
mod tests;
