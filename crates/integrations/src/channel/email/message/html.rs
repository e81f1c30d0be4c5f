//! The HTML half of a mail: styles inline, since mail programs drop everything else; no pictures, so that nothing has
//! to be fetched and nothing is blocked.

use std::fmt::Write as _;

use app::port::{NoticeMessage, PageMessage};
use domain::severity::Severity;

use super::{LONGEST_DESCRIPTION, cut, on_one_line, warning};

const BODY: &str = "margin:0;padding:16px;background:#fff;color:#1f2328;\
    font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";
const BUTTON: &str = "display:inline-block;padding:16px 40px;border-radius:8px;background:#0a5cd6;color:#fff;\
    font-size:18px;font-weight:700;text-decoration:none";
const BADGE: &str = "padding:2px 10px;border-radius:4px;color:#fff;font-size:13px;font-weight:700";

pub(super) fn body(message: &PageMessage) -> String {
    let title = escape(&on_one_line(&message.title));
    let mut html = head(&title);
    if let Some(warning) = warning(message.purpose) {
        let _ = writeln!(
            html,
            "<p style=\"margin:0 0 16px;color:#b3261e;font-weight:700\">{}</p>",
            escape(warning)
        );
    }
    let _ = writeln!(
        html,
        "<p style=\"margin:0\"><span style=\"{BADGE};background:{}\">{}</span> Incident #{}</p>\n\
         <h1 style=\"margin:8px 0 20px;font-size:22px;line-height:1.3\">{title}</h1>\n\
         <p style=\"margin:0 0 24px\"><a href=\"{}\" style=\"{BUTTON}\">Acknowledge</a></p>",
        colour(message.severity),
        message.severity.as_str().to_uppercase(),
        message.number,
        escape(&message.acknowledge_url),
    );
    if !message.facts.is_empty() {
        html.push_str("<table role=\"presentation\" style=\"border-collapse:collapse;font-size:15px\">\n");
        for (label, value) in &message.facts {
            let _ = writeln!(
                html,
                "<tr><td style=\"padding:2px 16px 2px 0;color:#59636e\">{}</td><td>{}</td></tr>",
                escape(label),
                escape(&on_one_line(value)),
            );
        }
        html.push_str("</table>\n");
    }
    if !message.description.is_empty() {
        let _ = writeln!(
            html,
            "<p style=\"margin:20px 0;white-space:pre-wrap;overflow-wrap:anywhere\">{}</p>",
            escape(&cut(&message.description, LONGEST_DESCRIPTION)),
        );
    }
    let _ = writeln!(
        html,
        "<p style=\"margin:20px 0 0\"><a href=\"{}\" style=\"color:#0a5cd6\">Open the incident</a></p>\n</body></html>",
        escape(&message.incident_url),
    );
    html
}

/// What a notice says: its first line large, the rest as it was written.
pub(super) fn notice(message: &NoticeMessage) -> String {
    let title = escape(&on_one_line(&message.subject));
    let mut html = head(&title);
    let _ = writeln!(html, "<h1 style=\"margin:0 0 20px;font-size:22px;line-height:1.3\">{title}</h1>");
    let _ = writeln!(
        html,
        "<p style=\"margin:0 0 24px;white-space:pre-wrap;overflow-wrap:anywhere\">{}</p>",
        escape(&cut(&message.text, LONGEST_DESCRIPTION)),
    );
    if let Some(url) = &message.url {
        let url = escape(url);
        let _ =
            writeln!(html, "<p style=\"margin:0\"><a href=\"{url}\" style=\"{BUTTON}\">Open On-Call</a></p>");
    }
    html.push_str("</body></html>");
    html
}

/// Up to the body's first line; `title` is escaped.
fn head(title: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\
         <body style=\"{BODY}\">\n"
    )
}

/// Dark enough for white letters.
fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "#b3261e",
        Severity::High => "#b54708",
        Severity::Medium => "#8a6100",
        Severity::Low | Severity::Info => "#59636e",
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
