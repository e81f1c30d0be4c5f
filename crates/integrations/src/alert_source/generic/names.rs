//! The usual names, simplified (see `fields::name_of`), the most telling first.

pub(in crate::alert_source) const TITLE: [&str; 16] = [
    "title",
    "summary",
    "alerttitle",
    "headline",
    "subject",
    "message",
    "name",
    "alertname",
    "alert",
    "alertmessage",
    "shortmessage",
    "msg",
    "text",
    "content",
    "problem",
    "check",
];

pub(in crate::alert_source) const DESCRIPTION: [&str; 16] = [
    "description",
    "details",
    "detail",
    "body",
    "longdescription",
    "message",
    "alertmessage",
    "text",
    "content",
    "output",
    "summary",
    "customdetails",
    "notes",
    "comment",
    "reason",
    "error",
];

pub(in crate::alert_source) const SEVERITY: [&str; 8] =
    ["severity", "priority", "level", "urgency", "criticality", "alertseverity", "sev", "importance"];

pub(in crate::alert_source) const DEDUP_KEY: [&str; 15] = [
    "dedupkey",
    "dedup",
    "deduplicationkey",
    "incidentkey",
    "alertkey",
    "alias",
    "fingerprint",
    "groupkey",
    "incidentid",
    "alertid",
    "correlationid",
    "externalid",
    "uniqueid",
    "uid",
    "id",
];

/// How the thing is.
pub(in crate::alert_source) const STATE: [&str; 10] = [
    "status",
    "statusname",
    "state",
    "currentstate",
    "newstate",
    "alertstate",
    "alertstatus",
    "monitorstatus",
    "servicestate",
    "hoststate",
];

/// What happened.
pub(in crate::alert_source) const EVENT: [&str; 9] = [
    "eventaction",
    "action",
    "alertaction",
    "notificationtype",
    "eventtype",
    "event",
    "transition",
    "alerttype",
    "type",
];

pub(in crate::alert_source) const CLIENT: [&str; 12] = [
    "client",
    "clientname",
    "customer",
    "customername",
    "company",
    "companyname",
    "tenantname",
    "accountname",
    "organization",
    "organizationname",
    "organisation",
    "sitename",
];

pub(in crate::alert_source) const DEVICE: [&str; 12] = [
    "devicename",
    "device",
    "machine",
    "machinename",
    "computer",
    "computername",
    "server",
    "servername",
    "node",
    "asset",
    "endpoint",
    "instance",
];

pub(in crate::alert_source) const HOSTNAME: [&str; 4] = ["hostname", "host", "fqdn", "dnsname"];

pub(in crate::alert_source) const LINK: [&str; 10] = [
    "url",
    "link",
    "sourceurl",
    "alerturl",
    "incidenturl",
    "eventurl",
    "permalink",
    "dashboardurl",
    "generatorurl",
    "href",
];

pub(in crate::alert_source) const PRODUCT: [&str; 7] =
    ["product", "source", "tool", "monitoringtool", "application", "app", "sender"];

/// The objects in which tools put an alert, or a part of one.
pub(in crate::alert_source) const CONTAINERS: [&str; 14] = [
    "payload",
    "data",
    "alert",
    "event",
    "incident",
    "annotations",
    "labels",
    "attributes",
    "detail",
    "details",
    "body",
    "message",
    "notification",
    "problem",
];

/// The lists in which tools put several, as they are spelled.
pub(in crate::alert_source) const LISTS: [&str; 4] = ["alerts", "events", "incidents", "items"];
