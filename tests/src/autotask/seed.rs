//! The MSP that the stand-in starts with: its people, companies and picklists.
//!
//! Invariant: no number is one that a new Autotask has for the same label.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Autotask, books::Books};

pub(super) fn books(url: String) -> Books {
    Books {
        url,
        zone: 3,
        secret: Autotask::SECRET.to_owned(),
        has_patch: true,
        impersonates: true,
        locks_closed: false,
        forbidden: Vec::new(),
        touches: 0,
        entities: entities(),
        picklists: picklists(),
        requests: Vec::new(),
    }
}

fn entities() -> BTreeMap<&'static str, Vec<Value>> {
    let company =
        |id: i64, name: &str, active: bool| json!({ "id": id, "companyName": name, "isActive": active });
    let resource = |id: i64, first: &str, last: &str, email: &str, active: bool| json!({ "id": id, "firstName": first, "lastName": last, "email": email, "isActive": active });
    let has_role = |id: i64, resource: i64, role: i64, default: bool| json!({ "id": id, "resourceID": resource, "roleID": role, "isActive": true, "isDefault": default });
    BTreeMap::from([
        (
            "Companies",
            vec![
                company(0, "The MSP", true),
                company(175, "Contoso Ltd", true),
                company(176, "Fabrikam", true),
                company(177, "Former Client", false),
                // Somebody's name is somebody else's number.
                company(178, "175", true),
            ],
        ),
        (
            "Resources",
            vec![
                resource(29_682_885, "Sam", "Tech", "sam@msp.test", true),
                resource(29_682_886, "Alex", "Night", "alex@msp.test", true),
                resource(29_682_887, "Gone", "Away", "gone@msp.test", false),
                resource(29_682_888, "Noa", "Role", "noa@msp.test", true),
            ],
        ),
        (
            "Roles",
            vec![
                json!({ "id": 29_683_001, "name": "Engineer", "isActive": true }),
                json!({ "id": 29_683_002, "name": "Night Duty", "isActive": true }),
            ],
        ),
        (
            "ResourceServiceDeskRoles",
            vec![
                has_role(1, 29_682_885, 29_683_002, false),
                has_role(2, 29_682_885, 29_683_001, true),
                has_role(3, 29_682_886, 29_683_001, false),
                has_role(4, 29_682_887, 29_683_001, true),
            ],
        ),
        ("Tickets", Vec::new()),
        ("TicketNotes", Vec::new()),
        ("TimeEntries", Vec::new()),
    ])
}

fn picklists() -> BTreeMap<(&'static str, &'static str), Vec<(i64, String)>> {
    let list = |entries: &[(i64, &str)]| {
        entries.iter().map(|(value, label)| (*value, (*label).to_owned())).collect()
    };
    BTreeMap::from([
        (
            ("Tickets", "status"),
            list(&[
                (31, "New"),
                (35, "Complete"),
                (36, "Denied"),
                (37, "Waiting Customer"),
                (38, "In Progress"),
                (39, "Waiting Materials"),
                (40, "Scheduled"),
                (41, "Escalate"),
                (42, "Waiting Vendor"),
                (43, "Waiting Approval"),
                (44, "Waiting Dispatch"),
                (45, "Approved"),
                (46, "Waiting Parts"),
            ]),
        ),
        (("Tickets", "priority"), list(&[(72, "High"), (73, "Medium"), (74, "Low"), (71, "Critical")])),
        (("Tickets", "queueID"), list(&[(29_682_833, Autotask::QUEUE), (29_682_901, "Level I Support")])),
        (("Tickets", "source"), list(&[(52, "Phone"), (58, "Monitoring Alert")])),
        (("TicketNotes", "noteType"), list(&[(94, "Workflow Rule Note - Task"), (93, "Task Notes")])),
        (("TicketNotes", "publish"), list(&[(82, "All Autotask Users"), (81, "Internal Project Team")])),
    ])
}
