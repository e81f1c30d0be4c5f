//! Whoever has run out of time sends nothing that somebody else may already be sending.

use std::time::Duration;

use super::*;

fn end() -> TicketResolution {
    TicketResolution { at: at(44), by: "Sam".into(), summary: String::new() }
}

fn time() -> TimeSpent {
    TimeSpent {
        external_ref: "oncall-time-inc_1".into(),
        technician: sam(),
        from: at(4),
        to: at(44),
        summary: String::new(),
    }
}

fn is_put_off<T>(told: &Result<T, TicketError>) -> bool {
    matches!(told, Err(TicketError::Unavailable { reason, .. }) if reason.contains("nothing was sent"))
}

#[tokio::test]
async fn nothing_is_posted_after_look_ups_that_took_too_long() {
    let (mut halo, heard) = usual_halo();
    halo.create(&ticket()).await.unwrap();
    halo.add_note(&tenant(), "4713", &note()).await.unwrap();
    halo.complete(&tenant(), "4713", &end()).await.unwrap();
    // From now on everything is known that has to be looked up, and the time for it is over.
    while heard.try_recv().is_ok() {}
    halo.patience = Duration::ZERO;
    let created = halo.create(&ticket()).await;
    assert!(is_put_off(&created), "{created:?}");
    for told in [
        halo.add_note(&tenant(), "4713", &note()).await,
        halo.complete(&tenant(), "4713", &end()).await,
        halo.take(&tenant(), "4713", &sam()).await,
        halo.add_time(&tenant(), "4713", &time()).await,
    ] {
        assert!(is_put_off(&told), "{told:?}");
    }
    assert_eq!(heard.try_iter().filter(|asked| asked.head.starts_with("post")).count(), 0);
    halo.patience = PATIENCE;
    halo.create(&ticket()).await.unwrap();
}

#[tokio::test]
async fn a_look_for_what_may_be_there_ends_in_time_for_making_it() {
    let hurried = || {
        let (mut halo, heard) = usual_halo();
        halo.patience = Duration::ZERO;
        (halo, heard)
    };
    let (halo, _heard) = hurried();
    let found = halo.find(&tenant(), "oncall-incident-inc_1", 1).await;
    assert!(is_put_off(&found), "{found:?}");
    // Who hung up on the one before is not asked again.
    let (halo, _heard) = hurried();
    let read = halo.read(&tenant(), "4713").await;
    assert!(is_put_off(&read), "{read:?}");
}
