//! Functions and structs that carry error codes, declared anew with plain integers. The generated bindings use a
//! closed Rust enum there: a code that a newer broker knows and the enum does not would be undefined behaviour.
//! Everything that carries no error code comes from the generated bindings.

use std::ffi::{c_char, c_int, c_void};

use rdkafka_sys as sys;

/// rd_kafka_message_t of rdkafka.h
#[repr(C)]
pub struct RawMessage {
    pub err: c_int,
    pub topic: *mut sys::rd_kafka_topic_t,
    pub partition: i32,
    pub payload: *mut c_void,
    pub len: usize,
    pub key: *mut c_void,
    pub key_len: usize,
    pub offset: i64,
    private: *mut c_void,
}

/// rd_kafka_topic_partition_t of rdkafka.h
#[repr(C)]
pub struct RawPartition {
    pub topic: *mut c_char,
    pub partition: i32,
    pub offset: i64,
    metadata: *mut c_void,
    metadata_size: usize,
    opaque: *mut c_void,
    pub err: c_int,
    private: *mut c_void,
}

/// rd_kafka_metadata_partition of rdkafka.h
#[repr(C)]
pub struct RawMetadataPartition {
    pub id: i32,
    pub err: c_int,
    pub leader: i32,
    pub replica_count: c_int,
    pub replicas: *mut i32,
    pub isr_count: c_int,
    pub isrs: *mut i32,
}

/// rd_kafka_metadata_topic of rdkafka.h
#[repr(C)]
pub struct RawMetadataTopic {
    pub topic: *mut c_char,
    pub partition_count: c_int,
    pub partitions: *mut RawMetadataPartition,
    pub err: c_int,
}

const _: () = {
    assert!(size_of::<RawMessage>() == size_of::<sys::rd_kafka_message_s>());
    assert!(size_of::<RawPartition>() == size_of::<sys::rd_kafka_topic_partition_s>());
    assert!(size_of::<RawMetadataPartition>() == size_of::<sys::rd_kafka_metadata_partition>());
    assert!(size_of::<RawMetadataTopic>() == size_of::<sys::rd_kafka_metadata_topic>());
};

// SAFETY: declared as in rdkafka.h; an error code is the int that C makes of its enum
unsafe extern "C" {
    pub fn rd_kafka_err2str(err: c_int) -> *const c_char;
    pub fn rd_kafka_err2name(err: c_int) -> *const c_char;
    pub fn rd_kafka_event_error(event: *mut sys::rd_kafka_event_t) -> c_int;
    pub fn rd_kafka_error_code(error: *const sys::rd_kafka_error_t) -> c_int;
    pub fn rd_kafka_fatal_error(rk: *mut sys::rd_kafka_t, text: *mut c_char, size: usize) -> c_int;
    pub fn rd_kafka_assign(rk: *mut sys::rd_kafka_t, list: *const sys::rd_kafka_topic_partition_list_t) -> c_int;
    pub fn rd_kafka_subscribe(rk: *mut sys::rd_kafka_t, list: *const sys::rd_kafka_topic_partition_list_t) -> c_int;
    pub fn rd_kafka_commit_queue(
        rk: *mut sys::rd_kafka_t,
        offsets: *const sys::rd_kafka_topic_partition_list_t,
        queue: *mut sys::rd_kafka_queue_t,
        callback: *const c_void,
        opaque: *mut c_void,
    ) -> c_int;
    pub fn rd_kafka_producev(rk: *mut sys::rd_kafka_t, ...) -> c_int;
    pub fn rd_kafka_flush(rk: *mut sys::rd_kafka_t, timeout_ms: c_int) -> c_int;
    pub fn rd_kafka_purge(rk: *mut sys::rd_kafka_t, flags: c_int) -> c_int;
    pub fn rd_kafka_header_add(
        headers: *mut sys::rd_kafka_headers_t,
        name: *const c_char,
        name_size: isize,
        value: *const c_void,
        size: isize,
    ) -> c_int;
    pub fn rd_kafka_message_headers(message: *const RawMessage, headers: *mut *mut sys::rd_kafka_headers_t) -> c_int;
    pub fn rd_kafka_header_get_all(
        headers: *const sys::rd_kafka_headers_t,
        i: usize,
        name: *mut *const c_char,
        value: *mut *const c_void,
        size: *mut usize,
    ) -> c_int;
    pub fn rd_kafka_metadata(
        rk: *mut sys::rd_kafka_t,
        all: c_int,
        only: *mut sys::rd_kafka_topic_t,
        to: *mut *const sys::rd_kafka_metadata,
        timeout_ms: c_int,
    ) -> c_int;
    pub fn rd_kafka_topic_result_error(result: *const sys::rd_kafka_topic_result_t) -> c_int;
    pub fn rd_kafka_ConfigResource_error(resource: *const sys::rd_kafka_ConfigResource_t) -> c_int;
    pub fn rd_kafka_NewTopic_set_config(topic: *mut sys::rd_kafka_NewTopic_t, name: *const c_char, value: *const c_char) -> c_int;
    pub fn rd_kafka_AdminOptions_set_request_timeout(
        options: *mut sys::rd_kafka_AdminOptions_t,
        ms: c_int,
        text: *mut c_char,
        size: usize,
    ) -> c_int;
    pub fn rd_kafka_AdminOptions_set_operation_timeout(
        options: *mut sys::rd_kafka_AdminOptions_t,
        ms: c_int,
        text: *mut c_char,
        size: usize,
    ) -> c_int;
    pub fn rd_kafka_last_error() -> c_int;
    pub fn rd_kafka_oauthbearer_set_token(
        rk: *mut sys::rd_kafka_t,
        token: *const c_char,
        expires_at_ms: i64,
        principal: *const c_char,
        extensions: *mut *const c_char,
        extension_size: usize,
        text: *mut c_char,
        size: usize,
    ) -> c_int;
    pub fn rd_kafka_oauthbearer_set_token_failure(rk: *mut sys::rd_kafka_t, text: *const c_char) -> c_int;
    pub fn rd_kafka_committed(rk: *mut sys::rd_kafka_t, list: *mut sys::rd_kafka_topic_partition_list_t, timeout_ms: c_int) -> c_int;
    pub fn rd_kafka_offsets_for_times(
        rk: *mut sys::rd_kafka_t,
        list: *mut sys::rd_kafka_topic_partition_list_t,
        timeout_ms: c_int,
    ) -> c_int;
    pub fn rd_kafka_query_watermark_offsets(
        rk: *mut sys::rd_kafka_t,
        topic: *const c_char,
        partition: i32,
        low: *mut i64,
        high: *mut i64,
        timeout_ms: c_int,
    ) -> c_int;
    pub fn rd_kafka_offsets_store(rk: *mut sys::rd_kafka_t, list: *mut sys::rd_kafka_topic_partition_list_t) -> c_int;
    pub fn rd_kafka_unsubscribe(rk: *mut sys::rd_kafka_t) -> c_int;
    pub fn rd_kafka_set_log_queue(rk: *mut sys::rd_kafka_t, queue: *mut sys::rd_kafka_queue_t) -> c_int;
    pub fn rd_kafka_seek_partitions(
        rk: *mut sys::rd_kafka_t,
        list: *mut sys::rd_kafka_topic_partition_list_t,
        timeout_ms: c_int,
    ) -> *mut sys::rd_kafka_error_t;
    pub fn rd_kafka_mock_push_request_errors_array(
        cluster: *mut sys::rd_kafka_mock_cluster_t,
        api: i16,
        count: usize,
        errors: *const c_int,
    );
    pub fn rd_kafka_mock_topic_set_error(cluster: *mut sys::rd_kafka_mock_cluster_t, topic: *const c_char, err: c_int);
    pub fn rd_kafka_mock_topic_create(
        cluster: *mut sys::rd_kafka_mock_cluster_t,
        topic: *const c_char,
        partitions: c_int,
        replicas: c_int,
    ) -> c_int;
    pub fn rd_kafka_mock_partition_set_leader(
        cluster: *mut sys::rd_kafka_mock_cluster_t,
        topic: *const c_char,
        partition: i32,
        broker: i32,
    ) -> c_int;
    pub fn rd_kafka_mock_broker_set_down(cluster: *mut sys::rd_kafka_mock_cluster_t, broker: i32) -> c_int;
    pub fn rd_kafka_mock_broker_set_up(cluster: *mut sys::rd_kafka_mock_cluster_t, broker: i32) -> c_int;
    pub fn rd_kafka_mock_broker_set_rtt(cluster: *mut sys::rd_kafka_mock_cluster_t, broker: i32, ms: c_int) -> c_int;
    pub fn rd_kafka_mock_coordinator_set(
        cluster: *mut sys::rd_kafka_mock_cluster_t,
        kind: *const c_char,
        key: *const c_char,
        broker: i32,
    ) -> c_int;
}
