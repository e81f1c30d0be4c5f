//! The file that a tenant travels in: a header, one record a line, and a last line that counts and seals them.
//!
//! Invariant: nothing is taken from a file that isn't whole. What is between the first line and the last is what the last
//! one's SHA-256 is of: `sed '1d;$d' FILE | sha256sum`. That finds damage; it is no signature.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use domain::id::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::transfer::{Record, Source, TransferError};

const FORMAT: &str = "oncall-tenant";

/// Raised with every change that an older reader would misread.
const VERSION: u64 = 1;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    format: String,
    version: u64,
    /// The version of the product that wrote it.
    pub(super) product: String,
    pub(super) tenant: TenantId,
    pub(super) exported_at: DateTime<Utc>,
}

/// The last line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seal {
    /// How many records there are.
    pub(super) documents: usize,
    /// Of their lines, in hexadecimal.
    pub(super) sha256: String,
    /// The ids of what could not be read, and so is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left_out: Vec<String>,
}

/// Lines, counted and hashed as they pass.
#[derive(Default)]
struct Lines {
    count: usize,
    hash: Sha256,
}

impl Lines {
    fn add(&mut self, line: &str) {
        self.count += 1;
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
    }

    fn seal(self, left_out: Vec<String>) -> Seal {
        let digits = |byte: u8| {
            [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        };
        let sha256 = self.hash.finalize().into_iter().flat_map(digits).collect();
        Seal { documents: self.count, sha256, left_out }
    }
}

/// A file that is being written.
pub(super) struct Writer {
    out: BufWriter<File>,
    lines: Lines,
}

impl Writer {
    /// Makes the file, which must not exist, readable by its owner only.
    pub(super) fn create(path: &Path, tenant: &TenantId, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).with_context(|| format!("{} can't be made", path.display()))?;
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            product: env!("CARGO_PKG_VERSION").to_owned(),
            tenant: tenant.clone(),
            exported_at: now,
        };
        let mut writer = Self { out: BufWriter::new(file), lines: Lines::default() };
        writer.line(&serde_json::to_string(&header)?)?;
        Ok(writer)
    }

    pub(super) fn add(&mut self, record: &Record) -> anyhow::Result<()> {
        let line = serde_json::to_string(record)?;
        self.lines.add(&line);
        self.line(&line)
    }

    /// Ends the file; it is on the disk then.
    pub(super) fn finish(mut self, left_out: Vec<String>) -> anyhow::Result<Seal> {
        let seal = std::mem::take(&mut self.lines).seal(left_out);
        self.line(&serde_json::to_string(&seal)?)?;
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        Ok(seal)
    }

    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "{line}")?)
    }
}

/// A file that is whole.
#[derive(Debug)]
pub(super) struct Archive {
    file: File,
    pub(super) header: Header,
    pub(super) seal: Seal,
}

impl Archive {
    /// Opens a file and reads all of it once, so that one that was cut off or changed is refused before anything is done.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("{} can't be read", path.display()))?;
        let (header, seal) =
            check(BufReader::new(&file)).with_context(|| format!("{} is refused", path.display()))?;
        Ok(Self { file, header, seal })
    }
}

fn check(file: BufReader<&File>) -> anyhow::Result<(Header, Seal)> {
    let mut all = file.lines();
    let first = all.next().transpose()?.context("it is empty")?;
    let header = header(&first)?;
    let mut lines = Lines::default();
    let mut last = all.next().transpose()?.context("it was cut off")?;
    for line in all {
        lines.add(&last);
        last = line?;
    }
    let told: Seal =
        serde_json::from_str(&last).ok().context("it was cut off: its last line is not there")?;
    let counted = lines.seal(told.left_out.clone());
    ensure!(
        counted.documents == told.documents,
        "it was changed: it has {} documents, and had {}",
        counted.documents,
        told.documents
    );
    ensure!(counted.sha256 == told.sha256, "it was changed: its SHA-256 is not what it was");
    Ok((header, told))
}

/// The header, after what later versions of it will have in common with this one.
fn header(line: &str) -> anyhow::Result<Header> {
    let value: Value = serde_json::from_str(line).ok().context("it is no exported tenant")?;
    ensure!(value["format"] == FORMAT, "it is no exported tenant");
    let version = value["version"].as_u64().context("it does not say its version")?;
    if version > VERSION {
        let product = value["product"].as_str().unwrap_or("unknown");
        bail!(
            "it is of format {version}, from version {product}; this version knows formats up to {VERSION}"
        );
    }
    serde_json::from_value(value).context("its first line can't be read")
}

impl Source for Archive {
    /// One reading at a time: they share the file's position.
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record, TransferError>> + '_> {
        let mut file = &self.file;
        if let Err(error) = file.seek(SeekFrom::Start(0)) {
            return Box::new(std::iter::once(Err(TransferError::Source(error.to_string()))));
        }
        let lines = BufReader::new(file).lines().skip(1).take(self.seal.documents);
        Box::new((2..).zip(lines).map(|(number, line): (usize, _)| {
            let unreadable =
                |error: &dyn std::fmt::Display| TransferError::Source(format!("line {number}: {error}"));
            serde_json::from_str(&line.map_err(|error| unreadable(&error))?)
                .map_err(|error| unreadable(&error))
        }))
    }
}
