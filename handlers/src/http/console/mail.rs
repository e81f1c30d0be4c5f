//! Mail that was kept on this machine, for the people of the tenant that one machine begins with.
//!
//! Invariant: a name from an address is only ever joined to the mail folder after it proved to be a plain file name.

mod folder;
mod message;

use ::console::mail::{MailMessagePage, MailPage, MailRow};
use app::Error;
use axum::response::Response;

use self::message::Message;
use super::answer::{self, Stop};
use super::visitor::{Named, Visitor};

/// How many mails the list shows.
const MOST: usize = 200;

/// The newest mails.
pub(super) async fn list(visitor: Visitor) -> Result<Response, Stop> {
    let Some(dir) = visitor.edge.mail_dir.clone().filter(|_| visitor.sees_captured_mail()) else {
        return Err(visitor.stop(Error::not_found("page", "captured mail")));
    };
    let read = move || folder::newest(&dir, MOST).map(|files| files.into_iter().map(summary).collect());
    let mails: Vec<Summary> = off_the_runtime(read).await.map_err(|error| visitor.stop(error))?;
    let mails = mails.into_iter().map(|(name, message)| MailRow {
        at: visitor.local(message.at.unwrap_or(visitor.ctx.now)),
        name,
        subject: message.subject,
        to: message.to,
    });
    let mails = mails.collect();
    Ok(answer::page(MailPage { layout: visitor.layout(), mails }.render()))
}

type Summary = (String, Message);

fn summary((name, bytes): (String, Vec<u8>)) -> Summary {
    (name, Message::read(&bytes))
}

/// One mail.
pub(super) async fn show(visitor: Visitor, Named(name): Named) -> Result<Response, Stop> {
    let missing = || visitor.stop(Error::not_found("mail", name.clone()));
    let dir = visitor.edge.mail_dir.clone().filter(|_| visitor.sees_captured_mail()).ok_or_else(missing)?;
    let wanted = name.clone();
    let found = off_the_runtime(move || folder::read(&dir, &wanted)).await;
    let bytes = found.map_err(|error| visitor.stop(error))?.ok_or_else(missing)?;
    let message = Message::read(&bytes);
    let page = MailMessagePage {
        layout: visitor.layout(),
        subject: message.subject,
        headers: message.headers,
        text: message.text,
        has_html: message.has_html,
        base_url: visitor.app().settings.public_url.clone(),
    };
    Ok(answer::page(page.render()))
}

/// Files are read where waiting for a disk holds nobody else up.
async fn off_the_runtime<T: Send + 'static>(
    read: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Error::Unavailable(format!("the mail folder: {error}"))),
        Err(error) => Err(Error::Internal(format!("reading mail: {error}"))),
    }
}
