//! Records cut off at the front of a partition, the only way in which Kafka deletes any. Waits for its answer: call it off the main thread.

use rdkafka_sys as rd;

use super::admin::{GRACE_MS, Options, check, wait_for};
use super::event::Kind;
use super::fault::code;
use super::offsets::{OffsetAnswer, answers};
use super::{Client, Fault, PartitionList};

impl Client {
    /// Deletes everything before each element's offset. An answer's offset is the first that is left.
    pub fn delete_records(&self, before: &PartitionList, timeout_ms: i32) -> Result<Vec<OffsetAnswer>, Fault> {
        let options = Options::new(self, rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETERECORDS, timeout_ms)?;
        let queue = self.private_queue()?;
        // SAFETY: live list, which is copied
        let mut request = Request(unsafe { rd::rd_kafka_DeleteRecords_new(before.as_ptr()) });
        // SAFETY: live client, options, queue and request, which is copied
        unsafe { rd::rd_kafka_DeleteRecords(self.as_ptr(), &mut request.0, 1, options.as_ptr(), queue.as_ptr()) }
        let event = wait_for(&queue, timeout_ms + GRACE_MS)?;
        check(&event)?;
        if !matches!(event.kind(), Kind::DeleteRecords) {
            return Err(Fault::new(code::FAIL, "deleting records was answered by something else"));
        }
        // SAFETY: the result belongs to the live event; the list is copied
        let list = PartitionList::copy_of(unsafe {
            rd::rd_kafka_DeleteRecords_result_offsets(rd::rd_kafka_event_DeleteRecords_result(event.as_ptr()))
        });
        Ok(answers(&list))
    }
}

struct Request(*mut rd::rd_kafka_DeleteRecords_t);

impl Drop for Request {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_DeleteRecords_destroy(self.0) }
    }
}
