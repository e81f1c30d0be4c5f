//! A small function app in a temporary folder, staged and zipped.

use std::io::Read as _;

use tempfile::TempDir;
use zip::ZipArchive;

use super::*;

/// The repository in small, and beside it the binary as cargo would have left it.
fn repository() -> TempDir {
    let root = TempDir::new().unwrap();
    for (path, content) in [
        ("host.json", "{}"),
        ("local.settings.json", "{}"),
        (".funcignore", "data"),
        ("function-app/api/function.json", r#"{"bindings":[]}"#),
        ("function-app/escalation-tick/function.json", r#"{"bindings":[]}"#),
        ("function-app/gap-scan/function.json", r#"{"bindings":[]}"#),
        ("function-app/bus-rmm/function.json", r#"{"bindings":[]}"#),
        ("build/oncall", "\x7fELF GLIBC_2.34\0"),
    ] {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

fn staged(root: &Path) -> (PathBuf, PathBuf) {
    let folder = root.join("out/function-app");
    stage(root, &root.join("build/oncall"), &folder).unwrap();
    let zip = archive::write(&folder).unwrap();
    (folder, zip)
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_folder_is_what_func_start_runs() {
    let root = repository();
    let (folder, _) = staged(root.path());
    let expected = [
        ".funcignore",
        "api",
        "bus-rmm",
        "escalation-tick",
        "gap-scan",
        "host.json",
        "local.settings.json",
        "oncall",
    ];
    assert_eq!(names_in(&folder), expected);
    assert_eq!(names_in(&folder.join("api")), ["function.json"]);
}

#[test]
fn only_the_binary_may_be_run_and_local_settings_stay_here() {
    let root = repository();
    let (_, zip) = staged(root.path());
    let mut zip = ZipArchive::new(fs::File::open(&zip).unwrap()).unwrap();
    let entries: Vec<(String, u32)> = (0..zip.len())
        .map(|index| {
            let entry = zip.by_index(index).unwrap();
            (entry.name().unwrap().into_owned(), entry.unix_mode().unwrap() & 0o7777)
        })
        .collect();
    let expected = [
        ("api/function.json", 0o644),
        ("bus-rmm/function.json", 0o644),
        ("escalation-tick/function.json", 0o644),
        ("gap-scan/function.json", 0o644),
        ("host.json", 0o644),
        ("oncall", 0o755),
    ];
    assert_eq!(entries, expected.map(|(name, mode)| (name.to_owned(), mode)));

    let mut binary = String::new();
    zip.by_name(BINARY).unwrap().read_to_string(&mut binary).unwrap();
    assert_eq!(binary, "\x7fELF GLIBC_2.34\0");
}

#[test]
fn a_second_run_leaves_nothing_of_the_first_but_the_data_and_writes_the_same_zip() {
    let root = repository();
    let (folder, zip) = staged(root.path());
    let first = fs::read(&zip).unwrap();
    fs::write(folder.join("leftover.log"), "").unwrap();
    fs::create_dir_all(folder.join("renamed-function")).unwrap();
    fs::create_dir_all(folder.join("data")).unwrap();
    fs::write(folder.join("data/oncall.db"), "kept").unwrap();

    let (folder, zip) = staged(root.path());
    assert!(!folder.join("leftover.log").exists());
    assert!(!folder.join("renamed-function").exists());
    assert_eq!(fs::read_to_string(folder.join("data/oncall.db")).unwrap(), "kept");
    assert_eq!(fs::read(&zip).unwrap(), first);
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let root = repository();
    let error = stage(root.path(), &root.path().join("build/oncall"), root.path()).unwrap_err().to_string();
    assert!(error.ends_with("is left alone"), "{error}");
    assert!(root.path().join("function-app/api/function.json").exists());
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn what_was_asked_for_static_has_to_be_static() {
    let this = std::env::current_exe().unwrap();
    let error = needs(&this, Some(STATIC)).unwrap_err().to_string();
    assert!(error.contains("is not static: it needs glibc"), "{error}");
    assert!(matches!(needs(&this, None).unwrap(), Needs::Libraries { .. }), "nothing else was asked for");
}

#[test]
fn sizes_are_rounded_to_a_tenth() {
    for (bytes, text) in [(0, "0.0 MB"), (49_999, "0.0 MB"), (50_000, "0.1 MB"), (12_345_678, "12.3 MB")] {
        assert_eq!(megabytes(bytes), text);
    }
}
