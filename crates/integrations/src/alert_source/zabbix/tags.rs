//! An event's tags, where a client may be named.

use serde_json::Value;

use crate::alert_source::fields::name_of;
use crate::alert_source::pairs::Pairs;
use crate::alert_source::text::one_line;

/// The tags that name a client.
const CLIENT: [&str; 5] = ["client", "customer", "company", "organization", "organisation"];

/// The groups whose members are named after a client (`Customers/Contoso`).
const GROUPS: [&str; 2] = ["customers/", "clients/"];

/// The most tags that are looked at.
const MOST: usize = 200;

/// The client: a parameter of its own, else a tag, else a host group.
pub(super) fn client(pairs: &Pairs, value: &Value) -> Option<String> {
    let client = pairs
        .line(&CLIENT)
        .or_else(|| from_json(pairs, value))
        .or_else(|| client_in(pairs.text(&["eventtags"])?))
        .or_else(|| from_groups(pairs.text(&["triggerhostgroupname"])?));
    client.map(|client| one_line(&client)).filter(|client| !client.is_empty())
}

fn is_client(tag: &str) -> bool {
    CLIENT.iter().any(|name| tag.trim().eq_ignore_ascii_case(name))
}

/// `[{"tag": "client", "value": "Contoso"}]`, as a list or as a text.
fn from_json(pairs: &Pairs, value: &Value) -> Option<String> {
    let list =
        value.as_object()?.iter().find(|(name, _)| name_of(name) == "eventtagsjson").map(|(_, tags)| tags);
    let parsed: Option<Value> =
        pairs.text(&["eventtagsjson"]).and_then(|text| serde_json::from_str(text).ok());
    let tags = parsed.as_ref().or(list)?.as_array()?;
    tags.iter().take(MOST).find_map(|tag| {
        let is_wanted = tag.get("tag")?.as_str().is_some_and(is_client);
        tag.get("value")?.as_str().filter(|value| is_wanted && !value.trim().is_empty()).map(str::to_owned)
    })
}

/// `client:Contoso, nodata, scope:capacity`.
pub(super) fn client_in(tags: &str) -> Option<String> {
    tags.split(',').take(MOST).find_map(|tag| {
        let (name, value) = tag.split_once(':')?;
        (is_client(name) && !value.trim().is_empty()).then(|| value.trim().to_owned())
    })
}

fn from_groups(groups: &str) -> Option<String> {
    groups.split(',').take(MOST).find_map(|group| {
        let group = group.trim();
        let prefix = GROUPS.iter().find(|prefix| {
            group.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })?;
        group.get(prefix.len()..)?.split('/').next().map(str::to_owned)
    })
}
