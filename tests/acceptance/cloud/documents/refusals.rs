//! What a batch comes to when one of its writes is refused, or its partition takes no more.

use std::sync::Arc;

use azure_core::http::StatusCode;
use azure_data_cosmos_driver::fault_injection::{
    CustomResponseBuilder, FaultInjectionConditionBuilder, FaultInjectionResultBuilder, FaultInjectionRule,
    FaultInjectionRuleBuilder, FaultOperationType,
};
use serde_json::json;
use store::{Documents as _, StoreError, Write};

use super::faults::{batch, document, furnished, says};

/// The next batch is not done, and answered like this.
fn answered(answer: CustomResponseBuilder) -> Arc<FaultInjectionRule> {
    let condition =
        FaultInjectionConditionBuilder::new().with_operation_type(FaultOperationType::BatchItem).build();
    let result = FaultInjectionResultBuilder::new().with_custom_response(answer.build()).build();
    let rule = FaultInjectionRuleBuilder::new("answer", result).with_condition(condition);
    Arc::new(rule.with_hit_limit(1).build())
}

/// The second of two writes is answered like this, which takes the first one back.
fn second_refused(status: u16, sub_status: u32) -> Arc<FaultInjectionRule> {
    let results = json!([
        { "statusCode": 424, "requestCharge": 1.0 },
        { "statusCode": status, "substatusCode": sub_status, "requestCharge": 1.0 },
    ]);
    answered(CustomResponseBuilder::new(StatusCode::MultiStatus).with_body(results.to_string()))
}

fn writes() -> Vec<Write> {
    ["svc_2", "svc_3"].map(|id| Write::Create(document(id, "ours"))).to_vec()
}

#[tokio::test]
async fn two_who_write_at_the_same_time_are_a_conflict() {
    let (cosmos, _) = furnished().await;
    let rule = second_refused(449, 0);
    let documents = cosmos.documents_with(vec![Arc::clone(&rule)]).await;
    let conflict = StoreError::Conflict { id: "svc_3".to_owned() };
    assert_eq!(documents.commit(batch("ours", writes())).await, Err(conflict));
    assert_eq!(rule.hit_count(), 1);
    assert_eq!(documents.commit(batch("again", writes())).await, Ok(()), "it may be decided again");
}

#[tokio::test]
async fn a_write_that_failed_on_the_way_may_be_tried_again() {
    for status in [408, 500, 503] {
        let (cosmos, _) = furnished().await;
        let documents = cosmos.documents_with(vec![second_refused(status, 0)]).await;
        let answer = documents.commit(batch("ours", writes())).await;
        assert!(matches!(&answer, Err(StoreError::Unavailable(_))), "{status}: {answer:?}");
        assert_eq!(says(&cosmos, "svc_2").await, None);
    }
}

#[tokio::test]
async fn a_repeat_that_fails_on_the_way_or_meets_itself_is_ours_when_it_was_written() {
    for status in [404, 408, 409, 412, 449, 500, 503] {
        let (cosmos, _) = furnished().await;
        assert_eq!(cosmos.documents().await.commit(batch("ours", writes())).await, Ok(()));
        let rule = second_refused(status, 0);
        let documents = cosmos.documents_with(vec![Arc::clone(&rule)]).await;
        assert_eq!(documents.commit(batch("ours", writes())).await, Ok(()), "{status}");
        assert_eq!(rule.hit_count(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_partition_that_takes_no_more_is_told_as_that() {
    let whole = || answered(CustomResponseBuilder::new(StatusCode::Forbidden).with_sub_status(1014));
    for rule in [second_refused(403, 1014), whole()] {
        let (cosmos, _) = furnished().await;
        let answer = cosmos.documents_with(vec![rule]).await.commit(batch("ours", writes())).await;
        let Err(StoreError::Unavailable(reason)) = answer else { panic!("{answer:?}") };
        assert!(reason.contains("20 GB") && !reason.contains("role"), "{reason}");
    }
}

#[tokio::test]
async fn an_identity_without_its_role_is_told_as_that() {
    let (cosmos, _) = furnished().await;
    let rule = answered(CustomResponseBuilder::new(StatusCode::Forbidden).with_sub_status(5300));
    let answer = cosmos.documents_with(vec![rule]).await.commit(batch("ours", writes())).await;
    let Err(StoreError::Unavailable(reason)) = answer else { panic!("{answer:?}") };
    assert!(reason.contains("role"), "{reason}");
}
