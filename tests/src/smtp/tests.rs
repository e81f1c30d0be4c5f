//! The server, asked by a client that speaks SMTP line by line.

use std::io::{self, BufRead as _, BufReader, Write as _};

use super::*;

const SOON: Duration = Duration::from_secs(10);

struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(smtp: &Smtp) -> io::Result<Self> {
        let mut client = Self(BufReader::new(TcpStream::connect(smtp.gate.address())?));
        client.answer()?;
        client.say("EHLO client.test")?;
        Ok(client)
    }

    /// The code of the answer's last line.
    fn answer(&mut self) -> io::Result<u16> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.as_bytes()[3] == b' ' {
                return Ok(line[..3].parse().unwrap());
            }
        }
    }

    fn say(&mut self, line: &str) -> io::Result<u16> {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
        self.answer()
    }

    fn send(&mut self, subject: &str) -> io::Result<u16> {
        self.say("MAIL FROM:<page@oncall.test>")?;
        let recipient = self.say("RCPT TO:<sam@msp.test>")?;
        if recipient != 250 {
            self.say("RSET")?;
            return Ok(recipient);
        }
        self.say("DATA")?;
        self.say(&format!("Subject: {subject}\r\n\r\nbody\r\n..dot\r\n."))
    }
}

#[tokio::test]
async fn a_mail_is_kept_with_its_envelope_and_wakes_the_waiter() {
    let smtp = Smtp::start();
    let mut client = Client::connect(&smtp).unwrap();
    let sending = thread::spawn(move || client.send("Disk full").unwrap());
    let mails = smtp.wait_for_count(1, SOON).await;
    assert_eq!(sending.join().unwrap(), 250);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("page@oncall.test", &["sam@msp.test".into()][..])
    );
    assert_eq!(mails[0].header("Subject"), Some("Disk full"));
    assert_eq!(mails[0].text, "body\r\n.dot\r\n");
    assert!(mails[0].raw.starts_with("Subject: Disk full\r\n"));
    assert!(mails[0].data_at <= mails[0].received_at);
}

#[tokio::test]
async fn several_mails_of_one_session_arrive_in_order() {
    let smtp = Smtp::start();
    let mut client = Client::connect(&smtp).unwrap();
    for subject in ["one", "two", "three"] {
        assert_eq!(client.send(subject).unwrap(), 250);
    }
    let subjects: Vec<_> =
        smtp.mails().iter().map(|mail| mail.header("Subject").unwrap().to_owned()).collect();
    assert_eq!(subjects, ["one", "two", "three"]);
}

#[test]
fn recipients_are_refused_or_greylisted_on_command_and_nothing_is_kept() {
    let smtp = Smtp::start();
    let mut client = Client::connect(&smtp).unwrap();
    smtp.refuse_recipients(true);
    assert_eq!(client.send("refused").unwrap(), 550);
    smtp.greylist(true);
    assert_eq!(client.send("later").unwrap(), 451);
    assert!(smtp.mails().is_empty());
    smtp.greylist(false);
    assert_eq!(client.send("now").unwrap(), 250);
    assert_eq!(smtp.mails().len(), 1);
}

#[test]
fn a_stopped_server_is_gone_and_comes_back_at_its_address_with_what_it_had() {
    let smtp = Smtp::start();
    let url = smtp.url();
    let mut open = Client::connect(&smtp).unwrap();
    assert_eq!(open.send("before").unwrap(), 250);
    smtp.stop();
    assert!(open.say("NOOP").is_err(), "the open session ends");
    assert!(Client::connect(&smtp).is_err(), "connections are refused");
    smtp.restart_on_same_port();
    assert_eq!(smtp.url(), url);
    assert_eq!(Client::connect(&smtp).unwrap().send("after").unwrap(), 250);
    assert_eq!(smtp.mails().len(), 2);
}

#[test]
fn dropping_the_server_ends_it_even_with_a_session_open() {
    let smtp = Smtp::start();
    let behind = smtp.behind;
    let mut open = Client::connect(&smtp).unwrap();
    drop(smtp);
    assert!(open.say("NOOP").is_err());
    assert!(TcpStream::connect(behind).is_err());
}

#[tokio::test]
#[should_panic(expected = "not the awaited mails within")]
async fn waiting_in_vain_fails_the_test() {
    Smtp::start().wait_for_count(1, Duration::from_millis(1)).await;
}
