//! Mail kept as files, where no mail server is configured.
//!
//! Invariant: a file with its final name is complete; the same attempt has the same name.

use std::io;
use std::path::PathBuf;

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
            std::fs::create_dir_all(&folder)?;
            let unfinished = folder.join(format!(".{file}.part"));
            std::fs::write(&unfinished, mail)?;
            std::fs::rename(&unfinished, folder.join(file))
        });
        match written.await {
            Ok(Ok(())) => Ok(name),
            Ok(Err(error)) => Err(ChannelError::Unavailable(format!("the mail could not be kept: {error}"))),
            Err(_) => Err(ChannelError::Unknown("the mail was being kept when the process ended".to_owned())),
        }
    }
}
