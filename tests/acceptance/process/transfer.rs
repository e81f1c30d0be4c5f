//! A tenant moved from one machine to another by the command: the same answers, the same doors; and every file that isn't
//! what it should be, refused before anything is written.

pub(crate) mod lived;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use acceptance::process::{self, Oncall};
use domain::source::KeyHash;
use embedded::sqlite::SqliteDocuments;
use serde_json::{Value, json};
use store::{Batch, Document, Documents as _, Index, Kind, OperationId, Write};
use tempfile::TempDir;

use super::api::{Api, text};
use super::site::Site;
use lived::{Lived, folder};

/// Runs a command on a data folder; answers whether it went well, and what it told.
pub(crate) async fn run(data: &Path, args: &[&str]) -> (bool, String) {
    // Nothing answers at the discard port.
    run_with(args, &[("ONCALL_DATA_DIR", path(data)), ("ONCALL_LISTEN", "127.0.0.1:9")]).await
}

pub(crate) async fn run_with(args: &[&str], settings: &[(&str, &str)]) -> (bool, String) {
    let end = process::run_cli(args, settings).await.expect("the command runs");
    let told = format!("{}{}", String::from_utf8_lossy(&end.stdout), String::from_utf8_lossy(&end.stderr));
    (end.status.success(), told)
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Exports the demo tenant of a data folder; answers the file and what was told.
pub(crate) async fn export(data: &Path, into: &TempDir, name: &str) -> (PathBuf, String) {
    let file = into.path().join(name);
    let (good, told) = run(data, &["export", path(&file)]).await;
    assert!(good, "{told}");
    (file, told)
}

/// "57 documents, sha256 …", as both commands tell it.
pub(crate) fn count_and_hash(told: &str) -> String {
    let words: Vec<_> = told.lines().next().expect("a line").split(' ').collect();
    let documents = words.iter().position(|word| *word == "documents,").expect("a count");
    words[documents - 1..documents + 3].join(" ").trim_end_matches(',').to_owned()
}

fn lines(file: &Path) -> Vec<String> {
    fs::read_to_string(file).expect("the file").lines().map(str::to_owned).collect()
}

/// The file again with other lines and a seal that fits them.
fn sealed(file: &Path, lines: &[String]) {
    let records = &lines[1..lines.len() - 1];
    let text: String = records.iter().flat_map(|line| [line, "\n"]).collect();
    let seal = json!({ "documents": records.len(), "sha256": KeyHash::of(&text).as_str() });
    fs::write(file, format!("{}\n{text}{seal}\n", lines[0])).expect("a file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_moved_to_another_machine_answers_the_same_and_its_keys_open_the_same_doors() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let lived = Lived::in_(&oncall, &site).await;
    let before = lived.answers(&Api::of(&oncall).await).await;
    oncall.kill().expect("it ends");

    let (files, elsewhere) = (folder(), folder());
    let (file, exported) = export(site.data.path(), &files, "demo.jsonl").await;
    assert_eq!(fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
    let left: Vec<_> = fs::read_dir(site.data.path()).expect("a folder").flatten().collect();
    assert!(!left.iter().any(|entry| entry.file_name().to_string_lossy().starts_with("export")), "{left:?}");

    let (good, imported) = run(elsewhere.path(), &["import", path(&file)]).await;
    assert!(good && imported.contains("verified"), "{imported}");
    assert_eq!(count_and_hash(&imported), count_and_hash(&exported));
    assert!(!imported.contains("left out") && imported.contains("something due"), "{imported}");
    let (again, told) = export(elsewhere.path(), &files, "again.jsonl").await;
    assert_eq!(count_and_hash(&told), count_and_hash(&exported));
    assert_eq!(lines(&again)[1..], lines(&file)[1..], "all but when it was exported");

    let second = start(&site, elsewhere.path()).await;
    assert_eq!(lived.answers(&Api::of(&second).await).await, before);
    let door = lived.door.at(&second.url());
    let repeat = door.send(&lived.alert).await;
    assert_eq!((&repeat["result"], &repeat["incident_id"]), (&json!("grouped"), &json!(lived.open)));
    let new = door.send(&json!({ "title": "New at the new place", "dedup_key": "new" })).await;
    let number = Api::of(&second).await.incident(text(&new, "incident_id")).await["number"].clone();
    assert_eq!(number, lived.incidents.len() + 1, "numbers go on");
    assert_eq!(lived.calendar(&second).await, 200, "the feed's address goes on");
    assert_eq!(lived.calendar_of(&second, "0000000000000000000000000000000000000000").await, 404);
}

async fn start(site: &Site, data: &Path) -> Oncall {
    let settings = site.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Oncall::start_in(data, &settings).await.expect("a second process")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_beside_a_serving_process_is_whole_and_says_that_it_serves() {
    let site = Site::open().await;
    let oncall = site.start().await;
    let files = folder();
    let (file, listen) = (files.path().join("demo.jsonl"), oncall.url().replace("http://", ""));
    let settings = [("ONCALL_DATA_DIR", path(site.data.path())), ("ONCALL_LISTEN", listen.as_str())];
    let (good, told) = run_with(&["export", path(&file)], &settings).await;
    assert!(good && told.contains(&format!("answers at {listen}")), "{told}");
    let (good, told) = run(folder().path(), &["import", path(&file)]).await;
    assert!(good, "{told}");

    let bytes = fs::read(&file).expect("the file");
    let (good, told) = run_with(&["export", path(&file)], &settings).await;
    assert!(!good && told.contains("can't be made"), "nothing is written over: {told}");
    assert_eq!(fs::read(&file).expect("the file"), bytes);
    let missing = files.path().join("missing.jsonl");
    let (good, told) = run_with(&["export", path(&missing), "--tenant", "nobody"], &settings).await;
    assert!(!good && told.contains("there is no tenant 'nobody' here") && !missing.exists(), "{told}");
}

/// An exported demo tenant, and a folder to take it in.
async fn exported() -> (TempDir, PathBuf, TempDir) {
    let (site, files) = (folder(), folder());
    lived::first_start(site.path()).await;
    let (file, _) = export(site.path(), &files, "demo.jsonl").await;
    (files, file, folder())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_changed_or_cut_off_is_refused_and_nothing_is_written() {
    let (_files, file, target) = exported().await;
    let good = lines(&file);
    let last = good.len() - 1;
    let person = good.iter().position(|line| line.contains("Ann Archer")).expect("Ann");
    let with = |at: usize, line: String| {
        let mut lines = good.clone();
        lines[at] = line;
        lines
    };
    let without = |at: usize| [&good[..at], &good[at + 1..]].concat();
    let damaged = [
        (with(person, good[person].replace("Ann Archer", "Eve Archer")), "changed"),
        (without(person), "changed"),
        ([&good[..=person], &good[person..]].concat(), "changed"),
        (good[..last].to_vec(), "cut off"),
        (with(last, good[last][..20].to_owned()), "cut off"),
        (good[..1].to_vec(), "cut off"),
        (Vec::new(), "empty"),
        (with(0, "{\"format\":\"other\"}".to_owned()), "no exported tenant"),
        (with(0, good[0].replace("\"version\":1", "\"version\":2")), "this version knows formats up to 1"),
    ];
    for (lines, expected) in damaged {
        fs::write(&file, lines.iter().flat_map(|line| [line, "\n"]).collect::<String>()).expect("a file");
        let (good, told) = run(target.path(), &["import", path(&file)]).await;
        assert!(!good && told.contains(expected), "{expected}: {told}");
    }
    nothing_is_in(&target).await;
    fs::write(&file, good.join("\n") + "\n").expect("a file");
    let (good, told) = run(target.path(), &["import", path(&file)]).await;
    assert!(good && !told.contains("there from the same import"), "{told}");
}

async fn nothing_is_in(target: &TempDir) {
    let file = target.path().join("nothing.jsonl");
    let (good, told) = run(target.path(), &["export", path(&file)]).await;
    assert!(!good && told.contains("there is no tenant 'demo' here"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_file_that_this_version_can_not_take_is_refused_and_nothing_is_written() {
    let (_files, file, target) = exported().await;
    let good = lines(&file);
    let line = |word: &str| good.iter().position(|line| line.contains(word)).expect("a line");
    let (person, key, tenant) = (line("Ann Archer"), line("\"key_entry\""), line("\"kind\":\"tenant\""));
    let with = |at: usize, from: &str, to: &str| {
        let mut lines = good.clone();
        assert!(lines[at].contains(from), "{from} in {}", lines[at]);
        lines[at] = lines[at].replacen(from, to, 1);
        lines
    };
    let mut without_tenant = good.clone();
    without_tenant.remove(tenant);
    let mut swapped = good.clone();
    swapped.swap(2, 3);
    let refused = [
        (with(person, "\"schema\":1", "\"schema\":9"), "newer than this version knows"),
        (with(person, "\"kind\":\"user\"", "\"kind\":\"robot\""), "knows no 'robot'"),
        (with(person, "\"kind\":\"user\"", "\"kind\":\"team\""), "can't be read"),
        (with(key, "\"tenant_id\":\"demo\"", "\"tenant_id\":\"other\""), "another tenant's"),
        (with(key, "\"in\":\"directory\"", "\"in\":\"elsewhere\""), "line"),
        (with(tenant, "\"id\":\"demo\"", "\"id\":\"other\""), "another tenant's"),
        (without_tenant, "itself is not among the records"),
        (swapped, "out of order"),
    ];
    for (lines, expected) in refused {
        sealed(&file, &lines);
        let (good, told) = run(target.path(), &["import", path(&file)]).await;
        assert!(!good && told.contains(expected), "{expected}: {told}");
    }
    sealed(&file, &good);
    let (good, told) = run(target.path(), &["import", path(&file)]).await;
    assert!(good && !told.contains("there from the same import"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_is_there_is_not_touched() {
    let (_files, file, _) = exported().await;
    let target = folder();
    lived::first_start(target.path()).await;
    let (before, _) = export(target.path(), &target, "before.jsonl").await;
    for args in [vec!["import", path(&file)], vec!["import", path(&file), "--start-over"]] {
        let (good, told) = run(target.path(), &args).await;
        assert!(!good && told.contains("'demo' is in this store already"), "{told}");
    }
    let (after, _) = export(target.path(), &target, "after.jsonl").await;
    assert_eq!(lines(&after)[1..], lines(&before)[1..]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_import_again_changes_nothing() {
    let (files, file, target) = exported().await;
    let (_, once) = run(target.path(), &["import", path(&file)]).await;
    let (good, twice) = run(target.path(), &["import", path(&file)]).await;
    assert!(good && twice.contains("were there from the same import before"), "{twice}");
    assert_eq!(count_and_hash(&twice), count_and_hash(&once));
    let (again, _) = export(target.path(), &files, "again.jsonl").await;
    assert_eq!(lines(&again)[1..], lines(&file)[1..]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_read_stops_an_export_unless_it_is_to_be_left_out_and_then_both_ends_say_so() {
    let (site, files, target) = (folder(), folder(), folder());
    lived::first_start(site.path()).await;
    let strange = Document {
        id: "team_from_tomorrow".to_owned(),
        kind: Kind::Team,
        schema: 99,
        index: Index::default(),
        lives: None,
        body: "{}".to_owned(),
    };
    let documents = SqliteDocuments::open(&site.path().join("oncall.db")).expect("a database");
    let (partition, operation) = ("demo".to_owned(), OperationId("tomorrow".to_owned()));
    let told = documents.commit(Batch { partition, operation, writes: vec![Write::Create(strange)] }).await;
    assert_eq!(told, Ok(()));

    let file = files.path().join("demo.jsonl");
    let (good, told) = run(site.path(), &["export", path(&file)]).await;
    assert!(!good && told.contains("team_from_tomorrow") && told.contains("--keep-going"), "{told}");
    assert!(!file.exists(), "nothing half is left behind");
    let (good, told) = run(site.path(), &["export", path(&file), "--keep-going"]).await;
    assert!(good && told.contains("(1): team_from_tomorrow"), "{told}");
    let seal: Value = serde_json::from_str(lines(&file).last().expect("a seal")).expect("JSON");
    assert_eq!(seal["left_out"], json!(["team_from_tomorrow"]));
    let (good, told) = run(target.path(), &["import", path(&file)]).await;
    assert!(good && told.contains("(1): team_from_tomorrow"), "{told}");
}
