//! The SMTP session's decisions: whom to take mail for, and keeping what came.

use std::{
    io,
    panic::resume_unwind,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use mailin_embedded::{Handler, Response, response};
use tokio::sync::watch;

use super::Mail;

/// What `RCPT` is answered with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Conduct {
    #[default]
    Accept,
    Refuse,
    Greylist,
}

/// What all sessions share.
#[derive(Debug, Default)]
pub(super) struct Office {
    pub(super) mails: watch::Sender<Vec<Mail>>,
    conduct: Mutex<Conduct>,
    closed: AtomicBool,
}

impl Office {
    pub(super) fn set_conduct(&self, conduct: Conduct) {
        *self.conduct.lock().expect("nothing panics while it holds the lock") = conduct;
    }

    fn conduct(&self) -> Conduct {
        *self.conduct.lock().expect("nothing panics while it holds the lock")
    }

    /// Makes the accept loop end at the next connection.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

/// One session.
#[derive(Debug)]
pub(super) struct Clerk {
    office: Arc<Office>,
    from: String,
    to: Vec<String>,
    data: Vec<u8>,
    data_at: Instant,
}

impl Clerk {
    pub(super) fn of(office: Arc<Office>) -> Self {
        Self { office, from: String::new(), to: Vec::new(), data: Vec::new(), data_at: Instant::now() }
    }
}

impl Clone for Clerk {
    /// Called by the accept loop for each connection: the only place where that loop, which never returns, can be
    /// left. The unwinding prints nothing, and the loop's thread pool winds up on the way out.
    fn clone(&self) -> Self {
        if self.office.closed.load(Ordering::Acquire) {
            resume_unwind(Box::new("the mail server is closed"));
        }
        Self::of(Arc::clone(&self.office))
    }
}

impl Handler for Clerk {
    fn rcpt(&mut self, _to: &str) -> Response {
        match self.office.conduct() {
            Conduct::Accept => response::OK,
            Conduct::Refuse => response::NO_MAILBOX,
            Conduct::Greylist => Response::custom(451, "4.7.1 Greylisted, please come back later".to_owned()),
        }
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        from.clone_into(&mut self.from);
        self.to = to.to_vec();
        self.data.clear();
        self.data_at = Instant::now();
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mail = Mail::parse(&self.from, &self.to, &self.data, self.data_at);
        self.office.mails.send_modify(|mails| mails.push(mail));
        response::OK
    }
}
