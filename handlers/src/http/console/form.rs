//! Forms: what was posted, and by whom.
//!
//! Invariant: an [`OurForm`] was posted by somebody who is signed in, from a page that was made for their session.

use std::sync::Arc;

use ::console::routes;
use app::Error;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use super::answer::Stop;
use super::visitor::{Visitor, frame_of_nobody};
use crate::edge::Edge;
use crate::extract::Bounded;
use crate::problem::Problem;

/// What was posted.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form's body.
    pub(super) async fn read(request: Request) -> Result<Self, Problem> {
        let Bounded(body) = Bounded::from_request(request, &()).await?;
        Ok(Self::parse(&body))
    }

    fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first field of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every field of that name, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The path to show afterwards, where it is in the console.
    pub(super) fn next(&self) -> Option<&str> {
        self.get("next").filter(|next| routes::is_console_path(next))
    }

    /// A text as it was typed, without what browsers add; `None` when nothing was.
    pub(super) fn text(&self, name: &str, longest: usize) -> Result<Option<String>, Error> {
        let text = self.get(name).unwrap_or_default().replace("\r\n", "\n");
        let text = text.trim();
        if text.chars().count() > longest {
            return Err(Error::invalid(name, format!("must not be longer than {longest} characters")));
        }
        Ok(Some(text).filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A text that must be there.
    pub(super) fn required(&self, name: &str, longest: usize) -> Result<String, Error> {
        self.text(name, longest)?.ok_or_else(|| Error::invalid(name, "must not be empty"))
    }
}

/// A form of the visitor's own session.
#[derive(Debug)]
pub(super) struct OurForm {
    pub(super) visitor: Visitor,
    pub(super) fields: Fields,
}

impl FromRequest<Arc<Edge>> for OurForm {
    type Rejection = Stop;

    async fn from_request(request: Request, edge: &Arc<Edge>) -> Result<Self, Stop> {
        let found = Visitor::find(edge, request.headers(), None).await;
        let visitor = found.map_err(|error| Stop::problem(frame_of_nobody(edge), &error.into()))?;
        let frame = || visitor.as_ref().map_or_else(|| frame_of_nobody(edge), Visitor::layout);
        let fields = Fields::read(request).await.map_err(|problem| Stop::problem(frame(), &problem))?;
        let Some(visitor) = visitor else {
            return Err(Stop::ended(fields.next().unwrap_or(routes::HOME)));
        };
        if !visitor.made(fields.get("csrf").unwrap_or_default()) {
            let detail = "the form was not made by a page of your present session, so nothing was changed";
            let title = "This form has expired";
            return Err(visitor.stop(Problem::new(StatusCode::FORBIDDEN, "not-our-form", title, detail)));
        }
        Ok(Self { visitor, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_loses_what_browsers_add_and_nothing_else() {
        let fields = Fields::parse(b"note=+one%0D%0A++two+&empty=+%0D%0A");
        assert_eq!(fields.text("note", 20).as_ref().map(Option::as_deref), Ok(Some("one\n  two")));
        assert_eq!(fields.text("empty", 20), Ok(None));
        assert_eq!(fields.text("absent", 20), Ok(None));
    }

    #[test]
    fn a_text_that_is_missing_or_too_long_is_refused_by_name() {
        let fields = Fields::parse("note=äöü".as_bytes());
        assert_eq!(fields.required("note", 3), Ok("äöü".to_owned()));
        assert_eq!(
            fields.required("note", 2),
            Err(Error::invalid("note", "must not be longer than 2 characters"))
        );
        assert_eq!(fields.required("id", 2), Err(Error::invalid("id", "must not be empty")));
    }

    #[test]
    fn several_fields_of_one_name_stay_in_order() {
        let fields = Fields::parse(b"id=b&x=y&id=a");
        assert_eq!(fields.all("id").collect::<Vec<_>>(), ["b", "a"]);
    }

    #[test]
    fn next_is_taken_only_within_the_console() {
        assert_eq!(Fields::parse(b"next=%2Fapp%2Fon-call").next(), Some("/app/on-call"));
        assert_eq!(Fields::parse(b"next=https%3A%2F%2Fevil.example%2Fapp%2F").next(), None);
    }
}
