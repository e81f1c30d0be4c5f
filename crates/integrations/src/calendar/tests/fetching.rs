//! Where calendars are fetched from, and where not.

use super::*;
use crate::http::{NoAnswer, Timeouts};
use crate::peer;

const SECRET: &str = "s3cr3t";

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn fetch(answer: Vec<u8>) -> (Result<String, CalendarError>, String) {
    let (address, heard) = peer::listen(move |_| Some(answer.clone()));
    let fetched =
        calendar().fetch(&format!("http://{address}/private-{SECRET}/basic.ics?key={SECRET}")).await;
    (fetched, heard.try_recv().unwrap().head)
}

#[tokio::test]
async fn a_calendar_is_fetched_with_its_whole_address() {
    let (fetched, request) = fetch(ok(event("DTSTART:20261120").as_bytes())).await;
    assert_eq!(read(&fetched.unwrap()).len(), 1);
    assert!(request.starts_with("get /private-s3cr3t/basic.ics?key=s3cr3t http/1.1\r\n"), "{request}");
    assert!(request.contains("accept: text/calendar"), "{request}");
}

#[tokio::test]
async fn what_is_folded_inside_a_character_comes_back_whole() {
    let (fetched, _) = fetch(ok(b"SUMMARY:J\xc3\r\n \xbcrgen \xff\n\tMeier\r\nUID:1")).await;
    assert_eq!(fetched.unwrap(), "SUMMARY:Jürgen \u{fffd}Meier\r\nUID:1");
}

#[tokio::test]
async fn an_answer_longer_than_a_megabyte_is_too_large() {
    let (fetched, _) = fetch(ok(&vec![b'a'; 3_000_000])).await;
    assert_eq!(problem(&fetched.unwrap()), "the calendar is larger than 1 MB");
}

#[tokio::test]
async fn an_error_is_told_without_the_address() {
    for (answer, expected) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "127.0.0.1 answered 404"),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
            "127.0.0.1 answered 302: the calendar is at another address",
        ),
        ("nonsense\r\n\r\n", "127.0.0.1 can't be reached: "),
    ] {
        match fetch(answer.into()).await.0 {
            Err(CalendarError::Unavailable(told)) => {
                assert!(told.starts_with(expected) && !told.contains(SECRET), "{told}");
            }
            other => panic!("{answer}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unavailable() {
    let (address, _held) = peer::nowhere();
    match calendar().fetch(&format!("webcal://{address}/{SECRET}")).await {
        Err(CalendarError::Unavailable(told)) => {
            assert!(told.starts_with("127.0.0.1 can't be reached: ") && !told.contains(SECRET), "{told}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn addresses_that_are_not_https_are_refused() {
    for url in [
        "",
        "calendar.example/s3cr3t",
        "http://calendar.example/s3cr3t",
        "http://10.0.0.1/s3cr3t",
        "file:///etc/s3cr3t",
        "ftp://calendar.example/s3cr3t",
        "https:///",
        "https://[s3cr3t",
        "https://a b/s3cr3t",
        "http://localhost.calendar.example/s3cr3t",
    ] {
        match calendar().fetch(url).await {
            Err(CalendarError::Refused(told)) => {
                assert!(
                    told.starts_with("the calendar's address ") && !told.contains(SECRET),
                    "{url}: {told}"
                );
            }
            other => panic!("{url}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn addresses_inside_the_network_are_refused_however_they_are_written() {
    let calendar = ICalendar::new(Http::default(), Reachable::PublicOnly);
    for url in [
        "http://127.0.0.1:1/s3cr3t",
        "http://localhost:1/s3cr3t",
        "https://localhost/s3cr3t",
        "webcal://LOCALHOST/s3cr3t",
        "https://127.1/s3cr3t",
        "https://2130706433/s3cr3t",
        "https://0x7f.0.0.1/s3cr3t",
        "https://0177.0.0.1/s3cr3t",
        "https://169.254.169.254/metadata/s3cr3t",
        "https://168.63.129.16/s3cr3t",
        "https://[::1]/s3cr3t",
        "https://[::ffff:169.254.169.254]/s3cr3t",
        "https://[fd00:ec2::254]/s3cr3t",
        "https://0.0.0.0/s3cr3t",
        "https://user:s3cr3t@10.0.0.1:8443/",
        "https://１２７.0.0.1/s3cr3t",
    ] {
        match calendar.fetch(url).await {
            Err(CalendarError::Refused(told)) => {
                assert!(
                    told.contains(" is not on the public internet") && !told.contains(SECRET),
                    "{url}: {told}"
                );
            }
            other => panic!("{url}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_name_leads_only_to_the_addresses_that_were_looked_at() {
    let (address, heard) = peer::listen(|_| Some(peer::answer(200, "found")));
    let pinned = Http::new(Timeouts::default()).pinned(vec![address]);
    let url = format!("http://localhost:{}/", address.port());
    let answer =
        pinned.call(|client| client.get(format!("http://nowhere.invalid:{}/", address.port()))).await;
    assert_eq!(answer.unwrap().body, b"found");
    assert!(heard.try_recv().unwrap().head.contains("host: nowhere.invalid"));
    // The name means this machine, but this client knows no address for it.
    let nowhere = Http::new(Timeouts::default()).pinned(Vec::new());
    assert!(matches!(nowhere.call(|client| client.get(url)).await, Err(NoAnswer::NotSent(_))));
}
