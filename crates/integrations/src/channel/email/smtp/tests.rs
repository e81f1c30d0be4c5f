//! What a mail server's answers, silences and hang-ups mean.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use super::super::smtp_url;
use super::*;
use crate::peer;

/// What the server does with one connection: its answers, in order, beginning with the greeting. A mail's text is one
/// command. `None` hangs up; after the last answer it waits for the client to hang up.
type Script = &'static [Option<&'static str>];

const HELLO: [Option<&str>; 2] = [Some("220 mail"), Some("250 mail")];

/// Serves one connection for each script; answers its port and, when all are served, everything it was told.
fn serve(scripts: &[Script]) -> (u16, mpsc::Receiver<Vec<String>>) {
    let scripts = scripts.to_vec();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let all = scripts.iter().flat_map(|script| play(&listener.accept().unwrap().0, script)).collect();
        drop(told.send(all));
    });
    (port, heard)
}

fn play(mut stream: &TcpStream, script: Script) -> Vec<String> {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let mut heard: Vec<String> = Vec::new();
    for (step, answer) in script.iter().enumerate() {
        if step > 0 {
            let in_mail =
                heard.last().is_some_and(|last| last == "DATA") && script[step - 1] == Some("354 go");
            let command = if in_mail {
                lines.by_ref().take_while(|line| line != ".").count();
                Some("the mail".to_owned())
            } else {
                lines.next()
            };
            heard.extend(command);
        }
        let Some(answer) = answer else { return heard };
        if stream.write_all(format!("{answer}\r\n").as_bytes()).is_err() {
            return heard;
        }
    }
    heard.extend(lines);
    heard
}

fn smtp(url: &str) -> Smtp {
    Smtp::with_limit(smtp_url::parse(url).unwrap(), Duration::from_secs(10))
}

fn envelope() -> Envelope {
    Envelope::new(Some("oncall@msp.example".parse().unwrap()), vec!["sam@msp.example".parse().unwrap()])
        .unwrap()
}

async fn deliver(script: Script) -> Result<String, ChannelError> {
    let (port, _) = serve(&[script]);
    smtp(&format!("smtp://127.0.0.1:{port}")).deliver(&envelope(), b"Subject: x\r\n\r\nx\r\n").await
}

const OK: Option<&str> = Some("250 ok");
const GO: Option<&str> = Some("354 go");

#[tokio::test]
async fn the_receipt_is_what_the_server_said_last() {
    let receipt =
        deliver(&[HELLO[0], HELLO[1], OK, OK, GO, Some("250 2.0.0 Ok: queued as 7F3")]).await.unwrap();
    assert_eq!(receipt, "2.0.0 Ok: queued as 7F3");
}

#[tokio::test]
async fn refusals_are_told_by_whether_they_are_for_good() {
    for script in [
        &[HELLO[0], HELLO[1], Some("550 not you")] as Script,
        &[HELLO[0], HELLO[1], OK, Some("550 5.1.1 no such user")],
        &[HELLO[0], HELLO[1], OK, OK, GO, Some("554 spam")],
    ] {
        let told = deliver(script).await;
        assert!(matches!(told, Err(ChannelError::Rejected(_))), "{script:?}: {told:?}");
    }
    for script in [
        &[Some("554 no service here")] as Script,
        &[HELLO[0], HELLO[1], OK, Some("451 greylisted")],
        &[HELLO[0], HELLO[1], OK, OK, Some("452 full")],
        &[HELLO[0], HELLO[1], OK, OK, GO, Some("451 later")],
        &[None],
        &[HELLO[0], HELLO[1], OK, None],
    ] {
        let told = deliver(script).await;
        assert!(matches!(told, Err(ChannelError::Unavailable(_))), "{script:?}: {told:?}");
    }
}

#[tokio::test]
async fn a_cut_after_the_mail_leaves_it_open_whether_it_was_taken() {
    let told = deliver(&[HELLO[0], HELLO[1], OK, OK, GO, None]).await;
    assert!(matches!(told, Err(ChannelError::Unknown(_))), "{told:?}");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    for script in [&[] as Script, &[HELLO[0], HELLO[1], OK]] {
        let told = give_up(script, Duration::from_millis(100)).await;
        assert!(matches!(told, ChannelError::Unavailable(_)), "{script:?}: {told:?}");
    }
    // Long enough to get as far as the mail on a busy machine.
    let told = give_up(&[HELLO[0], HELLO[1], OK, OK, GO], Duration::from_secs(2)).await;
    assert!(matches!(told, ChannelError::Unknown(_)), "{told:?}");
}

async fn give_up(script: Script, limit: Duration) -> ChannelError {
    let (port, _) = serve(&[script]);
    let server = smtp_url::parse(&format!("smtp://127.0.0.1:{port}")).unwrap();
    Smtp::with_limit(server, limit).deliver(&envelope(), b"x").await.unwrap_err()
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let (nowhere, _held) = peer::nowhere();
    let told = smtp(&format!("smtp://{nowhere}")).deliver(&envelope(), b"x").await;
    assert!(matches!(told, Err(ChannelError::Unavailable(_))), "{told:?}");
}

#[tokio::test]
async fn the_next_mail_uses_the_connection_of_the_last() {
    let (port, heard) = serve(&[&[HELLO[0], HELLO[1], OK, OK, GO, OK, OK, OK, GO, OK]]);
    let smtp = smtp(&format!("smtp://127.0.0.1:{port}"));
    smtp.deliver(&envelope(), b"x").await.unwrap();
    smtp.deliver(&envelope(), b"x").await.unwrap();
    drop(smtp);
    let heard = heard.recv().unwrap();
    assert_eq!(heard.iter().filter(|line| line.starts_with("EHLO")).count(), 1, "{heard:?}");
    assert_eq!(heard.iter().filter(|line| *line == "the mail").count(), 2, "{heard:?}");
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced_without_a_failure() {
    let (port, heard) = serve(&[
        &[HELLO[0], HELLO[1], OK, OK, GO, OK, None],
        &[HELLO[0], HELLO[1], OK, OK, GO, OK, Some("421 idle too long")],
        &[HELLO[0], HELLO[1], OK, OK, GO, OK],
    ]);
    let smtp = smtp(&format!("smtp://127.0.0.1:{port}"));
    for _ in 0..3 {
        smtp.deliver(&envelope(), b"x").await.unwrap();
    }
    drop(smtp);
    let heard = heard.recv().unwrap();
    assert_eq!(heard.iter().filter(|line| *line == "the mail").count(), 3, "{heard:?}");
}

#[tokio::test]
async fn a_connection_is_not_kept_after_a_failure() {
    let (port, heard) =
        serve(&[&[HELLO[0], HELLO[1], OK, Some("550 no such user")], &[HELLO[0], HELLO[1], OK, OK, GO, OK]]);
    let smtp = smtp(&format!("smtp://127.0.0.1:{port}"));
    smtp.deliver(&envelope(), b"x").await.unwrap_err();
    smtp.deliver(&envelope(), b"x").await.unwrap();
    drop(smtp);
    assert_eq!(heard.recv().unwrap().iter().filter(|line| line.starts_with("EHLO")).count(), 2);
}

#[tokio::test]
async fn no_password_is_sent_where_encryption_is_required_and_not_offered() {
    let (port, heard) = serve(&[&[HELLO[0], Some("250-mail\r\n250 AUTH PLAIN LOGIN")]]);
    let smtp = smtp(&format!("smtp://me:hunter2@127.0.0.1:{port}?tls=required"));
    let told = smtp.deliver(&envelope(), b"x").await;
    assert!(matches!(told, Err(ChannelError::Unavailable(_))), "{told:?}");
    let heard = heard.recv().unwrap();
    assert!(heard.iter().all(|line| !line.starts_with("AUTH")), "{heard:?}");
}

#[tokio::test]
async fn a_refused_login_is_about_us_and_not_about_the_mail() {
    let (port, _) =
        serve(&[&[HELLO[0], Some("250-mail\r\n250 AUTH PLAIN"), Some("535 5.7.8 wrong password")]]);
    let told = smtp(&format!("smtp://me:hunter2@127.0.0.1:{port}")).deliver(&envelope(), b"x").await;
    assert!(
        matches!(&told, Err(ChannelError::Unavailable(why)) if why.contains("wrong password")),
        "{told:?}"
    );
}
