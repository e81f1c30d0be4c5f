//! Whether everything is there that the calls need: rights, labels, people and companies.
//!
//! Invariant: nothing is changed.

use app::port::TicketError;
use domain::psa::CheckPoint;
use domain::severity::Severity;
use domain::ticket::Stage;
use serde_json::Value;

use super::Autotask;
use super::answer::Call;
use super::api::{Request, condition};
use super::picklist::Entity;
use crate::psa::point::point;

/// What was found missing so far.
#[derive(Debug, Default)]
struct Findings(Vec<CheckPoint>);

impl Findings {
    fn add<T>(&mut self, what: impl Into<String>, looked: Result<T, TicketError>) {
        self.missing(what, looked.map(|_| None));
    }

    fn missing(&mut self, what: impl Into<String>, looked: Result<Option<String>, TicketError>) {
        self.0.push(point(what, looked));
    }
}

impl Autotask {
    /// Where nobody can sign in, that is all that is said: the rest isn't known.
    pub(super) async fn points(&self) -> Vec<CheckPoint> {
        // What people have just put right there is to be seen.
        self.forget().await;
        let mut findings = Findings::default();
        let signed_in = self.api.ask(Call::Look, &Request::get("ThresholdInformation")).await;
        let in_vain = signed_in.is_err();
        findings.add("sign in", signed_in);
        if in_vain {
            return findings.0;
        }
        self.check_rights(&mut findings).await;
        self.check_labels(&mut findings).await;
        self.check_people(&mut findings).await;
        self.check_companies(&mut findings).await;
        findings.0
    }

    async fn check_rights(&self, findings: &mut Findings) {
        findings.add("read tickets", self.by_key("oncall-check").await);
        let tickets = self.api.ask(Call::Look, &Request::get("Tickets/entityInformation")).await;
        findings.missing("create tickets", may(&tickets, "Create"));
        findings.missing("change tickets", may(&tickets, "Update"));
        let notes = self.api.ask(Call::Look, &Request::get("TicketNotes/entityInformation")).await;
        findings.missing("write notes", may(&notes, "Create"));
        findings.missing("read notes", may(&notes, "Query"));
    }

    async fn check_labels(&self, findings: &mut Findings) {
        let mut labels = vec![
            ("queue", "queueID", self.settings.queue.as_str()),
            ("status of new tickets", "status", self.settings.status_of(Stage::New)),
            ("status of tickets in work", "status", self.settings.status_of(Stage::Working)),
            ("status of completed tickets", "status", self.settings.status_of(Stage::Closed)),
        ];
        labels.extend(self.settings.source.as_deref().map(|source| ("source", "source", source)));
        for (what, field, label) in labels {
            findings.add(what, self.picklists.value(&self.api, (Entity::Tickets, field), label).await);
        }
        for severity in Severity::ALL {
            let wanted = self.mapping.priorities.get(&severity);
            let found = self.picklists.priority(&self.api, severity, wanted).await;
            findings.add(format!("priority of {severity}"), found);
        }
        findings.add("type of notes", self.picklists.note_type(&self.api).await);
        findings.add("internal notes", self.picklists.internal(&self.api).await);
    }

    async fn check_people(&self, findings: &mut Findings) {
        let role = self.settings.role.as_deref();
        let mut somebody = None;
        for (user, name) in &self.mapping.technicians {
            let looked = self.directory.assignment_of(&self.api, name, role).await;
            if let Ok(Some(found)) = &looked {
                somebody = somebody.or(Some(found.resource));
            }
            let none = || format!("'{name}' is no active resource with a service desk role");
            let missing = looked.map(|found| found.is_none().then(none));
            findings.missing(format!("technician {user}"), missing);
        }
        // Autotask says who may be impersonated only to whoever tries; reading a note in their name harms nobody.
        if let (true, Some(resource)) = (self.settings.impersonate, somebody) {
            let mut request = Request::query("TicketNotes", &[condition("eq", "id", 0)], &["id"], 1);
            request.on_behalf_of = Some(resource);
            findings.add("impersonate", self.api.ask(Call::Look, &request).await);
        }
    }

    async fn check_companies(&self, findings: &mut Findings) {
        for (client, company) in &self.mapping.companies {
            findings.missing(format!("company of {client}"), self.lacks_company(company).await);
        }
        let missing = match self.mapping.default_company.as_deref().map(str::trim) {
            None | Some("") => {
                Ok(Some("none is set: no ticket can be made for a client that is not known".to_owned()))
            }
            Some(default) => self.lacks_company(default).await,
        };
        findings.missing("default company", missing);
    }

    async fn lacks_company(&self, name: &str) -> Result<Option<String>, TicketError> {
        let is_there = self.directory.has_company(&self.api, name).await?;
        Ok((!is_there).then(|| format!("there is no active company '{name}'")))
    }
}

/// Why something may not be done, going by what Autotask says about our rights. Where it doesn't say, it may: only the
/// doing will show.
fn may(said: &Result<Value, TicketError>, deed: &str) -> Result<Option<String>, TicketError> {
    let answer = said.as_ref().map_err(TicketError::clone)?;
    let info = answer.get("info").unwrap_or(answer);
    let refused = |name: &str| match &info[name] {
        Value::Bool(may) => !may,
        Value::String(access) => access.eq_ignore_ascii_case("none"),
        _ => false,
    };
    let names = [format!("can{deed}"), format!("userAccessFor{deed}")];
    let name = names.into_iter().find(|name| refused(name));
    Ok(name.map(|name| format!("the API user's security level does not allow it ({name})")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_right_is_missing_where_autotask_says_so_and_nowhere_else() {
        for (said, missing) in [
            (json!({ "info": { "canCreate": true, "userAccessForCreate": "All" } }), false),
            (json!({ "info": { "canCreate": false } }), true),
            (json!({ "info": { "canCreate": true, "userAccessForCreate": "None" } }), true),
            (json!({ "userAccessForCreate": "Restricted" }), false),
            (json!({}), false),
        ] {
            assert_eq!(may(&Ok(said.clone()), "Create").unwrap().is_some(), missing, "{said}");
        }
        let refused = TicketError::Refused("no".into());
        assert_eq!(may(&Err(refused.clone()), "Create"), Err(refused));
    }
}
