//! What the port answers when Cosmos DB is slow to obey, refuses, or does what it was told and loses the answer.
//!
//! The client repeats by itself. So a write that was done may come back as 409, 412 or 404: that must never be taken for
//! somebody else's, and somebody else's never for ours.

use std::sync::Arc;
use std::time::Duration;

use acceptance::cosmos::{Cosmos, DATABASE, HostedCosmos, KEY};
use azure::cosmos::{Access, Account, CosmosDocuments};
use azure_data_cosmos_driver::fault_injection::{
    FaultInjectionConditionBuilder, FaultInjectionErrorType, FaultInjectionResultBuilder, FaultInjectionRule,
    FaultInjectionRuleBuilder, FaultOperationType,
};
use futures::future::join_all;
use store::{
    Batch, Document, Documents as _, Index, Kind, Lookup, OperationId, Range, StoreError, Stored, Write,
};

/// The fault happens to this sort of operation, so many times.
fn fault(error: FaultInjectionErrorType, to: FaultOperationType, times: u32) -> Arc<FaultInjectionRule> {
    let condition = FaultInjectionConditionBuilder::new().with_operation_type(to).build();
    let result = FaultInjectionResultBuilder::new().with_error(error).build();
    let rule = FaultInjectionRuleBuilder::new("fault", result).with_condition(condition);
    Arc::new(rule.with_hit_limit(times).build())
}

fn lost_answer() -> Arc<FaultInjectionRule> {
    fault(FaultInjectionErrorType::ResponseTimeoutAfterService, FaultOperationType::BatchItem, 1)
}

pub(super) fn document(id: &str, says: &str) -> Document {
    let body = format!(r#"{{"says":"{says}"}}"#);
    Document { id: id.to_owned(), kind: Kind::Service, schema: 1, index: Index::default(), lives: None, body }
}

pub(super) fn batch(operation: &str, writes: Vec<Write>) -> Batch {
    Batch { partition: "org".to_owned(), operation: OperationId(operation.to_owned()), writes }
}

/// An account in which `svc_1` says "first".
pub(super) async fn furnished() -> (Cosmos, Stored) {
    let cosmos = Cosmos::empty().await;
    let documents = cosmos.documents().await;
    let first = batch("first", vec![Write::Create(document("svc_1", "first"))]);
    assert_eq!(documents.commit(first).await, Ok(()));
    let stored = documents.get("org", "svc_1").await.expect("a store").expect("a document");
    (cosmos, stored)
}

pub(super) async fn says(cosmos: &Cosmos, id: &str) -> Option<String> {
    let stored = cosmos.documents().await.get("org", id).await.expect("a store")?;
    let body: serde_json::Value = serde_json::from_str(&stored.body).expect("JSON");
    Some(body["says"].as_str().expect("a text").to_owned())
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_ours() {
    let (cosmos, _) = furnished().await;
    let rule = lost_answer();
    let documents = cosmos.documents_with(vec![Arc::clone(&rule)]).await;
    let write = batch("ours", vec![Write::Create(document("svc_2", "ours"))]);
    assert_eq!(documents.commit(write).await, Ok(()));
    assert_eq!(rule.hit_count(), 1, "the answer was lost");
    assert_eq!(says(&cosmos, "svc_2").await.as_deref(), Some("ours"));
}

#[tokio::test]
async fn a_replace_whose_answer_was_lost_is_ours() {
    let (cosmos, seen) = furnished().await;
    let rule = lost_answer();
    let documents = cosmos.documents_with(vec![Arc::clone(&rule)]).await;
    let write = batch("ours", vec![Write::Replace(document("svc_1", "ours"), seen.etag)]);
    assert_eq!(documents.commit(write).await, Ok(()));
    assert_eq!(rule.hit_count(), 1, "the answer was lost");
    assert_eq!(says(&cosmos, "svc_1").await.as_deref(), Some("ours"));
}

#[tokio::test]
async fn a_delete_whose_answer_was_lost_is_done() {
    let (cosmos, seen) = furnished().await;
    let rule = lost_answer();
    let documents = cosmos.documents_with(vec![Arc::clone(&rule)]).await;
    assert_eq!(documents.commit(batch("ours", vec![Write::Delete(seen.id, seen.etag)])).await, Ok(()));
    assert_eq!(rule.hit_count(), 1, "the answer was lost");
    assert_eq!(says(&cosmos, "svc_1").await, None);
}

#[tokio::test]
async fn a_batch_of_all_sorts_whose_answer_was_lost_is_ours() {
    let (cosmos, seen) = furnished().await;
    let documents = cosmos.documents().await;
    let more = batch("more", vec![Write::Create(document("svc_2", "more"))]);
    assert_eq!(documents.commit(more).await, Ok(()));
    let second = documents.get("org", "svc_2").await.expect("a store").expect("a document");
    let rule = lost_answer();
    let documents = cosmos.documents_with(vec![Arc::clone(&rule)]).await;
    let writes = vec![
        Write::Delete(second.id, second.etag),
        Write::Create(document("svc_3", "ours")),
        Write::Replace(document("svc_1", "ours"), seen.etag),
    ];
    assert_eq!(documents.commit(batch("ours", writes)).await, Ok(()));
    assert_eq!(rule.hit_count(), 1, "the answer was lost");
    assert_eq!(says(&cosmos, "svc_1").await.as_deref(), Some("ours"));
    assert_eq!(says(&cosmos, "svc_2").await, None);
    assert_eq!(says(&cosmos, "svc_3").await.as_deref(), Some("ours"));
}

/// The answer is lost *and* somebody else was faster: nothing of ours was written, and that is what is told.
#[tokio::test]
async fn somebody_elses_write_is_never_taken_for_ours() {
    let (cosmos, seen) = furnished().await;
    let theirs = batch("theirs", vec![Write::Replace(document("svc_1", "theirs"), seen.etag.clone())]);
    assert_eq!(cosmos.documents().await.commit(theirs).await, Ok(()));
    let documents = cosmos.documents_with(vec![lost_answer()]).await;
    let writes =
        vec![Write::Create(document("svc_2", "ours")), Write::Replace(document("svc_1", "ours"), seen.etag)];
    let conflict = StoreError::Conflict { id: "svc_1".to_owned() };
    assert_eq!(documents.commit(batch("ours", writes)).await, Err(conflict));
    assert_eq!(says(&cosmos, "svc_1").await.as_deref(), Some("theirs"));
    assert_eq!(says(&cosmos, "svc_2").await, None);
}

#[tokio::test]
async fn a_refusal_that_passes_is_not_noticed() {
    for error in [
        FaultInjectionErrorType::TooManyRequests,
        FaultInjectionErrorType::ServiceUnavailable,
        FaultInjectionErrorType::ConnectionError,
    ] {
        let (cosmos, seen) = furnished().await;
        let faults =
            [FaultOperationType::BatchItem, FaultOperationType::ReadItem, FaultOperationType::QueryItem]
                .map(|to| fault(error, to, 1));
        let documents = cosmos.documents_with(faults.to_vec()).await;
        let write = batch("ours", vec![Write::Replace(document("svc_1", "ours"), seen.etag)]);
        assert_eq!(documents.commit(write).await, Ok(()), "{error:?}");
        assert!(documents.get("org", "svc_1").await.is_ok_and(|found| found.is_some()), "{error:?}");
        let all = Lookup::OfKind { partition: "org".to_owned(), kind: Kind::Service };
        let found = documents.find(&all, &Range::first(10)).await;
        assert_eq!(found.map(|found| found.documents.len()), Ok(1), "{error:?}");
        assert!(faults.iter().all(|fault| fault.hit_count() == 1), "{error:?}");
    }
}

#[tokio::test]
async fn a_refusal_that_stays_says_what_the_caller_should_do() {
    let (cosmos, _) = furnished().await;
    let busy = fault(FaultInjectionErrorType::TooManyRequests, FaultOperationType::BatchItem, u32::MAX);
    let documents = cosmos.documents_with(vec![busy]).await;
    let write = || batch("ours", vec![Write::Create(document("svc_2", "ours"))]);
    let answer = documents.commit(write()).await;
    assert!(matches!(answer, Err(StoreError::Throttled { .. })), "{answer:?}");
    for error in [FaultInjectionErrorType::ServiceUnavailable, FaultInjectionErrorType::ConnectionError] {
        let away = fault(error, FaultOperationType::BatchItem, u32::MAX);
        let answer = cosmos.documents_with(vec![away]).await.commit(write()).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }
    assert_eq!(says(&cosmos, "svc_2").await, None);
}

#[tokio::test]
async fn a_database_that_is_not_there_is_no_empty_one() {
    let hosted = HostedCosmos::start().await.expect("a server");
    let account = Account::new(hosted.url(), "elsewhere", None, Access::Key(KEY.into())).expect("an account");
    let documents = CosmosDocuments::new(account);
    let answer = documents.get("org", "svc_1").await;
    assert!(
        matches!(&answer, Err(StoreError::Unavailable(reason)) if reason.contains("elsewhere")),
        "{answer:?}"
    );
}

/// An account that is away, and documents in it; that it can't be reached is told without another attempt for `rest`.
async fn away(rest: Duration) -> (HostedCosmos, CosmosDocuments) {
    let hosted = HostedCosmos::start().await.expect("a server");
    hosted.go_away();
    let account = Account::new(hosted.url(), DATABASE, None, Access::Key(KEY.into())).expect("an account");
    (hosted, CosmosDocuments::new(account).resting(rest))
}

#[tokio::test]
async fn an_account_that_comes_back_is_found_at_the_next_use() {
    let (hosted, documents) = away(Duration::ZERO).await;
    assert!(matches!(documents.health().await, Err(StoreError::Unavailable(_))));
    hosted.come_back().expect("a port");
    assert_eq!(documents.health().await, Ok(()));
}

#[tokio::test]
async fn an_account_that_is_away_is_not_looked_for_by_each_of_a_crowd() {
    let (hosted, documents) = away(Duration::from_hours(1)).await;
    let answers = join_all((0..100).map(|_| documents.health())).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))));
    hosted.come_back().expect("a port");
    assert_eq!(documents.health().await, answers[0], "the last attempt's answer");
}
