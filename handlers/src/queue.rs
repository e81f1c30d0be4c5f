//! Bus subscriptions: one for each product of The One Stack.

use std::sync::Arc;

use app::{App, Error};
use domain::source::SourceType;

/// The product behind a subscription's name.
pub(crate) fn product(subscription: &str) -> Option<SourceType> {
    [SourceType::Rmm, SourceType::Security, SourceType::Backups]
        .into_iter()
        .find(|product| product.as_str() == subscription)
}

/// Takes one message in; answers a line that says what became of it. An error means: deliver it again.
pub(crate) async fn deliver(
    app: &Arc<App>,
    product: SourceType,
    message_id: Option<&str>,
    body: &[u8],
) -> Result<String, Error> {
    let received = app::deliver_message(app, product, message_id, body).await.map_err(named)?;
    let taken: Vec<String> = received
        .taken()
        .iter()
        .map(|taken| match &taken.incident {
            Some((id, number)) => format!("{:?} #{number} {id}", taken.outcome),
            None => format!("{:?}", taken.outcome),
        })
        .collect();
    Ok(format!("{}: {}", product.as_str(), taken.join(", ")))
}

/// The broker's log and the dead letter show only the text, so the fields go into it.
fn named(error: Error) -> Error {
    match error {
        Error::Invalid(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|wrong| format!("'{}' {}", wrong.field, wrong.problem)).collect();
            Error::Internal(format!("the message is not valid: {}", fields.join("; ")))
        }
        error => error,
    }
}
