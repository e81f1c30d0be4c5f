//! Channels: the ways to reach people, one file each.

mod email;

pub use email::Email;
