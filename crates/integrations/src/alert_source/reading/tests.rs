//! What is made of deliveries, of their type's form and of any other.

use app::port::TicketName;
use domain::severity::Severity;
use domain::signal::{Action, Signal};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::alert_source::fixture::{said, said_to, signal, signals, source};

macro_rules! generic {
    ($name:literal) => {
        said(
            SourceType::Generic,
            include_str!(concat!("../../../../../tests/fixtures/alerts/generic/", $name)),
        )
    };
}

/// Refuses everything.
struct Fussy;

impl Format for Fussy {
    fn read(&self, _: &Came<'_>) -> Result<Said, Unreadable> {
        Err(fussy())
    }
}

fn fussy() -> Unreadable {
    Unreadable { field: "alerts".to_owned(), problem: "is missing".to_owned() }
}

fn fussily(source_type: SourceType, body: &str) -> Result<Said, Unreadable> {
    read(&source(source_type), &Fussy, ReceivedBody::bare(body.as_bytes()))
}

#[test]
fn what_a_script_sends_is_read_by_the_usual_names() {
    let problem = signal(generic!("problem.json"));
    assert_eq!((problem.action, problem.severity), (Action::Trigger, Severity::High));
    assert_eq!(
        (problem.client.as_deref(), problem.device.name.as_deref()),
        (Some("Contoso"), Some("SRV-DB-01"))
    );
    assert_eq!(problem.link.as_deref(), Some("https://backup.msp.example/jobs/1"));
    for (said, action) in [
        (generic!("repeat.json"), Action::Trigger),
        (generic!("recovery.json"), Action::Resolve),
        (generic!("acknowledge.json"), Action::Acknowledge),
    ] {
        let signal = signal(said);
        assert_eq!((signal.action, signal.dedup_key), (action, problem.dedup_key.clone()));
        assert_eq!(signal.degraded, None);
    }
    for said in [
        generic!("json_as_form.http.json"),
        generic!("form.http.json"),
        generic!("byte_order_mark.http.json"),
    ] {
        let signal = signal(said);
        assert_eq!((&*signal.title, signal.dedup_key.as_deref()), ("Backup failed", Some("x")));
        assert_eq!((signal.severity, signal.degraded), (Severity::High, None));
    }
    assert_eq!(&*signal(generic!("text.http.json")).title, "Backup job failed on SRV-DB-01");
    assert_eq!(signal(generic!("get.http.json")).severity, Severity::Low);
    assert_eq!(signals(generic!("several.json")).len(), 2);
    assert!(signal(generic!("malformed.http.json")).degraded.is_some());
    assert!(signal(generic!("empty.http.json")).degraded.is_some(), "even that is a page from a script");
}

#[test]
fn what_is_of_another_type_is_read_by_the_usual_names_and_says_so() {
    let signal = signal(fussily(SourceType::Zabbix, "{\"title\": \"Disk full\", \"severity\": \"low\"}"));
    let told = "this is no Zabbix delivery ('alerts' is missing); it was read by the usual names";
    assert_eq!(signal, Signal { degraded: Some(told.into()), ..Signal::trigger("Disk full", Severity::Low) });
}

#[test]
fn fields_without_a_title_are_refused_with_the_types_own_reason() {
    for body in ["{\"weather\": \"fine\"}", "{}", "[]", "[{}, 4]", "status=firing&weather=fine"] {
        assert_eq!(fussily(SourceType::Alertmanager, body), Err(fussy()), "{body}");
    }
}

#[test]
fn what_has_no_fields_pages_all_the_same() {
    for body in ["Disk full on SRV-1", "{\"title\": \"Disk full", "<alert>Disk full</alert>", "\0\u{1}"] {
        let signal = signal(fussily(SourceType::Zabbix, body));
        assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High), "{body}");
        assert!(signal.degraded.is_some_and(|told| told.contains("this is no Zabbix delivery")), "{body}");
    }
}

#[test]
fn nothing_at_all_is_refused() {
    for body in ["", "  \r\n"] {
        assert_eq!(fussily(SourceType::Zabbix, body).unwrap_err().to_string(), "'body' is empty");
    }
}

#[test]
fn the_drop_in_for_a_strict_interface_is_as_strict() {
    for body in ["{\"title\": \"Disk full\"}", "Disk full", ""] {
        assert_eq!(fussily(SourceType::PagerdutyEvents, body), Err(fussy()));
    }
}

#[test]
fn one_title_of_several_is_enough() {
    let all = signals(fussily(SourceType::Zabbix, "[{\"title\": \"Disk full\"}, {\"weather\": \"fine\"}]"));
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|signal| signal.degraded.is_some()));
}

#[test]
fn a_refused_delivery_is_read_once_its_source_is_mapped() {
    let body = "{\"weather\": \"storm\"}";
    assert!(fussily(SourceType::Zabbix, body).is_err());
    let mut mapped = source(SourceType::Zabbix);
    mapped.mapping.title = Some("{{ weather }} in sight".into());
    let signal = signal(read(&mapped, &Fussy, ReceivedBody::bare(body.as_bytes())));
    assert_eq!(&*signal.title, "storm in sight");
}

/// Knows numbers, tickets and nothing.
struct Counter;

impl Format for Counter {
    fn read(&self, came: &Came<'_>) -> Result<Said, Unreadable> {
        match &came.body.content {
            Content::Value(Value::Number(number)) => {
                let signal = Signal::trigger(format!("number {number}"), Severity::Low);
                Ok(Said::Alerts(vec![Found { signal, item: Value::Null }]))
            }
            Content::Value(Value::Null) => Ok(Said::Nothing("null".into())),
            Content::Text => Ok(Said::Ticket(TicketName::Id(came.body.raw.clone()))),
            _ => Err(fussy()),
        }
    }
}

fn counted(list: &Value) -> Result<Said, Unreadable> {
    let mut source = source(SourceType::Zabbix);
    source.mapping.each = Some("list".into());
    let body = json!({"list": list}).to_string();
    read(&source, &Counter, ReceivedBody::bare(body.as_bytes()))
}

#[test]
fn each_of_a_list_is_read_as_a_delivery_of_the_type() {
    let titles = |said| signals(said).into_iter().map(|signal| signal.title).collect::<Vec<_>>();
    assert_eq!(titles(counted(&json!([1, 2]))), ["number 1", "number 2"]);
    assert_eq!(titles(counted(&json!([null, 2]))), ["number 2"]);
    assert_eq!(counted(&json!([null])), Ok(Said::Nothing("null".into())));
    assert_eq!(counted(&json!(["7"])), Ok(Said::Ticket(TicketName::Id("7".into()))));
    assert_eq!(counted(&json!([[]])), Err(fussy()));
    assert!(matches!(counted(&json!([])), Ok(Said::Nothing(_))));
}

#[test]
fn one_of_a_list_that_can_not_be_read_is_not_dropped_for_the_others() {
    let both = signals(counted(&json!([1, {"weather": "fine"}])));
    assert_eq!(both.len(), 2);
    assert!(both[1].degraded.is_some() && both[1].description.contains("fine"));
}

#[test]
fn a_list_without_end_is_not_a_storm() {
    let many: Vec<Value> = (0..650).map(|n| json!(n)).collect();
    let all = signals(counted(&Value::Array(many)));
    assert_eq!((all.len(), &*all[500].title), (501, "And 150 more alerts not listed"));
}

#[test]
fn a_beat_is_one_whatever_its_source_maps() {
    let mut mapped = source(SourceType::Heartbeat);
    mapped.mapping.title = Some("{{ job }}".into());
    for beat in [
        include_str!("../../../../../tests/fixtures/alerts/heartbeat/problem.http.json"),
        include_str!("../../../../../tests/fixtures/alerts/heartbeat/recovery.json"),
        include_str!("../../../../../tests/fixtures/alerts/heartbeat/malformed.http.json"),
    ] {
        let signal = signal(said_to(&mapped, beat));
        assert_eq!((&*signal.title, signal.action), ("Heartbeat", Action::Resolve));
    }
}

/// Reads a body as every type, with everything mapped and with nothing.
fn as_every_type(body: &[u8], query: &str) {
    for source_type in SourceType::ALL.iter().copied().filter(|source_type| source_type.has_key()) {
        let mut source = source(source_type);
        let received = ReceivedBody { query, ..ReceivedBody::bare(body) };
        for is_mapped in [false, true] {
            if is_mapped {
                let path = || Some("$..a".to_owned());
                source.mapping.each = Some("b".to_owned());
                source.mapping.title =
                    Some("{% for x in a %}{{ x }}{% endfor %}{{ body | upper }}".to_owned());
                (source.mapping.severity, source.mapping.status) = (path(), path());
                (source.mapping.dedup_key, source.mapping.link) = (path(), path());
            }
            let said = read(&source, crate::alert_source::format(source_type), received);
            if let Ok(Said::Alerts(found)) = said {
                assert!(!found.is_empty() && found.iter().all(|found| !found.signal.title.trim().is_empty()));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_a_type_panic(body in prop::collection::vec(any::<u8>(), 0..200), query in ".{0,40}") {
        as_every_type(&body, &query);
    }

    #[test]
    fn no_json_makes_a_type_panic(body in "[\\[{]([\\[\\]{}:,\"]|\"a\":|\"b\":\\[|\"ticket\":\\{|\"id\":1,|[0-9é<>]){0,60}") {
        as_every_type(body.as_bytes(), "");
    }
}
