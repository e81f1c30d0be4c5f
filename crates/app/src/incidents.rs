//! Incidents, as people work on them.

mod link;
mod read;
mod ticket;
mod work;

pub use link::{acknowledge_by_link, open_link};
pub use read::{
    IncidentDetail, IncidentFilter, IncidentPage, TicketStanding, alerts, detail, first_body, get, list,
    ticket_standing, timeline,
};
pub use ticket::{link_ticket, retry_ticket};
pub use work::{NewIncident, acknowledge, add_note, create, escalate, resolve};
