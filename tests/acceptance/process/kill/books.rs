//! What a process has in its store, held against what senders, mail server and PSA saw.

use std::collections::{BTreeMap, BTreeSet};

use acceptance::psa::Ticket;
use acceptance::smtp::Mail;
use serde_json::Value;

use super::super::api::{Api, text};
use super::super::site::page_id;
use super::load::Tally;

/// All incidents, each with its page ledger.
#[derive(Debug)]
pub(super) struct Books {
    incidents: Vec<Value>,
    pages: BTreeMap<String, Vec<Value>>,
}

impl Books {
    pub(super) async fn read(api: &Api) -> Self {
        let incidents = api.incidents().await;
        let mut pages = BTreeMap::new();
        for incident in &incidents {
            let id = text(incident, "id");
            pages.insert(id.to_owned(), api.pages(id).await);
        }
        Self { incidents, pages }
    }

    /// Each key has one incident, which counts what was answered, and nothing that wasn't sent.
    pub(super) fn have_every_answered_alert(&self, tally: &Tally, told: &str) {
        assert!(tally.refused.is_empty(), "{told}: {:?}", tally.refused);
        assert!(tally.answered() > 0, "{told}");
        let mut by_key: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for incident in &self.incidents {
            by_key.entry(text(incident, "dedup_key")).or_default().push(incident);
        }
        for (key, sent) in &tally.alerts {
            let found = by_key.remove(key.as_str()).unwrap_or_default();
            if sent.answered == 0 && found.is_empty() {
                continue;
            }
            let [incident] = found.as_slice() else { panic!("{told}: {key} has {found:#?}") };
            let count = incident["alert_count"].as_u64().expect("a count");
            assert!(
                (sent.answered..=sent.attempts).contains(&count),
                "{told}: {key} counts {count} of {sent:?}"
            );
            let named: Vec<_> = sent.incidents.iter().map(String::as_str).collect();
            assert!(
                named.is_empty() || named == [text(incident, "id")],
                "{told}: {key} was answered {named:?}"
            );
        }
        assert!(by_key.is_empty(), "{told}: nobody sent {by_key:#?}");
    }

    pub(super) fn have_every_answered_acknowledgement(&self, tally: &Tally, told: &str) {
        assert!(!tally.acknowledged.is_empty(), "{told}");
        for incident in &self.incidents {
            let (id, status) = (text(incident, "id"), text(incident, "status"));
            let expected: &[&str] = match (tally.acknowledged.contains(id), tally.tried.contains(id)) {
                (true, _) => &["acknowledged"],
                (false, true) => &["acknowledged", "triggered"],
                (false, false) => &["triggered"],
            };
            assert!(expected.contains(&status), "{told}: {id} is {status}, not {expected:?}");
        }
    }

    pub(super) fn are_numbered_without_gaps(&self, told: &str) {
        let numbers: Vec<_> = self.incidents.iter().map(|incident| incident["number"].as_u64()).collect();
        let expected: Vec<_> = (1..).map(Some).take(numbers.len()).collect();
        assert_eq!(numbers, expected, "{told}");
    }

    /// One line in the ledger, and for it at least one mail; a second mail of a page only from another life.
    pub(super) fn have_one_page_for_each_incident(&self, mails: &[Mail], kills: usize, told: &str) {
        let mut copies: BTreeMap<&str, usize> = BTreeMap::new();
        for mail in mails {
            *copies.entry(page_id(mail)).or_default() += 1;
        }
        for incident in &self.incidents {
            let id = text(incident, "id");
            let [page] = self.pages[id].as_slice() else { panic!("{told}: {id} has {:#?}", self.pages[id]) };
            let mailed = copies.remove(text(page, "id")).unwrap_or_default();
            let told = format!("{told}: {id} is {}, mailed {mailed} times, {page}", incident["status"]);
            match (text(page, "state"), text(incident, "status")) {
                ("sent", _) => assert!((1..=1 + kills).contains(&mailed), "{told}"),
                // It was taken before its page went out, or before the page's end was written down.
                ("cancelled", "acknowledged") => assert!(mailed <= 1 + kills, "{told}"),
                _ => panic!("{told}"),
            }
        }
        assert!(copies.is_empty(), "{told}: mails of unknown pages {copies:?}");
    }

    pub(super) fn have_one_ticket_for_each_acknowledged_incident(&self, tickets: &[Ticket], told: &str) {
        let mut filed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for ticket in tickets {
            filed.entry(&ticket.external_ref).or_default().push(&ticket.id);
        }
        let twice: Vec<_> = filed.iter().filter(|(_, ids)| ids.len() > 1).collect();
        assert!(twice.is_empty(), "{told}: a second ticket for one incident: {twice:?}");
        let acknowledged: BTreeSet<_> = self
            .incidents
            .iter()
            .filter(|incident| incident["status"] == "acknowledged")
            .map(|incident| {
                (format!("oncall-incident-{}", text(incident, "id")), incident["psa_ticket_id"].as_str())
            })
            .collect();
        let filed: BTreeSet<_> =
            filed.iter().map(|(key, ids)| ((*key).to_owned(), ids.first().copied())).collect();
        assert_eq!(filed, acknowledged, "{told}");
    }
}
