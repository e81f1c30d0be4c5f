//! Tactical RMM: what each kind of delivery says.

use domain::signal::Action;

use super::super::pick::testing::Delivery;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        Delivery::of(include_str!(concat!("../../../../../tests/fixtures/alerts/tactical_rmm/", $name)))
    };
}

#[test]
fn a_problem_is_read_from_the_url_action() {
    let signal = fixture!("problem.json").signal(&TacticalRmm);
    assert_eq!((signal.action, signal.severity), (Action::Trigger, Severity::High));
    assert_eq!(
        (signal.title.as_str(), signal.dedup_key.as_deref()),
        ("SRV-DB-01 disk C: 4% free", Some("trmm:5512"))
    );
    assert_eq!((signal.client.as_deref(), signal.device.name.as_deref()), (Some("3"), Some("SRV-DB-01")));
    assert!(signal.description.contains("Agent id: xKzQ"), "{}", signal.description);
    assert_eq!(signal.degraded, None);
    for (word, severity) in [("warning", Severity::Medium), ("info", Severity::Low)] {
        let signal =
            fixture!("problem.json").replace("\"error\"", &format!("\"{word}\"")).signal(&TacticalRmm);
        assert_eq!(signal.severity, severity, "{word}");
    }
}

#[test]
fn repeat_and_recovery_have_the_key_of_their_problem() {
    for (delivery, action) in
        [(fixture!("repeat.json"), Action::Trigger), (fixture!("recovery.json"), Action::Resolve)]
    {
        let signal = delivery.signal(&TacticalRmm);
        assert_eq!((signal.action, signal.dedup_key.as_deref()), (action, Some("trmm:5512")));
    }
}

#[test]
fn a_test_pages_nobody_and_what_has_neither_key_nor_title_is_refused() {
    let said = fixture!("test_button.json").read(&TacticalRmm);
    assert!(matches!(&said, Ok(Said::Nothing(why)) if why.starts_with("a test")), "{said:?}");
    assert_eq!(fixture!("malformed.json").read(&TacticalRmm).unwrap_err().field, "alertid");
}
