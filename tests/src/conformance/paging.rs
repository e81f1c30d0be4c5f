//! Reading what is found in ranges: nothing lost, nothing twice, also while it is being worked on.

use std::collections::BTreeSet;

use store::{Document, Kind};

use super::Backend;
use super::lookups::{
    any_due, child, due, everything, incident, newest, newest_of_parent, of_kind, of_parent, queue,
};
use super::partition::{Partition, at, document, found, page};

/// Twelve documents for each lookup, with ties in whatever it orders by, and strangers among them.
async fn fill(org: &Partition) {
    for index in 0..12_i64 {
        let state = if index % 4 == 0 { "acknowledged" } else { "triggered" };
        org.create([
            document(&format!("svc_{:02}", 11 - index), "1"),
            child(Kind::Alert, &format!("alt_{:02}", 11 - index), "inc_1", index / 4),
            child(Kind::Alert, &format!("alt_other_{index}"), "inc_2", index / 4),
            incident(&format!("inc_{index}"), index / 3, state, Some(at(index / 5))),
            queue(&format!("tq_{index}"), (index % 3 != 0).then_some(at(index / 4))),
        ])
        .await;
    }
}

pub async fn pages_of_any_size_lose_nothing_and_repeat_nothing(backend: &impl Backend) {
    let documents = backend.open().await;
    for partition in ["org", "org-2"] {
        fill(&Partition::new(&documents, partition)).await;
    }
    for (lookup, count) in [
        (of_kind(Kind::Service), 12),
        (of_parent(Kind::Alert, "inc_1"), 12),
        (newest_of_parent(Kind::Alert, "inc_1"), 12),
        (newest(None), 12),
        (newest(Some("triggered")), 9),
        (due(Kind::Incident, at(1)), 20),
        (due(Kind::TicketQueue, at(2)), 16),
        (everything("org"), 60),
    ] {
        let whole = found(&documents, &lookup, 1_000).await;
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), count, "{lookup:?}");
        for limit in 1..=u32::try_from(count).expect("a small count") + 1 {
            assert_eq!(found(&documents, &lookup, limit).await, whole, "{lookup:?} by {limit}");
        }
    }
    // In no particular order, so only the same set.
    let lookup = any_due(&[Kind::Incident, Kind::TicketQueue], at(2));
    for limit in [1, 2, 7, 40, 41] {
        let told = found(&documents, &lookup, limit).await;
        assert_eq!((told.len(), told.iter().collect::<BTreeSet<_>>().len()), (40, 40), "by {limit}");
    }
}

/// What a tick has done is not due any more when it asks for the next range.
pub async fn paging_what_is_due_survives_the_work_on_it(backend: &impl Backend) {
    let documents = backend.open().await;
    let org = Partition::new(&documents, "org");
    let queues: Vec<Document> =
        (0..20).map(|index| queue(&format!("tq_{index:02}"), Some(at(index / 6)))).collect();
    org.create(queues.clone()).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let (page, next) = page(&documents, &due(Kind::TicketQueue, at(60)), after, 3).await;
        for (index, stored) in page.into_iter().enumerate() {
            // Done, tried again later, or left as it is.
            match index {
                0 => org.replace(queue(&stored.id, None)).await,
                1 => org.replace(queue(&stored.id, Some(at(600)))).await,
                _ => {}
            }
            seen.push(stored.id);
        }
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    seen.sort();
    assert_eq!(seen, queues.into_iter().map(|queue| queue.id).collect::<Vec<_>>());
}

/// Incidents that are opened while somebody turns the pages come before the first of them.
pub async fn paging_the_newest_survives_newer_ones(backend: &impl Backend) {
    let documents = backend.open().await;
    let org = Partition::new(&documents, "org");
    let open = |number: i64| incident(&format!("inc_{number:02}"), number, "triggered", None);
    org.create((0..10).map(open)).await;
    let (mut seen, mut after, mut number) = (Vec::new(), None, 10);
    loop {
        let (page, next) = page(&documents, &newest(None), after, 4).await;
        seen.extend(page.into_iter().map(|stored| stored.id));
        org.create([open(number)]).await;
        number += 1;
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, (0..10).rev().map(|number| format!("inc_{number:02}")).collect::<Vec<_>>());
}
