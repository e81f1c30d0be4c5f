//! Secrets that people enter, on one machine: one sealed file each, below the data folder.
//!
//! Invariants: a file is whole or not there; what is in it can be opened only with this machine's secret, and only under
//! the name that it was sealed for, so that files can't be swapped.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::port::{SecretError, SecretStore, Secrets};
use async_trait::async_trait;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use domain::vault::SecretName;
use secrecy::{ExposeSecret as _, SecretString};

use crate::private;

/// The sealed secrets of one data folder; clones share them.
#[derive(Clone)]
pub struct SealedSecrets {
    folder: PathBuf,
    key: Arc<LessSafeKey>,
}

impl fmt::Debug for SealedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSecrets").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl SealedSecrets {
    /// The secrets in `folder`, which is made with the first of them, sealed with `key`.
    pub fn new(folder: PathBuf, key: &[u8; 32]) -> io::Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| io::Error::other("a key can't be used"))?;
        Ok(Self { folder, key: Arc::new(LessSafeKey::new(key)) })
    }

    /// Only our own names are looked at: none of them leads out of the folder.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let is_ours = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let fits = !name.is_empty() && name.len() <= 127 && name.bytes().all(is_ours);
        fits.then(|| self.folder.join(name))
    }

    fn seal(&self, name: &str, text: &str) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).ok()?;
        let mut sealed = text.as_bytes().to_vec();
        let by = (Nonce::assume_unique_for_key(nonce), Aad::from(name.as_bytes()));
        self.key.seal_in_place_append_tag(by.0, by.1, &mut sealed).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, name: &str, sealed: &[u8]) -> Option<SecretString> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut rest = rest.to_vec();
        let by = (Nonce::assume_unique_for_key(*nonce), Aad::from(name.as_bytes()));
        let text = self.key.open_in_place(by.0, by.1, &mut rest).ok()?;
        String::from_utf8(text.to_vec()).ok().map(SecretString::from)
    }
}

fn unavailable(name: &str, reason: impl fmt::Display) -> SecretError {
    SecretError::Unavailable { name: name.to_owned(), reason: reason.to_string() }
}

#[async_trait]
impl Secrets for SealedSecrets {
    async fn get(&self, name: &str) -> Result<SecretString, SecretError> {
        let missing = || SecretError::Missing(name.to_owned());
        let path = self.path(name).ok_or_else(missing)?;
        match fs::read(path) {
            Ok(sealed) => self
                .open(name, &sealed)
                .ok_or_else(|| unavailable(name, "it was sealed with another machine's secret.key")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing()),
            Err(error) => Err(unavailable(name, error)),
        }
    }

    async fn renew(&self, name: &str) -> Result<SecretString, SecretError> {
        self.get(name).await
    }
}

#[async_trait]
impl SecretStore for SealedSecrets {
    async fn put(&self, name: &SecretName, value: &SecretString) -> Result<(), SecretError> {
        let name = name.as_str();
        let path = self.path(name).ok_or_else(|| unavailable(name, "the name can't be used"))?;
        let sealed = self.seal(name, value.expose_secret());
        let sealed = sealed.ok_or_else(|| unavailable(name, "it can't be sealed"))?;
        write_whole(&self.folder, &path, &sealed).map_err(|error| unavailable(name, error))
    }

    async fn forget(&self, name: &SecretName) -> Result<(), SecretError> {
        let Some(path) = self.path(name.as_str()) else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unavailable(name.as_str(), error)),
            _ => Ok(()),
        }
    }
}

/// A file that is there is whole: it gets its name last.
fn write_whole(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    private::folder(folder)?;
    let partial = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(partial, path)
}

#[cfg(test)]
mod tests {
    use domain::id::SecretId;

    use super::*;

    fn name(what: &str) -> SecretName {
        SecretName::new(&"msp".parse().unwrap(), &SecretId::derived(&[what]))
    }

    fn in_folder(folder: &tempfile::TempDir, key: u8) -> SealedSecrets {
        SealedSecrets::new(folder.path().join("secrets"), &[key; 32]).unwrap()
    }

    #[tokio::test]
    async fn what_was_kept_is_read_again_and_forgotten_on_demand() {
        let folder = tempfile::TempDir::new().unwrap();
        let secrets = in_folder(&folder, 1);
        let psa = name("psa");
        assert!(matches!(secrets.get(psa.as_str()).await, Err(SecretError::Missing(_))));
        secrets.put(&psa, &"hunter2".into()).await.unwrap();
        let again = in_folder(&folder, 1).get(psa.as_str()).await.unwrap();
        assert_eq!(again.expose_secret(), "hunter2");
        secrets.forget(&psa).await.unwrap();
        secrets.forget(&psa).await.unwrap();
        assert!(matches!(secrets.get(psa.as_str()).await, Err(SecretError::Missing(_))));
    }

    #[tokio::test]
    async fn a_file_says_nothing_without_the_machines_secret_or_under_another_name() {
        let folder = tempfile::TempDir::new().unwrap();
        let secrets = in_folder(&folder, 1);
        secrets.put(&name("a"), &"hunter2".into()).await.unwrap();
        let (a, b) = (secrets.path(name("a").as_str()).unwrap(), secrets.path(name("b").as_str()).unwrap());
        let bytes = fs::read(&a).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"hunter2"));
        fs::copy(a, b).unwrap();
        assert!(matches!(secrets.get(name("b").as_str()).await, Err(SecretError::Unavailable { .. })));
        let other = in_folder(&folder, 2).get(name("a").as_str()).await;
        assert!(matches!(other, Err(SecretError::Unavailable { .. })));
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::TempDir::new().unwrap();
        for name in ["../secret.key", "", "a/b", "a.b"] {
            assert!(matches!(in_folder(&folder, 1).get(name).await, Err(SecretError::Missing(_))), "{name}");
        }
    }
}
