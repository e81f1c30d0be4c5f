//! Messages of SNS, as they come and as somebody might forge them.
//!
//! The fixtures are signed with the key of `certificate.pem`, which is not kept: a fixture that changes needs all of them
//! signed anew, with SHA-1 where its version is 1 and SHA-256 where it is 2, and the new key's certificate.

use std::sync::{Arc, Mutex};

use app::port::{Distrust, Reading, SignalReader as _};
use async_trait::async_trait;
use domain::id::{ServiceId, SourceId};
use domain::severity::Severity;
use domain::signal::Action;
use domain::source::{AlertSource, SourceType};
use serde_json::{Value, json};

use super::*;
use crate::alert_source::Readers;
use crate::http::Http;
use crate::peer::{self, answer};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/alerts/aws_sns/", $name))
    };
}

const CERTIFICATE: &str = fixture!("certificate.pem");
const OTHER_CERTIFICATE: &str = fixture!("other_certificate.pem");
const PROBLEM: &str = fixture!("problem.http.json");
const REPEAT: &str = fixture!("repeat.http.json");
const RECOVERY: &str = fixture!("recovery.http.json");
const CONFIRMATION: &str = fixture!("subscription_confirmation.http.json");
const SNS: &str = "https://sns.eu-west-1.amazonaws.com";

/// SNS, as far as it is asked for anything: every address has the same answer.
#[derive(Debug)]
struct Sns {
    answer: Result<(u16, &'static str), &'static str>,
    asked: Mutex<Vec<String>>,
}

impl Sns {
    fn answering(answer: Result<(u16, &'static str), &'static str>) -> Arc<Self> {
        Arc::new(Self { answer, asked: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Fetch for Sns {
    async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), String> {
        self.asked.lock().unwrap().push(url.to_owned());
        self.answer.map(|(status, body)| (status, body.into())).map_err(str::to_owned)
    }
}

/// The body of a fixture.
fn body(fixture: &str) -> String {
    let request: Value = serde_json::from_str(fixture).unwrap();
    match request["body"].as_str() {
        Some(body) => body.to_owned(),
        None => fixture.to_owned(),
    }
}

/// The envelope in a fixture, with one field changed, or taken away.
fn changed(fixture: &str, name: &str, value: &Value) -> String {
    let mut envelope: Value = serde_json::from_str(&body(fixture)).unwrap();
    assert_ne!(envelope.get(name), Some(value), "nothing would change");
    match value {
        Value::Null => drop(envelope.as_object_mut().unwrap().remove(name)),
        value => envelope[name] = value.clone(),
    }
    envelope.to_string()
}

fn received(body: &str) -> ReceivedBody<'_> {
    ReceivedBody { content_type: Some("text/plain; charset=UTF-8"), ..ReceivedBody::bare(body.as_bytes()) }
}

fn said(body: &str) -> Result<Said, Unreadable> {
    AwsSns.read(&Came::of(received(body)))
}

fn found(fixture: &str) -> Found {
    match said(&body(fixture)) {
        Ok(Said::Alerts(mut found)) if found.len() == 1 => found.remove(0),
        other => panic!("{other:?}"),
    }
}

fn signal(fixture: &str) -> Signal {
    found(fixture).signal
}

async fn trusted(certificate: &'static str, body: &str) -> Result<(), Distrust> {
    Signed::new(Sns::answering(Ok((200, certificate)))).authenticate(received(body)).await
}

#[track_caller]
fn is_theirs(result: &Result<(), Distrust>) {
    assert_eq!(*result, Ok(()));
}

#[track_caller]
fn is_not_theirs(result: &Result<(), Distrust>) {
    assert!(matches!(result, Err(Distrust::NotTheirs(_))), "{result:?}");
}

#[test]
fn an_alarm_opens_and_ends_under_its_arn() {
    let problem = signal(PROBLEM);
    assert_eq!(problem.action, Action::Trigger);
    assert_eq!(problem.severity, UNSAID);
    assert_eq!(problem.title, "CPU high on contoso-web");
    let arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:CPU high on contoso-web";
    assert_eq!(problem.dedup_key.as_deref(), Some(arn));
    assert_eq!(problem.device.name.as_deref(), Some("i-0a1b2c3d4e5f60718"), "not the group's name");
    let link = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/\
                CPU%20high%20on%20contoso%2Dweb";
    assert_eq!(problem.link.as_deref(), Some(link));
    for part in [
        "no room to breathe",
        "greater than the threshold",
        "Metric: CPUUtilization (AWS/EC2)",
        "EU (Ireland)",
    ] {
        assert!(problem.description.contains(part), "{part} in {}", problem.description);
    }
    assert_eq!(problem.degraded, None);
    let repeat = signal(REPEAT);
    assert_eq!((repeat.action, &repeat.dedup_key), (Action::Trigger, &problem.dedup_key));
    let recovery = signal(RECOVERY);
    assert_eq!((recovery.action, &recovery.dedup_key), (Action::Resolve, &problem.dedup_key));
}

#[test]
fn an_alarm_is_mapped_by_the_same_paths_with_an_envelope_and_without() {
    let raw = found(fixture!("raw_delivery.json"));
    let wrapped = found(PROBLEM);
    assert_eq!(raw.signal, wrapped.signal);
    assert_eq!(raw.item, wrapped.item);
    assert_eq!(raw.item["NewStateValue"], "ALARM");
}

#[test]
fn an_alarm_without_enough_data_pages_nobody() {
    let said = said(&body(fixture!("insufficient_data.http.json")));
    assert!(matches!(&said, Ok(Said::Nothing(why)) if why.contains("CPU high on contoso-web")), "{said:?}");
}

#[test]
fn an_alarm_of_a_state_that_is_not_known_pages_and_says_so() {
    let read = |alarm: Value| signal(&alarm.to_string());
    let odd = read(
        json!({"AlarmName": "a", "NewStateValue": "MAYBE", "AlarmArn": "arn:aws-cn:cloudwatch:cn-north-1:1:alarm:a"}),
    );
    assert_eq!((odd.action, odd.link), (Action::Trigger, None));
    assert!(odd.degraded.unwrap().contains("'MAYBE'"));
    let none = read(json!({"AlarmName": "a"}));
    assert_eq!((none.action, none.dedup_key.as_deref()), (Action::Trigger, Some("a")));
    assert!(none.degraded.is_some());
}

#[test]
fn a_message_for_people_has_its_subject_or_its_first_line_as_title() {
    let told = signal(fixture!("plain_text.http.json"));
    assert_eq!(told.title, "Backup job failed");
    assert_eq!(told.description, "The job \"nightly\" of Contoso ended with an error.\nSee the log.");
    assert_eq!(told.dedup_key.as_deref(), Some("sns:22b80b92-0000-4000-8000-000000000005"));
    let told = signal(fixture!("plain_text_without_subject.http.json"));
    assert_eq!(told.title, "Disk full on SRV-1");
    assert!(told.description.contains("1 % left"));
    let empty = signal(&json!({"Type": "Notification", "Message": " "}).to_string());
    assert_eq!((empty.title.as_str(), empty.degraded.is_some()), ("Empty message from AWS SNS", true));
}

#[test]
fn json_of_somebody_elses_is_read_by_the_usual_names() {
    let own = signal(fixture!("custom_json.http.json"));
    assert_eq!((own.title.as_str(), own.dedup_key.as_deref()), ("Queue stuck", Some("queue-7")));
    assert_eq!(own.severity, Severity::Critical);
    let titled =
        json!({"Type": "Notification", "Subject": "Budget", "MessageId": "1", "Message": "{\"used\": 7}"});
    let titled = signal(&titled.to_string());
    assert_eq!((titled.title.as_str(), titled.dedup_key.as_deref()), ("Budget", Some("sns:1")));
}

#[test]
fn what_is_no_message_of_sns_is_told_by_its_field() {
    for (body, field) in [
        (body(fixture!("malformed.json")), "AlarmName"),
        ("{\"Type\": \"SubscriptionConfirmation\"}".to_owned(), "SubscribeURL"),
        ("Disk full".to_owned(), "body"),
        (String::new(), "body"),
    ] {
        assert_eq!(said(&body).unwrap_err().field, field, "{body}");
    }
}

#[test]
fn a_subscription_is_confirmed_at_sns_and_nowhere_else() {
    let said_so = said(&body(CONFIRMATION)).unwrap();
    assert!(matches!(&said_so, Said::Confirm(url) if url.starts_with(SNS)), "{said_so:?}");
    for other in ["subscription_confirmation_elsewhere", "unsubscribe_confirmation"] {
        let fixture = match other {
            "unsubscribe_confirmation" => fixture!("unsubscribe_confirmation.http.json"),
            _ => fixture!("subscription_confirmation_elsewhere.http.json"),
        };
        assert!(matches!(said(&body(fixture)), Ok(Said::Nothing(_))), "{other}");
    }
}

#[tokio::test]
async fn messages_signed_by_sns_in_either_version_are_theirs() {
    for fixture in [
        PROBLEM,
        REPEAT,
        RECOVERY,
        CONFIRMATION,
        fixture!("plain_text_without_subject.http.json"),
        fixture!("unsubscribe_confirmation.http.json"),
    ] {
        is_theirs(&trusted(CERTIFICATE, &body(fixture)).await);
    }
}

#[tokio::test]
async fn a_message_that_was_changed_anywhere_is_not_theirs() {
    for (fixture, name) in [
        (PROBLEM, "Message"),
        (PROBLEM, "MessageId"),
        (PROBLEM, "Subject"),
        (RECOVERY, "Timestamp"),
        (RECOVERY, "TopicArn"),
        (CONFIRMATION, "SubscribeURL"),
        (CONFIRMATION, "Token"),
        (CONFIRMATION, "Signature"),
        (CONFIRMATION, "SignatureVersion"),
    ] {
        for value in [json!("1"), json!("QUJD"), json!(7), Value::Null] {
            is_not_theirs(&trusted(CERTIFICATE, &changed(fixture, name, &value)).await);
        }
    }
    is_not_theirs(
        &trusted(CERTIFICATE, &changed(CONFIRMATION, "Type", &json!("UnsubscribeConfirmation"))).await,
    );
    is_not_theirs(&trusted(OTHER_CERTIFICATE, &body(PROBLEM)).await);
}

#[tokio::test]
async fn leaving_the_signature_out_makes_a_message_nobodys() {
    for kind in ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"] {
        is_not_theirs(&trusted(CERTIFICATE, &json!({ "Type": kind }).to_string()).await);
        // What the reader would repair is looked at repaired here, too.
        is_not_theirs(
            &trusted(CERTIFICATE, &format!("{{\"Type\": \"{kind}\", \"path\": \"C:\\Windows\"}}")).await,
        );
        is_not_theirs(&trusted(CERTIFICATE, &json!(json!({ "Type": kind }).to_string()).to_string()).await);
    }
}

#[tokio::test]
async fn a_certificate_is_had_from_sns_only() {
    for address in [
        "https://evil.example/SimpleNotificationService-0c0ffee0.pem".to_owned(),
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0c0ffee0.pem".to_owned(),
        format!("{SNS}/?Action=GetEndpointAttributes"),
        "http://169.254.169.254/".to_owned(),
    ] {
        let sns = Sns::answering(Ok((200, CERTIFICATE)));
        let signed = Signed::new(Arc::clone(&sns) as Arc<dyn Fetch>);
        let body = changed(PROBLEM, "SigningCertURL", &json!(address));
        is_not_theirs(&signed.authenticate(received(&body)).await);
        assert_eq!(sns.asked(), [""; 0], "nobody is asked");
    }
}

#[tokio::test]
async fn a_certificate_is_asked_for_once() {
    let sns = Sns::answering(Ok((200, CERTIFICATE)));
    let signed = Signed::new(Arc::clone(&sns) as Arc<dyn Fetch>);
    for fixture in [PROBLEM, RECOVERY, CONFIRMATION] {
        is_theirs(&signed.authenticate(received(&body(fixture))).await);
    }
    assert_eq!(sns.asked().len(), 1);
    for n in 0..200 {
        let address = format!("{SNS}/SimpleNotificationService-{n}.pem");
        is_theirs(&signed.authenticate(received(&changed(PROBLEM, "SigningCertURL", &json!(address)))).await);
    }
    assert!(signed.kept().len() <= 64, "{}", signed.kept().len());
}

#[tokio::test]
async fn without_the_certificate_it_is_not_known_whose_a_message_is() {
    for answer in [Err("no route"), Ok((404, "")), Ok((302, CERTIFICATE)), Ok((200, "<html>")), Ok((200, ""))]
    {
        let sns = Sns::answering(answer);
        let signed = Signed::new(Arc::clone(&sns) as Arc<dyn Fetch>);
        for asked in 1..=2 {
            let result = signed.authenticate(received(&body(PROBLEM))).await;
            assert!(matches!(&result, Err(Distrust::NotKnown(why)) if !why.contains(".pem")), "{result:?}");
            assert_eq!(sns.asked().len(), asked, "a failure is not kept");
        }
    }
}

#[tokio::test]
async fn what_has_no_envelope_is_believed_by_its_key() {
    let sns = Sns::answering(Err("never asked"));
    let signed = Signed::new(Arc::clone(&sns) as Arc<dyn Fetch>);
    for body in [body(fixture!("raw_delivery.json")).as_str(), "Disk full", "{\"Type\": \"mine\"}", ""] {
        is_theirs(&signed.authenticate(received(body)).await);
    }
    assert_eq!(sns.asked(), [""; 0]);
}

#[tokio::test]
async fn confirming_opens_the_address_and_wants_a_yes() {
    let url = format!("{SNS}/?Action=ConfirmSubscription&TopicArn=arn:x&Token=secret");
    let sns = Sns::answering(Ok((200, "<ConfirmSubscriptionResponse/>")));
    let readers = Readers::fetching(Arc::clone(&sns) as Arc<dyn Fetch>);
    assert_eq!(readers.confirm(&url).await, Ok(()));
    assert_eq!(sns.asked(), [url.as_str()]);
    assert!(readers.confirm("https://evil.example/?Action=ConfirmSubscription").await.is_err());
    assert_eq!(sns.asked().len(), 1, "only SNS is asked");
    for answer in [Ok((403, "")), Ok((302, "")), Err("no route")] {
        let readers = Readers::fetching(Sns::answering(answer));
        let why = readers.confirm(&url).await.unwrap_err();
        assert!(!why.contains("secret"), "{why}");
    }
}

#[tokio::test]
async fn a_door_of_this_type_wants_the_signature_and_reads_the_alarm() {
    let source = |kind| {
        AlertSource::new(SourceId::derived(&["source"]), "Cloud", kind, ServiceId::derived(&["service"]))
    };
    let readers = Readers::fetching(Sns::answering(Ok((200, CERTIFICATE))));
    let (whole, forged) = (body(PROBLEM), changed(PROBLEM, "Subject", &json!("All is well")));
    let door = source(SourceType::AwsSns);
    assert_eq!(readers.authenticate(&door, None, received(&whole)).await, Ok(()));
    is_not_theirs(&readers.authenticate(&door, None, received(&forged)).await);
    is_theirs(&readers.authenticate(&source(SourceType::Generic), None, received(&forged)).await);
    let reading = readers.read(&door, received(&whole)).unwrap();
    assert!(matches!(&reading, Reading::Alerts(signals) if signals.len() == 1), "{reading:?}");
}

#[tokio::test]
async fn the_client_hands_over_the_answer_or_says_why_there_is_none_without_the_address() {
    let mut once = Some(answer(403, "PEM"));
    let (address, _heard) = peer::listen(move |_| Some(once.take().unwrap_or_default()));
    let url = format!("http://{address}/?Token=secret");
    assert_eq!(Http::default().get(&url).await, Ok((403, b"PEM".to_vec())));
    let why = Http::default().get(&url).await.unwrap_err();
    assert!(!why.contains("secret"), "{why}");
}
