//! What a start says: where everything is, and a line to try it with.

use app::App;
use app::tenants::Demo;

use crate::config::Config;

/// What every start says first.
pub(crate) fn greeting(app: &App) -> [String; 2] {
    let url = &app.settings.public_url;
    [format!("The One On-Call {}", env!("CARGO_PKG_VERSION")), format!("  console   {url}/app/incidents")]
}

/// The lines, in order.
pub(crate) fn banner(config: &Config, app: &App, demo_key: &str, demo: &Demo) -> Vec<String> {
    let url = &app.settings.public_url;
    let mut lines = greeting(app).to_vec();
    if demo.key_works {
        let door = format!("{url}/api/webhooks/ingest?key={demo_key}");
        lines.push(format!("  webhook   {door}"));
        if let Some(folder) = &config.data_dir {
            lines.push(format!("  data      {}", folder.display()));
        }
        if config.mail.is_none() {
            lines.push(format!(
                "  mail      kept as files, read it at {url}/app/mail (set SMTP_URL to send it)"
            ));
        }
        lines.push(String::new());
        lines.push("Send an alert, then acknowledge it in the console or from the mail:".to_owned());
        lines.push(format!(
            "  curl '{door}' -d '{{\"title\":\"Disk full on SRV-1\",\"severity\":\"critical\",\"dedup_key\":\"srv-1-disk\"}}'"
        ));
    }
    lines
}
