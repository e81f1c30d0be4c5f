//! Alert sources: from each tool's own format to signals, one file for each tool.
//!
//! Invariants: a door with a key turns whatever comes into at least one signal, since a page must not be lost to a
//! comma; a product of The One Stack is held to its contract, and what breaks it is refused with the field's name.

mod body;
mod fields;
mod generic;
mod stack;
mod text;
mod words;

use app::port::{ReceivedBody, SignalReader, StackMessage, Unreadable};
use domain::signal::Signal;
use domain::source::SourceType;

/// Knows every format there is here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Readers;

impl SignalReader for Readers {
    fn read(&self, source_type: SourceType, received: ReceivedBody<'_>) -> Result<Vec<Signal>, Unreadable> {
        match source_type {
            SourceType::Generic => Ok(generic::read(received)),
            SourceType::Defend | SourceType::Rmm | SourceType::Security | SourceType::Backups => {
                Ok(vec![stack::read(source_type, received.body)?.signal])
            }
        }
    }

    fn read_message(&self, product: SourceType, body: &[u8]) -> Result<StackMessage, Unreadable> {
        stack::read(product, body)
    }
}
