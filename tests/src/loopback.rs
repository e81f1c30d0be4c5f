//! Loopback: ports that a server can leave and come back to, and a gate in front of a server that can be shut.
//!
//! Invariant: a shut gate refuses connections and has none open, and its port stays its own.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    process,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
};

/// Below the range from which systems number outgoing connections and port-0 listeners, so that nobody takes a port
/// while the server it belongs to is down.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 12_000;

/// A free port of 127.0.0.1 that this process gives out only once in many thousand calls.
pub(crate) fn free_port() -> u16 {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    // Test processes that run side by side start far apart.
    let start = process::id().wrapping_mul(61);
    loop {
        let turn = start.wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed)) % u32::from(PORTS);
        let port = FIRST_PORT + u16::try_from(turn).unwrap_or_default();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A TCP forwarder with a fixed address of its own.
#[derive(Debug)]
pub(crate) struct Gate {
    address: SocketAddr,
    behind: SocketAddr,
    doorman: Mutex<Option<Doorman>>,
    crossings: Arc<Crossings>,
}

#[derive(Debug)]
struct Doorman {
    leaving: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Gate {
    /// An open gate to the server at `behind`.
    pub(crate) fn to(behind: SocketAddr) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let gate = Self { address, behind, doorman: Mutex::default(), crossings: Arc::default() };
        gate.open()?;
        Ok(gate)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn open(&self) -> io::Result<()> {
        let mut doorman = lock(&self.doorman);
        if doorman.is_none() {
            let listener = TcpListener::bind(self.address)?;
            let leaving = Arc::new(AtomicBool::new(false));
            let (behind, crossings, told) = (self.behind, Arc::clone(&self.crossings), Arc::clone(&leaving));
            let thread = thread::spawn(move || admit(&listener, behind, &crossings, &told));
            *doorman = Some(Doorman { leaving, thread });
        }
        Ok(())
    }

    /// Refuses connections from now on, and ends those that are open. Returns when that is so.
    pub(crate) fn shut(&self) {
        let Some(doorman) = lock(&self.doorman).take() else { return };
        doorman.leaving.store(true, Ordering::Release);
        // The doorman looks up only when somebody comes.
        TcpStream::connect(self.address).ok();
        doorman.thread.join().ok();
        self.cut();
    }

    /// Ends the connections that are open now.
    pub(crate) fn cut(&self) {
        self.crossings.cut();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.shut();
    }
}

fn admit(listener: &TcpListener, behind: SocketAddr, crossings: &Arc<Crossings>, leaving: &AtomicBool) {
    for client in listener.incoming() {
        if leaving.load(Ordering::Acquire) {
            return;
        }
        let Ok(client) = client else { continue };
        let Ok(server) = TcpStream::connect(behind) else { continue };
        let Ok(number) = crossings.enter(&client, &server) else { continue };
        let crossings = Arc::clone(crossings);
        thread::spawn(move || {
            thread::scope(|both| {
                both.spawn(|| pump(&client, &server));
                pump(&server, &client);
            });
            crossings.leave(number);
        });
    }
}

fn pump(mut from: &TcpStream, mut to: &TcpStream) {
    // However the one side ended, the other is told in the only way TCP has.
    io::copy(&mut from, &mut to).ok();
    to.shutdown(Shutdown::Write).ok();
}

/// The connections that go through the gate now.
#[derive(Debug, Default)]
struct Crossings {
    count: AtomicU32,
    open: Mutex<BTreeMap<u32, [TcpStream; 2]>>,
}

impl Crossings {
    fn enter(&self, client: &TcpStream, server: &TcpStream) -> io::Result<u32> {
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        lock(&self.open).insert(number, [client.try_clone()?, server.try_clone()?]);
        Ok(number)
    }

    fn leave(&self, number: u32) {
        lock(&self.open).remove(&number);
    }

    fn cut(&self) {
        for stream in lock(&self.open).values().flatten() {
            stream.shutdown(Shutdown::Both).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read as _, Write as _};

    use super::*;

    fn echo_server() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || pump(&stream, &stream));
            }
        });
        address
    }

    fn echo(through: &Gate) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(through.address())?;
        stream.write_all(b"ping")?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        assert_eq!(&answer, b"ping");
        Ok(stream)
    }

    #[test]
    fn an_open_gate_forwards_both_ways_and_passes_on_the_end() {
        let gate = Gate::to(echo_server()).unwrap();
        let mut stream = echo(&gate).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    }

    #[test]
    fn a_shut_gate_ends_what_is_open_refuses_the_rest_and_opens_again_at_its_port() {
        let gate = Gate::to(echo_server()).unwrap();
        let mut stream = echo(&gate).unwrap();
        gate.shut();
        assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)), "the open connection ends");
        assert_eq!(echo(&gate).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        gate.open().unwrap();
        echo(&gate).unwrap();
    }

    #[test]
    fn a_cut_ends_what_is_open_and_lets_the_next_one_in() {
        let gate = Gate::to(echo_server()).unwrap();
        let mut stream = echo(&gate).unwrap();
        gate.cut();
        assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)));
        echo(&gate).unwrap();
    }

    #[test]
    fn ports_are_given_out_once() {
        let ports: std::collections::BTreeSet<u16> = (0..50).map(|_| free_port()).collect();
        assert_eq!(ports.len(), 50);
    }
}
