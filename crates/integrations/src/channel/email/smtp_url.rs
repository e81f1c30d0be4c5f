//! `SMTP_URL`: which mail server, how its line is protected, and as whom.
//!
//! Invariant: a password is never to go over a line in the clear, other than to this machine itself.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use crate::SettingError;

/// A mail server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) login: Option<Login>,
}

/// When the line is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// Not at all.
    Never,
    /// By STARTTLS where the server offers it, whatever its certificate: it keeps eavesdroppers out and nobody else, as
    /// RFC 7435 has it.
    IfOffered,
    /// By STARTTLS, with a certificate for this host, or nothing is sent.
    Required,
    /// From the first byte, with a certificate for this host.
    Implicit,
}

#[derive(Debug)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: SecretString,
}

pub(super) fn parse(text: &str) -> Result<Server, SettingError> {
    let url = Url::parse(text.trim()).map_err(|error| wrong(format!("is not an address: {error}")))?;
    let implicit = match url.scheme() {
        "smtp" => false,
        "smtps" => true,
        other => return Err(wrong(format!("starts with {other}://, which is neither smtp:// nor smtps://"))),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("has no host"))?;
    let host = host.trim_matches(['[', ']']).to_owned();
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(wrong("has something behind the host that means nothing here"));
    }
    let login = login(&url)?;
    let asked = asked_tls(&url)?;
    let tls = match (implicit, asked) {
        (true, None | Some(Tls::Required)) => Tls::Implicit,
        (true, Some(_)) => return Err(wrong("is smtps://, which is always encrypted, but asks for less")),
        (false, asked) => tls(&host, login.is_some(), asked)?,
    };
    let port = match (url.port(), tls) {
        (Some(0), _) => return Err(wrong("has the port 0")),
        (Some(port), _) => port,
        (None, Tls::Implicit) => 465,
        (None, _) if login.is_some() || tls == Tls::Required => 587,
        (None, _) => 25,
    };
    Ok(Server { host, port, tls, login })
}

fn login(url: &Url) -> Result<Option<Login>, SettingError> {
    let plain = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(String::from)
            .map_err(|_| wrong("has a user or password that is not percent-encoded UTF-8"))
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(wrong("has a password but no user")),
        (_, None) => Err(wrong("has a user but no password")),
        (user, Some(password)) => Ok(Some(Login { user: plain(user)?, password: plain(password)?.into() })),
    }
}

fn asked_tls(url: &Url) -> Result<Option<Tls>, SettingError> {
    let mut asked = None;
    for (name, value) in url.query_pairs() {
        asked = match (&*name, &*value) {
            ("tls", "required") => Some(Tls::Required),
            ("tls", "opportunistic") => Some(Tls::IfOffered),
            ("tls", "none") => Some(Tls::Never),
            ("tls", _) => return Err(wrong("has a tls that is none of required, opportunistic, none")),
            _ => return Err(wrong("has a parameter other than tls")),
        };
    }
    Ok(asked)
}

fn tls(host: &str, with_password: bool, asked: Option<Tls>) -> Result<Tls, SettingError> {
    match (is_this_machine(host), with_password, asked) {
        (true, _, None) => Ok(Tls::Never),
        (false, true, Some(Tls::Never)) => {
            Err(wrong("would send its password to another machine in the clear; leave tls=none out"))
        }
        (false, true, _) => Ok(Tls::Required),
        (false, false, None) => Ok(Tls::IfOffered),
        (_, _, Some(asked)) => Ok(asked),
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn wrong(problem: impl Into<String>) -> SettingError {
    SettingError::new("SMTP_URL", problem)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_address_decides_port_and_protection() {
        for (text, host, port, tls) in [
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Tls::Never),
            ("smtp://[::1]:2525/", "::1", 2525, Tls::Never),
            ("smtp://me:pw@localhost:2525", "localhost", 2525, Tls::Never),
            ("smtp://me:pw@localhost?tls=required", "localhost", 587, Tls::Required),
            ("smtp://relay.msp.example", "relay.msp.example", 25, Tls::IfOffered),
            ("smtp://relay.msp.example?tls=none", "relay.msp.example", 25, Tls::Never),
            ("smtp://relay.msp.example?tls=required", "relay.msp.example", 587, Tls::Required),
            ("smtp://me:pw@relay.msp.example", "relay.msp.example", 587, Tls::Required),
            ("smtp://me:pw@relay.msp.example:25?tls=opportunistic", "relay.msp.example", 25, Tls::Required),
            ("smtps://me:pw@relay.msp.example", "relay.msp.example", 465, Tls::Implicit),
            (" smtps://relay.msp.example:4650 ", "relay.msp.example", 4650, Tls::Implicit),
        ] {
            let server = parse(text).unwrap();
            assert_eq!((&*server.host, server.port, server.tls), (host, port, tls), "{text}");
        }
    }

    #[test]
    fn user_and_password_are_percent_decoded_and_the_password_is_hidden() {
        let server = parse("smtp://res%7Capp%7Ctenant:p%40ss%3Aw%2Frd@smtp.msp.example:587").unwrap();
        assert!(!format!("{server:?}").contains("p@ss"));
        let login = server.login.unwrap();
        assert_eq!((&*login.user, login.password.expose_secret()), ("res|app|tenant", "p@ss:w/rd"));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for (text, problem) in [
            ("", "is not an address"),
            ("mail.msp.example", "is not an address"),
            ("http://me:hunter2@mail.msp.example", "starts with http://"),
            ("smtp:///", "has no host"),
            ("smtp://:hunter2@mail.msp.example", "has a password but no user"),
            ("smtp://me@mail.msp.example", "has a user but no password"),
            ("smtp://me:hunter2@mail.msp.example:0", "has the port 0"),
            ("smtp://me:hunter2@mail.msp.example:99999", "is not an address"),
            ("smtp://me:hunter2%FF@mail.msp.example", "is not percent-encoded"),
            ("smtp://me:hunter2@mail.msp.example?tls=none", "in the clear"),
            ("smtp://me:hunter2@mail.msp.example?tls=maybe", "none of required"),
            ("smtp://me:hunter2@mail.msp.example?timeout=3", "other than tls"),
            ("smtps://me:hunter2@mail.msp.example?tls=opportunistic", "asks for less"),
            ("smtp://me:hunter2@mail.msp.example/path", "behind the host"),
        ] {
            let told = parse(text).unwrap_err().to_string();
            assert!(told.starts_with("SMTP_URL ") && told.contains(problem), "{text}: {told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
