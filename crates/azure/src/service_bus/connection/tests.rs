//! Connection strings, good and bad, and what is said of the bad ones.

use super::*;

const SECRET: &str = "a+Zk3/yNot0ForAnybody0ToSee0000000000000000=";

fn parse(text: &str) -> Result<Connection, ConnectionError> {
    Connection::parse(&SecretString::from(text))
}

fn with_key(rest: &str) -> String {
    format!("SharedAccessKeyName=publisher;SharedAccessKey={SECRET};{rest}")
}

fn of_namespace(namespace: &str) -> Result<Connection, ConnectionError> {
    Connection::of_namespace(namespace, Credential::fixed(SecretString::from("t0ken")))
}

#[test]
fn a_connection_string_is_taken_as_the_portal_gives_it() {
    for text in [
        with_key("Endpoint=sb://OnCall.servicebus.windows.net/"),
        with_key("EntityPath=oncall;Endpoint=sb://oncall.servicebus.windows.net"),
        with_key(" endpoint = SB://oncall.servicebus.windows.net:443/ ;TransportType=Amqp;;"),
        with_key("Endpoint=sb://oncall.servicebus.windows.net/;UseDevelopmentEmulator=False"),
    ] {
        let connection = parse(&text).expect("a connection");
        assert_eq!(connection.origin().as_str(), "https://oncall.servicebus.windows.net/", "{text}");
        assert_eq!((connection.namespace(), connection.is_local()), (Some("oncall"), false));
        let Access::Key { name, key } = connection.access() else { panic!("a key opens it") };
        assert_eq!((name.as_str(), key.expose_secret()), ("publisher", SECRET));
    }
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for (host, origin) in [
        ("127.0.0.1:5300", "http://127.0.0.1:5300/"),
        ("localhost:5300", "http://localhost:5300/"),
        ("[::1]:5300", "http://[::1]:5300/"),
    ] {
        for flag in ["", ";UseDevelopmentEmulator=true"] {
            let connection = parse(&with_key(&format!("Endpoint=sb://{host}{flag}"))).expect("a connection");
            assert_eq!((connection.origin().as_str(), connection.is_local()), (origin, true));
        }
        assert_eq!(of_namespace(host).expect("a connection").origin().as_str(), origin);
    }
    for host in ["127.0.0.1.example.com", "localhost.example.com", "oncall.servicebus.windows.net"] {
        assert_eq!(of_namespace(host).expect("a connection").origin().scheme(), "https", "{host}");
    }
    let elsewhere = with_key("Endpoint=sb://oncall.servicebus.windows.net;UseDevelopmentEmulator=true");
    assert_eq!(parse(&elsewhere).err(), Some(ConnectionError::EmulatorElsewhere));
}

#[test]
fn what_is_wrong_is_said_precisely() {
    use ConnectionError as E;
    let fine = "Endpoint=sb://oncall.servicebus.windows.net/";
    let named = |name: &str| format!("{fine};SharedAccessKey={SECRET};SharedAccessKeyName={name}");
    let cases = [
        (String::new(), E::Empty),
        (" ; ;".to_owned(), E::Empty),
        (SECRET.to_owned(), E::Unknown(1)),
        ("sb://oncall.servicebus.windows.net/".to_owned(), E::Malformed(1)),
        (format!("{fine};{SECRET}"), E::Unknown(2)),
        (format!("{fine};SharedAccessKeyName=n;{}", SECRET.trim_end_matches('=')), E::Malformed(3)),
        (format!("{fine};{fine}"), E::Repeated("Endpoint")),
        (format!("{fine};SharedAccessKeyName=;SharedAccessKey={SECRET}"), E::Blank("SharedAccessKeyName")),
        (format!("{fine};SharedAccessKeyName=n;SharedAccessKey= "), E::Blank("SharedAccessKey")),
        (with_key(""), E::Missing("Endpoint")),
        (format!("{fine};SharedAccessKey={SECRET}"), E::Missing("SharedAccessKeyName")),
        (format!("{fine};SharedAccessKeyName=n"), E::Missing("SharedAccessKey")),
        (fine.to_owned(), E::Missing("SharedAccessKeyName")),
        (named("a b"), E::KeyName),
        (named("n&sig=x"), E::KeyName),
        (named(&"n".repeat(51)), E::KeyName),
        (format!("{fine};SharedAccessSignature=SharedAccessSignature sr=x&sig={SECRET}"), E::Signature),
        (with_key(&format!("{fine};UseDevelopmentEmulator=yes")), E::Emulator),
        (with_key("Endpoint=sb://oncall.servicebus.chinacloudapi.cn"), E::Cloud),
        (with_key("Endpoint=sb://a.b.servicebus.windows.net"), E::Cloud),
    ];
    for (text, error) in cases {
        assert_eq!(parse(&text).err().as_ref(), Some(&error), "{text}");
        assert!(!error.to_string().contains(SECRET), "{error}");
    }
}

#[test]
fn an_endpoint_is_a_host_and_nothing_else() {
    for (endpoint, word) in [
        ("https://oncall.servicebus.windows.net/", "sb://"),
        ("amqps://oncall.servicebus.windows.net/", "sb://"),
        ("oncall.servicebus.windows.net", "sb://"),
        ("sb", "sb://"),
        ("sb://", "host"),
        ("sb://sb://oncall.servicebus.windows.net", "without a scheme"),
        ("sb://oncall", "full name"),
        ("sb://10.0.0.4", "full name"),
        ("sb://oncall.servicebus.windows.net:5671/", "port"),
        ("sb://oncall.servicebus.windows.net/oncall", "follow"),
        ("sb://oncall.servicebus.windows.net/?x", "follow"),
        ("sb://me@oncall.servicebus.windows.net", "before"),
        ("sb://127.0.0.1@evil.example", "before"),
        ("sb://a b", "host"),
    ] {
        let Some(ConnectionError::Endpoint(text)) = parse(&with_key(&format!("Endpoint={endpoint}"))).err()
        else {
            panic!("{endpoint} is refused");
        };
        assert!(text.contains(word), "{endpoint}: {text}");
    }
}

#[test]
fn a_namespace_is_its_full_name() {
    let other_cloud = of_namespace(" oncall.servicebus.usgovcloudapi.net ").expect("a connection");
    assert_eq!(other_cloud.origin().as_str(), "https://oncall.servicebus.usgovcloudapi.net/");
    assert_eq!(of_namespace(" ").err(), Some(ConnectionError::Empty));
    for namespace in
        ["oncall", "sb://oncall.servicebus.windows.net", "https://oncall.servicebus.windows.net/"]
    {
        assert!(
            matches!(of_namespace(namespace), Err(ConnectionError::Namespace(_))),
            "{namespace} is refused"
        );
    }
}

#[test]
fn an_entity_path_is_the_topic_or_is_refused() {
    let endpoint = "Endpoint=sb://oncall.servicebus.windows.net";
    let any = parse(&with_key(endpoint)).expect("a connection");
    let one = parse(&with_key(&format!("{endpoint};EntityPath=OnCall"))).expect("a connection");
    assert_eq!((any.leads_to("oncall"), any.leads_to("team/oncall.events-1")), (Ok(()), Ok(())));
    assert_eq!(one.leads_to("oncall"), Ok(()));
    let other = ConnectionError::OtherEntity { topic: "alerts".to_owned() };
    assert_eq!(one.leads_to("alerts"), Err(other));
    for name in ["", " ", "a b", "/a", "a/", "a//b", "a/../b", ".", "a?b", "é", &"a".repeat(261)] {
        assert_eq!(any.leads_to(name), Err(ConnectionError::Topic), "{name}");
    }
}

#[test]
fn nothing_shows_the_key() {
    let connection = parse(&with_key("Endpoint=sb://oncall.servicebus.windows.net")).expect("a connection");
    assert!(!format!("{connection:?}").contains(SECRET));
    let identity = of_namespace("oncall.servicebus.windows.net").expect("a connection");
    assert!(!format!("{identity:?}").contains("t0ken"));
}
