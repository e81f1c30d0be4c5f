//! How many messages each product's rule dropped since this process started: shown in health, so that "why did nobody
//! call?" has an answer.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::source::SourceType;

/// The counts.
#[derive(Debug, Default)]
pub struct Dropped {
    counts: [AtomicU64; 4],
}

const PRODUCTS: [SourceType; 4] =
    [SourceType::Defend, SourceType::Rmm, SourceType::Security, SourceType::Backups];

impl Dropped {
    pub(crate) fn count(&self, product: SourceType) {
        for (count, of) in self.counts.iter().zip(PRODUCTS) {
            if of == product {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// The count of each product.
    pub fn read(&self) -> impl Iterator<Item = (SourceType, u64)> + '_ {
        PRODUCTS
            .into_iter()
            .zip(&self.counts)
            .map(|(product, count)| (product, count.load(Ordering::Relaxed)))
    }
}
