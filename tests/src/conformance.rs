//! What the document port (`store::port`) promises, as checks that every backend has to pass.
//! `document_port_conformance!(MyBackend)` makes a test of each.
//!
//! Invariant: a check rests on the port's text and on nothing that one backend happens to do. Each is given a store of
//! its own, since what is due is found over all partitions.
#![expect(missing_docs, reason = "the name of a check is the sentence it holds the backend to")]
#![expect(clippy::missing_panics_doc, reason = "a check that fails panics, and does nothing else")]

mod batches;
mod handles;
mod lookups;
mod operations;
mod paging;
mod partition;
mod single;

use std::sync::Arc;

use store::Documents;

pub use self::batches::*;
pub use self::handles::*;
pub use self::lookups::*;
pub use self::operations::*;
pub use self::paging::*;
pub use self::single::*;

/// Where a backend under test keeps one store.
pub trait Backend: Sized + Send + Sync {
    /// A store with nothing in it, that nobody else uses.
    fn empty() -> impl Future<Output = Self> + Send;

    /// A handle on it. Each has nothing in common with the others but what is stored, as in processes of their own.
    fn open(&self) -> impl Future<Output = Arc<dyn Documents>> + Send;
}

/// Makes a test of every check for a [`Backend`].
#[macro_export]
macro_rules! document_port_conformance {
    ($backend:ty) => {
        $crate::document_port_conformance! { $backend;
            // One document.
            what_was_never_written_is_not_there
            what_is_created_is_read_as_it_was_written
            creating_what_exists_is_a_conflict
            a_replace_takes_the_place_of_what_was_read
            replacing_what_was_changed_meanwhile_is_a_conflict
            replacing_what_is_not_there_is_a_conflict
            a_deleted_document_is_gone_and_its_id_is_free
            deleting_what_was_changed_meanwhile_is_a_conflict
            partitions_do_not_see_each_other
            ids_and_bodies_come_back_whole
            numbers_and_structure_of_a_body_come_back
            a_store_that_can_be_read_is_healthy
            // Batches.
            one_bad_write_and_nothing_of_its_batch_is_written
            a_conflict_names_the_first_write_that_failed
            batches_at_once_fail_each_for_itself
            a_hundred_writes_are_one_batch
            the_most_bytes_are_one_batch
            // The same operation again.
            the_same_create_again_is_done_already
            the_same_replace_again_is_done_already
            the_same_delete_again_is_done_already
            a_mixed_batch_again_is_done_already_whatever_its_order
            an_operation_again_leaves_alone_what_others_did_since
            the_same_writes_by_another_operation_are_a_conflict
            the_same_operation_at_once_is_written_once
            an_operation_is_known_in_its_own_partition_only
            // Several handles.
            a_commit_is_seen_through_every_handle
            an_etag_is_good_through_every_handle
            increments_at_once_add_up
            increments_through_two_handles_add_up
            what_was_answered_is_there_after_opening_again
            // Lookups.
            nothing_is_found_in_an_empty_store
            of_kind_finds_every_document_of_a_kind_by_id
            of_parent_finds_what_belongs_to_it_by_sort_then_id
            newest_of_parent_is_of_parent_from_its_end
            newest_finds_the_greatest_sort_first_in_all_states_or_one
            newest_goes_on_before_a_sort_that_the_caller_names
            of_parent_goes_on_after_a_sort_that_the_caller_names
            due_finds_what_is_due_by_now_in_every_partition
            any_due_finds_what_is_due_of_the_named_kinds_in_every_partition
            everything_finds_every_document_of_a_partition_by_id
            what_is_read_says_what_kind_it_is
            what_is_found_is_what_would_be_read
            lookups_follow_a_replace
            what_is_deleted_is_found_no_more
            // Paging.
            pages_of_any_size_lose_nothing_and_repeat_nothing
            paging_what_is_due_survives_the_work_on_it
            paging_the_newest_survives_newer_ones
        }
    };
    ($backend:ty; $($check:ident)*) => {
        $(
            #[tokio::test]
            async fn $check() {
                let backend = <$backend as $crate::conformance::Backend>::empty().await;
                $crate::conformance::$check(&backend).await;
            }
        )*
    };
}
