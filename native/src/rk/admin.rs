//! Topics made, removed and described. Each call waits for its answer: call it off the main thread.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char};

use rdkafka_sys as rd;
use serde::Serialize;

use super::event::Kind;
use super::fault::code;
use super::{Client, Event, Fault, Queue, c_string, owned, sys, text_buffer};

pub struct NewTopic {
    pub name: String,
    pub partitions: i32,
    pub replication_factor: i32,
    pub config: Vec<(String, String)>,
}

#[derive(Serialize)]
pub struct TopicResult {
    pub name: String,
    pub error: Option<Fault>,
}

#[derive(Serialize)]
pub struct TopicConfig {
    pub name: String,
    pub error: Option<Fault>,
    pub config: BTreeMap<String, Option<String>>,
}

impl Client {
    pub fn create_topics(&self, topics: &[NewTopic], timeout_ms: i32) -> Result<Vec<TopicResult>, Fault> {
        let topics: Vec<OwnedTopic> = topics.iter().map(OwnedTopic::of).collect::<Result<_, _>>()?;
        let mut pointers: Vec<_> = topics.iter().map(|t| t.0).collect();
        let (options, answers) =
            (Options::new(self, rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms)?, self.private_queue()?);
        // SAFETY: live client, options, queue and topics, which are copied
        unsafe { rd::rd_kafka_CreateTopics(self.as_ptr(), pointers.as_mut_ptr(), pointers.len(), options.0, answers.as_ptr()) }
        topic_results(&wait_for(&answers, timeout_ms + GRACE_MS)?)
    }

    pub fn delete_topics(&self, names: &[String], timeout_ms: i32) -> Result<Vec<TopicResult>, Fault> {
        let strings = CStrings::of(names)?;
        // SAFETY: NUL-terminated names, which are copied
        let topics: Vec<OwnedDelete> = strings.pointers.iter().map(|p| OwnedDelete(unsafe { rd::rd_kafka_DeleteTopic_new(*p) })).collect();
        let mut pointers: Vec<_> = topics.iter().map(|t| t.0).collect();
        let (options, answers) =
            (Options::new(self, rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout_ms)?, self.private_queue()?);
        // SAFETY: live client, options, queue and topics, which are copied
        unsafe { rd::rd_kafka_DeleteTopics(self.as_ptr(), pointers.as_mut_ptr(), pointers.len(), options.0, answers.as_ptr()) }
        topic_results(&wait_for(&answers, timeout_ms + GRACE_MS)?)
    }

    pub fn describe_topics(&self, names: &[String], timeout_ms: i32) -> Result<Vec<TopicConfig>, Fault> {
        let strings = CStrings::of(names)?;
        let kind = rd::rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC;
        // SAFETY: NUL-terminated names, which are copied
        let resources: Vec<OwnedResource> =
            strings.pointers.iter().map(|p| OwnedResource(unsafe { rd::rd_kafka_ConfigResource_new(kind, *p) })).collect();
        let mut pointers: Vec<_> = resources.iter().map(|r| r.0).collect();
        let (options, answers) =
            (Options::new(self, rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms)?, self.private_queue()?);
        // SAFETY: live client, options, queue and resources, which are copied
        unsafe { rd::rd_kafka_DescribeConfigs(self.as_ptr(), pointers.as_mut_ptr(), pointers.len(), options.0, answers.as_ptr()) }
        let event = wait_for(&answers, timeout_ms + GRACE_MS)?;
        check(&event)?;
        Ok(configs(&event))
    }

    pub(super) fn private_queue(&self) -> Result<Queue, Fault> {
        self.own_queue().ok_or_else(|| Fault::new(code::FAIL, "librdkafka gave no queue"))
    }
}

/// librdkafka ends the request by itself at the timeout; this much longer is waited for its answer.
pub(super) const GRACE_MS: i32 = 1000;

struct OwnedTopic(*mut rd::rd_kafka_NewTopic_t);

impl OwnedTopic {
    fn of(topic: &NewTopic) -> Result<OwnedTopic, Fault> {
        let (name, mut text) = (c_string(&topic.name)?, text_buffer());
        // SAFETY: NUL-terminated name, and the buffer with its true size
        let ptr =
            unsafe { rd::rd_kafka_NewTopic_new(name.as_ptr(), topic.partitions, topic.replication_factor, text.as_mut_ptr(), text.len()) };
        if ptr.is_null() {
            // SAFETY: librdkafka wrote a NUL-terminated text
            return Err(Fault::new(code::INVALID_ARG, format!("topic {:?}: {}", topic.name, unsafe { owned(text.as_ptr()) })));
        }
        let made = OwnedTopic(ptr);
        for (key, value) in &topic.config {
            let (k, v) = (c_string(key)?, c_string(value)?);
            // SAFETY: live topic, NUL-terminated texts, which are copied
            Fault::check_code(unsafe { sys::rd_kafka_NewTopic_set_config(made.0, k.as_ptr(), v.as_ptr()) })?;
        }
        Ok(made)
    }
}
impl Drop for OwnedTopic {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_NewTopic_destroy(self.0) }
    }
}

struct OwnedDelete(*mut rd::rd_kafka_DeleteTopic_t);
impl Drop for OwnedDelete {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_DeleteTopic_destroy(self.0) }
    }
}

struct OwnedResource(*mut rd::rd_kafka_ConfigResource_t);
impl Drop for OwnedResource {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_ConfigResource_destroy(self.0) }
    }
}

pub(super) struct Options(*mut rd::rd_kafka_AdminOptions_t);
impl Options {
    pub(super) fn as_ptr(&self) -> *mut rd::rd_kafka_AdminOptions_t {
        self.0
    }
    pub(super) fn new(client: &Client, op: rd::rd_kafka_admin_op_t, timeout_ms: i32) -> Result<Options, Fault> {
        let mut text: [c_char; 512] = text_buffer();
        // SAFETY: live client
        let options = Options(unsafe { rd::rd_kafka_AdminOptions_new(client.as_ptr(), op) });
        // SAFETY: live options, and the buffer with its true size
        Fault::check_code(unsafe { sys::rd_kafka_AdminOptions_set_request_timeout(options.0, timeout_ms, text.as_mut_ptr(), text.len()) })?;
        use rd::rd_kafka_admin_op_t as op_t;
        if !matches!(op, op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS | op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS) {
            // wait until the topics are really there, or gone, on the controller; until the records are gone on every replica
            // SAFETY: as above
            Fault::check_code(unsafe {
                sys::rd_kafka_AdminOptions_set_operation_timeout(options.0, timeout_ms, text.as_mut_ptr(), text.len())
            })?;
        }
        Ok(options)
    }
}
impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: ours, freed once
        unsafe { rd::rd_kafka_AdminOptions_destroy(self.0) }
    }
}

pub(super) fn check(event: &Event) -> Result<(), Fault> {
    if event.code() == code::NO_ERROR { Ok(()) } else { Err(event.fault()) }
}

fn topic_results(event: &Event) -> Result<Vec<TopicResult>, Fault> {
    check(event)?;
    let mut count = 0;
    // SAFETY: the result belongs to the live event and is asked for by the event's own kind; `count` results follow
    let results = unsafe {
        let list = match event.kind() {
            Kind::CreateTopics => {
                rd::rd_kafka_CreateTopics_result_topics(rd::rd_kafka_event_CreateTopics_result(event.as_ptr()), &mut count)
            }
            Kind::DeleteTopics => {
                rd::rd_kafka_DeleteTopics_result_topics(rd::rd_kafka_event_DeleteTopics_result(event.as_ptr()), &mut count)
            }
            _ => std::ptr::null_mut(),
        };
        if list.is_null() { &[] } else { std::slice::from_raw_parts(list, count) }
    };
    // SAFETY: each result and its texts live as long as the event
    Ok(results.iter().map(|r| unsafe { topic_result(*r) }).collect())
}

/// # Safety
/// `r` belongs to a live event.
unsafe fn topic_result(r: *const rd::rd_kafka_topic_result_t) -> TopicResult {
    // SAFETY: by this function's contract
    unsafe {
        let code = sys::rd_kafka_topic_result_error(r);
        let text = owned(rd::rd_kafka_topic_result_error_string(r));
        TopicResult { name: owned(rd::rd_kafka_topic_result_name(r)), error: (code != code::NO_ERROR).then(|| Fault::new(code, text)) }
    }
}

fn configs(event: &Event) -> Vec<TopicConfig> {
    let (mut resources, mut entries) = (0, 0);
    // SAFETY: everything belongs to the live event; each list has the count that was asked for with it
    unsafe {
        let list = rd::rd_kafka_DescribeConfigs_result_resources(rd::rd_kafka_event_DescribeConfigs_result(event.as_ptr()), &mut resources);
        (0..resources)
            .map(|i| *list.add(i))
            .map(|resource| {
                let code = sys::rd_kafka_ConfigResource_error(resource);
                let list = rd::rd_kafka_ConfigResource_configs(resource, &mut entries);
                let config = (0..entries)
                    .map(|j| *list.add(j))
                    .map(|e| (owned(rd::rd_kafka_ConfigEntry_name(e)), value(rd::rd_kafka_ConfigEntry_value(e))))
                    .collect();
                let error = (code != code::NO_ERROR).then(|| Fault::new(code, owned(rd::rd_kafka_ConfigResource_error_string(resource))));
                TopicConfig { name: owned(rd::rd_kafka_ConfigResource_name(resource)), error, config }
            })
            .collect()
    }
}

/// # Safety
/// `text` is null or NUL-terminated.
unsafe fn value(text: *const c_char) -> Option<String> {
    // SAFETY: by this function's contract
    (!text.is_null()).then(|| unsafe { owned(text) })
}

/// Keeps C strings alive beside the pointers to them.
pub(super) struct CStrings {
    _owned: Vec<CString>,
    pub(super) pointers: Vec<*mut c_char>,
}

impl CStrings {
    pub(super) fn of(texts: &[String]) -> Result<CStrings, Fault> {
        let owned: Vec<CString> = texts.iter().map(|t| c_string(t)).collect::<Result<_, _>>()?;
        let pointers = owned.iter().map(|c| c.as_ptr().cast_mut()).collect();
        Ok(CStrings { _owned: owned, pointers })
    }
}

/// Waits on a private queue for one answer.
pub(super) fn wait_for(queue: &Queue, timeout_ms: i32) -> Result<Event, Fault> {
    queue.poll_for(timeout_ms).ok_or_else(|| Fault::new(code::TIMED_OUT, format!("no answer within {timeout_ms} ms")))
}
