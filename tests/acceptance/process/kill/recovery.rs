//! What a kill left undone, taken up without waiting for its leases: by the product in this process, on a clock that
//! is set ahead.
//!
//! Invariant: the clock stays short of the five minutes after which the demo's second step would be told.

use std::sync::Arc;

use acceptance::world::HandClock;
use app::{Clock, OsEntropy, SystemClock, TickReport};
use chrono::TimeDelta;
use handlers::compose::compose;

use super::super::site::Site;

/// After the lease of a page, of a ticket, and after what is then tried again.
const LOOKS: [TimeDelta; 4] =
    [TimeDelta::seconds(40), TimeDelta::seconds(100), TimeDelta::seconds(130), TimeDelta::seconds(160)];

const MOST_TICKS: usize = 50;

/// Ticks until nothing is due any more, at each of the [`LOOKS`].
pub(crate) async fn catch_up(site: &Site) {
    let killed = SystemClock.now();
    let clock = Arc::new(HandClock::at(&killed.to_rfc3339()));
    let machine = compose(
        &site.config(),
        "http://oncall.test",
        Arc::clone(&clock) as Arc<dyn Clock>,
        Arc::new(OsEntropy),
    )
    .expect("what the kill left can be opened");
    for look in LOOKS {
        clock.set(killed + look);
        for tick in 0.. {
            assert!(tick < MOST_TICKS, "something stays due");
            let report = app::tick(&machine.edge.app).await.expect("a tick");
            assert_eq!(report.failed, 0, "{report:?}");
            machine.edge.app.settled().await;
            if report == TickReport::default() {
                break;
            }
        }
    }
}
