//! Two processes on one store, as while one is being replaced: whatever both could do is done by one.

use std::collections::BTreeSet;

use acceptance::process::Oncall;
use acceptance::psa::Ticket;
use futures::future::join_all;
use serde_json::{Value, json};

use super::api::{Api, text};
use super::door::Door;
use super::site::{Site, page_id};
use super::{SOON, eventually};

const NOTES: usize = 15;

/// The shortest that there is, so that both tick as often as can be.
const TICK: (&str, &str) = ("ESCALATION_TICK_SCHEDULE", "*/1 * * * * *");

async fn two(site: &Site) -> (Oncall, Oncall) {
    (site.start_with(&[TICK]).await, site.start_with(&[TICK]).await)
}

/// Sends alerts of different keys, half of them to either, all at once; answers the incidents.
async fn alerts(processes: &(Oncall, Oncall), count: usize) -> Vec<String> {
    let first = Door::of(&processes.0).await;
    let doors = [first.at(&processes.1.url()), first];
    let sent = join_all((0..count).map(|n| {
        let door = doors[n % 2].clone();
        async move {
            let alert = json!({ "title": format!("Trouble {n}"), "severity": "critical", "dedup_key": n.to_string() });
            // Two at once may be one too many for the number that both want; the sender comes again.
            for _ in 0..100 {
                match door.try_send(&alert).await.expect("an answer") {
                    (200, answer) => return text(&answer, "incident_id").to_owned(),
                    (503, _) => {}
                    (status, answer) => panic!("{status} {answer}"),
                }
            }
            panic!("alert {n} was never taken");
        }
    }));
    sent.await
}

/// Every incident has one page, every page one mail.
async fn one_mail_each(api: &Api, site: &Site, incidents: &[String]) {
    let mut pages = BTreeSet::new();
    for id in incidents {
        let ledger = eventually("a page that is sent", async || {
            let ledger = api.pages(id).await;
            ledger.iter().all(|page| page["state"] == "sent").then_some(ledger)
        })
        .await;
        assert_eq!(ledger.len(), 1, "{ledger:#?}");
        pages.insert(text(&ledger[0], "id").to_owned());
    }
    let mails = site.smtp.mails();
    let mut mailed: Vec<_> = mails.iter().map(page_id).collect();
    mailed.sort_unstable();
    assert_eq!(mailed, pages.iter().map(String::as_str).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_at_both_are_numbered_without_gaps_and_mailed_once() {
    numbered_without_gaps_and_mailed_once(100, &Site::open().await).await;
}

/// So many alerts at two processes on the site.
pub(crate) async fn numbered_without_gaps_and_mailed_once(count: usize, site: &Site) {
    let processes = two(site).await;
    let opened = alerts(&processes, count).await;
    site.smtp.wait_for_count(count, SOON).await;

    let api = Api::of(&processes.0).await;
    let incidents = api.incidents().await;
    let numbers: Vec<_> = incidents.iter().filter_map(|incident| incident["number"].as_u64()).collect();
    assert_eq!(numbers, (1..).take(count).collect::<Vec<_>>());
    let ids: BTreeSet<_> = incidents.iter().map(|incident| text(incident, "id")).collect();
    assert_eq!(ids, opened.iter().map(String::as_str).collect());
    assert_eq!(api.at(&processes.1.url()).incidents().await, incidents, "both say the same");
    one_mail_each(&api, site, &opened).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_people_who_take_it_at_both_at_once_one_has_it_and_one_ticket_is_theirs() {
    one_has_it_and_one_ticket_is_theirs(10, &Site::open().await).await;
}

/// So many incidents, each taken by two people at once, at two processes on the site.
pub(crate) async fn one_has_it_and_one_ticket_is_theirs(count: usize, site: &Site) {
    let processes = two(site).await;
    let opened = alerts(&processes, count).await;
    let ann = Api::of_person(&processes.0, "ann").await;
    let ben = Api::of_person(&processes.0, "ben").await.at(&processes.1.url());

    let taken = join_all(opened.iter().map(async |id| {
        let ((of_ann, _), (of_ben, _)) = tokio::join!(
            ann.work(id, "acknowledge", &Value::Null),
            ben.work(id, "acknowledge", &Value::Null)
        );
        match (of_ann, of_ben) {
            (200, 409) => "Ann Archer",
            (409, 200) => "Ben Brook",
            other => panic!("{other:?}"),
        }
    }))
    .await;

    let tickets = site.psa.wait_for(|tickets| tickets.len() >= opened.len(), SOON).await;
    for (id, name) in opened.iter().zip(taken) {
        let incident = eventually("the ticket's number", async || {
            let incident = ann.incident(id).await;
            incident["psa_ticket_id"].is_string().then_some(incident)
        })
        .await;
        assert_eq!(incident["acknowledged_by"]["name"], name);
        let theirs: Vec<_> =
            tickets.iter().filter(|ticket| ticket.external_ref == format!("oncall-incident-{id}")).collect();
        let [ticket] = theirs.as_slice() else { panic!("one ticket, not {theirs:#?}") };
        assert_eq!(ticket.assigned.as_ref().map(|technician| technician.name.as_str()), Some(name));
        assert_eq!(incident["psa_ticket_id"], ticket.id);
    }
    assert_eq!(site.psa.tickets().len(), opened.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_person_may_take_it_at_both_at_once() {
    let site = Site::open().await;
    let processes = two(&site).await;
    let opened = alerts(&processes, 5).await;
    let here = Api::of_person(&processes.0, "ann").await;
    let there = here.at(&processes.1.url());
    for id in &opened {
        let ((one, _), (two, _)) = tokio::join!(
            here.work(id, "acknowledge", &Value::Null),
            there.work(id, "acknowledge", &Value::Null)
        );
        assert_eq!((one, two), (200, 200));
        let timeline = here.timeline(id).await;
        let taken = timeline.iter().filter(|entry| entry["event"]["type"] == "acknowledged").count();
        assert_eq!(taken, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_written_at_both_at_once_all_reach_the_ticket_and_each_writers_in_order() {
    let site = Site::open().await;
    let processes = two(&site).await;
    let incident = alerts(&processes, 1).await.remove(0);
    let ann = Api::of_person(&processes.0, "ann").await;
    let ben = Api::of_person(&processes.0, "ben").await.at(&processes.1.url());
    assert_eq!(ann.work(&incident, "acknowledge", &Value::Null).await.0, 200);
    let write = async |api: &Api| {
        for n in 0..NOTES {
            let note = json!({ "text": format!("Step {n}") });
            assert_eq!(api.work(&incident, "notes", &note).await.0, 201);
        }
    };
    tokio::join!(write(&ann), write(&ben));

    let all_there =
        |tickets: &[Ticket]| tickets.first().is_some_and(|ticket| ticket.notes.len() >= 2 * NOTES);
    let ticket = site.psa.wait_for(all_there, SOON).await.remove(0);
    assert_eq!(ticket.notes.len(), 2 * NOTES, "{:#?}", ticket.notes);
    for writer in ["Ann Archer", "Ben Brook"] {
        let theirs = ticket.notes.iter().filter(|note| note.author == writer);
        let written: Vec<_> = theirs.map(|note| note.body.rsplit(' ').next().expect("a number")).collect();
        assert_eq!(written, (0..NOTES).map(|n| n.to_string()).collect::<Vec<_>>(), "{writer}");
    }
}

/// The mail server turns every page away at first, so that the ticks of both find all of them due at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_both_find_due_are_mailed_once() {
    let site = Site::open().await;
    site.smtp.greylist(true);
    let processes = two(&site).await;
    let opened = alerts(&processes, 40).await;
    let api = Api::of(&processes.0).await;
    for id in &opened {
        eventually("a first attempt", async || {
            let ledger = api.pages(id).await;
            ledger[0]["attempts"][0]["failure"].is_string().then_some(())
        })
        .await;
    }
    site.smtp.greylist(false);
    site.smtp.wait_for_count(opened.len(), SOON).await;
    one_mail_each(&api, &site, &opened).await;
}
