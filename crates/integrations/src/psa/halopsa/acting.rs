//! Actions on a ticket: private notes, and time.
//!
//! Invariants: every action is hidden from the customer and carries our key, whatever it had to be stripped of to be
//! taken; one that is about time says how long, or isn't written.

use app::port::{TicketError, TicketNote, TimeSpent};
use serde_json::{Value, json};

use super::answer::{self, Call, NAME};
use super::lists::or_none;
use super::{HaloPsa, choice, wire};
use crate::psa::patience::Until;

/// The outcome that every new HaloPSA has for private notes, for where outcomes can't be read.
const PRIVATE_NOTE: &str = "Private Note";

/// With how many outcomes an action is tried: the chosen one may be forbidden to the application.
const OUTCOMES_TRIED: usize = 3;

/// What is said of an outcome that the application may not use.
const FORBIDDEN: [&str; 7] =
    ["outcome", "action", "permission", "right", "access", "allowed", "answered 403"];

impl HaloPsa {
    /// As it should look; where HaloPSA takes offence at any of that, as little as makes it private and known again.
    pub(super) async fn note(&self, id: i64, note: &TicketNote) -> Result<(), TicketError> {
        let until = Until::after(self.patience);
        let outcomes = until.look(NAME, self.outcomes()).await?;
        let full = |outcome: &Value| wire::note(id, outcome, note);
        match self.act(Call::Change, until, &outcomes, full).await {
            Err(refused) if answer::is_about_action(&refused) => {
                let plain = |outcome: &Value| wire::plain_note(id, outcome, note);
                self.act(Call::Change, until, &outcomes, plain).await
            }
            done => done,
        }
    }

    /// As an action that is neither reviewed nor ready for billing: a person looks at it first. Somebody who left, or may
    /// not have time there, is named in its text.
    pub(super) async fn spend(&self, id: i64, time: &TimeSpent) -> Result<(), TicketError> {
        let until = Until::after(self.patience);
        let look = async {
            if self.note_refs(id).await?.contains(&time.external_ref) {
                return Ok(None);
            }
            let agent = self.agent(&time.technician).await?;
            Ok(Some((agent, self.outcomes().await?)))
        };
        let Some((agent, outcomes)) = until.look(NAME, look).await? else { return Ok(()) };
        let whose = |agent| move |outcome: &Value| wire::time(id, outcome, time, agent);
        match self.act(Call::Time, until, &outcomes, whose(agent)).await {
            Err(refused) if agent.is_some() && answer::is_about(&refused, &["agent", "technician"]) => {
                self.act(Call::Time, until, &outcomes, whose(None)).await
            }
            done => done,
        }
    }

    /// What an action can be written with, the best first; by its name where that is all we know.
    async fn outcomes(&self) -> Result<Vec<Value>, TicketError> {
        // A sign-in that is refused is no list that is: it ends here.
        self.access.token().await?;
        let known = or_none(self.lists.outcomes(&self.access).await)?;
        let wanted = self.settings.note_outcome.as_deref();
        let fit = choice::note_outcomes(&known, wanted);
        if fit.is_empty() {
            return Ok(vec![json!(wanted.unwrap_or(PRIVATE_NOTE))]);
        }
        Ok(fit.iter().take(OUTCOMES_TRIED).map(|outcome| json!(outcome.id)).collect())
    }

    /// Writes an action with the first of these outcomes that the application may use.
    async fn act(
        &self,
        call: Call,
        until: Until,
        outcomes: &[Value],
        action: impl Fn(&Value) -> Value + Send + Sync,
    ) -> Result<(), TicketError> {
        let mut last = None;
        for outcome in outcomes {
            match self.access.post(call, until, "actions", &action(outcome)).await {
                // It was refused, so that nothing was done: the next outcome may be allowed.
                Err(error) if answer::is_about(&error, &FORBIDDEN) => last = Some(error),
                done => return done.map(drop),
            }
        }
        Err(last.unwrap_or_else(|| TicketError::Refused(format!("{NAME} has no outcome for a private note"))))
    }
}
