//! Whoever has run out of time sends nothing that somebody else may already be sending.

use super::*;

#[tokio::test]
async fn nothing_is_sent_any_more_when_the_key_was_too_long_in_coming() {
    let (mut psa, heard) = serve(&[CREATED], Timeouts::default());
    psa.patience = Duration::ZERO;
    let mut told = vec![
        psa.create(&ticket()).await.map(drop),
        psa.find(&tenant(), "oncall-incident-inc_1", 1).await.map(drop),
        psa.read(&tenant(), "7").await.map(drop),
        psa.add_note(&tenant(), "7", &note()).await,
        psa.complete(&tenant(), "7", &end()).await,
    ];
    for told in told.drain(..) {
        let is_put_off = matches!(&told, Err(TicketError::Unavailable { reason, .. }) if reason.contains("nothing was sent"));
        assert!(is_put_off, "{told:?}");
    }
    assert_eq!(heard.try_iter().count(), 0);
    psa.patience = PATIENCE;
    psa.create(&ticket()).await.unwrap();
    assert_eq!(heard.try_iter().count(), 1);
}
