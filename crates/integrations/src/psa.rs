//! PSAs: where the work is filed, one file each.

mod theone;

pub use theone::TheOnePsa;
