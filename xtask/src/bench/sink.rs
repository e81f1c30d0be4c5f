//! Where pages go: an SMTP server that says yes to everything at once, and notes the instant of every `DATA`.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// How long mails are waited for: a storm's pages come in long after its alerts.
const PATIENCE: Duration = Duration::from_mins(5);

/// A server on a loopback port, for as long as the program runs.
#[derive(Debug)]
pub(super) struct Sink {
    url: String,
    begun: Receiver<Instant>,
    taken: Arc<Taken>,
}

/// How many mails were taken, for whoever waits for more.
#[derive(Debug, Default)]
struct Taken {
    mails: Mutex<u32>,
    more: Condvar,
}

impl Taken {
    fn one(&self) {
        *self.mails.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.more.notify_all();
    }
}

impl Sink {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("smtp://{}", listener.local_addr()?);
        let (tell, begun) = mpsc::channel();
        let taken = Arc::<Taken>::default();
        let count = Arc::clone(&taken);
        thread::Builder::new().name("smtp-sink".to_owned()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tell, count) = (tell.clone(), Arc::clone(&count));
                // A client that hangs up in the middle is not this side's trouble.
                thread::spawn(move || drop(converse(&stream, &tell, &count)));
            }
        })?;
        Ok(Self { url, begun, taken })
    }

    /// What `SMTP_URL` is set to.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// How many mails were taken since the start.
    pub(super) fn taken(&self) -> u32 {
        *self.taken.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `many` mails were taken since the start, for five minutes at most.
    pub(super) fn wait_for(&self, many: u32) -> Result<()> {
        let mails = self.taken.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.taken.more.wait_timeout_while(mails, PATIENCE, |mails| *mails < many);
        let (mails, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        ensure!(!timeout.timed_out(), "{} mails came where {many} were due", *mails);
        Ok(())
    }

    /// The instant of the next `DATA`.
    pub(super) fn next(&self) -> Result<Instant> {
        self.begun.recv_timeout(Duration::from_secs(5)).context("no mail came within 5 s")
    }

    /// Forgets the instants of mails that nobody asked about.
    pub(super) fn forget(&self) {
        self.begun.try_iter().for_each(drop);
    }
}

fn converse(mut stream: &TcpStream, tell: &Sender<Instant>, taken: &Taken) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    stream.write_all(b"220 localhost ESMTP\r\n")?;
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            b"EHLO" => b"250-localhost\r\n250 8BITMIME\r\n",
            b"QUIT" => return stream.write_all(b"221 bye\r\n"),
            b"DATA" => {
                // Nobody listens any more only when the program ends.
                let _ = tell.send(Instant::now());
                stream.write_all(b"354 go on\r\n")?;
                skip_mail(&mut reader, &mut line)?;
                taken.one();
                b"250 taken\r\n"
            }
            _ => b"250 yes\r\n",
        };
        stream.write_all(answer)?;
    }
}

fn skip_mail(reader: &mut BufReader<&TcpStream>, line: &mut Vec<u8>) -> io::Result<()> {
    loop {
        line.clear();
        if reader.read_until(b'\n', line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(());
        }
    }
}
