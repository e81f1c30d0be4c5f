//! What a built binary asks of the machine that runs it, read from its own headers.
//!
//! Invariant: only a program that names neither a loader nor a library is called static.

use anyhow::{Context as _, Result};
use object::read::elf::{ElfFile64, ProgramHeader as _};
use object::{Architecture, Object as _};

/// Of an ELF file, its first bytes.
const ELF: &[u8] = b"\x7fELF";

/// What a binary needs besides a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Needs {
    /// Static, for Linux on x86-64: it runs wherever the cloud puts it.
    Nothing,
    /// For Linux on x86-64, with libraries of the machine's own.
    Libraries {
        /// Files, such as `libc.so.6`, and the loader's path.
        names: Vec<String>,
        /// The oldest glibc that has all that is asked of it; none, if the libraries are another libc's.
        glibc: Option<Version>,
    },
    /// Another system or processor than the cloud's.
    AnotherMachine,
}

/// Major and minor version of glibc. A third number never decides.
pub(super) type Version = (u32, u32);

impl Needs {
    /// Reads the headers of a program.
    ///
    /// # Errors
    /// Headers that contradict themselves.
    pub(super) fn of(program: &[u8]) -> Result<Self> {
        if !program.starts_with(ELF) {
            return Ok(Self::AnotherMachine);
        }
        let elf: ElfFile64<'_> = ElfFile64::parse(program).context("the binary's headers can't be read")?;
        if elf.architecture() != Architecture::X86_64 {
            return Ok(Self::AnotherMachine);
        }
        let mut names = Vec::new();
        for library in elf.import_libraries()? {
            names.push(text(library?.name()));
        }
        for header in elf.elf_program_headers() {
            names.extend(header.interpreter(elf.endian(), program)?.map(text));
        }
        if names.is_empty() {
            return Ok(Self::Nothing);
        }
        Ok(Self::Libraries { names, glibc: glibc(&elf, program)? })
    }

    /// In words, of which the binary is the subject.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Nothing => "is static: it needs no library of the machine".to_owned(),
            Self::Libraries { glibc: Some((major, minor)), .. } => {
                format!("needs glibc {major}.{minor} or newer")
            }
            Self::Libraries { names, glibc: None } => format!("needs {}", names.join(", ")),
            Self::AnotherMachine => "is not for Linux on x86-64".to_owned(),
        }
    }
}

/// The newest version that any library is asked for under the name of glibc.
fn glibc(elf: &ElfFile64<'_>, program: &[u8]) -> Result<Option<Version>> {
    let (sections, endian) = (elf.elf_section_table(), elf.endian());
    let Some((libraries, names)) = sections.gnu_verneed(endian, program)? else {
        return Ok(None);
    };
    let names = sections.strings(endian, program, names)?;
    let mut newest = None;
    for library in libraries {
        for needed in library?.1 {
            newest = newest.max(version(needed?.name(endian, names)?));
        }
    }
    Ok(newest)
}

/// `GLIBC_2.34` or `GLIBC_2.2.5`; none for the versions of other libraries and for `GLIBC_PRIVATE`.
fn version(name: &[u8]) -> Option<Version> {
    let mut numbers = str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    #[test]
    fn a_program_of_this_machine_names_its_libraries_and_its_glibc() {
        let this = Needs::of(&fs::read(env::current_exe().unwrap()).unwrap()).unwrap();
        if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
            let Needs::Libraries { names, glibc: Some(version) } = &this else { panic!("{this:?}") };
            assert!(names.iter().any(|name| name == "libc.so.6"), "{names:?}");
            assert!(*version >= (2, 17), "{version:?}: what Rust itself asks for");
            assert!(this.in_words().starts_with("needs glibc 2."), "{}", this.in_words());
        } else if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "musl")) {
            assert_eq!(this, Needs::Nothing);
        } else {
            assert_eq!(this, Needs::AnotherMachine);
        }
    }

    #[test]
    fn a_program_without_loader_and_libraries_is_static() {
        assert_eq!(Needs::of(&program(0x3e)).unwrap(), Needs::Nothing);
    }

    #[test]
    fn a_program_for_another_processor_or_system_is_not_for_the_cloud() {
        const AARCH64: u8 = 0xb7;
        assert_eq!(Needs::of(&program(AARCH64)).unwrap(), Needs::AnotherMachine);
        for other in [&b"MZ"[..], b"\xcf\xfa\xed\xfe", b""] {
            assert_eq!(Needs::of(other).unwrap(), Needs::AnotherMachine);
        }
    }

    #[test]
    fn headers_cut_short_are_no_static_program() {
        assert!(Needs::of(b"\x7fELF\x02\x01\x01").is_err());
    }

    #[test]
    fn a_version_is_glibcs_only_under_its_name() {
        for (name, expected) in [
            ("GLIBC_2.34", Some((2, 34))),
            ("GLIBC_2.2.5", Some((2, 2))),
            ("GLIBC_PRIVATE", None),
            ("GCC_3.0", None),
            ("GLIBC_2", None),
        ] {
            assert_eq!(version(name.as_bytes()), expected, "{name}");
        }
    }

    /// The smallest program there is: a header, and neither segments nor sections.
    fn program(machine: u8) -> Vec<u8> {
        let mut header = vec![0; 64];
        header[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        header[16] = 2;
        header[18] = machine;
        header[20] = 1;
        header[52] = 64;
        header
    }
}
