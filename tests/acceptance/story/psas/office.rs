//! Either PSA, as the stories look at it.

use acceptance::autotask::Autotask;
use acceptance::fault::Fault;
use acceptance::halopsa::{CLIENT_ID, CLIENT_SECRET, HaloPsa};
use acceptance::world::World;
use axum::http::Method;
use serde_json::{Value, json};

/// A PSA that a tenant is connected to.
pub(super) enum Office {
    Halo { halo: Box<HaloPsa>, seen: std::cell::Cell<usize> },
    Autotask { autotask: Box<Autotask>, seen: std::cell::Cell<usize> },
}

/// What is done to a ticket.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    Create,
    Note,
    Time,
    Complete,
}

/// A ticket, as far as both PSAs have it.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) client: String,
    pub(super) priority: String,
    pub(super) owner: String,
    /// Those of people only.
    pub(super) notes: Vec<String>,
    /// Every note is for technicians only.
    pub(super) private: bool,
    /// Hours.
    pub(super) times: Vec<f64>,
    pub(super) closed: bool,
    pub(super) ending: String,
}

impl Office {
    /// A HaloPSA that the demo tenant files in.
    pub(super) async fn halopsa(world: &mut World, settings: Value) -> Self {
        let office = Self::Halo { halo: Box::new(HaloPsa::start().await), seen: std::cell::Cell::new(0) };
        office.connect(world, settings).await;
        office
    }

    /// An Autotask that the demo tenant files in.
    pub(super) async fn autotask(world: &mut World, settings: Value) -> Self {
        let office =
            Self::Autotask { autotask: Box::new(Autotask::start().await), seen: std::cell::Cell::new(0) };
        office.connect(world, settings).await;
        office
    }

    /// Connects the demo tenant to it, with further settings.
    pub(super) async fn connect(&self, world: &mut World, settings: Value) {
        let mut body = self.settings(world);
        for (name, value) in settings.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let set = world.put("olivia", "/api/settings/psa", body).await;
        assert_eq!(set.status, 200, "{}", set.text);
    }

    /// What a manager enters.
    pub(super) fn settings(&self, world: &World) -> Value {
        let technicians =
            json!({ world.user_id("ben"): "sam@msp.test", world.user_id("olivia"): "alex@msp.test" });
        match self {
            Self::Halo { halo, .. } => json!({
                "provider": { "type": "halopsa", "base_url": halo.url(), "client_id": CLIENT_ID },
                "secret": CLIENT_SECRET, "mapping": { "technicians": technicians },
            }),
            Self::Autotask { autotask, .. } => json!({
                "provider": {
                    "type": "autotask", "username": Autotask::USERNAME, "integration_code": Autotask::CODE,
                    "queue": Autotask::QUEUE, "zone_url": autotask.url(),
                },
                "secret": Autotask::SECRET,
                "mapping": { "technicians": technicians, "default_company": "The MSP" },
            }),
        }
    }

    /// The tickets since it was last emptied.
    pub(super) fn tickets(&self) -> Vec<Ticket> {
        match self {
            Self::Halo { halo, seen } => halo.tickets()[seen.get()..].iter().map(from_halo).collect(),
            Self::Autotask { autotask, seen } => {
                autotask.tickets()[seen.get()..].iter().map(from_autotask).collect()
            }
        }
    }

    /// Waits until there is one.
    pub(super) async fn wait_for_a_ticket(&self) {
        self.wait_for(|_| true).await;
    }

    /// Waits until there is one like this.
    pub(super) async fn wait_for(&self, is_it: impl Fn(&Ticket) -> bool) {
        let there = async {
            while !self.tickets().iter().any(&is_it) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), there).await.expect("a ticket");
    }

    /// What there is now doesn't count any more.
    pub(super) fn empty(&self) {
        match self {
            Self::Halo { halo, seen } => seen.set(halo.tickets().len()),
            Self::Autotask { autotask, seen } => seen.set(autotask.tickets().len()),
        }
    }

    /// The next such deed meets this, once.
    pub(super) fn misbehave(&self, deed: Deed, fault: Fault) {
        match (self, deed) {
            // A ticket is completed by the call that makes one.
            (Self::Halo { halo, .. }, Deed::Create) => halo.misbehave_at(Method::POST, "/tickets", fault),
            // Time is an action, too.
            (Self::Halo { halo, .. }, Deed::Note | Deed::Time) => {
                halo.misbehave_at(Method::POST, "/actions", fault);
            }
            (Self::Halo { halo, .. }, Deed::Complete) => {
                halo.misbehave_at(Method::POST, "/tickets", Fault::None);
                halo.misbehave_at(Method::POST, "/tickets", fault);
            }
            (Self::Autotask { autotask, .. }, Deed::Create) => {
                autotask.misbehave_once_at(Method::POST, "/tickets", fault);
            }
            (Self::Autotask { autotask, .. }, Deed::Note) => {
                autotask.misbehave_once_at(Method::POST, "/notes", fault);
            }
            (Self::Autotask { autotask, .. }, Deed::Time) => {
                autotask.misbehave_once_at(Method::POST, "/timeentries", fault);
            }
            (Self::Autotask { autotask, .. }, Deed::Complete) => {
                autotask.misbehave_once_at(Method::PATCH, "/tickets", fault);
            }
        }
    }

    pub(super) fn dismiss_everybody(&self) {
        match self {
            Self::Halo { halo, .. } => {
                for id in [71, 72] {
                    halo.dismiss_agent(id);
                }
            }
            Self::Autotask { autotask, .. } => {
                for mail in ["sam@msp.test", "alex@msp.test"] {
                    autotask.dismiss(mail);
                }
            }
        }
    }

    pub(super) fn expire_tokens(&self) {
        if let Self::Halo { halo, .. } = self {
            halo.expire_tokens();
        }
    }
}

fn from_halo(ticket: &acceptance::halopsa::Ticket) -> Ticket {
    let time =
        |action: &acceptance::halopsa::Action| action.raw["timetaken"].as_f64().filter(|hours| *hours > 0.0);
    let notes = ticket.actions.iter().filter(|action| time(action).is_none());
    Ticket {
        id: ticket.id.to_string(),
        text: ticket.details.clone(),
        client: ticket.client.to_string(),
        priority: match ticket.priority {
            1 => "Critical".to_owned(),
            other => other.to_string(),
        },
        owner: if ticket.agent == 1 { String::new() } else { ticket.agent.to_string() },
        private: ticket.actions.iter().all(|action| action.hidden),
        notes: notes.map(|action| action.note.clone()).collect(),
        times: ticket.actions.iter().filter_map(time).collect(),
        closed: ticket.status_name() == "Closed",
        ending: ticket.closure_note.clone(),
    }
}

fn from_autotask(ticket: &acceptance::autotask::Ticket) -> Ticket {
    Ticket {
        id: ticket.id.clone(),
        text: ticket.description.clone(),
        client: ticket.company.to_string(),
        priority: ticket.priority.clone(),
        owner: ticket.assigned.map(|id| id.to_string()).unwrap_or_default(),
        private: ticket.notes.iter().all(|note| note.publish.contains("Internal")),
        notes: ticket.notes.iter().map(|note| note.description.clone()).collect(),
        times: ticket.time.iter().filter_map(|time| time["hoursWorked"].as_f64()).collect(),
        closed: ticket.status == "Complete",
        ending: ticket.resolution.clone().unwrap_or_default(),
    }
}
