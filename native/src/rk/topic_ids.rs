//! Which topic a name stands for now: one that is deleted and made anew has another id. Waits for its answer: call it off the main thread.

use rdkafka_sys as rd;
use serde::Serialize;

use super::admin::{CStrings, GRACE_MS, Options, check, wait_for};
use super::event::Kind;
use super::fault::code;
use super::{Client, Fault, owned, sys};

#[derive(Serialize)]
pub struct TopicId {
    pub name: String,
    /// Base64, as Kafka's own tools show it
    pub id: String,
    pub error: Option<Fault>,
}

impl Client {
    /// Unlike asking for metadata, this never creates a topic.
    pub fn topic_ids(&self, names: &[String], timeout_ms: i32) -> Result<Vec<TopicId>, Fault> {
        let strings = CStrings::of(names)?;
        let options = Options::new(self, rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS, timeout_ms)?;
        let queue = self.private_queue()?;
        let mut pointers: Vec<_> = strings.pointers.iter().map(|p| p.cast_const()).collect();
        // SAFETY: NUL-terminated names, which are copied
        let topics = Collection(unsafe { rd::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len()) });
        // SAFETY: live client, collection, options and queue
        unsafe { rd::rd_kafka_DescribeTopics(self.as_ptr(), topics.0, options.as_ptr(), queue.as_ptr()) }
        let event = wait_for(&queue, timeout_ms + GRACE_MS)?;
        check(&event)?;
        if !matches!(event.kind(), Kind::DescribeTopics) {
            return Err(Fault::new(code::FAIL, "describing topics was answered by something else"));
        }
        let mut count = 0;
        // SAFETY: the result belongs to the live event; `count` descriptions follow, which live as long
        unsafe {
            let list = rd::rd_kafka_DescribeTopics_result_topics(rd::rd_kafka_event_DescribeTopics_result(event.as_ptr()), &mut count);
            Ok((0..count).map(|i| topic_id(*list.add(i))).collect())
        }
    }
}

/// # Safety
/// `topic` belongs to a live event.
unsafe fn topic_id(topic: *const rd::rd_kafka_TopicDescription_t) -> TopicId {
    // SAFETY: by this function's contract; a description carries either an error or an id, and null where it has none
    unsafe {
        let error = rd::rd_kafka_TopicDescription_error(topic);
        let code = if error.is_null() { code::NO_ERROR } else { sys::rd_kafka_error_code(error) };
        let id = rd::rd_kafka_TopicDescription_topic_id(topic);
        TopicId {
            name: owned(rd::rd_kafka_TopicDescription_name(topic)),
            id: if id.is_null() { String::new() } else { owned(rd::rd_kafka_Uuid_base64str(id)) },
            error: (code != code::NO_ERROR).then(|| Fault::of(code)),
        }
    }
}

struct Collection(*mut rd::rd_kafka_TopicCollection_t);

impl Drop for Collection {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_TopicCollection_destroy(self.0) }
    }
}
