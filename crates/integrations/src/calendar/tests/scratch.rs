//! x
use super::*;
#[test]
fn oracle() {
    let cases = std::fs::read_to_string("/tmp/cases.txt").unwrap();
    let (mut bad, mut err, mut good) = (0, 0, 0);
    for case in cases.lines() {
        let mut p = case.split('|');
        let (start, rule, want) = (p.next().unwrap(), p.next().unwrap(), p.next().unwrap());
        let text = event(&format!("DTSTART:{start}\nDURATION:PT1H\nRRULE:{rule}"));
        match calendar().read(&text, autumn()) {
            Ok(found) => {
                let got: Vec<String> = found.iter().map(|f| f.starts.format("%Y%m%dT%H%M%S").to_string()).collect();
                if got.join(" ") == want { good += 1 } else { bad += 1; if bad < 25 { println!("BAD {start} {rule}\n  want {want}\n  got  {}", got.join(" ")) } }
            }
            Err(e) => { err += 1; if err < 40 { println!("ERR {start} {rule} {e} want={want:.30}") } }
        }
    }
    println!("good {good} bad {bad} err {err}");
}
#[test]
fn feed_out() {
    let e = FeedEvent { uid: "a@b".into(), stamp: at("2026-11-20T12:00:00Z"), starts: at("2026-11-20T17:00:00Z"), ends: at("2026-11-27T17:00:00Z"), summary: "Jürgen, äöü 日本語日本語日本語日本語日本語日本語日本語日本語日本語 🦀; fin\\".into(), description: "l1\nl2".into(), url: None };
    std::fs::write("/tmp/feed.ics", write(&Feed { name: "x".into(), zone: "UTC", url: None, events: vec![e] })).unwrap();
}
