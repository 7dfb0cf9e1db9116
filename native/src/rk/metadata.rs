//! Brokers, topics and partitions as the cluster tells them, as JSON for JavaScript.

use rdkafka_sys as rd;
use serde::Serialize;

use super::fault::code;
use super::sys::{self, RawMetadataPartition, RawMetadataTopic};
use super::{Client, Fault, owned};

#[derive(Serialize)]
struct Metadata {
    brokers: Vec<Broker>,
    topics: Vec<Topic>,
}
#[derive(Serialize)]
struct Broker {
    id: i32,
    host: String,
    port: i32,
}
#[derive(Serialize)]
struct Topic {
    name: String,
    error: Option<Fault>,
    partitions: Vec<Partition>,
}
#[derive(Serialize)]
struct Partition {
    id: i32,
    leader: i32,
    replicas: Vec<i32>,
    isr: Vec<i32>,
    error: Option<Fault>,
}

impl Client {
    /// Asks a broker, waiting at most `timeout_ms`: call it off the main thread. None = all topics.
    pub fn metadata(&self, topic: Option<&str>, timeout_ms: i32) -> Result<String, Fault> {
        let only = topic.map(|t| self.topic(t)).transpose()?;
        let mut list: *const rd::rd_kafka_metadata = std::ptr::null();
        // SAFETY: live client and topic; on success `list` is ours until destroyed below
        Fault::check_code(unsafe {
            sys::rd_kafka_metadata(
                self.as_ptr(),
                i32::from(only.is_none()),
                only.as_ref().map_or(std::ptr::null_mut(), |t| t.as_ptr()),
                &mut list,
                timeout_ms,
            )
        })?;
        // SAFETY: success means a filled structure, which is not used after its destruction
        let metadata = unsafe {
            let read = read(&*list);
            rd::rd_kafka_metadata_destroy(list);
            read
        };
        serde_json::to_string(&metadata).map_err(|e| Fault::new(code::FAIL, e.to_string()))
    }
}

/// # Safety
/// `m` is a live structure from rd_kafka_metadata.
unsafe fn read(m: &rd::rd_kafka_metadata) -> Metadata {
    // SAFETY: every pointer in the structure has the count beside it, every string ends with NUL
    unsafe {
        Metadata {
            brokers: slice(m.brokers, m.broker_cnt).iter().map(|b| Broker { id: b.id, host: owned(b.host), port: b.port }).collect(),
            topics: slice(m.topics.cast::<RawMetadataTopic>(), m.topic_cnt)
                .iter()
                .map(|t| Topic {
                    name: owned(t.topic),
                    error: fault(t.err),
                    partitions: slice(t.partitions, t.partition_count).iter().map(|p| partition(p)).collect(),
                })
                .collect(),
        }
    }
}

/// # Safety
/// `p` is part of a live metadata structure.
unsafe fn partition(p: &RawMetadataPartition) -> Partition {
    // SAFETY: the counts belong to the pointers
    let (replicas, isr) = unsafe { (slice(p.replicas, p.replica_count).to_vec(), slice(p.isrs, p.isr_count).to_vec()) };
    Partition { id: p.id, leader: p.leader, replicas, isr, error: fault(p.err) }
}

/// # Safety
/// `ptr` is null or points at `count` elements.
unsafe fn slice<'a, T>(ptr: *const T, count: i32) -> &'a [T] {
    if ptr.is_null() || count <= 0 {
        return &[];
    }
    // SAFETY: by this function's contract
    unsafe { std::slice::from_raw_parts(ptr, count as usize) }
}

fn fault(code: i32) -> Option<Fault> {
    (code != code::NO_ERROR).then(|| Fault::of(code))
}
