//! A copy of the database of one machine as of one instant, for as long as it is read.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use app::{Entropy as _, OsEntropy};
use embedded::sqlite::SqliteDocuments;
use store::Documents;

/// The copy. Dropping it deletes it.
#[derive(Debug)]
pub(super) struct Snapshot {
    documents: SqliteDocuments,
    _folder: Folder,
}

impl Snapshot {
    /// Copies the database into a folder of its own below the data folder, where as much was written before.
    pub(super) async fn of(database: &SqliteDocuments, data_dir: &Path) -> anyhow::Result<Self> {
        let folder = Folder::below(data_dir)?;
        let file = folder.path.join("copy.db");
        database.back_up(&file).await.context("the database can't be copied")?;
        Ok(Self { documents: SqliteDocuments::open(&file)?, _folder: folder })
    }

    pub(super) fn documents(&self) -> &dyn Documents {
        &self.documents
    }
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn below(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(format!("export-{:032x}", OsEntropy.draw()));
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).with_context(|| format!("{} can't be made", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be deleted is a copy that nobody reads, in a folder that only its owner can.
        drop(fs::remove_dir_all(&self.path));
    }
}
