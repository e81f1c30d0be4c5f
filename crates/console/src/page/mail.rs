//! Mail that was kept on this machine instead of sent.
//!
//! Invariant: a mail's HTML is never rendered, and only links back to this installation can be followed.

mod linked_text;

use askama::Template;
use chrono::{DateTime, FixedOffset};

use crate::{Layout, RenderError, routes};
use linked_text::{Piece, pieces};

/// The page at [`routes::MAIL`].
#[derive(Debug, Clone, Template)]
#[template(path = "mail.html")]
pub struct MailPage {
    /// The frame.
    pub layout: Layout,
    /// The mails, in the order to show them.
    pub mails: Vec<MailRow>,
}

/// One mail of the list.
#[derive(Debug, Clone)]
pub struct MailRow {
    /// Its name, as it stands in addresses.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// Whom it is for.
    pub to: String,
    /// When it was written.
    pub at: DateTime<FixedOffset>,
}

/// The page at [`routes::MAIL_MESSAGE`].
#[derive(Debug, Clone, Template)]
#[template(path = "mail_message.html")]
pub struct MailMessagePage {
    /// The frame.
    pub layout: Layout,
    /// The subject.
    pub subject: String,
    /// The headers worth showing, name and value, in order.
    pub headers: Vec<(String, String)>,
    /// The text part, decoded.
    pub text: String,
    /// Whether there is an HTML part, which is not shown.
    pub has_html: bool,
    /// The public address of this installation; links that start with it can be followed.
    pub base_url: String,
}

impl MailPage {
    const SECTION: Option<&str> = Some(routes::MAIL);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }
}

impl MailMessagePage {
    const SECTION: Option<&str> = Some(routes::MAIL);

    /// The whole document.
    pub fn render(&self) -> Result<String, RenderError> {
        Template::render(self)
    }

    fn body(&self) -> Vec<Piece<'_>> {
        pieces(&self.text, &self.base_url)
    }
}
