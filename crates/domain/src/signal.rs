//! A signal: what one delivery says, whatever tool said it and in whatever format. Parsers make signals;
//! everything after them reads only these.
//!
//! Invariant: what is kept of a signal is bounded; texts are cut, addresses are whole or not there.

use serde::{Deserialize, Serialize};

use crate::severity::Severity;
use crate::source::KeyHash;

/// Bytes of the longest single line, such as a title or a key.
const LONGEST_LINE: usize = 1_024;

/// Bytes of the longest description.
const LONGEST_TEXT: usize = 32 * 1_024;

/// Bytes of the longest address. A longer one is dropped: cut, it would lead somewhere else.
pub const LONGEST_ADDRESS: usize = 8 * 1_024;

/// Bytes of all addresses of one signal; what comes after that is dropped.
const MOST_ADDRESSES: usize = 64 * 1_024;

/// The most links, and the most images, of one signal.
const MOST_LINKS: usize = 20;

/// What the sender wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// There is a problem.
    Trigger,
    /// Somebody over there has it in hand.
    Acknowledge,
    /// The problem is over.
    Resolve,
    /// Nobody over there has it any more: whoever is on call is told again.
    Unacknowledge,
    /// Something to know about a problem; no problem by itself.
    Note,
}

/// What is done when there is no open incident for a signal to act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenNoneOpen {
    /// It opens one.
    Open,
    /// Nothing: there is nothing to acknowledge or to end.
    Ignore,
    /// The sender is refused, and told this.
    Refuse(String),
}

/// A place to look at, beside [`Signal::link`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// `http` or `https`.
    pub href: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A picture that the sender shows, such as a graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `http` or `https`.
    pub src: String,
    /// Where a click on it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// The PSA's ticket that a signal is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketMention {
    /// The PSA's id of it; empty where only its number is known.
    pub id: String,
    /// The number that people know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Our own key of it, where it carries one as we write it. Whoever copies or quotes a ticket of ours copies the key, so
    /// that it is believed only of a ticket that we are making, or that is known to be ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// The PSA could not be asked what the ticket says, so that nothing is known of it but its name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
    /// Its status as the PSA's people call it, as long as nothing else has said what that means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its status and when it was last touched: where neither is another, nothing has happened to it, and the PSA says what
    /// it said before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// One delivery, normalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What the sender wants done.
    pub action: Action,
    /// One line; never empty.
    pub title: String,
    /// The rest of what there is to say; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How bad the sender says it is.
    pub severity: Severity,
    /// The sender's identity for the problem; derived where the sender has none (see [`Signal::dedup_key`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup_key: Option<String>,
    /// The customer company, as the sender names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The product or script that noticed, as the sender names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Where to look, at the sender's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Where else to look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// What the sender shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The machine it is about.
    #[serde(default, skip_serializing_if = "Device::is_empty")]
    pub device: Device,
    /// What stands at the path that its source groups by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What is done when nothing is open for it; `None`: a trigger opens an incident, all else is ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_none_open: Option<WhenNoneOpen>,
    /// The PSA's ticket that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketMention>,
    /// What a detection product adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection: Option<Detection>,
    /// Why the body could not be fully understood; such a signal still pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<String>,
}

/// The machine a signal is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its name in the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
}

impl Device {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.hostname.is_none()
    }
}

/// What an endpoint-detection product says beyond a title.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// What kind of thing was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detection_type: Option<String>,
    /// The MITRE ATT&CK technique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitre_technique: Option<Technique>,
    /// What the product advises to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommended_action: Option<String>,
}

/// A MITRE ATT&CK technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Technique {
    /// Such as `T1003`.
    pub id: String,
    /// Such as `OS Credential Dumping`; may be empty where the sender gave only the id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

impl Signal {
    /// A problem with nothing known but its title.
    pub fn trigger(title: impl Into<String>, severity: Severity) -> Self {
        Self {
            action: Action::Trigger,
            title: title.into(),
            description: String::new(),
            severity,
            dedup_key: None,
            client: None,
            product: None,
            link: None,
            links: Vec::new(),
            images: Vec::new(),
            device: Device::default(),
            group: None,
            when_none_open: None,
            ticket: None,
            detection: None,
            degraded: None,
        }
    }

    /// What is done when there is no open incident for it.
    pub fn when_none_open(&self) -> WhenNoneOpen {
        self.when_none_open.clone().unwrap_or(match self.action {
            Action::Trigger | Action::Unacknowledge => WhenNoneOpen::Open,
            Action::Acknowledge | Action::Resolve | Action::Note => WhenNoneOpen::Ignore,
        })
    }

    /// The same with every text cut to a length that a page, a ticket and a document can carry, and without addresses that
    /// none can; the body as it came is kept beside it.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.bound_addresses();
        cut(&mut self.title, LONGEST_LINE);
        cut(&mut self.description, LONGEST_TEXT);
        let mut lines = vec![
            self.client.as_mut(),
            self.product.as_mut(),
            self.device.name.as_mut(),
            self.device.hostname.as_mut(),
            self.degraded.as_mut(),
            self.group.as_mut(),
        ];
        lines.extend(self.links.iter_mut().map(|link| link.text.as_mut()));
        lines.extend(self.images.iter_mut().map(|image| image.alt.as_mut()));
        if let Some(detection) = &mut self.detection {
            lines.push(detection.detection_type.as_mut());
            lines.push(detection.recommended_action.as_mut());
            if let Some(mitre) = &mut detection.mitre_technique {
                lines.extend([Some(&mut mitre.id), Some(&mut mitre.name)]);
            }
        }
        lines.into_iter().flatten().for_each(|line| cut(line, LONGEST_LINE));
        self
    }

    fn bound_addresses(&mut self) {
        let mut room = MOST_ADDRESSES;
        let mut fits = |address: &str| {
            let fits = address.len() <= LONGEST_ADDRESS.min(room);
            room -= if fits { address.len() } else { 0 };
            fits
        };
        self.link.take_if(|link| !fits(link));
        self.links.retain(|link| fits(&link.href));
        self.links.truncate(MOST_LINKS);
        self.images.retain(|image| fits(&image.src));
        self.images.truncate(MOST_LINKS);
        for image in &mut self.images {
            image.href.take_if(|href| !fits(href));
        }
    }

    /// The identity of the problem within its alert source: the sender's own, else one derived from title and
    /// device, so that a flapping check without a key doesn't page forty times.
    pub fn dedup_key(&self) -> String {
        let key = match &self.dedup_key {
            Some(key) => key.clone(),
            // Two bodies that could not be understood share a title and may be two problems.
            None if self.degraded.is_some() => format!("{}|{}", self.title, self.description),
            None => format!("{}|{}", self.title, self.device.name.as_deref().unwrap_or_default()),
        };
        // Cutting could make two long keys one; a hash can't.
        if key.len() <= LONGEST_LINE { key } else { format!("sha256:{}", KeyHash::of(&key).as_str()) }
    }
}

/// Cuts a text to at most `most` bytes, between characters.
fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_dedup_key_comes_from_title_and_device() {
        let mut signal = Signal::trigger("Disk full", Severity::High);
        signal.device.name = Some("SRV-1".into());
        assert_eq!(signal.dedup_key(), "Disk full|SRV-1");
        signal.dedup_key = Some("mine".into());
        assert_eq!(signal.dedup_key(), "mine");
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_long_keys_stay_apart() {
        let mut signal = Signal::trigger("é".repeat(1_000), Severity::High);
        signal.description = "x".repeat(100_000);
        signal.dedup_key = Some("k".repeat(5_000));
        let mut other = signal.clone();
        other.dedup_key = Some("k".repeat(5_001));
        assert_ne!(signal.dedup_key(), other.dedup_key());
        let bounded = signal.bounded();
        assert_eq!((bounded.title.len(), bounded.description.len()), (1_024, 32 * 1_024));
    }

    #[test]
    fn an_address_is_whole_or_not_there() {
        let address = |length: usize| format!("https://x.example/{}", "a".repeat(length - 18));
        let (long, too_long) = (address(LONGEST_ADDRESS), address(LONGEST_ADDRESS + 1));
        let link = |href: &String| Link { href: href.clone(), text: Some("t".repeat(5_000)) };
        let image =
            |src: &String, href: &String| Image { src: src.clone(), href: Some(href.clone()), alt: None };
        let mut signal = Signal::trigger("x", Severity::High);
        signal.link = Some(long.clone());
        signal.links = vec![link(&too_long), link(&long)];
        signal.images = vec![image(&too_long, &long), image(&long, &too_long), image(&long, &long)];
        let bounded = signal.clone().bounded();
        assert_eq!(bounded.link.as_ref(), Some(&long));
        let length = |text: &String| text.len();
        let links: Vec<_> =
            bounded.links.iter().map(|link| (&link.href, link.text.as_ref().map(length))).collect();
        assert_eq!(links, [(&long, Some(1_024))]);
        let images: Vec<_> = bounded.images.iter().map(|image| (&image.src, image.href.as_ref())).collect();
        assert_eq!(images, [(&long, None), (&long, Some(&long))]);
        signal.link = Some(too_long);
        signal.links = vec![link(&long); 20];
        let bounded = signal.bounded();
        let most = MOST_ADDRESSES / LONGEST_ADDRESS;
        assert_eq!(
            (bounded.link, bounded.links.len(), bounded.images.len()),
            (None, most, 0),
            "there is an end"
        );
    }
}
