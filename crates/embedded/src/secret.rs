//! The machine's secret: 32 random bytes in the data folder, made at the first start and readable by its owner only.
//!
//! Invariant: every use has a key of its own, derived from the secret, so that what one signs the other won't take.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

const FILE: &str = "secret.key";

/// The secret; never shown.
#[derive(Clone)]
pub struct Secret {
    bytes: [u8; 32],
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The secret of a data folder; made from `draw` where there is none yet.
    pub fn open(folder: &Path, draw: impl Fn() -> u128) -> io::Result<Self> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => {
                let wrong =
                    |_| io::Error::new(io::ErrorKind::InvalidData, format!("{FILE} is not 32 bytes long"));
                Ok(Self { bytes: bytes.try_into().map_err(wrong)? })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::make(folder, &path, draw),
            Err(error) => Err(error),
        }
    }

    /// The secret that a text is.
    pub fn of(text: &str) -> Self {
        Self { bytes: Sha256::digest(text.as_bytes()).into() }
    }

    fn make(folder: &Path, path: &Path, draw: impl Fn() -> u128) -> io::Result<Self> {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&draw().to_be_bytes());
        bytes[16..].copy_from_slice(&draw().to_be_bytes());
        // Whole or not at all: a half-written secret would stay for good.
        let partial = folder.join(format!("{FILE}.{:016x}", draw()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        // A link fails where another process has just made one: then that one counts.
        let made = fs::hard_link(&partial, path);
        fs::remove_file(&partial)?;
        match made {
            Ok(()) => Ok(Self { bytes }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::open(folder, draw),
            Err(error) => Err(error),
        }
    }

    /// The key for one use.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.bytes);
        hash.update(purpose.as_bytes());
        hash.finalize().into()
    }
}
