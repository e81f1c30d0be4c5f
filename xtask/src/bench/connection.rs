//! One keep-alive HTTP/1.1 connection that does no more than a load needs: a prepared request out, a status and a
//! counted body in. Anything but `200` is an error, with the answer in it.

use std::io;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::net::TcpStream;

/// No answer to an alert comes near it.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A request about a problem, whose number is written into the prepared bytes.
#[derive(Debug, Clone)]
pub(super) struct Request {
    bytes: Vec<u8>,
    number_at: usize,
}

const NUMBER: &str = "0000000000";

impl Request {
    /// The alert of an ordinary monitoring tool, posted to `path`.
    pub(super) fn alert(path: &str) -> Self {
        let body = format!(
            r#"{{"title":"Disk C: is 97 % full on SRV-DC-01","severity":"critical","dedup_key":"disk-{NUMBER}","description":"Free space fell below 5 GB; the last backup needs 12 GB.","device":"SRV-DC-01","client":"Acme Dental"}}"#
        );
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let number_at = head.len() + body.find(NUMBER).unwrap_or_default();
        Self { bytes: [head.into_bytes(), body.into_bytes()].concat(), number_at }
    }

    /// The same request about problem `number`.
    pub(super) fn about(&mut self, number: u32) -> &[u8] {
        let mut rest = number;
        for place in self.bytes[self.number_at..self.number_at + NUMBER.len()].iter_mut().rev() {
            *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        &self.bytes
    }
}

/// The connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("can't connect")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(4096) })
    }

    /// Sends a request and waits for all of its answer.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> Result<()> {
        self.send(request).await?;
        self.answer.clear();
        while self.answer.len() < LONGEST_ANSWER {
            if let Some(answer) = Answer::read(&self.answer)? {
                let whole = &self.answer[..answer.length];
                ensure!(answer.status == 200, "not taken: {}", String::from_utf8_lossy(whole));
                return Ok(());
            }
            self.receive().await?;
        }
        bail!("an answer without an end")
    }

    async fn send(&self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> Result<()> {
        loop {
            self.stream.readable().await?;
            match self.stream.try_read_buf(&mut self.answer) {
                Ok(0) => bail!("the server hung up"),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    length: usize,
}

impl Answer {
    /// The answer that `bytes` are, once all of it is there.
    fn read(bytes: &[u8]) -> Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let head = str::from_utf8(&bytes[..end])?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
        let length = head.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let length = end + 4 + length.context("an answer whose length isn't said")?;
        Ok((bytes.len() >= length).then_some(Self { status, length }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_written_into_the_prepared_body() {
        let mut request = Request::alert("/a");
        let text = String::from_utf8_lossy(request.about(4_000_000_123)).into_owned();
        assert!(text.starts_with("POST /a HTTP/1.1\r\n") && text.contains(r#""disk-4000000123""#), "{text}");
        assert!(String::from_utf8_lossy(request.about(7)).contains(r#""disk-0000000007""#));
    }

    #[test]
    fn an_answer_is_read_when_all_of_it_is_there() {
        let bytes = b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno";
        for some in 0..bytes.len() {
            assert_eq!(Answer::read(&bytes[..some]).unwrap(), None);
        }
        assert_eq!(Answer::read(bytes).unwrap(), Some(Answer { status: 503, length: bytes.len() }));
        assert!(Answer::read(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
