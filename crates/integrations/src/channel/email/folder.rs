//! Mail kept as files, where no mail server is configured.
//!
//! Invariants: a file with its final name is complete; the same attempt has the same name. Only their owner may read them:
//! a mail has links that acknowledge without signing in.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use app::port::ChannelError;
use chrono::{DateTime, Utc};

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Keeps one attempt; answers the file's name, which sorts by the time of the page or notice.
    pub(super) async fn keep(
        &self,
        (at, id, attempt): (DateTime<Utc>, &str, u32),
        mail: Vec<u8>,
    ) -> Result<String, ChannelError> {
        let name = format!("{}-{id}-{attempt}.eml", at.timestamp_millis());
        let (folder, file) = (self.path.clone(), name.clone());
        let written = tokio::task::spawn_blocking(move || -> io::Result<()> {
            make(&folder)?;
            let unfinished = folder.join(format!(".{file}.part"));
            write(&unfinished, &mail)?;
            std::fs::rename(&unfinished, folder.join(file))
        });
        match written.await {
            Ok(Ok(())) => Ok(name),
            Ok(Err(error)) => Err(ChannelError::Unavailable(format!("the mail could not be kept: {error}"))),
            Err(_) => Err(ChannelError::Unknown("the mail was being kept when the process ended".to_owned())),
        }
    }
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write(file: &Path, mail: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(mail)
}
