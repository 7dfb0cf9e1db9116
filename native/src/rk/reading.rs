//! Reading by position, without a group: one partition into a queue of its own. librdkafka calls it the simple consumer; nothing
//! of it talks to a coordinator, so it needs no right on any group and leaves no trace in one.

use rdkafka_sys as rd;

use super::fault::code;
use super::{Fault, Queue, Topic, sys};

impl Topic {
    /// Fetches from `offset` on into `queue`. A partition must be stopped before it is started anew.
    pub fn start(&self, partition: i32, offset: i64, queue: &Queue) -> Result<(), Fault> {
        // SAFETY: live topic and queue
        Self::outcome(unsafe { rd::rd_kafka_consume_start_queue(self.as_ptr(), partition, offset, queue.as_ptr()) })
    }

    /// Waits until librdkafka fetches nothing more of it; what is in the queue stays there.
    pub fn stop(&self, partition: i32) -> Result<(), Fault> {
        // SAFETY: live topic
        Self::outcome(unsafe { rd::rd_kafka_consume_stop(self.as_ptr(), partition) })
    }

    fn outcome(result: i32) -> Result<(), Fault> {
        if result == 0 {
            return Ok(());
        }
        // SAFETY: reads this thread's own last error
        let code = unsafe { sys::rd_kafka_last_error() };
        Err(Fault::of(if code == code::NO_ERROR { code::FAIL } else { code }))
    }
}
