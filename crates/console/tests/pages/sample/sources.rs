//! Alert sources and a PSA, to build view models from.

use console::alert_source::{AlertSourcePage, DeliveryRow, DeliveryState, SourceSteps};
use console::alert_source_preview::{AlertSourcePreviewPage, PreviewRead};
use console::alert_sources::{
    AlertSourceKeyPage, AlertSourceRow, AlertSourcesPage, Choice, EnteredSource, SourceForm,
};
use console::psa::{FiledIn, PsaCheckRows, PsaField, PsaForm, PsaPage, PsaPoint};

use super::{at, layout};

pub(crate) fn listed() -> AlertSourceRow {
    AlertSourceRow {
        id: "src_1".into(),
        name: "Zabbix of Contoso".into(),
        kind: "Zabbix".into(),
        service: "Servers".into(),
        quiet_since: None,
    }
}

pub(crate) fn form() -> SourceForm {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into() };
    SourceForm {
        types: vec![choice("generic", "Generic webhook"), choice("heartbeat", "Heartbeat")],
        services: vec![choice("svc_1", "Servers")],
        entered: EnteredSource::default(),
        problems: Vec::new(),
    }
}

pub(crate) fn list(sources: Vec<AlertSourceRow>) -> AlertSourcesPage {
    AlertSourcesPage { layout: layout(), sources, form: Some(form()) }
}

pub(crate) fn key(is_rotated: bool) -> AlertSourceKeyPage {
    AlertSourceKeyPage {
        layout: layout(),
        id: "src_1".into(),
        name: "Zabbix of Contoso".into(),
        key: "KEY0KEY1".into(),
        url: "https://oncall.example/api/webhooks/KEY0KEY1".into(),
        enqueue_url: None,
        is_rotated,
    }
}

pub(crate) fn delivery(state: DeliveryState) -> DeliveryRow {
    DeliveryRow {
        id: "dlv_1".into(),
        at: at("02:02:00"),
        state,
        result: None,
        problem: None,
        incident_id: None,
        is_another_reading: false,
        can_read_again: false,
    }
}

pub(crate) fn one(deliveries: Vec<DeliveryRow>) -> AlertSourcePage {
    AlertSourcePage {
        layout: layout(),
        id: "src_1".into(),
        name: "Zabbix of Contoso".into(),
        kind: "Zabbix".into(),
        quiet_since: None,
        settings: vec![("Service", "Servers".into())],
        steps: Some(SourceSteps { key_mark: Some("0123456789ab".into()) }),
        deliveries,
        is_older: false,
        older: None,
    }
}

pub(crate) fn preview(read: PreviewRead) -> AlertSourcePreviewPage {
    AlertSourcePreviewPage {
        layout: layout(),
        id: "src_1".into(),
        name: "Zabbix of Contoso".into(),
        body: r#"{"a":1}"#.into(),
        read,
    }
}

pub(crate) fn psa_form(is_connected: bool) -> PsaForm {
    let field =
        |name, value: &str, is_required| PsaField { name, label: name, value: value.into(), is_required };
    PsaForm {
        provider: "halopsa",
        label: "HaloPSA",
        is_connected,
        fields: vec![field("base_url", "https://msp.halopsa.com", true), field("ticket_type", "", false)],
        secret_label: "Client secret",
        switches: vec![("time_entries", "File time", true)],
        problems: Vec::new(),
    }
}

pub(crate) fn psa(filed_in: FiledIn) -> PsaPage {
    PsaPage { layout: layout(), filed_in, check: None, forms: vec![psa_form(true)] }
}

pub(crate) fn own() -> FiledIn {
    FiledIn::Own { label: "HaloPSA".into(), next_check: at("16:00:00") }
}

pub(crate) fn check(points: &[(&str, Option<&str>)]) -> PsaCheckRows {
    let point = |(what, missing): &(&str, Option<&str>)| PsaPoint {
        what: (*what).into(),
        missing: missing.map(Into::into),
    };
    PsaCheckRows { at: at("02:02:00"), points: points.iter().map(point).collect() }
}
