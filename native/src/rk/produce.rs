//! Producing: topics looked up once, records with headers enqueued, what lingers sent, what is left purged.

use std::ffi::{c_int, c_void};

use rdkafka_sys as rd;

use super::fault::code;
use super::{Client, Fault, c_string, sys};

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
    pub fn topic(&self, name: &str) -> Result<Topic, Fault> {
        let c = c_string(name)?;
        // SAFETY: live client, NUL-terminated name; null configuration = the client's
        let ptr = unsafe { rd::rd_kafka_topic_new(self.as_ptr(), c.as_ptr(), std::ptr::null_mut()) };
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
                self.as_ptr(),
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

    /// Sends what lingers now; waits at most `timeout_ms` for all of it. True when nothing is left.
    pub fn flush(&self, timeout_ms: i32) -> bool {
        // SAFETY: live client; delivery reports are events that another thread serves
        unsafe { sys::rd_kafka_flush(self.as_ptr(), timeout_ms) == 0 }
    }

    /// Fails what was not sent yet; the reports still come.
    pub fn purge_unsent(&self) {
        // SAFETY: live client
        unsafe { sys::rd_kafka_purge(self.as_ptr(), rd::RD_KAFKA_PURGE_F_QUEUE) };
    }

    /// Fails everything that is not delivered; the reports still come.
    pub fn purge(&self) {
        // SAFETY: live client
        unsafe { sys::rd_kafka_purge(self.as_ptr(), rd::RD_KAFKA_PURGE_F_QUEUE | rd::RD_KAFKA_PURGE_F_INFLIGHT) };
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
