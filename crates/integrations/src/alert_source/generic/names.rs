//! The usual names, simplified (see `fields::name_of`), the most telling first.

pub(super) const TITLE: [&str; 16] = [
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

pub(super) const DESCRIPTION: [&str; 16] = [
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

pub(super) const SEVERITY: [&str; 8] =
    ["severity", "priority", "level", "urgency", "criticality", "alertseverity", "sev", "importance"];

pub(super) const DEDUP_KEY: [&str; 15] = [
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
pub(super) const STATE: [&str; 9] = [
    "status",
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
pub(super) const EVENT: [&str; 9] = [
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

pub(super) const CLIENT: [&str; 12] = [
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

pub(super) const DEVICE: [&str; 12] = [
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

pub(super) const HOSTNAME: [&str; 4] = ["hostname", "host", "fqdn", "dnsname"];

pub(super) const LINK: [&str; 10] = [
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

pub(super) const PRODUCT: [&str; 7] =
    ["product", "source", "tool", "monitoringtool", "application", "app", "sender"];

/// The objects in which tools put an alert, or a part of one.
pub(super) const CONTAINERS: [&str; 14] = [
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
pub(super) const LISTS: [&str; 4] = ["alerts", "events", "incidents", "items"];
