//! Schedules: making and editing them, and what they come to.
//!
//! Invariants: whoever changes a schedule or one of its overrides replaces the schedule's watch in the same commit
//! (`commit`), so that two such changes never pass each other unseen; every answer about who is on call comes from the
//! domain's one resolver.

mod coverage_view;
mod edit;
mod final_schedule;
mod import;
mod overview;
mod preview;
mod rota;
mod schedule_view;

pub use coverage_view::{CoverageView, coverage};
pub use edit::{EditSchedule, all, change_participants, create, delete, edit, get};
pub use final_schedule::{FinalSchedule, final_schedule};
pub(crate) use import::read_again;
pub use import::{Import, import};
pub use overview::{ScheduleGlance, overview};
pub use preview::{Preview, Side, preview};
pub use rota::People;
pub use schedule_view::{DaysAsked, LayerAlone, OverrideInView, ScheduleView, ShiftInView, view};

pub(crate) use rota::{Rota, commit, load};
