//! An alert source's settings in words.

use domain::source::{AlertSource, ContentField, FlapPause, Grouping, Mapping};

/// Each setting: what it is about, and how it is set.
pub(super) fn settings(
    source: &AlertSource,
    service: String,
    public_url: &str,
) -> Vec<(&'static str, String)> {
    let mut told = vec![("Service", service)];
    if source.source_type.has_key() {
        told.push(("Address", format!("{public_url}/api/webhooks/ and its key")));
    } else {
        told.push(("Address", "none of its own: its alerts come in without a key".to_owned()));
    }
    told.push(("Grouping", grouping(&source.grouping)));
    if let Some(pause) = source.flap_pause {
        told.push(("Flap pause", flap_pause(pause)));
    }
    if let Some(minutes) = source.silence_minutes {
        told.push(("Silence", format!("{} without a beat open an incident.", count(minutes, "minute"))));
    }
    if !source.mapping.is_empty() {
        told.push(("Mapping", mapping(&source.mapping)));
    }
    if source.source_type.can_sign() {
        let words = match source.signing_secret {
            Some(_) => "Only what is signed with the secret that both sides know is taken.",
            None => "Not looked at: no signing secret is set.",
        };
        told.push(("Signature", words.to_owned()));
    }
    told
}

fn grouping(grouping: &Grouping) -> String {
    let same = |what: &str| format!("Alerts with the same {what} join one incident while it is open.");
    match grouping {
        Grouping::Key => same("dedup key"),
        Grouping::None => "Every alert is an incident of its own.".to_owned(),
        Grouping::Time { minutes } => format!(
            "Alerts of its service join one incident within {} of the first.",
            count(u32::from(*minutes), "minute")
        ),
        Grouping::Content { field: ContentField::Client } => same("client"),
        Grouping::Content { field: ContentField::Device } => same("device"),
        Grouping::Content { field: ContentField::Path(path) } => same(&format!("“{path}”")),
    }
}

fn flap_pause(pause: FlapPause) -> String {
    format!(
        "The page of a problem that opens {} times within {} waits {}.",
        pause.times,
        count(pause.within_minutes.into(), "minute"),
        count(pause.pause_minutes.into(), "minute")
    )
}

/// What is found elsewhere than its type says.
fn mapping(mapping: &Mapping) -> String {
    let fields = [
        ("the list of alerts", &mapping.each),
        ("title", &mapping.title),
        ("description", &mapping.description),
        ("severity", &mapping.severity),
        ("status", &mapping.status),
        ("dedup key", &mapping.dedup_key),
        ("client", &mapping.client),
        ("device", &mapping.device),
        ("link", &mapping.link),
    ];
    let mut parts: Vec<String> =
        fields.into_iter().filter(|(_, path)| path.is_some()).map(|(name, _)| name.to_owned()).collect();
    for (words, what) in [(mapping.severities.len(), "severities"), (mapping.statuses.len(), "statuses")] {
        if words > 0 {
            parts.push(format!("the sender’s words for {what}"));
        }
    }
    if let Some(severity) = mapping.default_severity {
        parts.push(format!("{severity} where no severity is said"));
    }
    format!("Set by hand: {}.", parts.join(", "))
}

fn count(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use domain::id::{ServiceId, SourceId};
    use domain::severity::Severity;
    use domain::source::SourceType;

    use super::*;

    fn told(change: impl FnOnce(&mut AlertSource)) -> Vec<(&'static str, String)> {
        let id = SourceId::derived(&["x"]);
        let mut source = AlertSource::new(id, "x", SourceType::Grafana, ServiceId::derived(&["x"]));
        change(&mut source);
        settings(&source, "Servers".to_owned(), "https://oncall.example")
    }

    fn of(told: &[(&'static str, String)], what: &str) -> String {
        told.iter().find(|(name, _)| *name == what).map(|(_, how)| how.clone()).unwrap_or_default()
    }

    #[test]
    fn what_is_not_set_is_not_told() {
        let told = told(|_| {});
        let names: Vec<_> = told.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["Service", "Address", "Grouping", "Signature"]);
        assert_eq!(of(&told, "Address"), "https://oncall.example/api/webhooks/ and its key");
    }

    #[test]
    fn what_is_set_is_told_in_words() {
        let told = told(|source| {
            source.grouping = Grouping::Content { field: ContentField::Path("site".into()) };
            source.flap_pause = Some(FlapPause { times: 3, within_minutes: 60, pause_minutes: 1 });
            source.mapping.title = Some("{{ name }}".into());
            source.mapping.default_severity = Some(Severity::Low);
        });
        assert_eq!(of(&told, "Grouping"), "Alerts with the same “site” join one incident while it is open.");
        assert_eq!(
            of(&told, "Flap pause"),
            "The page of a problem that opens 3 times within 60 minutes waits 1 minute."
        );
        assert_eq!(of(&told, "Mapping"), "Set by hand: title, low where no severity is said.");
    }
}
