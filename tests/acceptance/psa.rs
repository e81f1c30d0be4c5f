//! The PSAs: each adapter against a stand-in of its PSA that misbehaves on command.

mod autotask;
mod halopsa;
mod theone;
