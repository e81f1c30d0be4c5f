//! The check of the permissions: it names exactly what is missing, and changes nothing.

use domain::psa::CheckPoint;

use super::*;

fn missing(points: &[CheckPoint]) -> Vec<&str> {
    points.iter().filter(|point| point.missing.is_some()).map(|point| point.what.as_str()).collect()
}

#[tokio::test]
async fn where_everything_is_there_nothing_is_missing_and_nothing_was_changed() {
    let stand_in = StandIn::start().await;
    let mut full = mapping();
    full.technicians.insert(sam().user_id, "sam@msp.test".into());
    full.companies.insert("Contoso East".into(), "175".into());
    let by_name = AutotaskSettings { impersonate: true, ..settings(&stand_in) };
    let points = open(&by_name, &full, Timeouts::default()).check(&tenant()).await;
    assert!(points.iter().all(|point| point.missing.is_none()), "{points:#?}");
    for what in [
        "sign in",
        "read tickets",
        "create tickets",
        "write notes",
        "queue",
        "default company",
        "impersonate",
    ] {
        assert!(points.iter().any(|point| point.what == what), "{what} in {points:#?}");
    }
    let writes = stand_in
        .requests()
        .into_iter()
        .filter(|request| request.method != "GET" && !request.path.ends_with("/query"));
    assert_eq!(writes.count(), 0);
}

#[tokio::test]
async fn everything_that_is_missing_is_named() {
    let stand_in = StandIn::start().await;
    stand_in.forbid("Create", "Tickets");
    stand_in.forbid("Query", "Tickets");
    stand_in.forbid("Create", "TicketNotes");
    stand_in.without_impersonation();
    let wrong = AutotaskSettings {
        queue: "Nights".into(),
        closed_status: Some("Erledigt".into()),
        impersonate: true,
        ..settings(&stand_in)
    };
    let mut mapping = PsaMapping::default();
    mapping.priorities.insert(Severity::Low, "Trivial".into());
    mapping.technicians.insert(sam().user_id, "sam@msp.test".into());
    mapping.technicians.insert("usr_01BX5ZZKBKACTAV9WEVGEMMVRZ".parse().unwrap(), "gone@msp.test".into());
    mapping.companies.insert("Old".into(), "Former Client".into());
    mapping.companies.insert("Older".into(), "4711".into());
    let points = open(&wrong, &mapping, Timeouts::default()).check(&tenant()).await;
    let expected = [
        "read tickets",
        "create tickets",
        "write notes",
        "queue",
        "status of completed tickets",
        "priority of low",
        "technician usr_01BX5ZZKBKACTAV9WEVGEMMVRZ",
        "impersonate",
        "company of Old",
        "company of Older",
        "default company",
    ];
    assert_eq!(missing(&points), expected, "{points:#?}");
}

#[tokio::test]
async fn where_nobody_can_sign_in_that_is_all_that_is_said() {
    let stand_in = StandIn::start().await;
    stand_in.rotate_secret("another");
    let points = adapter(&stand_in).check(&tenant()).await;
    assert_eq!((points.len(), missing(&points)), (1, vec!["sign in"]));
    assert!(!format!("{points:?}").contains(StandIn::SECRET));
}

#[tokio::test]
async fn what_was_put_right_meanwhile_is_seen_by_the_next_check() {
    let stand_in = StandIn::start().await;
    let mut people = mapping();
    people.technicians.insert(sam().user_id, "sam@msp.test".into());
    let psa = open(&settings(&stand_in), &people, Timeouts::default());
    assert_eq!(missing(&psa.check(&tenant()).await), Vec::<&str>::new());
    stand_in.dismiss("sam@msp.test");
    assert_eq!(missing(&psa.check(&tenant()).await).len(), 1);
}
