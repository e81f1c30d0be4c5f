//! What a mapping changes, and what it leaves.

use domain::signal::Signal;
use domain::source::{ContentField, Grouping, Meaning, SourceType};
use serde_json::json;

use super::*;
use crate::alert_source::fixture::{said_to, signal, signals, source};
use crate::alert_source::format::Said;

const LIST: &str = include_str!("../../../../../tests/fixtures/alerts/generic/mapped_list.json");

fn mapped(mapping: Mapping) -> AlertSource {
    AlertSource { mapping, ..source(SourceType::Generic) }
}

fn read(mapping: Mapping, body: &Value) -> Signal {
    signal(said_to(&mapped(mapping), &body.to_string()))
}

fn whole_mapping() -> Mapping {
    Mapping {
        each: Some("records".into()),
        title: Some("{{ what }} on {{ machine.label | upper }}".into()),
        description: Some("{{ what }}, {{ body.tenant.company }}, {{ nothing.there }}".into()),
        severity: Some("grade".into()),
        status: Some("phase".into()),
        dedup_key: Some("ref".into()),
        client: Some("$.tenant.company".into()),
        device: Some("machine.label".into()),
        link: Some("page".into()),
        severities: [("red".to_owned(), Severity::Critical)].into(),
        statuses: [
            ("begun".to_owned(), Meaning::Trigger),
            ("Gone".to_owned(), Meaning::Resolve),
            ("info".to_owned(), Meaning::Ignore),
        ]
        .into(),
        default_severity: Some(Severity::Low),
    }
}

#[test]
fn a_body_that_nobody_knows_can_be_mapped_as_a_whole() {
    let mut source = mapped(whole_mapping());
    source.grouping = Grouping::Content { field: ContentField::Path("site".into()) };
    assert_eq!(problems(&source), []);
    let all = signals(said_to(&source, LIST));
    let [fan, disk] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(
        (&*fan.title, fan.action, fan.severity),
        ("Fan broken on SRV-1", Action::Trigger, Severity::Critical)
    );
    assert_eq!(fan.description, "Fan broken, Contoso,");
    assert_eq!((fan.dedup_key.as_deref(), fan.client.as_deref()), (Some("4711"), Some("Contoso")));
    assert_eq!(fan.device.name.as_deref(), Some("SRV-1"));
    assert_eq!(fan.link.as_deref(), Some("https://monitor.msp.example/4711"));
    assert_eq!((fan.group.as_deref(), fan.degraded.as_deref()), (Some("Berlin"), None));
    assert_eq!((disk.action, disk.severity), (Action::Resolve, Severity::Low), "yellow is not mapped");
    assert!(disk.degraded.as_ref().is_some_and(|told| told.contains("'yellow' is not known")));
}

#[test]
fn nothing_mapped_changes_nothing() {
    let body = json!({"title": "Disk full", "severity": "low", "status": "odd"});
    assert_eq!(
        read(Mapping::default(), &body),
        signal(said_to(&source(SourceType::Generic), &body.to_string()))
    );
}

#[test]
fn what_a_path_does_not_find_stays() {
    let mapping = Mapping {
        title: Some("{{ nothing }} ".into()),
        description: Some("{{ nothing }}".into()),
        severity: Some("nothing".into()),
        status: Some("nothing".into()),
        dedup_key: Some("nothing".into()),
        client: Some("nothing".into()),
        device: Some("nothing".into()),
        link: Some("title".into()),
        ..Mapping::default()
    };
    let body = json!({"title": "Disk full", "severity": "low", "status": "ok", "id": "7", "client": "Contoso",
        "device": "SRV-1", "url": "https://a.example/", "details": "at 97 %"});
    assert_eq!(read(mapping, &body), read(Mapping::default(), &body));
}

#[test]
fn words_can_be_mapped_without_a_path() {
    let mapping = || Mapping {
        severities: [("Purple".to_owned(), Severity::Info), ("high".to_owned(), Severity::Critical)].into(),
        statuses: [("odd".to_owned(), Meaning::Resolve), ("ack".to_owned(), Meaning::Ignore)].into(),
        ..Mapping::default()
    };
    let signal = read(mapping(), &json!({"title": "x", "severity": "PURPLE ", "status": "Odd"}));
    assert_eq!((signal.severity, signal.action, signal.degraded), (Severity::Info, Action::Resolve, None));
    assert_eq!(read(mapping(), &json!({"title": "x", "priority": "high"})).severity, Severity::Critical);
    let said = said_to(&mapped(mapping()), "{\"title\": \"x\", \"event\": \"ack\"}");
    assert_eq!(said, Ok(Said::Nothing("its status is one that this alert source ignores".into())));
}

#[test]
fn words_at_a_path_are_read_as_tools_mean_them() {
    let mapping = || Mapping { severity: Some("a".into()), status: Some("b".into()), ..Mapping::default() };
    let known = read(mapping(), &json!({"title": "x", "a": "P3", "b": "recovered", "severity": "low"}));
    assert_eq!((known.severity, known.action, known.degraded), (Severity::Medium, Action::Resolve, None));
    let unknown = read(mapping(), &json!({"title": "x", "a": 17, "b": "blue", "severity": "low"}));
    assert_eq!((unknown.severity, unknown.action), (Severity::Low, Action::Trigger));
    let told = unknown.degraded.unwrap();
    assert!(told.contains("'17' is not known") && told.contains("'blue' is not known"), "{told}");
}

#[test]
fn the_default_severity_is_for_what_says_none() {
    let mapping = |severity: Option<&str>| Mapping {
        severity: severity.map(str::to_owned),
        default_severity: Some(Severity::Info),
        ..Mapping::default()
    };
    assert_eq!(read(mapping(None), &json!({"title": "x"})).severity, Severity::Info);
    assert_eq!(read(mapping(None), &json!({"title": "x", "severity": "purple"})).severity, Severity::Info);
    assert_eq!(read(mapping(None), &json!({"title": "x", "severity": "low"})).severity, Severity::Low);
    assert_eq!(read(mapping(Some("a")), &json!({"title": "x", "severity": "low"})).severity, Severity::Info);
    assert_eq!(read(mapping(Some("a")), &json!({"title": "x", "a": "high"})).severity, Severity::High);
    let text = signal(said_to(&mapped(mapping(None)), "Disk full"));
    assert_eq!(text.severity, Severity::Info);
}

#[test]
fn a_default_is_not_for_a_type_that_says_a_severity_by_itself() {
    let mut source = source(SourceType::Halopsa);
    source.mapping.default_severity = Some(Severity::Info);
    let ticket = json!({"ticket": {"id": 1, "summary": "x"}}).to_string();
    assert_eq!(signal(said_to(&source, &ticket)).severity, Severity::Medium);
}

#[test]
fn several_alerts_do_not_share_a_key_of_the_whole_delivery() {
    let mapping = Mapping {
        each: Some("list".into()),
        dedup_key: Some("run".into()),
        client: Some("who".into()),
        ..Mapping::default()
    };
    let body = json!({"run": "r1", "who": "Contoso", "list": [{"title": "A"}, {"title": "B", "run": "own"}]});
    let all = signals(said_to(&mapped(mapping), &body.to_string()));
    assert_eq!((all[0].dedup_key.as_deref(), all[0].client.as_deref()), (None, Some("Contoso")));
    assert_eq!(all[1].dedup_key.as_deref(), Some("own"));
}

#[test]
fn a_list_that_is_not_there_leaves_the_body_as_one() {
    let mapping = Mapping { each: Some("records".into()), ..Mapping::default() };
    assert_eq!(&*read(mapping, &json!({"title": "Disk full"})).title, "Disk full");
}

#[test]
fn what_can_not_be_read_is_named_and_stops_no_alert() {
    let mapping = Mapping {
        title: Some("{{ what".into()),
        description: Some("{{ what | shout }}".into()),
        severity: Some("a b".into()),
        link: Some("$..a..b".into()),
        ..Mapping::default()
    };
    let mut source = mapped(mapping);
    source.grouping = Grouping::Content { field: ContentField::Path("a[".into()) };
    let fields: Vec<String> = problems(&source).into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(
        fields,
        ["mapping.severity", "mapping.link", "grouping.field.path", "mapping.title", "mapping.description"]
    );
    let signal = signal(said_to(&source, "{\"title\": \"Disk full\"}"));
    assert_eq!(&*signal.title, "Disk full");
    assert!(
        fields.iter().all(|field| signal.degraded.as_ref().unwrap().contains(field)),
        "{:?}",
        signal.degraded
    );
}

#[test]
fn a_template_reads_lists_and_texts() {
    let mapping = Mapping {
        title: Some(
            "\n{% if up %}Up{% else %}{{ names | join('/') }}{% endif %}: {{ text[:5] }}\nmore".into(),
        ),
        description: Some(
            "{# note #}{% for a in list %}{{ loop.index }}. {{ a.n | default('-') }}\n{% endfor %}{{ body }}"
                .into(),
        ),
        ..Mapping::default()
    };
    let signal =
        read(mapping, &json!({"names": ["a", "b"], "text": "<b>1234", "list": [{"n": 1}, {}], "up": false}));
    assert_eq!(&*signal.title, "a/b: <b>12");
    assert!(signal.description.starts_with("1. 1\n2. -\n{"), "{}", signal.description);
}

#[test]
fn a_text_is_the_body_of_a_template() {
    let mapping = Mapping { title: Some("Mail: {{ body | trim }}".into()), ..Mapping::default() };
    assert_eq!(&*signal(said_to(&mapped(mapping), "Disk full\n")).title, "Mail: Disk full");
}
