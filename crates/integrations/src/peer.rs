//! The machine at the other end, for tests: HTTP/1.1 on a port of loopback, one request for each connection.
//!
//! Invariant: whoever hangs up before the request is whole has asked nothing, and whoever comes next is answered. Callers
//! without patience do that, at any byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use serde_json::Value;
use tokio::net::TcpSocket;

/// What somebody asked.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The first line and the headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Asked {
    /// The first line, in lower case.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The body as JSON; one that isn't, as text.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| self.body.clone().into())
    }

    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        head.make_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        Some(Self { head, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

/// Answers whoever asks with what `says` it gets, byte for byte, and hangs up; `None` waits for the caller to hang up.
/// Answers where, and what was asked: each request stands there before its answer is sent.
pub(crate) fn listen<A: AsRef<[u8]>>(
    mut says: impl FnMut(&Asked) -> Option<A> + Send + 'static,
) -> (SocketAddr, mpsc::Receiver<Asked>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let Some(asked) = Asked::read(&stream) else { continue };
            let answer = says(&asked);
            drop(told.send(asked));
            match answer {
                Some(answer) => drop(stream.write_all(answer.as_ref())),
                None => drop(stream.read(&mut [0])),
            }
        }
    });
    (address, heard)
}

/// A whole answer.
pub(crate) fn answer(status: u16, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} So\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// Where nobody listens, nor will: the port is taken for as long as the socket is kept.
pub(crate) fn nowhere() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    (socket.local_addr().unwrap(), socket)
}

#[test]
fn whoever_hangs_up_in_the_middle_leaves_the_next_one_their_answer() {
    let (address, heard) = listen(|_| Some(answer(200, "hello")));
    for cut in ["", "POST / HT", "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n123"] {
        TcpStream::connect(address).unwrap().write_all(cut.as_bytes()).unwrap();
    }
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\n123").unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert!(said.ends_with("\r\n\r\nhello"), "{said}");
    let asked: Vec<(String, Value)> =
        heard.try_iter().map(|asked| (asked.line().to_owned(), asked.json())).collect();
    assert_eq!(asked, [("post /x http/1.1".to_owned(), 123.into())]);
}
