//! One librdkafka client: everything that is asked of it goes through here.

use std::sync::atomic::{AtomicBool, Ordering};

use rdkafka_sys as rd;

use super::conf::Conf;
use super::event::asked_for;
use super::fault::code;
use super::{Fault, PartitionList, Queue, c_string, oauth, owned, sys, text_buffer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Consumer,
    Producer,
    /// a consumer without a group: partitions are read by position, one queue each
    Reader,
}

/// Frees the client on Drop without a word to the group: leaving it is `begin_close`, polled until `is_closed`.
pub struct Client {
    ptr: *mut rd::rd_kafka_t,
    role: Role,
    /// the fatal error has been told
    told_fatal: AtomicBool,
}

// SAFETY: librdkafka's client is made for use from any thread
unsafe impl Send for Client {}
// SAFETY: as above
unsafe impl Sync for Client {}

impl Client {
    pub fn new(role: Role, entries: &[(String, String)]) -> Result<Client, Fault> {
        let conf = Conf::from_entries(entries)?;
        let shared = rd::RD_KAFKA_EVENT_ERROR | rd::RD_KAFKA_EVENT_LOG | rd::RD_KAFKA_EVENT_STATS;
        conf.enable_events(match role {
            Role::Consumer => shared | rd::RD_KAFKA_EVENT_REBALANCE | rd::RD_KAFKA_EVENT_OFFSET_COMMIT,
            Role::Producer => shared | rd::RD_KAFKA_EVENT_DR,
            Role::Reader => shared,
        });
        let makes_tokens = entries.iter().any(|(key, _)| key == oauth::OWN_TOKENS);
        if makes_tokens {
            conf.enable_sasl_queue();
        }
        let kind = match role {
            Role::Consumer | Role::Reader => rd::rd_kafka_type_t::RD_KAFKA_CONSUMER,
            Role::Producer => rd::rd_kafka_type_t::RD_KAFKA_PRODUCER,
        };
        let mut text = text_buffer();
        // SAFETY: a live configuration, which librdkafka takes over only when it succeeds; the buffer's true size
        let ptr = unsafe { rd::rd_kafka_new(kind, conf.as_ptr(), text.as_mut_ptr(), text.len()) };
        if ptr.is_null() {
            // SAFETY: librdkafka wrote a NUL-terminated text
            let (code, text) = unsafe { (sys::rd_kafka_last_error(), owned(text.as_ptr())) };
            return Err(Fault::new(if code == code::NO_ERROR { code::INVALID_ARG } else { code }, text));
        }
        conf.release();
        let client = Client { ptr, role, told_fatal: AtomicBool::new(false) };
        client.serve_logs()?;
        if makes_tokens {
            client.renew_own_tokens()?;
        }
        Ok(client)
    }

    /// Logs and, for a consumer, all main-queue events come through the one queue that `events` returns.
    fn serve_logs(&self) -> Result<(), Fault> {
        // SAFETY: live client; null = the main queue
        Fault::check_code(unsafe { sys::rd_kafka_set_log_queue(self.ptr, std::ptr::null_mut()) })?;
        if self.role == Role::Consumer {
            // SAFETY: live client; fails only when called twice
            unsafe { rd::rd_kafka_poll_set_consumer(self.ptr) };
        }
        Ok(())
    }

    /// The queue of everything but partition records.
    pub fn events(&self) -> Option<Queue> {
        // SAFETY: live client; the reference is ours
        Queue::from_raw(unsafe {
            match self.role {
                Role::Consumer => rd::rd_kafka_queue_get_consumer(self.ptr),
                Role::Producer | Role::Reader => rd::rd_kafka_queue_get_main(self.ptr),
            }
        })
    }

    pub fn partition_queue(&self, topic: &str, partition: i32) -> Option<Queue> {
        let topic = c_string(topic).ok()?;
        // SAFETY: live client and NUL-terminated name; the reference is ours
        Queue::from_raw(unsafe { rd::rd_kafka_queue_get_partition(self.ptr, topic.as_ptr(), partition) })
    }

    pub fn subscribe(&self, topics: &[String]) -> Result<(), Fault> {
        let mut list = PartitionList::new(topics.len());
        for topic in topics {
            list.add(topic, -1, i64::from(rd::RD_KAFKA_OFFSET_INVALID), -1)?;
        }
        // SAFETY: live client and list, which is copied
        Fault::check_code(unsafe { sys::rd_kafka_subscribe(self.ptr, list.as_ptr()) })
    }

    /// Leaves the group; the client can subscribe again.
    pub fn unsubscribe(&self) -> Result<(), Fault> {
        // SAFETY: live client
        Fault::check_code(unsafe { sys::rd_kafka_unsubscribe(self.ptr) })
    }

    /// EAGER, COOPERATIVE or NONE.
    pub fn rebalance_protocol(&self) -> String {
        // SAFETY: live client; a static string
        unsafe { owned(rd::rd_kafka_rebalance_protocol(self.ptr)) }
    }

    /// The group's generation (classic) or the member's epoch (KIP-848); 1 = the group has just come into being; -1 = not a member.
    pub fn generation(&self) -> i32 {
        self.membership().map_or(-1, |(generation, _)| generation)
    }

    /// As far as its client has heard from the group.
    pub fn is_member(&self) -> bool {
        self.membership().is_some_and(|(generation, member)| generation > 0 && !member.is_empty())
    }

    /// Generation and member id; none outside a group.
    fn membership(&self) -> Option<(i32, String)> {
        // SAFETY: live client; the metadata is ours to free, and null outside a group
        unsafe {
            let metadata = rd::rd_kafka_consumer_group_metadata(self.ptr);
            if metadata.is_null() {
                return None;
            }
            let generation = rd::rd_kafka_consumer_group_metadata_generation_id(metadata);
            let member = owned(rd::rd_kafka_consumer_group_metadata_member_id(metadata));
            rd::rd_kafka_consumer_group_metadata_destroy(metadata);
            Some((generation, member))
        }
    }

    pub fn assignment_lost(&self) -> bool {
        // SAFETY: live client
        unsafe { rd::rd_kafka_assignment_lost(self.ptr) != 0 }
    }

    /// Replaces the assignment; None gives all of it up.
    pub fn assign(&self, list: Option<&PartitionList>) -> Result<(), Fault> {
        // SAFETY: live client; the list is copied, null is allowed
        Fault::check_code(unsafe { sys::rd_kafka_assign(self.ptr, list.map_or(std::ptr::null(), |l| l.as_ptr())) })
    }

    pub fn incremental_assign(&self, list: &PartitionList) -> Result<(), Fault> {
        // SAFETY: live client; the list is copied
        Fault::check(unsafe { rd::rd_kafka_incremental_assign(self.ptr, list.as_ptr()) })
    }

    pub fn incremental_unassign(&self, list: &PartitionList) -> Result<(), Fault> {
        // SAFETY: live client; the list is copied
        Fault::check(unsafe { rd::rd_kafka_incremental_unassign(self.ptr, list.as_ptr()) })
    }

    /// Queues a commit; its answer comes as an event on `answers`, which `is_asked_for`.
    pub fn commit(&self, list: &PartitionList, answers: &Queue) -> Result<(), Fault> {
        // SAFETY: live client and queue; the list is copied; no callback, so the answer is an event; the opaque is only handed back
        Fault::check_code(unsafe { sys::rd_kafka_commit_queue(self.ptr, list.as_ptr(), answers.as_ptr(), std::ptr::null(), asked_for()) })
    }

    /// Leaves positions for librdkafka's own commit timer (`enable.auto.commit`).
    pub fn store_offsets(&self, list: &PartitionList) -> Result<(), Fault> {
        // SAFETY: live client and list
        Fault::check_code(unsafe { sys::rd_kafka_offsets_store(self.ptr, list.as_ptr()) })
    }

    /// Moves the fetch positions of assigned partitions; each element's error says whether that was taken up, `IN_PROGRESS` that it was not
    /// answered in time.
    pub fn seek(&self, list: &PartitionList, timeout_ms: i32) -> Result<(), Fault> {
        // SAFETY: live client and list, which is filled in
        Fault::check(unsafe { sys::rd_kafka_seek_partitions(self.ptr, list.as_ptr(), timeout_ms) })
    }

    /// Starts leaving the group; go on polling `events` (the last rebalance comes there) until `is_closed`.
    pub fn begin_close(&self, events: &Queue) -> Result<(), Fault> {
        // SAFETY: live client and queue
        Fault::check(unsafe { rd::rd_kafka_consumer_close_queue(self.ptr, events.as_ptr()) })
    }

    pub fn is_closed(&self) -> bool {
        // SAFETY: live client
        unsafe { rd::rd_kafka_consumer_closed(self.ptr) != 0 }
    }

    /// The error after which nothing works any more, if there was one.
    pub fn fatal_error(&self) -> Option<Fault> {
        let mut text = text_buffer();
        // SAFETY: live client, and the buffer with its true size
        let code = unsafe { sys::rd_kafka_fatal_error(self.ptr, text.as_mut_ptr(), text.len()) };
        // SAFETY: librdkafka wrote a NUL-terminated text
        (code != code::NO_ERROR).then(|| Fault { fatal: true, ..Fault::new(code, unsafe { owned(text.as_ptr()) }) })
    }

    /// What an error tells that was not told before. librdkafka tells a fatal one under its own code, as _FATAL, and once more as the answer to a
    /// close, in any order: None but for the first time.
    pub fn news(&self, fault: Fault) -> Option<Fault> {
        match self.fatal_error() {
            Some(fatal) if fault.code == code::FATAL || fault.code == fatal.code => {
                (!self.told_fatal.swap(true, Ordering::Relaxed)).then_some(fatal)
            }
            _ => Some(fault),
        }
    }

    /// Records and reports that are still inside.
    pub fn outstanding(&self) -> i32 {
        // SAFETY: live client
        unsafe { rd::rd_kafka_outq_len(self.ptr) }
    }

    pub(super) fn as_ptr(&self) -> *mut rd::rd_kafka_t {
        self.ptr
    }

    /// A queue of its own, for answers to admin calls or for one partition's records.
    pub fn own_queue(&self) -> Option<Queue> {
        // SAFETY: live client; the reference is ours
        Queue::from_raw(unsafe { rd::rd_kafka_queue_new(self.ptr) })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: the last use. Without NO_CONSUMER_CLOSE this would poll until the group is left, for as long as no
        // coordinator answers
        unsafe { rd::rd_kafka_destroy_flags(self.ptr, rd::RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE) }
    }
}
