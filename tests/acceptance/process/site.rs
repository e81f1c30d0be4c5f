//! The site of an MSP: its mail server, its PSA, and what On-Call's processes share: a data folder, or a cloud.

use acceptance::cloud::Cloud;
use acceptance::process::Oncall;
use acceptance::psa::Psa;
use acceptance::smtp::{Mail, Smtp};
use handlers::config::Config;
use tempfile::TempDir;

/// Defend's key at every site.
pub(crate) const DEFEND_KEY: &str = "defend-and-oncall";

const PSA_KEY: &str = "psa-and-oncall";

/// The site. It outlives the processes on it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) smtp: Smtp,
    pub(crate) psa: Psa,
    pub(crate) data: TempDir,
    /// Where the state is, unless it is in the folder.
    pub(crate) cloud: Option<Cloud>,
}

impl Site {
    pub(crate) async fn open() -> Self {
        let data = TempDir::with_prefix("oncall-site-").expect("a temporary folder");
        Self { smtp: Smtp::start(), psa: Psa::start(PSA_KEY).await, data, cloud: None }
    }

    /// The same with the state, the keys and the events in a cloud.
    pub(crate) async fn open_in_the_cloud() -> Self {
        let secrets = [("PSA-SERVICE-KEY", PSA_KEY), ("DEFEND-SERVICE-KEY", DEFEND_KEY)];
        Self { cloud: Some(Cloud::start(&secrets).await), ..Self::open().await }
    }

    /// The cloud of a site that is in one.
    pub(crate) fn cloud(&self) -> &Cloud {
        self.cloud.as_ref().expect("this site is in a cloud")
    }

    /// Everything configured, and the data folder or the cloud.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        match &self.cloud {
            Some(cloud) => [self.around(), cloud.settings()].concat(),
            None => [self.around(), self.folder_and_keys()].concat(),
        }
    }

    /// The same for the product in the test's own process.
    pub(crate) fn config(&self) -> Config {
        let mut settings = [self.around(), self.folder_and_keys()].concat();
        settings.extend(self.cloud.iter().flat_map(Cloud::settings_without_identity));
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
        Config::from_vars(settings.collect()).expect("good settings")
    }

    fn around(&self) -> Vec<(&'static str, String)> {
        vec![
            ("SMTP_URL", self.smtp.url()),
            ("MAIL_FROM", "On-Call <oncall@msp.example>".to_owned()),
            ("PSA_API_URL", self.psa.url()),
        ]
    }

    fn folder_and_keys(&self) -> Vec<(&'static str, String)> {
        let data = self.data.path().to_str().expect("a plain path");
        vec![
            ("ONCALL_DATA_DIR", data.to_owned()),
            ("PSA_SERVICE_KEY", PSA_KEY.to_owned()),
            ("DEFEND_SERVICE_KEY", DEFEND_KEY.to_owned()),
        ]
    }

    /// A process on the site's data; it listens when this returns.
    pub(crate) async fn start(&self) -> Oncall {
        self.start_with(&[]).await
    }

    /// The same with more settings.
    pub(crate) async fn start_with(&self, more: &[(&str, &str)]) -> Oncall {
        let settings = self.settings();
        let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let settings: Vec<_> = settings.chain(more.iter().copied()).collect();
        let started = match &self.cloud {
            // What it keeps for itself is nobody else's.
            Some(_) => Oncall::start(&settings).await,
            None => Oncall::start_in(self.data.path(), &settings).await,
        };
        started.expect("oncall starts")
    }
}

/// Which page a mail is: the same for every copy of it.
///
/// # Panics
/// When the mail is no page.
pub(crate) fn page_id(mail: &Mail) -> &str {
    mail.header("X-Oncall-Page").expect("a page says which one it is")
}

/// The address in a mail that acknowledges.
///
/// # Panics
/// When there is none, or more than one.
pub(crate) fn acknowledge_link(mail: &Mail) -> String {
    let links: Vec<_> = mail.links().into_iter().filter(|link| link.contains("/app/a/")).collect();
    let [link] = links.as_slice() else { panic!("one link to acknowledge, not {links:?}, in {mail:#?}") };
    link.clone()
}
