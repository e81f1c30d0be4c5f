//! Files and folders that only their owner may read: what is kept here are people's mails, links and keys.
//!
//! Invariant: a file is private before anything is written to it. A folder that is there already stays as it is: it may
//! hold what is others' as well.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder, and those that it is in, where they aren't there.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file where there is none; one that is there becomes private. SQLite gives the files that it makes beside
/// a database the rights of that.
pub(crate) fn database(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    // One that is there isn't opened: closing it again would let go of every lock that this process has on it.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    #[cfg(unix)]
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        close(Path::new(&name))?;
    }
    Ok(())
}

/// Takes everybody else's rights away from a file, where it is there.
#[cfg(unix)]
fn close(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let permissions = match std::fs::metadata(path) {
        Ok(found) => found.permissions(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if permissions.mode() & 0o777 == 0o600 {
        return Ok(());
    }
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
        // It is another's, or its file system knows no rights; or its database has just taken it away.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        done => done,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::bus::LocalBus;
    use crate::sqlite::SqliteDocuments;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_its_owners_only() {
        let outer = tempfile::tempdir().unwrap();
        let data = outer.path().join("data");
        folder(&data).unwrap();
        assert_eq!(mode(&data), 0o700);
        let bus = LocalBus::open(&data.join("bus.db")).unwrap();
        let documents = SqliteDocuments::open(&data.join("oncall.db")).unwrap();
        let files = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.collect();
        assert!(files.len() >= 4, "databases and their logs: {files:?}");
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
        drop((bus, documents));
    }

    #[test]
    fn a_database_of_before_becomes_its_owners_only_and_a_folder_stays() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("oncall.db");
        drop(SqliteDocuments::open(&path).unwrap());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(outer.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let documents = SqliteDocuments::open(&path).unwrap();
        folder(outer.path()).unwrap();
        assert_eq!((mode(&path), mode(outer.path())), (0o600, 0o755));
        drop(documents);
    }
}
