//! Mail kept as files, where no mail server is configured.
//!
//! Invariant: a file with its final name is complete; the same attempt has the same name.

use std::io;
use std::path::PathBuf;

use app::port::{ChannelError, PageMessage};

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Keeps one mail; answers the file's name, which sorts by the time of the page.
    pub(super) async fn keep(&self, message: &PageMessage, mail: Vec<u8>) -> Result<String, ChannelError> {
        let name = format!("{}-{}-{}.eml", message.at.timestamp_millis(), message.page_id, message.attempt);
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
