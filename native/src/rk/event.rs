//! What a queue hands over: records, delivery reports, rebalances, commit answers, errors, logs, statistics.

use std::ffi::{c_char, c_int, c_void};
use std::marker::PhantomData;

use rdkafka_sys as rd;

use super::sys::{self, RawMessage};
use super::{Fault, PartitionList, owned};

/// Its address marks the commits that we ask for: the answers to librdkafka's own (`enable.auto.commit`) come as the same kind of event.
static ASKED_FOR: u8 = 0;

pub(super) fn asked_for() -> *mut c_void {
    (&raw const ASKED_FOR).cast_mut().cast()
}

pub struct Event {
    ptr: *mut rd::rd_kafka_event_t,
}

pub enum Kind {
    Fetch,
    Delivery,
    Rebalance,
    OffsetCommit,
    Error,
    Log,
    Stats,
    CreateTopics,
    DeleteTopics,
    DescribeConfigs,
    DescribeTopics,
    DeleteRecords,
    Other,
}

impl Event {
    pub(super) fn from_raw(ptr: *mut rd::rd_kafka_event_t) -> Option<Event> {
        (!ptr.is_null()).then_some(Event { ptr })
    }

    pub fn kind(&self) -> Kind {
        // SAFETY: live event
        match unsafe { rd::rd_kafka_event_type(self.ptr) } {
            rd::RD_KAFKA_EVENT_FETCH => Kind::Fetch,
            rd::RD_KAFKA_EVENT_DR => Kind::Delivery,
            rd::RD_KAFKA_EVENT_REBALANCE => Kind::Rebalance,
            rd::RD_KAFKA_EVENT_OFFSET_COMMIT => Kind::OffsetCommit,
            rd::RD_KAFKA_EVENT_ERROR => Kind::Error,
            rd::RD_KAFKA_EVENT_LOG => Kind::Log,
            rd::RD_KAFKA_EVENT_STATS => Kind::Stats,
            rd::RD_KAFKA_EVENT_CREATETOPICS_RESULT => Kind::CreateTopics,
            rd::RD_KAFKA_EVENT_DELETETOPICS_RESULT => Kind::DeleteTopics,
            rd::RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT => Kind::DescribeConfigs,
            rd::RD_KAFKA_EVENT_DESCRIBETOPICS_RESULT => Kind::DescribeTopics,
            rd::RD_KAFKA_EVENT_DELETERECORDS_RESULT => Kind::DeleteRecords,
            _ => Kind::Other,
        }
    }

    /// 0 = none.
    pub fn code(&self) -> i32 {
        // SAFETY: live event
        unsafe { sys::rd_kafka_event_error(self.ptr) }
    }

    pub fn fault(&self) -> Fault {
        // SAFETY: live event, whose text lives as long
        let text = unsafe { owned(rd::rd_kafka_event_error_string(self.ptr)) };
        // SAFETY: only an error event carries the flag
        let fatal = matches!(self.kind(), Kind::Error) && unsafe { rd::rd_kafka_event_error_is_fatal(self.ptr) } != 0;
        Fault { fatal, ..Fault::new(self.code(), text) }
    }

    /// The offset at which a partition's error happened; negative when it has none.
    pub fn error_offset(&self) -> i64 {
        // SAFETY: live event; the element is ours to free, and null where the error concerns no partition
        unsafe {
            let element = rd::rd_kafka_event_topic_partition(self.ptr);
            if element.is_null() {
                return -1;
            }
            let offset = (*element.cast::<sys::RawPartition>()).offset;
            rd::rd_kafka_topic_partition_destroy(element);
            offset
        }
    }

    /// Whether a commit answer is one to `Client::commit`.
    pub fn is_asked_for(&self) -> bool {
        // SAFETY: live event; the opaque is compared, never followed
        unsafe { rd::rd_kafka_event_opaque(self.ptr) == asked_for() }
    }

    pub fn partitions(&self) -> PartitionList {
        // SAFETY: live event; the list is copied
        PartitionList::copy_of(unsafe { rd::rd_kafka_event_topic_partition_list(self.ptr) })
    }

    /// facility, text, level
    pub fn log(&self) -> (String, String, i32) {
        let (mut facility, mut text, mut level): (*const c_char, *const c_char, c_int) = (std::ptr::null(), std::ptr::null(), 0);
        // SAFETY: live event, whose texts live as long
        unsafe {
            rd::rd_kafka_event_log(self.ptr, &mut facility, &mut text, &mut level);
            (owned(facility), owned(text), level)
        }
    }

    pub fn stats(&self) -> String {
        // SAFETY: live event, whose text lives as long
        unsafe { owned(rd::rd_kafka_event_stats(self.ptr)) }
    }

    /// The records or reports in it, one after the other.
    pub fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        std::iter::from_fn(move || {
            // SAFETY: live event; the message lives as long as the event
            let ptr = unsafe { rd::rd_kafka_event_message_next(self.ptr) };
            (!ptr.is_null()).then_some(Message { raw: ptr.cast(), of: PhantomData })
        })
    }

    pub(super) fn as_ptr(&self) -> *mut rd::rd_kafka_event_t {
        self.ptr
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_event_destroy(self.ptr) }
    }
}

/// A record or a delivery report; borrows its event.
pub struct Message<'e> {
    raw: *const RawMessage,
    of: PhantomData<&'e Event>,
}

impl<'e> Message<'e> {
    fn raw(&self) -> &'e RawMessage {
        // SAFETY: lives as long as the event that `'e` borrows
        unsafe { &*self.raw }
    }

    pub fn error(&self) -> i32 {
        self.raw().err
    }
    pub fn partition(&self) -> i32 {
        self.raw().partition
    }
    pub fn offset(&self) -> i64 {
        self.raw().offset
    }
    pub fn topic(&self) -> String {
        // SAFETY: the message holds a reference to its topic, whose name lives as long
        unsafe { owned(rd::rd_kafka_topic_name(self.raw().topic)) }
    }
    pub fn value(&self) -> Option<&'e [u8]> {
        bytes(self.raw().payload, self.raw().len)
    }
    pub fn key(&self) -> Option<&'e [u8]> {
        bytes(self.raw().key, self.raw().key_len)
    }
    /// -1 = the record has none
    pub fn timestamp_ms(&self) -> i64 {
        // SAFETY: live message; a null type pointer is allowed
        unsafe { rd::rd_kafka_message_timestamp(self.raw.cast(), std::ptr::null_mut()) }
    }
    pub fn leader_epoch(&self) -> i32 {
        // SAFETY: live message
        unsafe { rd::rd_kafka_message_leader_epoch(self.raw.cast()) }
    }
    /// Whether a record that failed may be in the log all the same.
    pub fn maybe_persisted(&self) -> bool {
        // SAFETY: live message
        let status = unsafe { rd::rd_kafka_message_status(self.raw.cast()) };
        status != rd::rd_kafka_msg_status_t::RD_KAFKA_MSG_STATUS_NOT_PERSISTED
    }
    /// What `Client::produce` was given.
    pub fn opaque(&self) -> u64 {
        // SAFETY: for a delivery report `_private` is the opaque, which here is a number in a pointer's clothes
        unsafe { (*self.raw.cast::<rd::rd_kafka_message_s>())._private as u64 }
    }

    pub fn headers(&self) -> Headers<'e> {
        let mut list = std::ptr::null_mut();
        // SAFETY: live message; the list stays the message's
        let found = unsafe { sys::rd_kafka_message_headers(self.raw, &mut list) } == 0;
        Headers { list: if found { list } else { std::ptr::null_mut() }, next: 0, of: PhantomData }
    }
}

fn bytes<'e>(ptr: *const c_void, len: usize) -> Option<&'e [u8]> {
    // SAFETY: a message's payload and key have the length it states and live as long as its event
    (!ptr.is_null()).then(|| unsafe { std::slice::from_raw_parts(ptr.cast(), len) })
}

pub struct Headers<'e> {
    list: *mut rd::rd_kafka_headers_t,
    next: usize,
    of: PhantomData<&'e Event>,
}

impl<'e> Iterator for Headers<'e> {
    type Item = (&'e [u8], Option<&'e [u8]>);
    fn next(&mut self) -> Option<Self::Item> {
        if self.list.is_null() {
            return None;
        }
        let (mut name, mut value, mut size): (*const c_char, *const c_void, usize) = (std::ptr::null(), std::ptr::null(), 0);
        // SAFETY: live list of a live message; past the end it answers with an error
        let found = unsafe { sys::rd_kafka_header_get_all(self.list, self.next, &mut name, &mut value, &mut size) } == 0;
        self.next += 1;
        // SAFETY: the name is NUL-terminated and lives as long as the message
        found.then(|| (unsafe { std::ffi::CStr::from_ptr(name) }.to_bytes(), bytes(value, size)))
    }
}
