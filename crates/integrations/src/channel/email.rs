//! Email: a page or a notice as a mail, by SMTP or, without a mail server, as a file that can be read later.
//!
//! Invariant: a message is composed in one way only, whatever becomes of it.

mod folder;
mod message;
mod smtp;
mod smtp_url;

use std::path::PathBuf;

use app::port::{Channel, ChannelError, NoticeMessage, PageMessage};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::user::ChannelKind;
use lettre::Message;
use lettre::message::Mailbox;

use self::folder::Folder;
use self::smtp::Smtp;
use crate::SettingError;

/// The email channel.
#[derive(Debug)]
pub struct Email {
    from: Mailbox,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Box<Smtp>),
    Folder(Folder),
}

impl Email {
    /// Email by SMTP. Nothing is connected to yet.
    ///
    /// `smtp_url` is `smtp://[user:password@]host[:port][?tls=required|opportunistic|none]` or
    /// `smtps://[user:password@]host[:port]`, with user and password percent-encoded. A password goes only to this very
    /// machine without TLS, so that with one, `tls=required` is the rule for every other host; without one, TLS is used
    /// where the server offers it.
    ///
    /// `from` is `oncall@msp.example` or `On-Call <oncall@msp.example>`. The errors are about `SMTP_URL` or
    /// `MAIL_FROM`.
    pub fn by_smtp(smtp_url: &str, from: &str) -> Result<Self, SettingError> {
        let server = smtp_url::parse(smtp_url)?;
        Ok(Self { from: sender(from)?, way: Way::Smtp(Box::new(Smtp::new(server))) })
    }

    /// Email into files of a folder, which is made when the first mail comes: one `.eml` for each attempt. The
    /// receipt is the file's name.
    pub fn into_folder(folder: PathBuf, from: &str) -> Result<Self, SettingError> {
        Ok(Self { from: sender(from)?, way: Way::Folder(Folder::new(folder)) })
    }
}

impl Email {
    /// Hands a mail over; `attempt` is when it was planned, its id and which try this is.
    async fn deliver(
        &self,
        mail: &Message,
        attempt: (DateTime<Utc>, &str, u32),
    ) -> Result<String, ChannelError> {
        match &self.way {
            Way::Smtp(smtp) => smtp.deliver(mail.envelope(), &mail.formatted()).await,
            Way::Folder(folder) => folder.keep(attempt, mail.formatted()).await,
        }
    }
}

fn sender(from: &str) -> Result<Mailbox, SettingError> {
    from.trim().parse().map_err(|_| {
        SettingError::new(
            "MAIL_FROM",
            "is not a mail address such as oncall@msp.example or On-Call <oncall@msp.example>",
        )
    })
}

#[async_trait]
impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    async fn send(&self, message: &PageMessage) -> Result<String, ChannelError> {
        let mail = message::compose(message, &self.from)?;
        self.deliver(&mail, (message.at, message.page_id.as_str(), message.attempt)).await
    }

    async fn notify(&self, message: &NoticeMessage) -> Result<String, ChannelError> {
        let mail = message::compose_notice(message, &self.from)?;
        self.deliver(&mail, (message.at, message.notice_id.as_str(), message.attempt)).await
    }
}

#[cfg(test)]
mod tests;
