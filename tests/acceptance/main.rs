//! The acceptance tests: the product as its users and its senders meet it.

mod architecture;
mod cloud;
mod functions;
mod package;
mod process;
mod psa;
mod store;
mod story;
