//! Marks inside of texts, and what must not be taken for them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::alert_source::body::repair::repaired;

/// What a body is read as, the other repairs included.
fn read(text: &str) -> Option<Value> {
    serde_json::from_str(&repaired(&escaped(text)?)).ok()
}

#[test]
fn marks_inside_of_a_text_are_part_of_it() {
    for (text, value) in [
        (r#"{"a": "User says "it is down" again"}"#, json!({"a": "User says \"it is down\" again"})),
        (r#"{"a": "he said "no""}"#, json!({"a": "he said \"no\""})),
        (r#"{"a": "he said "no", then left", "b": 1}"#, json!({"a": "he said \"no\", then left", "b": 1})),
        (
            r#"{"a":""Printer" is down","b":"","c":"""}"#,
            json!({"a": "\"Printer\" is down", "b": "", "c": "\""}),
        ),
        (r#"{"a":{"b":"the "x"","c":"y"},"d":"z"}"#, json!({"a": {"b": "the \"x\"", "c": "y"}, "d": "z"})),
        (
            r#"{"a":"key "b": value","c":"set {"x"} and ["y"]"}"#,
            json!({"a": "key \"b\": value", "c": "set {\"x\"} and [\"y\"]"}),
        ),
        (
            r#"{"a":["one "1"", "two "2", 3 left", 4, null],"b":[{"c":"d "e""}]}"#,
            json!({"a": ["one \"1\"", "two \"2\", 3 left", 4, null], "b": [{"c": "d \"e\""}]}),
        ),
        (r#"{"a":"say \"hi\" and "bye"","b":"c"}"#, json!({"a": "say \"hi\" and \"bye\"", "b": "c"})),
        (r#"[{"a":"é "ü" 🙂"},"x"]"#, json!([{"a": "é \"ü\" 🙂"}, "x"])),
    ] {
        assert_eq!(read(text), Some(value), "{text}");
    }
}

#[test]
fn other_mistakes_beside_marks_are_mended_too() {
    for (text, value) in [
        (
            r#"{"a":"the folder "C:\Windows\System32" is full","b":"c"}"#,
            json!({"a": r#"the folder "C:\Windows\System32" is full"#, "b": "c"}),
        ),
        (r#"{"a":"C:\Temp\","b":"D:\"}"#, json!({"a": r"C:\Temp\", "b": r"D:\"})),
        (
            "{\"a\":\"first \"line\"\r\nsecond\t\"line\"\n\",\"b\":\"c\"}",
            json!({"a": "first \"line\"\r\nsecond\t\"line\"\n", "b": "c"}),
        ),
        (r#"{"a": "x "y"", "b": , "c": [1, ], }"#, json!({"a": "x \"y\"", "b": null, "c": [1]})),
    ] {
        assert_eq!(read(text), Some(value), "{text}");
    }
}

/// What is broken otherwise must stay so: else one field's text would take in the fields after it.
#[test]
fn no_text_takes_in_another_field() {
    for text in [
        r#"{"a":"x","id":<<ticket^id>>,"b":"y"}"#,
        r#"{"a":"x" "b":"y"}"#,
        r#"{"a":"x",,"b":"y"}"#,
        r#"{"a":1,"b"c":"y"}"#,
        r#"{"a":"x","b":y"z"}"#,
        r#"{"a":"x"]"#,
        r#"{"a":"x"}}"#,
        r#"{"a":"x "y"#,
        r#"{"a":"x","b"#,
        r#"[FIRING] "x""#,
        "\"x\"",
        "{\"a\":\"\\",
        "{\"a\\",
        &"[\"".repeat(1000),
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_text_that_goes_on_as_json_does_can_not_be_told_from_it() {
    let injected = r#"{"summary":"it "is" down","status":"closed","id":1}"#;
    assert_eq!(read(injected), Some(json!({"summary": "it \"is\" down", "status": "closed", "id": 1})));
    let entries = r#"["he said "no", "yes" and left"]"#;
    assert_eq!(read(entries), Some(json!(["he said \"no", "yes\" and left"])));
}

/// This doesn't come to its end if a look ahead goes on from every mark.
#[test]
fn a_body_of_marks_takes_no_time() {
    let units = [
        "\"",
        "\\\"",
        "\",",
        "\", \"",
        "\",\"a\\\"",
        "\" ",
        "\"}",
        "\"]},",
        "\",\"a\":",
        "\",\"a\":{\"b\":\"",
    ];
    for unit in units {
        for (start, end) in [("{\"a\":\"", ""), ("[{\"a\":[\"", "\"]}]"), ("{\"a\":\"", "\",")] {
            let text = format!("{start}{}{end}", unit.repeat((1 << 20) / unit.len()));
            assert!(escaped(&text).is_none_or(|out| out.len() <= 2 * text.len()));
        }
    }
    let within = "\"".repeat(1 << 20);
    assert_eq!(read(&format!("{{\"a\":\"{within}\"}}")), Some(json!({ "a": within })));
}

/// Texts of what could be taken for structure.
fn tricky() -> impl Strategy<Value = String> {
    let part = prop_oneof![prop::sample::select(vec![
        "\"", "\\", ",", ":", "{", "}", "[", "]", " ", "\n", "a", "1", "null", "é"
    ]),];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        tricky().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((tricky(), inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn json_stays_as_it_is(value in any_json()) {
        let whole = json!({ "value": value });
        for text in [whole.to_string(), format!("{whole:#}"), json!([whole, whole]).to_string()] {
            prop_assert_eq!(escaped(&text), Some(text));
        }
    }

    #[test]
    fn anything_is_harmless(text in "[\\[{]([\"\\\\,:{}\\[\\] a1é]|\"a\":\"|\",\"){0,40}") {
        if let Some(out) = escaped(&text) {
            prop_assert!(out.len() <= 2 * text.len());
        }
    }

    /// As long as the text doesn't go on as JSON does.
    #[test]
    fn words_in_marks_come_out_as_they_were(words in prop::collection::vec("\"?[a-z]{1,5}\"?[.,;!]?", 1..8)) {
        let text = words.join(" ");
        let body = format!("{{\"id\":7,\"summary\":\"{text}\",\"status\":{{\"name\":\"{text}\"}},\"end\":\"{text}\"}}");
        prop_assert_eq!(read(&body), Some(json!({"id": 7, "summary": text, "status": {"name": text}, "end": text})));
    }
}
