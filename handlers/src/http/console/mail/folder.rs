//! The folder of captured mail.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// How much of a mail is read, in bytes; a page is a few hundred.
const LONGEST: u64 = 1024 * 1024;

/// Whether a name is a mail's plain file name: nothing that leads elsewhere, hides, or means something to a file system.
pub(super) fn is_mail_name(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let stem = name.strip_suffix(".eml").unwrap_or_default();
    !stem.is_empty() && !stem.starts_with('.') && name.len() <= 255 && name.bytes().all(is_plain)
}

/// The newest mails by name, newest first; one that vanishes meanwhile is passed over. A folder that isn't there yet
/// holds none.
pub(super) fn newest(dir: &Path, most: usize) -> io::Result<Vec<(String, Vec<u8>)>> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string().ok().filter(|name| is_mail_name(name)));
    }
    names.sort_unstable_by(|one, other| other.cmp(one));
    names.truncate(most);
    let mut mails = Vec::with_capacity(names.len());
    for name in names {
        if let Some(bytes) = read(dir, &name)? {
            mails.push((name, bytes));
        }
    }
    Ok(mails)
}

/// One mail; `None` for a name that names none.
pub(super) fn read(dir: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    if !is_mail_name(name) {
        return Ok(None);
    }
    let file = match File::open(dir.join(name)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_mail_file_names_are_taken() {
        for good in ["a.eml", "20261121T021400.123Z-page_01J-1.eml"] {
            assert!(is_mail_name(good), "{good}");
        }
        for bad in [
            "",
            ".eml",
            "..eml",
            "../secret.eml",
            "a/b.eml",
            "a\\b.eml",
            "/etc/passwd",
            "a.eml/..",
            "a.eml\0",
            "a.txt",
            "a.EML",
            "a%2fb.eml",
            "é.eml",
            "a b.eml",
            "C:a.eml",
        ] {
            assert!(!is_mail_name(bad), "{bad}");
        }
        assert!(!is_mail_name(&format!("{}.eml", "a".repeat(252))));
    }

    #[test]
    fn a_folder_that_is_not_there_holds_no_mail() {
        let nowhere = Path::new("/nowhere/at/all");
        assert!(newest(nowhere, 5).unwrap().is_empty());
        assert!(read(nowhere, "a.eml").unwrap().is_none());
    }
}
