//! The ports to the outside. Each error says what the caller should do, not what happened inside.

mod bus;
mod calendar;
mod channel;
mod secrets;
mod sign_in;
mod signal_reader;
mod ticket_system;

pub use bus::{Bus, BusError};
pub use calendar::{CalendarError, CalendarEvent, CalendarWindow, Calendars};
pub use channel::{Channel, ChannelError, NoticeMessage, PageMessage};
pub use secrets::{NoVault, Secret, SecretError, SecretStore, Secrets};
pub use sign_in::{Ask, FinishError, SignIn, SignInError, SignInPages};
pub use signal_reader::{
    Distrust, Reading, ReceivedBody, SignalReader, StackMessage, TicketName, Unreadable,
};
pub use ticket_system::{
    Filed, TicketError, TicketNote, TicketResolution, TicketSystem, TicketSystems, TicketView, TimeSpent,
};
