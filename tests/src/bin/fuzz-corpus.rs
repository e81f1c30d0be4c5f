//! The fixtures as seeds for the fuzzer, in the form that its target reads: `cargo run -p acceptance --bin fuzz-corpus`.

use std::fs;
use std::path::Path;

use acceptance::fixture::Fixture;
use domain::source::SourceType;

/// Writes one seed for each case of each type.
fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/alert_sources");
    fs::create_dir_all(&folder)?;
    for (index, kind) in SourceType::ALL.iter().enumerate().filter(|(_, kind)| kind.has_key()) {
        for case in Fixture::cases(kind.word()) {
            let fixture = Fixture::read(kind.word(), &case);
            let mut seed =
                vec![u8::try_from(index).unwrap_or_default(), content_type(&fixture), headers(&fixture)];
            seed.extend(fixture.query.bytes());
            seed.push(b'\n');
            seed.extend(fixture.body.bytes());
            fs::write(folder.join(format!("{}-{case}", kind.word())), seed)?;
        }
    }
    Ok(())
}

/// The place of the fixture's content type in the target's list.
fn content_type(fixture: &Fixture) -> u8 {
    let said = fixture.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let said = said.map(|(_, value)| value.to_ascii_lowercase()).unwrap_or_default();
    ["json", "urlencoded", "text/plain", "multipart", "xml"]
        .into_iter()
        .zip(0..)
        .find(|(word, _)| said.contains(word))
        .map_or(5, |(_, place)| place)
}

/// The place of the fixture's telling header in the target's list.
fn headers(fixture: &Fixture) -> u8 {
    let value = |wanted: &str| {
        fixture
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.as_str())
    };
    match (value("x-amz-sns-message-type"), value("sentry-hook-resource")) {
        (Some("Notification"), _) => 0,
        (Some(_), _) => 1,
        (_, Some("issue")) => 2,
        (_, Some("event_alert")) => 3,
        (_, Some(_)) => 4,
        _ => 255,
    }
}
