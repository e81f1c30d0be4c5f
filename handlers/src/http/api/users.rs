//! `/api/users`: the people of the tenant. Sign-in provisions them; here they are found, disabled and enabled.

use std::sync::Arc;

use app::people::Person;
use axum::Json;
use axum::extract::State;
use domain::id::UserId;
use domain::severity::Urgency;
use domain::user::{ContactMethod, NotificationRule, Role, ShiftNotices};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::{IdPath, JsonBody, SignedIn};
use crate::problem::Problem;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserBody {
    id: String,
    name: String,
    /// Their mail address at the Hub; they are reached at their contact methods.
    email: String,
    /// `viewer`, `member`, `admin` or `owner`: the Hub's word.
    #[schema(value_type = String)]
    role: Role,
    /// Can't sign in and isn't paged.
    disabled: bool,
    contact_methods: Vec<ContactMethodBody>,
    /// In which order they are reached; without one for an urgency, on every verified contact method at once.
    rules: Vec<RuleBody>,
    shift_notices: ShiftNoticesBody,
    /// The schedules they take turns in or are going to, by name.
    on_call: Vec<TakesPartIn>,
}

/// Where somebody can be reached.
#[derive(Debug, Serialize, ToSchema)]
struct ContactMethodBody {
    id: String,
    /// `email`, `sms`, `voice`, `push`, `slack` or `teams`.
    channel: &'static str,
    address: String,
    /// Only verified ones are used.
    verified: bool,
}

/// For an urgency, a contact method after so many minutes.
#[derive(Debug, Serialize, ToSchema)]
struct RuleBody {
    /// `high` or `low`.
    #[schema(value_type = String)]
    urgency: Urgency,
    contact_method_id: String,
    after_minutes: u32,
}

/// What somebody is told about their shifts.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct ShiftNoticesBody {
    /// So many minutes before a shift starts; `null` is not at all.
    before_minutes: Option<u32>,
    /// When a shift starts.
    at_start: bool,
    /// When a shift ends.
    at_end: bool,
}

/// A schedule that somebody takes turns in.
#[derive(Debug, Serialize, ToSchema)]
struct TakesPartIn {
    schedule_id: String,
    name: String,
}

/// Everybody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserList {
    users: Vec<UserBody>,
}

/// What managers change of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserEdit {
    disabled: bool,
}

impl From<Person> for UserBody {
    fn from(Person { user, schedules }: Person) -> Self {
        let schedules = schedules.into_iter();
        Self {
            id: user.id.to_string(),
            name: user.name,
            email: user.email,
            role: user.role,
            disabled: user.disabled,
            contact_methods: user.contact_methods.into_iter().map(ContactMethodBody::from).collect(),
            rules: user.rules.into_iter().map(RuleBody::from).collect(),
            shift_notices: user.shift_notices.into(),
            on_call: schedules.map(|(id, name)| TakesPartIn { schedule_id: id.to_string(), name }).collect(),
        }
    }
}

impl From<ContactMethod> for ContactMethodBody {
    fn from(method: ContactMethod) -> Self {
        let channel = method.channel.as_str();
        Self { id: method.id.to_string(), channel, address: method.address, verified: method.verified }
    }
}

impl From<NotificationRule> for RuleBody {
    fn from(rule: NotificationRule) -> Self {
        let contact_method_id = rule.contact_method_id.to_string();
        Self { urgency: rule.urgency, contact_method_id, after_minutes: rule.after_minutes }
    }
}

impl From<ShiftNotices> for ShiftNoticesBody {
    fn from(ShiftNotices { before_minutes, at_start, at_end }: ShiftNotices) -> Self {
        Self { before_minutes, at_start, at_end }
    }
}

/// Everybody, by name.
#[utoipa::path(
    get, path = "/api/users", operation_id = "list_users", tag = "people", security(("bearer" = [])),
    responses((status = 200, body = UserList), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<UserList>, Problem> {
    let people = app::people::all(&edge.app, &ctx).await?;
    Ok(Json(UserList { users: people.into_iter().map(UserBody::from).collect() }))
}

/// One person.
#[utoipa::path(
    get, path = "/api/users/{id}", operation_id = "get_user", tag = "people", security(("bearer" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = UserBody), (status = 401, body = Problem), (status = 404, body = Problem))
)]
pub(super) async fn read(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<UserId>,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(app::people::get(&edge.app, &ctx, &id).await?.into()))
}

/// Disables somebody, who can't sign in then and isn't paged, or enables them again. Their turns stay: the gap scan says
/// where they are on call. Nobody can disable themselves.
#[utoipa::path(
    patch, path = "/api/users/{id}", operation_id = "edit_user", tag = "people", security(("bearer" = [])),
    params(("id" = String, Path)), request_body = UserEdit,
    responses((status = 200, body = UserBody), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is yourself"))
)]
pub(super) async fn edit(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
    IdPath(id): IdPath<UserId>,
    JsonBody(body): JsonBody<UserEdit>,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(app::people::set_disabled(&edge.app, &ctx, &id, body.disabled).await?.into()))
}
