//! `/api/schedules`: one file for each operation, and the shapes that they share.

pub(super) mod body;
pub(super) mod edit;
pub(super) mod final_schedule;
pub(super) mod participants;
pub(super) mod preview;
pub(super) mod read;
mod reading;
pub(super) mod shift;
mod shown;
