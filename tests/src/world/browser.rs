//! People at browsers: signed in with a cookie, sending the forms that pages hold, led on from page to page.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use url::form_urlencoded::Serializer;

use super::World;
use super::http::Answer;

/// The address that a world's browsers reach it by.
const HOST: &str = "oncall.test";

/// A browser in which somebody is signed in.
#[derive(Debug, Clone)]
pub struct Browser {
    cookie: String,
}

impl World {
    /// A browser in which one of the demo's people pressed their name.
    pub async fn browser(&mut self, person: &str) -> Browser {
        let id = self.user_id(person);
        self.sign_in("user_id", &id).await
    }

    /// A browser in which somebody pasted a token.
    pub async fn browser_with(&mut self, token: &str) -> Browser {
        self.sign_in("token", token).await
    }

    async fn sign_in(&mut self, field: &str, value: &str) -> Browser {
        let fields = form(&[(field, value)]);
        let answer = self.browse("POST", None, "/app/sign-in", fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let cookie = answer.headers[header::SET_COOKIE].to_str().expect("a cookie");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Browser { cookie }
    }

    /// Opens an address; where it leads on, the page after it.
    pub async fn visit(&mut self, browser: &Browser, path: &str) -> Answer {
        let answer = self.browse("GET", Some(browser), path, String::new()).await;
        self.led_on(browser, answer).await
    }

    /// Sends the form of a page that posts to `action`: its hidden fields and these; then opens what it leads to.
    pub async fn press(
        &mut self,
        browser: &Browser,
        page: &Answer,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let hidden = hidden_fields(&page.text, action);
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = hidden.chain(fields.iter().copied()).collect();
        self.submit(browser, action, &all).await
    }

    /// Posts exactly these fields, whatever form they come from; then opens what it leads to.
    pub async fn submit(&mut self, browser: &Browser, action: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.browse("POST", Some(browser), action, form(fields)).await;
        self.settle().await;
        self.led_on(browser, answer).await
    }

    async fn led_on(&mut self, browser: &Browser, answer: Answer) -> Answer {
        if !answer.status.is_redirection() {
            return answer;
        }
        let next = answer.headers[header::LOCATION].to_str().expect("an address").to_owned();
        self.browse("GET", Some(browser), &next, String::new()).await
    }

    async fn browse(&mut self, method: &str, browser: Option<&Browser>, path: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path.split('#').next().unwrap_or(path))
            .header(header::HOST, HOST)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = match browser {
            Some(browser) => request.header(header::COOKIE, &browser.cookie),
            None => request,
        };
        self.request(request.body(Body::from(body)).expect("a request")).await
    }
}

impl Answer {
    /// The value that every form of the page proves its session with.
    ///
    /// # Panics
    /// When the page has no form.
    pub fn form_token(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("a page with a form");
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// Whether the page holds a form that posts to `action`.
    pub fn posts_to(&self, action: &str) -> bool {
        self.text.contains(&format!("action=\"{action}\""))
    }

    /// The address of the page's link that begins so.
    ///
    /// # Panics
    /// When there is none.
    pub fn link(&self, start: &str) -> String {
        let links = self.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut links = links.map(unescaped);
        links
            .find(|link| link.starts_with(start))
            .unwrap_or_else(|| panic!("no link to {start} in {}", self.text))
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The hidden fields of the form that posts to `action`.
fn hidden_fields(page: &str, action: &str) -> Vec<(String, String)> {
    let (_, rest) = page
        .split_once(&format!("action=\"{action}\""))
        .unwrap_or_else(|| panic!("no form that posts to {action} in {page}"));
    let form = rest.split("</form>").next().unwrap_or(rest);
    let field = |text: &str| {
        let part = |name: &str| {
            let (_, rest) = text.split_once(&format!("{name}=\""))?;
            Some(unescaped(rest.split('"').next()?))
        };
        Some((part("name")?, part("value")?))
    };
    form.split("<input type=\"hidden\"").skip(1).filter_map(field).collect()
}

fn unescaped(text: &str) -> String {
    let named =
        [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&"), ("&amp;", "&")];
    named.into_iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
