//! Alert sources and the PSA, in a browser: making a source, its key, trying it, what came, and what is refused.

use acceptance::world::{Answer, Browser, World};
use axum::http::header;
use serde_json::{Value, json};

super::stories!(
    a_manager_makes_a_source_and_sees_its_key_once,
    a_test_alert_leads_to_its_incident_and_pages,
    what_a_body_would_say_is_shown_and_nothing_is_taken_in,
    a_key_is_rotated_once_and_only_when_sure,
    a_refused_delivery_is_shown_and_read_again_when_its_source_is_mended,
    a_source_that_cannot_be_made_is_told_on_the_form,
    a_member_a_viewer_and_a_stranger_are_offered_and_allowed_no_more_than_theirs,
    the_psa_is_checked_point_by_point_and_set_up,
    an_incident_links_to_what_its_sender_gave,
);

const SOURCES: &str = "/app/alert-sources";
const PSA: &str = "/app/settings/psa";

fn says(page: &Answer, words: &[&str]) {
    for words in words {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
}

/// Makes a source in the browser; answers the page with its key.
async fn make(world: &mut World, browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    let service = world.service_id();
    let page = world.visit(browser, SOURCES).await;
    let fields = [fields, &[("service_id", service.as_str())]].concat();
    world.press(browser, &page, SOURCES, &fields).await
}

/// The key on a page that shows one.
fn key_on(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("/api/webhooks/").expect("an address with a key");
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// The status that an alert with a key is answered with.
async fn ring(world: &mut World, key: &str, body: Value) -> u16 {
    let answer = world.send("POST", &format!("/api/webhooks/{key}"), None, body.to_string()).await;
    world.settle().await;
    answer.status.as_u16()
}

async fn a_manager_makes_a_source_and_sees_its_key_once(mut world: World) {
    let olivia = world.browser("olivia").await;
    let made = make(&mut world, &olivia, &[("name", "Nagios of Contoso"), ("type", "nagios")]).await;
    assert_eq!((made.status.as_u16(), made.headers.get(header::LOCATION)), (200, None), "no redirect");
    assert_eq!(made.headers[header::CACHE_CONTROL], "no-store");
    says(&made, &["The key of", "Nagios of Contoso", "It is not shown again."]);
    let key = key_on(&made);
    assert_eq!(key.len(), 32, "{key}");
    let own = made.link(&format!("{SOURCES}/"));
    for path in [own.as_str(), SOURCES] {
        let page = world.visit(&olivia, path).await;
        says(&page, &["Nagios of Contoso"]);
        assert!(!page.text.contains(&key), "{path} tells it again");
    }
    assert_eq!(ring(&mut world, &key, json!({ "title": "Disk full", "state": "CRITICAL" })).await, 200);
    world.mail_to("ben");
    let page = world.visit(&olivia, &own).await;
    says(&page, &["It opened an incident.", "Alerts with the same dedup key join one incident"]);
    let incident = world.visit(&olivia, &page.link("/app/incidents/inc_")).await;
    says(&incident, &["Disk full", "Nagios of Contoso"]);
    // The browser sends the form again.
    let again = make(&mut world, &olivia, &[("name", "nagios of contoso"), ("type", "nagios")]).await;
    assert_eq!(again.status, 400);
    says(&again, &["Name: is the name of another alert source"]);
}

async fn a_test_alert_leads_to_its_incident_and_pages(mut world: World) {
    let olivia = world.browser("olivia").await;
    let door = world.door("grafana", json!({})).await;
    let (own, test) = (format!("{SOURCES}/{}", door.id), format!("{SOURCES}/{}/test", door.id));
    let page = world.visit(&olivia, &own).await;
    let none = world.press(&olivia, &page, &test, &[]).await;
    assert_eq!(none.status, 400);
    let landed = world.press(&olivia, &page, &test, &[("severity", "high")]).await;
    says(&landed, &["The test alert was taken in", "Test alert of grafana door", "Olivia Owner sent it"]);
    let mail = world.mail_to("ben");
    assert!(mail.header("Subject").unwrap_or_default().contains("Test alert of grafana door"), "{mail:?}");
}

async fn what_a_body_would_say_is_shown_and_nothing_is_taken_in(mut world: World) {
    let olivia = world.browser("olivia").await;
    let door = world.door("prtg", json!({})).await;
    let (own, preview) = (format!("{SOURCES}/{}", door.id), format!("{SOURCES}/{}/preview", door.id));
    let page = world.visit(&olivia, &own).await;
    let body = "sensorid=2045&device=SRV-1&name=CPU+Load&status=Down&down=Down&message=99+%25";
    let shown = world.press(&olivia, &page, &preview, &[("body", body)]).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    says(&shown, &["nothing was taken in, and nobody was paged", "A problem", "SRV-1", "<dt>Dedup key</dt>"]);
    let odd = world.press(&olivia, &page, &preview, &[("body", "<b>odd</b>")]).await;
    says(&odd, &["&#60;b&#62;odd"]);
    assert!(!odd.text.contains("<b>odd"), "{}", odd.text);
    let nothing = world.press(&olivia, &page, &preview, &[("body", "")]).await;
    assert_eq!(nothing.status, 400);
    says(&nothing, &["It would be refused:"]);
    world.settle().await;
    world.no_mail();
    says(&world.visit(&olivia, &own).await, &["Nothing came within 14 days."]);
}

async fn a_key_is_rotated_once_and_only_when_sure(mut world: World) {
    let olivia = world.browser("olivia").await;
    let door = world.door("generic", json!({})).await;
    let (own, rotate) = (format!("{SOURCES}/{}", door.id), format!("{SOURCES}/{}/rotate-key", door.id));
    let page = world.visit(&olivia, &own).await;
    let unsure = world.press(&olivia, &page, &rotate, &[]).await;
    says(&unsure, &["The key was not rotated"]);
    assert_eq!(ring(&mut world, &door.key, json!({ "title": "x", "status": "ok" })).await, 200);
    let rotated = world.press(&olivia, &page, &rotate, &[("sure", "yes")]).await;
    says(&rotated, &["The new key of", "The key before opens nothing any more."]);
    let key = key_on(&rotated);
    assert_eq!(ring(&mut world, &door.key, json!({ "title": "x", "status": "ok" })).await, 401);
    // The browser sends the form again.
    let again = world.press(&olivia, &page, &rotate, &[("sure", "yes")]).await;
    says(&again, &["The key was rotated since that page was made"]);
    assert_eq!(ring(&mut world, &key, json!({ "title": "x", "status": "ok" })).await, 200);
}

async fn a_refused_delivery_is_shown_and_read_again_when_its_source_is_mended(mut world: World) {
    let (olivia, ann) = (world.browser("olivia").await, world.browser("ann").await);
    let door = world.door("zabbix", json!({})).await;
    let (own, again) = (format!("{SOURCES}/{}", door.id), format!("{SOURCES}/{}/read-again", door.id));
    let odd = json!({ "what": { "happened": "Rack on fire" }, "how_bad": "bad" });
    assert_eq!(world.knock(&door, odd).await.status, 400);
    let of_ann = world.visit(&ann, &own).await;
    says(&of_ann, &["What came is for managers."]);
    assert!(!of_ann.text.contains("Read again") && !of_ann.text.contains("Rack on fire"), "{}", of_ann.text);
    let page = world.visit(&olivia, &own).await;
    let refused = world.press(&olivia, &page, &again, &[]).await;
    says(&refused, &["read this time either", "Another reading"]);
    let path = format!("/api/alert-sources/{}", door.id);
    let mut source = world.get("olivia", &path).await;
    source["mapping"] = json!({ "title": "{{ what.happened }}" });
    assert_eq!(world.put("olivia", &path, source).await.status, 200);
    let taken = world.press(&olivia, &page, &again, &[]).await;
    says(&taken, &["its alerts were taken in", "It opened an incident.", "Set by hand: title."]);
    let mail = world.mail_to("ben");
    assert!(mail.text.contains("Rack on fire"), "{}", mail.text);
    let csrf = page.form_token();
    let unknown = [("csrf", csrf.as_str()), ("delivery", "dlv_00000000000000000000000000")];
    let nothing = world.submit(&olivia, &again, &unknown).await;
    assert_eq!(nothing.status, 404);
}

async fn a_source_that_cannot_be_made_is_told_on_the_form(mut world: World) {
    let olivia = world.browser("olivia").await;
    let page = world.visit(&olivia, SOURCES).await;
    let nothing = world.press(&olivia, &page, SOURCES, &[("name", "<b>New</b>")]).await;
    assert_eq!(nothing.status, 400);
    says(&nothing, &["Type: choose one", "Service: choose one", "make\" open"]);
    assert!(!nothing.text.contains("<b>New"), "{}", nothing.text);
    let mute =
        make(&mut world, &olivia, &[("name", "Beat"), ("type", "heartbeat"), ("silence_minutes", "x")]);
    says(&mute.await, &["Longest silence: must be a number of minutes", "value=\"heartbeat\" selected"]);
    let fields = [("name", "Beat"), ("type", "heartbeat"), ("silence_minutes", "10")];
    let made = make(&mut world, &olivia, &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let own = world.visit(&olivia, &made.link(&format!("{SOURCES}/"))).await;
    says(&own, &["10 minutes without a beat open an incident."]);
}

async fn a_member_a_viewer_and_a_stranger_are_offered_and_allowed_no_more_than_theirs(mut world: World) {
    let door = world.door("generic", json!({})).await;
    let own = format!("{SOURCES}/{}", door.id);
    let token = world.newcomer("viewer");
    for browser in [world.browser("ann").await, world.browser_with(&token).await] {
        let list = world.visit(&browser, SOURCES).await;
        says(&list, &["generic door", "Generic webhook · "]);
        let page = world.visit(&browser, &own).await;
        says(&page, &["Last deliveries"]);
        for shown in [&list, &page] {
            assert!(!shown.text.contains("action=\"/app/alert-sources"), "{}", shown.text);
            assert!(!shown.text.contains(PSA), "{}", shown.text);
        }
        assert_eq!(world.visit(&browser, PSA).await.status, 403);
        let csrf = page.form_token();
        let id = "dlv_00000000000000000000000000";
        for (action, field) in [
            (SOURCES.to_owned(), ("name", "Mine")),
            (format!("{own}/test"), ("severity", "high")),
            (format!("{own}/rotate-key"), ("sure", "yes")),
            (format!("{own}/read-again"), ("delivery", id)),
            (format!("{own}/preview"), ("body", "{}")),
            (PSA.to_owned(), ("provider", "theone")),
            (format!("{PSA}/verify"), ("x", "y")),
        ] {
            let refused = world.submit(&browser, &action, &[("csrf", &csrf), field]).await;
            assert_eq!(refused.status, 403, "{action}");
        }
    }
    let olivia = world.browser("olivia").await;
    let forged = world.submit(&olivia, &format!("{own}/test"), &[("csrf", "x"), ("severity", "high")]).await;
    assert_eq!(forged.status, 403);
    let token = world.stranger().await;
    let stranger = world.browser_with(&token).await;
    assert_eq!(world.visit(&stranger, &own).await.status, 404);
    assert_eq!(world.visit(&olivia, &format!("{SOURCES}/nagios")).await.status, 404);
    assert_eq!(
        ring(&mut world, &door.key, json!({ "title": "x", "status": "ok" })).await,
        200,
        "the same key"
    );
    world.no_mail();
}

async fn the_psa_is_checked_point_by_point_and_set_up(mut world: World) {
    let olivia = world.browser("olivia").await;
    let page = world.visit(&olivia, PSA).await;
    says(&page, &["The One PSA</strong>, set up for everybody", "Connect HaloPSA"]);
    let checked = world.press(&olivia, &page, &format!("{PSA}/verify"), &[]).await;
    says(&checked, &["reach the PSA and look for tickets", "nothing is missing"]);
    let halo = [("provider", "halopsa"), ("base_url", "not an address"), ("ticket_type", "Alert")];
    let csrf = page.form_token();
    let wrong = world.submit(&olivia, PSA, &[&halo[..], &[("csrf", csrf.as_str())]].concat()).await;
    assert_eq!(wrong.status, 400);
    says(&wrong, &["The secret: is missing", "value=\"not an address\"", "value=\"Alert\"", "Client id"]);
    let url = world.psa.url();
    let own = [
        ("csrf", csrf.as_str()),
        ("provider", "theone"),
        ("api_url", url.as_str()),
        ("secret", "psa-key"),
        ("time_entries", "yes"),
    ];
    let set = world.submit(&olivia, PSA, &own).await;
    says(&set, &["The PSA is set up", "Change The One PSA", "Not checked yet."]);
    assert!(!set.text.contains("psa-key"), "{}", set.text);
    let checked = world.press(&olivia, &set, &format!("{PSA}/verify"), &[]).await;
    says(&checked, &["Nothing is missing."]);
    let kept = world.visit(&olivia, PSA).await;
    says(&kept, &["Nothing is missing.", "name=\"time_entries\" value=\"yes\" checked"]);
    let settings = world.get("olivia", "/api/settings/psa").await;
    assert_eq!(settings["connection"]["provider"]["api_url"], json!(url), "{settings}");
    // One PSA's companies are strangers in the next.
    let mut mapped = settings["connection"].clone();
    mapped["mapping"]["companies"] = json!({ "Contoso": "12" });
    assert_eq!(world.put("olivia", "/api/settings/psa", mapped).await.status, 200);
    let company = [("default_company", "1")];
    for (fields, companies, default) in [
        (&own[..], json!({ "Contoso": "12" }), Value::Null),
        (&[&halo_of(&csrf)[..], &company].concat(), json!({}), json!("1")),
    ] {
        let set = world.submit(&olivia, PSA, fields).await;
        says(&set, &["The PSA is set up"]);
        let mapping = &world.get("olivia", "/api/settings/psa").await["connection"]["mapping"];
        assert_eq!((&mapping["companies"], &mapping["default_company"]), (&companies, &default), "{mapping}");
    }
    says(&world.visit(&olivia, PSA).await, &["name=\"default_company\" value=\"1\""]);
}

fn halo_of(csrf: &str) -> [(&str, &str); 5] {
    [
        ("csrf", csrf),
        ("provider", "halopsa"),
        ("base_url", "https://msp.halopsa.example"),
        ("client_id", "app"),
        ("secret", "s3cret"),
    ]
}

async fn an_incident_links_to_what_its_sender_gave(mut world: World) {
    let olivia = world.browser("olivia").await;
    let door = world.door("pagerduty_events", json!({})).await;
    let event = json!({
        "routing_key": door.key, "event_action": "trigger", "dedup_key": "disk",
        "payload": { "summary": "Disk full", "source": "srv-02", "severity": "critical" },
        "links": [{ "href": "https://wiki.example/disk", "text": "Runbook" }],
        "images": [{ "src": "https://graphs.example/1.png", "alt": "Disk" }],
    });
    let sent = world.send("POST", "/v2/enqueue", None, event.to_string()).await;
    assert_eq!(sent.status, 202, "{}", sent.text);
    world.settle().await;
    world.mail_to("ben");
    let list = world.visit(&olivia, "/app/incidents").await;
    let page = world.visit(&olivia, &list.link("/app/incidents/inc_")).await;
    says(&page, &[">Runbook</a>", ">Image: Disk</a>"]);
    assert_eq!(page.link("https://wiki.example/"), "https://wiki.example/disk");
    assert_eq!(page.link("https://graphs.example/"), "https://graphs.example/1.png");
}
