//! What a ticket of Autotask means here: its status by what the tenant's settings say it means, else by the labels that
//! every Autotask comes with; its priority by its label.
//!
//! Invariant: what is done depends only on the ticket as it is now and on whether an incident is open for it, since
//! Autotask doesn't say what has happened to it, and says some things late, twice or not at all.

use crate::psa::{AutotaskSettings, chosen};
use crate::severity::Severity;
use crate::signal::{Action, Signal, TicketMention, WhenNoneOpen};
use crate::ticket::{Stage, TicketFacts};

/// Labels of statuses in which nothing more is done about a ticket.
const OVER: [&str; 6] = ["complete", "completed", "denied", "closed", "cancelled", "canceled"];

impl AutotaskSettings {
    /// The label of the status of a stage: as these settings say, else the one that every Autotask comes with.
    pub fn status_of(&self, stage: Stage) -> &str {
        match stage {
            Stage::New => chosen(self.new_status.as_deref(), "New"),
            Stage::Working => chosen(self.working_status.as_deref(), "In Progress"),
            Stage::Closed => chosen(self.closed_status.as_deref(), "Complete"),
        }
    }

    /// What a status means, by its label in any case. One that is two things at once is the later one.
    pub fn stage(&self, status: &str) -> Option<Stage> {
        let is = |stage: &Stage| simple(status) == simple(self.status_of(*stage));
        [Stage::Closed, Stage::Working, Stage::New].into_iter().find(is)
    }

    /// Whether nothing more is told to a ticket in this status. That is wider than what [`signal`] takes for an end: the
    /// product's table opens an incident for whatever it doesn't list, since a page too many is better than one too few, while
    /// a note to a closed ticket is lost.
    pub fn is_over(&self, status: &str) -> bool {
        self.stage(status) == Some(Stage::Closed) || OVER.contains(&simple(status).as_str())
    }
}

fn simple(label: &str) -> String {
    label.trim().to_lowercase()
}

/// What a ticket says.
pub fn signal(facts: &TicketFacts) -> Signal {
    let name = facts.number.as_deref().unwrap_or(&facts.id);
    let title = match facts.title.trim() {
        "" => format!("Autotask ticket {name}"),
        title => title.to_owned(),
    };
    let (action, when_none_open) = lifecycle(facts.stage, facts.status.trim());
    let is_web = |url: &&String| url.starts_with("https://") || url.starts_with("http://");
    Signal {
        action,
        when_none_open: Some(when_none_open),
        description: facts.description.trim().to_owned(),
        dedup_key: Some(dedup_key(name)),
        client: facts.client.clone(),
        link: facts.url.as_ref().filter(is_web).cloned(),
        ticket: Some(TicketMention {
            id: facts.id.clone(),
            number: facts.number.clone(),
            external_ref: facts.external_ref.clone(),
            state: facts.touched.as_ref().map(|touched| format!("{} {touched}", facts.status.trim())),
            ..TicketMention::default()
        }),
        ..Signal::trigger(title, severity(&facts.priority))
    }
}

/// What a ticket's problem is known by: the number, which callouts name it by, or the id of one without a number.
pub fn dedup_key(name: &str) -> String {
    format!("autotask:{}", name.trim().to_uppercase())
}

/// What a status does where an incident is open for the ticket, and where none is. A trigger for an open incident leaves
/// it as it is.
fn lifecycle(stage: Option<Stage>, status: &str) -> (Action, WhenNoneOpen) {
    let refused =
        || WhenNoneOpen::Refuse(format!("the ticket's status is '{status}', which opens no incident"));
    match stage {
        Some(Stage::New) => return (Action::Trigger, WhenNoneOpen::Open),
        Some(Stage::Working) => return (Action::Acknowledge, WhenNoneOpen::Open),
        Some(Stage::Closed) => return (Action::Resolve, refused()),
        None => {}
    }
    match simple(status).as_str() {
        "in progress" => (Action::Acknowledge, WhenNoneOpen::Open),
        "complete" | "denied" => (Action::Resolve, refused()),
        "waiting customer" | "waiting materials" | "scheduled" | "escalate" | "waiting vendor"
        | "waiting approval" | "waiting dispatch" | "approved" => (Action::Acknowledge, refused()),
        // New, and whatever a company calls its own.
        _ => (Action::Trigger, WhenNoneOpen::Open),
    }
}

/// Low is low, and all else wakes somebody. The number before a label is another in every company.
fn severity(priority: &str) -> Severity {
    let label = priority.trim().trim_start_matches(|c: char| c.is_ascii_digit() || " -–.:".contains(c));
    if label.eq_ignore_ascii_case("low") { Severity::Low } else { Severity::High }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(status: &str) -> TicketFacts {
        TicketFacts {
            id: "128926".into(),
            number: Some("T20261120.0042".into()),
            title: "Server down".into(),
            status: status.into(),
            priority: "4 - Critical".into(),
            ..TicketFacts::default()
        }
    }

    #[derive(Debug, PartialEq)]
    enum Done {
        Created,
        Refused,
        Unchanged,
        Acknowledged,
        Resolved,
    }

    /// What becomes of a ticket: where no incident is open, and where one is.
    fn done(status: &str) -> (Done, Done) {
        let signal = signal(&ticket(status));
        let none = match signal.when_none_open() {
            WhenNoneOpen::Open => Done::Created,
            WhenNoneOpen::Refuse(_) => Done::Refused,
            WhenNoneOpen::Ignore => panic!("{status} is ignored"),
        };
        let open = match signal.action {
            Action::Trigger => Done::Unchanged,
            Action::Acknowledge => Done::Acknowledged,
            Action::Resolve => Done::Resolved,
            other => panic!("{status} does {other:?}"),
        };
        (none, open)
    }

    #[test]
    fn every_status_does_what_the_table_says_with_and_without_an_incident() {
        for (status, none, open) in [
            ("New", Done::Created, Done::Unchanged),
            ("In Progress", Done::Created, Done::Acknowledged),
            ("Complete", Done::Refused, Done::Resolved),
            ("Denied", Done::Refused, Done::Resolved),
            ("Waiting Customer", Done::Refused, Done::Acknowledged),
            ("Waiting Materials", Done::Refused, Done::Acknowledged),
            ("Scheduled", Done::Refused, Done::Acknowledged),
            ("Escalate", Done::Refused, Done::Acknowledged),
            ("Waiting Vendor", Done::Refused, Done::Acknowledged),
            ("Waiting Approval", Done::Refused, Done::Acknowledged),
            ("Waiting Dispatch", Done::Refused, Done::Acknowledged),
            ("Approved", Done::Refused, Done::Acknowledged),
            ("Ready for the night shift", Done::Created, Done::Unchanged),
            ("Completed", Done::Created, Done::Unchanged),
            ("", Done::Created, Done::Unchanged),
            ("  wAITING customer ", Done::Refused, Done::Acknowledged),
            ("COMPLETE", Done::Refused, Done::Resolved),
        ] {
            assert_eq!(done(status), (none, open), "{status:?}");
        }
    }

    #[test]
    fn a_status_is_over_by_the_settings_or_by_what_it_is_called_everywhere() {
        let own = AutotaskSettings { closed_status: Some("Erledigt".into()), ..AutotaskSettings::default() };
        for (status, stage, is_over) in [
            (" erledigt", Some(Stage::Closed), true),
            ("Complete", None, true),
            ("CLOSED ", None, true),
            ("In Progress", Some(Stage::Working), false),
            ("new", Some(Stage::New), false),
            ("Waiting Customer", None, false),
            ("", None, false),
        ] {
            assert_eq!((own.stage(status), own.is_over(status)), (stage, is_over), "{status:?}");
        }
        let blank = AutotaskSettings { closed_status: Some(" ".into()), ..AutotaskSettings::default() };
        assert_eq!(blank.status_of(Stage::Closed), "Complete");
        assert_eq!(blank.stage(""), None);
        let both = AutotaskSettings { working_status: Some("erledigt".into()), ..own };
        assert_eq!(both.stage("Erledigt"), Some(Stage::Closed));
    }

    #[test]
    fn what_the_settings_say_of_a_status_goes_before_the_table() {
        for (stage, status, action, opens) in [
            (Stage::Closed, "Erledigt", Action::Resolve, false),
            (Stage::Closed, "In Progress", Action::Resolve, false),
            (Stage::Working, "In Arbeit", Action::Acknowledge, true),
            (Stage::Working, "Waiting Customer", Action::Acknowledge, true),
            (Stage::New, "Neu", Action::Trigger, true),
            (Stage::New, "Scheduled", Action::Trigger, true),
        ] {
            let signal = signal(&TicketFacts { stage: Some(stage), ..ticket(status) });
            assert_eq!(signal.action, action, "{status}");
            assert_eq!(signal.when_none_open() == WhenNoneOpen::Open, opens, "{status}");
        }
    }

    #[test]
    fn a_refusal_names_the_status() {
        let refused = "the ticket's status is 'Waiting Customer', which opens no incident";
        let signal = signal(&ticket(" Waiting Customer "));
        assert_eq!(signal.when_none_open(), WhenNoneOpen::Refuse(refused.into()));
    }

    #[test]
    fn priorities_are_read_by_their_label() {
        for (priority, severity) in [
            ("1 - Low", Severity::Low),
            ("4 - Low", Severity::Low),
            (" low ", Severity::Low),
            ("2 - High", Severity::High),
            ("3 - Medium", Severity::High),
            ("4 - Critical", Severity::High),
            ("1 - Critical", Severity::High),
            ("Medium", Severity::High),
            ("Lowest of all", Severity::High),
            ("", Severity::High),
        ] {
            let facts = TicketFacts { priority: priority.into(), ..ticket("New") };
            assert_eq!(signal(&facts).severity, severity, "{priority:?}");
        }
    }

    #[test]
    fn what_the_ticket_says_is_carried() {
        let facts = TicketFacts {
            description: "No ping since 21:04\n".into(),
            client: Some("Contoso".into()),
            url: Some("https://ww5.autotask.example/Mvc/ServiceDesk/TicketDetail.mvc?ticketId=128926".into()),
            external_ref: Some("oncall-incident-inc_x".into()),
            ..ticket("New")
        };
        let signal = signal(&facts);
        assert_eq!((&*signal.title, &*signal.description), ("Server down", "No ping since 21:04"));
        assert_eq!(signal.dedup_key, Some(dedup_key("t20261120.0042")), "by its number, in any case");
        assert_eq!((signal.client.as_deref(), signal.link), (Some("Contoso"), facts.url));
        let mention = signal.ticket.unwrap();
        assert_eq!((&*mention.id, mention.number.as_deref()), ("128926", Some("T20261120.0042")));
        assert_eq!(mention.external_ref.as_deref(), Some("oncall-incident-inc_x"));
    }

    #[test]
    fn a_ticket_without_a_title_is_told_by_its_number_and_a_strange_link_is_none() {
        let facts = TicketFacts { title: " ".into(), url: Some("javascript:x".into()), ..ticket("New") };
        let signal = signal(&facts);
        assert_eq!((&*signal.title, signal.link), ("Autotask ticket T20261120.0042", None));
    }
}
