//! `cargo xtask openapi`: the description of people's API as a file, so that a change to it shows in a review.

use std::path::Path;

use anyhow::Context as _;

/// Writes docs/openapi.json.
pub(crate) fn write() -> anyhow::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let mut text = handlers::openapi().to_pretty_json()?;
    text.push('\n');
    std::fs::write(&file, text).context("docs/openapi.json can't be written")?;
    println!("wrote docs/openapi.json");
    Ok(())
}
