//! A request exactly as it is written: clients that parse addresses would tidy up what an attacker leaves in.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use tokio::task;

/// `POST` to `path`, as it stands there; answers the status.
pub(super) async fn post(url: &str, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let address = url.strip_prefix("http://").expect("an http address").to_owned();
    let headers: String = headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json; charset=utf-8\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let answer = task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(request.as_bytes())?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        std::io::Result::Ok(start)
    });
    let start = answer.await.expect("no panic").expect("an answer");
    let status = str::from_utf8(&start).ok().and_then(|start| start.strip_prefix("HTTP/1.1 "));
    status.and_then(|status| status.parse().ok()).expect("a status line")
}
