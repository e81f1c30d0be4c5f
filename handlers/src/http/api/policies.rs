//! `GET /api/escalation-policies`.

use std::sync::Arc;

use app::policies::Policies;
use axum::Json;
use axum::extract::State;
use domain::policy::{EscalationPolicy, Step, Target};
use serde::Serialize;
use utoipa::ToSchema;

use crate::edge::Edge;
use crate::extract::SignedIn;
use crate::problem::Problem;

/// Who is told, in which order.
#[derive(Debug, Serialize, ToSchema)]
struct PolicyBody {
    id: String,
    name: String,
    /// How often the steps run again after the first round.
    repeat: u32,
    steps: Vec<StepBody>,
}

/// One step.
#[derive(Debug, Serialize, ToSchema)]
struct StepBody {
    /// How long its people have before the next step, in minutes.
    delay_minutes: u32,
    /// Everybody in here is told at once.
    targets: Vec<TargetBody>,
}

/// Whom a step tells.
#[derive(Debug, Serialize, ToSchema)]
struct TargetBody {
    /// `user`, `schedule` or `team`.
    kind: &'static str,
    id: String,
    /// `null` when it is gone.
    name: Option<String>,
}

/// Every escalation policy.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PolicyList {
    escalation_policies: Vec<PolicyBody>,
}

fn shown(policy: &EscalationPolicy, known: &Policies) -> PolicyBody {
    let step = |step: &Step| StepBody {
        delay_minutes: step.delay_minutes,
        targets: step.targets.iter().map(|target| shown_target(target, known)).collect(),
    };
    PolicyBody {
        id: policy.id.to_string(),
        name: policy.name.clone(),
        repeat: policy.repeat,
        steps: policy.steps.iter().map(step).collect(),
    }
}

fn shown_target(target: &Target, known: &Policies) -> TargetBody {
    let (kind, id) = match target {
        Target::User(id) => ("user", id.to_string()),
        Target::Schedule(id) => ("schedule", id.to_string()),
        Target::Team(id) => ("team", id.to_string()),
    };
    TargetBody { kind, id, name: known.name_of(target).map(str::to_owned) }
}

/// Every escalation policy, by name.
#[utoipa::path(
    get, path = "/api/escalation-policies", operation_id = "list_escalation_policies", tag = "escalation policies",
    security(("bearer" = [])), responses((status = 200, body = PolicyList), (status = 401, body = Problem))
)]
pub(super) async fn list(
    State(edge): State<Arc<Edge>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<PolicyList>, Problem> {
    let known = app::policies::all(&edge.app, &ctx).await?;
    let escalation_policies = known.policies.iter().map(|policy| shown(policy, &known)).collect();
    Ok(Json(PolicyList { escalation_policies }))
}
