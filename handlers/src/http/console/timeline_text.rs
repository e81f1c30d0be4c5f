//! The timeline in words: one entry, one sentence or a few.

use ::console::incident::{EntryKind, TimelineEntry};
use domain::actor::Actor;
use domain::tenant::Tenant;
use domain::timeline::{Entry, Event};

use super::shown;

/// One entry, as the incident's page shows it.
pub(super) fn entry(home: &Tenant, entry: Entry) -> TimelineEntry {
    TimelineEntry {
        at: shown::local(home, entry.at),
        actor: match entry.actor {
            Actor::User { name, .. } | Actor::Source { name } => Some(name),
            Actor::System => None,
        },
        kind: kind(&entry.event),
        text: text(entry.event),
    }
}

fn kind(event: &Event) -> EntryKind {
    match event {
        Event::Created { .. } | Event::EscalatedNow | Event::Acknowledged | Event::Resolved { .. } => {
            EntryKind::StateChange
        }
        Event::Unacknowledged => EntryKind::StateChange,
        Event::NoteAdded { .. } | Event::Remark { .. } => EntryKind::Note,
        Event::StepEmpty { .. }
        | Event::NobodyReached { .. }
        | Event::EscalationExhausted { .. }
        | Event::PageFailed { .. }
        | Event::TicketFailed { .. }
        | Event::TimeRefused { .. } => EntryKind::Trouble,
        Event::StepNotified { unreachable, .. } if !unreachable.is_empty() => EntryKind::Trouble,
        Event::StepNotified { .. }
        | Event::SeverityRaised { .. }
        | Event::PageSent { .. }
        | Event::TicketCreated { .. }
        | Event::TicketLinked { .. }
        | Event::TicketCompleted { .. }
        | Event::TicketTaken { .. }
        | Event::TicketFollowed { .. }
        | Event::TicketLeftOver { .. }
        | Event::TimeFiled { .. }
        | Event::HeldForMaintenance { .. }
        | Event::MaintenanceOver
        | Event::Flapping { .. }
        | Event::ProblemOver { .. } => EntryKind::Step,
    }
}

/// What happened, without who did it and when.
fn text(event: Event) -> String {
    match event {
        Event::Created { severity } => format!("Opened with severity {severity}."),
        Event::SeverityRaised { from, to } => format!("A worse alert joined: severity raised from {from} to {to}."),
        Event::StepNotified { step, round, people, unreachable } => {
            let told = format!("{} notified: {}.", step_words(step, round), people.join(", "));
            if unreachable.is_empty() { told } else { format!("{told}\nNot reached: {}.", unreachable.join("; ")) }
        }
        Event::StepEmpty { step, round, why } => {
            let step = step_words(step, round);
            format!("{step} reached nobody: {}. The next step is notified at once.", why.join("; "))
        }
        Event::NobodyReached { told } if told.is_empty() => {
            "The escalation policy reaches nobody, and there is no last resort or admin who can be reached. It is \
             tried again."
                .to_owned()
        }
        Event::NobodyReached { told } => {
            format!("The escalation policy reaches nobody. Notified instead: {}.", told.join(", "))
        }
        Event::EscalationExhausted { told } => {
            let told = if told.is_empty() { "No admin could be reached".to_owned() } else { told_admins(&told) };
            format!("Escalation exhausted: every step was notified, and nobody acknowledged. {told}.")
        }
        Event::EscalatedNow => "Escalated: the next step is notified now.".to_owned(),
        Event::PageSent { user, channel, address, .. } => {
            format!("{} to {user} ({address}) sent.", shown::channel(channel))
        }
        Event::PageFailed { user, channel, address, reason, given_up } => {
            let then = if given_up { "Given up on this contact method." } else { "It is tried again." };
            format!("{} to {user} ({address}) failed: {} {then}", shown::channel(channel), ended(&reason))
        }
        Event::Acknowledged => "Acknowledged.".to_owned(),
        Event::Resolved { note: None } => "Resolved.".to_owned(),
        Event::Resolved { note: Some(note) } => format!("Resolved. Closing note:\n{note}"),
        Event::NoteAdded { text, .. } | Event::Remark { text } => text,
        Event::Unacknowledged => "Given back: whoever had it has it no more, and paging starts over.".to_owned(),
        Event::HeldForMaintenance { window, .. } => {
            format!("Nobody is paged while the maintenance window “{window}” is open.")
        }
        Event::MaintenanceOver => "The maintenance window is closed, and the problem still stands.".to_owned(),
        Event::Flapping { .. } => "The problem comes and goes: its first page waits a few minutes.".to_owned(),
        Event::ProblemOver { dedup_key, left } => format!("“{dedup_key}” is over; {left} more still stand."),
        Event::TicketTaken { ticket_id } => format!("PSA ticket {ticket_id} given to whoever acknowledged."),
        Event::TicketFollowed { ticket_id } => {
            format!("PSA ticket {ticket_id} was closed in the PSA; another one follows it.")
        }
        Event::TicketLeftOver { ticket_id: Some(ticket_id) } => {
            format!("The PSA had made ticket {ticket_id} before another was linked: close the one you don’t need there.")
        }
        Event::TicketLeftOver { ticket_id: None } => {
            "The PSA was already asked for a ticket: if it made one as well, close the one you don’t need there.".to_owned()
        }
        Event::TimeFiled { minutes } => format!("{minutes} minutes of work filed as a draft time entry."),
        Event::TimeRefused { reason } => format!("The PSA did not take the time of the work: {}", ended(&reason)),
        Event::TicketCreated { ticket_id } => format!("PSA ticket {ticket_id} created."),
        Event::TicketLinked { ticket_id } => format!("PSA ticket {ticket_id} linked by hand."),
        Event::TicketFailed { reason, retrying } => {
            let then = if retrying { "It is tried again by itself." } else { "It isn’t tried again by itself." };
            format!("The PSA could not be told: {} {then}", ended(&reason))
        }
        Event::TicketCompleted { ticket_id, already_closed: false } => format!("PSA ticket {ticket_id} completed."),
        Event::TicketCompleted { ticket_id, already_closed: true } => {
            format!("PSA ticket {ticket_id} was closed in the PSA already, so nothing was sent.")
        }
    }
}

fn step_words(step: u32, round: u32) -> String {
    if round > 1 { format!("Step {step} (round {round})") } else { format!("Step {step}") }
}

fn told_admins(told: &[String]) -> String {
    format!("Admins notified: {}", told.join(", "))
}

/// Somebody else's words, ended like a sentence.
fn ended(words: &str) -> String {
    let words = words.trim_end();
    if words.ends_with(['.', '!', '?']) { words.to_owned() } else { format!("{words}.") }
}

#[cfg(test)]
mod tests {
    use domain::id::NoteId;
    use domain::severity::Severity;
    use domain::user::ChannelKind;

    use super::*;

    #[test]
    fn a_step_says_who_was_notified_and_who_could_not_be() {
        let step = |round, unreachable: Vec<String>| Event::StepNotified {
            step: 1,
            round,
            people: vec!["Ann (on call in Primary)".into(), "Ben (named in the step)".into()],
            unreachable,
        };
        let all = step(1, Vec::new());
        assert_eq!(kind(&all), EntryKind::Step);
        assert_eq!(text(all), "Step 1 notified: Ann (on call in Primary), Ben (named in the step).");
        let some = step(2, vec!["Cem has no verified contact method".into()]);
        assert_eq!(kind(&some), EntryKind::Trouble);
        assert!(text(some).starts_with("Step 1 (round 2) notified: Ann"));
    }

    #[test]
    fn reaching_nobody_reads_as_trouble_and_says_what_happens_instead() {
        let empty = Event::StepEmpty { step: 2, round: 1, why: vec!["Primary has nobody on call".into()] };
        assert_eq!(kind(&empty), EntryKind::Trouble);
        assert_eq!(
            text(empty),
            "Step 2 reached nobody: Primary has nobody on call. The next step is notified at once."
        );
        let nobody = Event::NobodyReached { told: vec!["Olivia".into()] };
        assert_eq!(text(nobody), "The escalation policy reaches nobody. Notified instead: Olivia.");
        let exhausted = Event::EscalationExhausted { told: vec!["Olivia".into(), "Omar".into()] };
        assert!(text(exhausted).ends_with("nobody acknowledged. Admins notified: Olivia, Omar."));
    }

    #[test]
    fn a_page_says_to_whom_where_and_how_it_went() {
        let (user, channel, address) = ("Ann".to_owned(), ChannelKind::Email, "ann@msp.example".to_owned());
        let sent = Event::PageSent {
            user: user.clone(),
            channel,
            address: address.clone(),
            receipt: "250 ok".into(),
        };
        assert_eq!(text(sent), "Email to Ann (ann@msp.example) sent.");
        let failed =
            Event::PageFailed { user, channel, address, reason: "550 no such user".into(), given_up: true };
        assert_eq!(
            text(failed),
            "Email to Ann (ann@msp.example) failed: 550 no such user. Given up on this contact method."
        );
    }

    #[test]
    fn a_note_is_its_own_words() {
        let note = Event::NoteAdded { note_id: NoteId::derived(&["n"]), text: "Rebooted.\nWatching.".into() };
        assert_eq!(kind(&note), EntryKind::Note);
        assert_eq!(text(note), "Rebooted.\nWatching.");
        assert_eq!(
            text(Event::Resolved { note: Some("Disk swapped".into()) }),
            "Resolved. Closing note:\nDisk swapped"
        );
    }

    #[test]
    fn the_ticket_says_whether_anything_was_sent() {
        let completed = |already_closed| Event::TicketCompleted { ticket_id: "4711".into(), already_closed };
        assert_eq!(text(completed(false)), "PSA ticket 4711 completed.");
        assert_eq!(
            text(completed(true)),
            "PSA ticket 4711 was closed in the PSA already, so nothing was sent."
        );
        let failed = Event::TicketFailed { reason: "503 busy".into(), retrying: true };
        assert_eq!(text(failed), "The PSA could not be told: 503 busy. It is tried again by itself.");
        let refused = Event::TimeRefused { reason: "no time entries here".into() };
        assert_eq!(text(refused), "The PSA did not take the time of the work: no time entries here.");
    }

    #[test]
    fn severities_are_words() {
        assert_eq!(text(Event::Created { severity: Severity::High }), "Opened with severity high.");
        let raised = Event::SeverityRaised { from: Severity::Low, to: Severity::Critical };
        assert_eq!(text(raised), "A worse alert joined: severity raised from low to critical.");
    }
}
