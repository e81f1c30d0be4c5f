//! Finding the door that a key opens.

use domain::id::TenantId;
use domain::source::{AlertSource, KeyHash};
use store::{KeyEntry, StoreError};

use crate::app::App;

/// The longest key that is looked at; ours are 32 characters.
const LONGEST_KEY: usize = 256;

/// The alert source whose current key this is. The directory only says where to look; the source itself decides, so a
/// rotated key is dead with the rotation's commit.
pub(crate) async fn open_door(app: &App, key: &str) -> Result<Option<(TenantId, AlertSource)>, StoreError> {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Ok(None);
    }
    let hash = KeyHash::of(key);
    let Some(entry) = app.store.get_from_directory::<KeyEntry>(hash.as_str()).await? else { return Ok(None) };
    let KeyEntry { tenant_id, source_id, .. } = entry.value;
    let source = app.store.get::<AlertSource>(&tenant_id, source_id.as_str()).await?;
    Ok(source
        .map(|found| found.value)
        .filter(|source| source.key_hash.as_ref() == Some(&hash))
        .map(|source| (tenant_id, source)))
}
