//! Keys of alert sources, and the signposts that lead from them to their source.
//!
//! Invariant: a key's signpost is put up before the source knows the key, and means nothing while it doesn't. One that a
//! crash leaves behind leads to a source that doesn't know it, or to none.

use domain::id::SourceId;
use domain::source::KeyHash;
use secrecy::SecretString;
use store::{Changes, KeyEntry, StoreError};
use tracing::warn;

use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;

/// Each stands for five bits.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// 160 bits in 32 letters and digits: as long as senders that know PagerDuty's keys let one be.
pub(super) fn draw(app: &App) -> SecretString {
    let half = |drawn: u128| (0..16).map(move |place| letter(drawn >> (5 * place)));
    let key: String = half(app.entropy.draw()).chain(half(app.entropy.draw())).collect();
    key.into()
}

/// The letter for the lowest five bits.
fn letter(bits: u128) -> char {
    let index = usize::try_from(bits & 31).unwrap_or_default();
    char::from(LETTERS[index])
}

/// Puts up the signpost from a key to a source.
pub(super) async fn put_up(app: &App, ctx: &Ctx, source: &SourceId, hash: &KeyHash) -> Result<(), Error> {
    let mut changes = Changes::new();
    changes.create(&KeyEntry {
        hash: hash.clone(),
        tenant_id: ctx.tenant.clone(),
        source_id: source.clone(),
        created_at: ctx.now,
    })?;
    Ok(app.store.commit_to_directory(app.entropy.operation(), changes).await?)
}

/// Takes a signpost down that leads nowhere any more; whoever else does so does the same.
pub(super) async fn take_down(app: &App, hash: &KeyHash) {
    if let Err(error) = remove(app, hash).await {
        warn!(%error, "the entry of a key that opens nothing any more stays");
    }
}

async fn remove(app: &App, hash: &KeyHash) -> Result<(), StoreError> {
    let Some(entry) = app.store.get_from_directory::<KeyEntry>(hash.as_str()).await? else { return Ok(()) };
    let mut changes = Changes::new();
    changes.delete(&entry);
    match app.store.commit_to_directory(app.entropy.operation(), changes).await {
        Ok(()) | Err(StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_five_bits_have_a_letter_of_their_own() {
        let letters: HashSet<char> = (0..32).map(letter).collect();
        assert_eq!(letters.len(), 32);
        assert!(letters.iter().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()));
        assert_eq!((letter(0), letter(31), letter(32)), ('a', '7', 'a'), "the lowest five");
    }
}
