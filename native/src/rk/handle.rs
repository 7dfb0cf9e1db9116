//! One librdkafka client: everything that is asked of it goes through here.

use std::ffi::{CString, c_char, c_int, c_void};

use rdkafka_sys as rd;

use super::conf::Conf;
use super::fault::code;
use super::{Event, Fault, PartitionList, Queue, c_string, owned, sys, text_buffer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Consumer,
    Producer,
}

/// Frees the client on Drop without a word to the group: leaving it is `begin_close`, polled until `is_closed`.
pub struct Client {
    ptr: *mut rd::rd_kafka_t,
    role: Role,
}

// SAFETY: librdkafka's client is made for use from any thread
unsafe impl Send for Client {}
// SAFETY: as above
unsafe impl Sync for Client {}

/// A topic that records are produced to, looked up once.
pub struct Topic {
    ptr: *mut rd::rd_kafka_topic_t,
}
// SAFETY: a counted reference that librdkafka locks internally
unsafe impl Send for Topic {}

impl Topic {
    pub(super) fn as_ptr(&self) -> *mut rd::rd_kafka_topic_t {
        self.ptr
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: our reference, given back once
        unsafe { rd::rd_kafka_topic_destroy(self.ptr) }
    }
}

/// A record to enqueue; librdkafka copies the bytes.
pub struct Outgoing<'a> {
    pub topic: &'a Topic,
    /// -1 = the partitioner chooses
    pub partition: i32,
    /// 0 = now
    pub timestamp_ms: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    /// a section as `phq_kafka_core::headers` reads it
    pub headers: &'a [u8],
    pub opaque: u64,
}

impl Client {
    pub fn new(role: Role, entries: &[(String, String)]) -> Result<Client, Fault> {
        let conf = Conf::from_entries(entries)?;
        let shared = rd::RD_KAFKA_EVENT_ERROR | rd::RD_KAFKA_EVENT_LOG | rd::RD_KAFKA_EVENT_STATS;
        conf.enable_events(match role {
            Role::Consumer => shared | rd::RD_KAFKA_EVENT_REBALANCE | rd::RD_KAFKA_EVENT_OFFSET_COMMIT,
            Role::Producer => shared | rd::RD_KAFKA_EVENT_DR,
        });
        let kind = match role {
            Role::Consumer => rd::rd_kafka_type_t::RD_KAFKA_CONSUMER,
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
        let client = Client { ptr, role };
        client.serve_logs()?;
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
                Role::Producer => rd::rd_kafka_queue_get_main(self.ptr),
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
        // SAFETY: live client; the metadata is ours to free, and null outside a group
        unsafe {
            let metadata = rd::rd_kafka_consumer_group_metadata(self.ptr);
            if metadata.is_null() {
                return -1;
            }
            let generation = rd::rd_kafka_consumer_group_metadata_generation_id(metadata);
            rd::rd_kafka_consumer_group_metadata_destroy(metadata);
            generation
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

    /// Queues a commit; its answer comes as an event on `answers`.
    pub fn commit(&self, list: &PartitionList, answers: &Queue) -> Result<(), Fault> {
        // SAFETY: live client and queue; the list is copied; no callback, so the answer is an event
        Fault::check_code(unsafe {
            sys::rd_kafka_commit_queue(self.ptr, list.as_ptr(), answers.as_ptr(), std::ptr::null(), std::ptr::null_mut())
        })
    }

    /// Leaves positions for librdkafka's own commit timer (`enable.auto.commit`).
    pub fn store_offsets(&self, list: &PartitionList) -> Result<(), Fault> {
        // SAFETY: live client and list
        Fault::check_code(unsafe { sys::rd_kafka_offsets_store(self.ptr, list.as_ptr()) })
    }

    /// Moves the fetch positions of assigned partitions; does not wait.
    pub fn seek(&self, list: &PartitionList) -> Result<(), Fault> {
        // SAFETY: live client and list
        Fault::check(unsafe { sys::rd_kafka_seek_partitions(self.ptr, list.as_ptr(), 0) })
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

    pub fn topic(&self, name: &str) -> Result<Topic, Fault> {
        let c = c_string(name)?;
        // SAFETY: live client, NUL-terminated name; null configuration = the client's
        let ptr = unsafe { rd::rd_kafka_topic_new(self.ptr, c.as_ptr(), std::ptr::null_mut()) };
        if ptr.is_null() { Err(Fault::new(code::INVALID_ARG, format!("{name:?} is not a topic name"))) } else { Ok(Topic { ptr }) }
    }

    pub fn produce(&self, record: &Outgoing<'_>) -> Result<(), i32> {
        let headers = HeaderList::of(record.headers);
        let (key, key_len) = raw(record.key);
        let (value, value_len) = raw(record.value);
        use rd::rd_kafka_vtype_t as v;
        // SAFETY: the variadic list follows rdkafka.h (RD_KAFKA_V_RKT, _PARTITION, _TIMESTAMP, _MSGFLAGS, _VALUE, _KEY,
        // _OPAQUE, _HEADERS, _END); the bytes are copied; the headers are taken over only on success
        let code = unsafe {
            sys::rd_kafka_producev(
                self.ptr,
                v::RD_KAFKA_VTYPE_RKT as c_int,
                record.topic.ptr,
                v::RD_KAFKA_VTYPE_PARTITION as c_int,
                record.partition,
                v::RD_KAFKA_VTYPE_TIMESTAMP as c_int,
                record.timestamp_ms,
                v::RD_KAFKA_VTYPE_MSGFLAGS as c_int,
                rd::RD_KAFKA_MSG_F_COPY,
                v::RD_KAFKA_VTYPE_VALUE as c_int,
                value,
                value_len,
                v::RD_KAFKA_VTYPE_KEY as c_int,
                key,
                key_len,
                v::RD_KAFKA_VTYPE_OPAQUE as c_int,
                record.opaque as *mut c_void,
                v::RD_KAFKA_VTYPE_HEADERS as c_int,
                headers.0,
                v::RD_KAFKA_VTYPE_END as c_int,
            )
        };
        if code == code::NO_ERROR {
            std::mem::forget(headers);
            return Ok(());
        }
        Err(code)
    }

    /// Sends what lingers now; waits at most `timeout_ms` for all of it.
    pub fn flush(&self, timeout_ms: i32) {
        // SAFETY: live client; delivery reports are events that another thread serves
        unsafe { sys::rd_kafka_flush(self.ptr, timeout_ms) };
    }

    /// Fails everything that is not delivered; the reports still come.
    pub fn purge(&self) {
        // SAFETY: live client
        unsafe { sys::rd_kafka_purge(self.ptr, rd::RD_KAFKA_PURGE_F_QUEUE | rd::RD_KAFKA_PURGE_F_INFLIGHT) };
    }

    /// Records and reports that are still inside.
    pub fn outstanding(&self) -> i32 {
        // SAFETY: live client
        unsafe { rd::rd_kafka_outq_len(self.ptr) }
    }

    pub(super) fn as_ptr(&self) -> *mut rd::rd_kafka_t {
        self.ptr
    }

    /// A queue of its own for answers to admin calls.
    pub(super) fn answers(&self) -> Option<Queue> {
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

fn raw(bytes: Option<&[u8]>) -> (*const c_void, usize) {
    bytes.map_or((std::ptr::null(), 0), |b| (b.as_ptr().cast(), b.len()))
}

/// Null without headers. Freed by Drop unless librdkafka took it over.
struct HeaderList(*mut rd::rd_kafka_headers_t);

impl HeaderList {
    fn of(section: &[u8]) -> HeaderList {
        if section.is_empty() {
            return HeaderList(std::ptr::null_mut());
        }
        // SAFETY: a fresh list
        let list = unsafe { rd::rd_kafka_headers_new(4) };
        for (name, value) in phq_kafka_core::headers::iter(section) {
            let (value, size) = raw(value);
            // SAFETY: live list; name and value are copied with their true sizes
            unsafe { sys::rd_kafka_header_add(list, name.as_ptr().cast(), name.len() as isize, value, size as isize) };
        }
        HeaderList(list)
    }
}

impl Drop for HeaderList {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: still ours
            unsafe { rd::rd_kafka_headers_destroy(self.0) }
        }
    }
}

/// Keeps C strings alive beside the pointers to them.
pub(super) struct CStrings {
    _owned: Vec<CString>,
    pub pointers: Vec<*mut c_char>,
}

impl CStrings {
    pub fn of(texts: &[String]) -> Result<CStrings, Fault> {
        let owned: Vec<CString> = texts.iter().map(|t| c_string(t)).collect::<Result<_, _>>()?;
        let pointers = owned.iter().map(|c| c.as_ptr().cast_mut()).collect();
        Ok(CStrings { _owned: owned, pointers })
    }
}

/// Waits on a private queue for one answer.
pub(super) fn wait_for(queue: &Queue, timeout_ms: i32) -> Result<Event, Fault> {
    queue.poll_for(timeout_ms).ok_or_else(|| Fault::new(code::TIMED_OUT, format!("no answer within {timeout_ms} ms")))
}
