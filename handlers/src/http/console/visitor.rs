//! Who looks at a page: somebody with a session, and the frame that their pages stand in.
//!
//! Invariant: whoever has no good session is led to the sign-in page, and from there back.

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;

use ::console::{Layout, Notice, Token, Viewer};
use app::{App, Ctx, Error};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use chrono::{DateTime, FixedOffset, Utc};
use domain::id::IncidentId;
use domain::tenant::Tenant;

use super::answer::Stop;
use super::{notice, shown};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::session;

/// Somebody who is signed in.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) edge: Arc<Edge>,
    pub(super) ctx: Ctx,
    pub(super) home: Tenant,
    /// What the keys of their forms are made from.
    session: Token,
    /// It is time to ask the Hub again who they are.
    wants_renewal: bool,
    notices: Vec<Notice>,
}

impl Visitor {
    /// Whom the session stands for; `None` without a good one. `query` may ask for a notice.
    pub(super) async fn find(
        edge: &Arc<Edge>,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<Option<Self>, Error> {
        let standing = match session::resume(edge, headers).await {
            Ok(standing) => standing,
            Err(Error::Unauthenticated) => return Ok(None),
            Err(error) => return Err(error),
        };
        let ctx = standing.ctx;
        let wants_renewal = standing.session.is_some_and(|session| session.wants_renewal(ctx.now));
        let home = app::tenants::home(&edge.app, &ctx.tenant).await?;
        let notices = query.and_then(notice::asked_for).into_iter().collect();
        let session = standing.form_base.into();
        Ok(Some(Self { edge: Arc::clone(edge), ctx, home, session, wants_renewal, notices }))
    }

    pub(super) fn app(&self) -> &Arc<App> {
        &self.edge.app
    }

    /// An instant in the visitor's tenant's zone.
    pub(super) fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        shown::local(&self.home, at)
    }

    /// The frame of their pages.
    pub(super) fn layout(&self) -> Layout {
        Layout {
            tenant: Some(self.home.name.clone()),
            viewer: Some(Viewer {
                name: self.ctx.name.clone(),
                role: shown::role(self.ctx.role).to_owned(),
                can_act: self.ctx.role.can_respond(),
                can_manage: self.ctx.role.can_manage(),
            }),
            notices: self.notices.clone(),
            csrf: session::form_key(&self.edge.form_secret, self.session.as_str()).into(),
            now: self.local(self.ctx.now),
            captures_mail: self.sees_captured_mail(),
            ..frame_of_nobody(&self.edge)
        }
    }

    /// Captured mail isn't kept apart by tenant, so only the people of the tenant that one machine begins with see it.
    pub(super) fn sees_captured_mail(&self) -> bool {
        self.edge.mail_dir.is_some() && self.ctx.tenant.as_str() == app::tenants::DEMO_TENANT
    }

    /// Whether a form was made for this session.
    pub(super) fn made(&self, form_key: &str) -> bool {
        session::is_our_form(&self.edge.form_secret, self.session.as_str(), form_key)
    }

    /// The incident that a path names. One that can't be an id names nothing, like any other that isn't there.
    pub(super) fn incident(&self, text: &str) -> Result<IncidentId, Stop> {
        self.named("incident", text)
    }

    /// The same for any other kind of thing.
    pub(super) fn named<T: FromStr>(&self, kind: &'static str, text: &str) -> Result<T, Stop> {
        text.parse().map_err(|_| self.stop(Error::not_found(kind, text)))
    }

    /// What they get instead of what they asked for.
    pub(super) fn stop(&self, problem: impl Into<Problem>) -> Stop {
        Stop::problem(self.layout(), &problem.into())
    }
}

impl FromRequestParts<Arc<Edge>> for Visitor {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Stop> {
        let here = || parts.uri.path_and_query().map_or("", |here| here.as_str());
        match Self::find(edge, &parts.headers, parts.uri.query()).await {
            Ok(Some(visitor)) if visitor.wants_renewal && parts.method == Method::GET => {
                Err(Stop::renew(here()))
            }
            Ok(Some(visitor)) => Ok(visitor),
            Ok(None) => Err(Stop::sign_in(here())),
            Err(error) => Err(Stop::problem(frame_of_nobody(edge), &error.into())),
        }
    }
}

/// The frame of pages that need no sign-in.
pub(super) fn frame_of_nobody(edge: &Edge) -> Layout {
    Layout {
        tenant: None,
        viewer: None,
        notices: Vec::new(),
        csrf: "".into(),
        now: edge.app.clock.now().fixed_offset(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        captures_mail: false,
    }
}

/// What the path names, as it stands there: whether there is such a thing is asked after who asks.
#[derive(Debug)]
pub(super) struct Named(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(text.map(|Path(text)| text).unwrap_or_default()))
    }
}
