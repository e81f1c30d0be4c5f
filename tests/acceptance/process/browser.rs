//! Whoever opens a link from a mail: a scanner that looks at it, or a person who presses the button.

use reqwest::Client;

use super::api;

/// A browser without a session.
#[derive(Debug)]
pub(crate) struct Browser(Client);

impl Browser {
    pub(crate) fn new() -> Self {
        Self(api::http())
    }

    pub(crate) async fn head(&self, url: &str) -> u16 {
        self.0.head(url).send().await.expect("an answer").status().as_u16()
    }

    pub(crate) async fn get(&self, url: &str) -> (u16, String) {
        let response = self.0.get(url).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a body"))
    }

    /// Sends the page's form, with its hidden fields, to where it says; shows what comes of it.
    pub(crate) async fn press_the_button(&self, url: &str) -> (u16, String) {
        let (status, page) = self.get(url).await;
        assert_eq!(status, 200, "{page}");
        let form = between(&page, "<form method=\"post\"", "</form>");
        let address = url::Url::parse(url).expect("an address");
        let action = address.join(between(form, "action=\"", "\"")).expect("an address");
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        for field in form.split("<input type=\"hidden\"").skip(1) {
            fields.append_pair(between(field, "name=\"", "\""), between(field, "value=\"", "\""));
        }
        let request = self.0.post(action).header("Content-Type", "application/x-www-form-urlencoded");
        let response = request.body(fields.finish()).send().await.expect("an answer");
        let status = response.status();
        match response.headers().get("Location") {
            Some(next) if status.is_redirection() => {
                let next = address.join(next.to_str().expect("an address")).expect("an address");
                self.get(next.as_str()).await
            }
            _ => (status.as_u16(), response.text().await.expect("a body")),
        }
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} after {start} in {text}")).0
}
