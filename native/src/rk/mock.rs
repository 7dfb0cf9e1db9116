//! librdkafka's mock cluster: brokers on loopback inside this process, with faults on call.

use rdkafka_sys as rd;

use super::{Client, Fault, Role, c_string, owned, sys};

pub struct MockCluster {
    ptr: *mut rd::rd_kafka_mock_cluster_t,
    /// the mock lives on a client's thread; dropped after it
    _host: Client,
}

// SAFETY: the mock's calls post to its own thread or take its lock
unsafe impl Send for MockCluster {}

impl MockCluster {
    pub fn new(brokers: i32) -> Result<MockCluster, Fault> {
        let host = Client::new(Role::Producer, &[])?;
        // SAFETY: live client
        let ptr = unsafe { rd::rd_kafka_mock_cluster_new(host.as_ptr(), brokers) };
        if ptr.is_null() {
            return Err(Fault::new(super::code::FAIL, format!("no mock cluster of {brokers} brokers could be started")));
        }
        Ok(MockCluster { ptr, _host: host })
    }

    pub fn bootstrap_servers(&self) -> String {
        // SAFETY: live cluster, whose text lives as long
        unsafe { owned(rd::rd_kafka_mock_cluster_bootstraps(self.ptr)) }
    }

    pub fn create_topic(&self, name: &str, partitions: i32, replicas: i32) -> Result<(), Fault> {
        let name = c_string(name)?;
        // SAFETY: live cluster, NUL-terminated name
        Fault::check_code(unsafe { sys::rd_kafka_mock_topic_create(self.ptr, name.as_ptr(), partitions, replicas) })
    }

    pub fn group_initial_rebalance_delay(&self, ms: i32) {
        // SAFETY: live cluster
        unsafe { rd::rd_kafka_mock_group_initial_rebalance_delay_ms(self.ptr, ms) }
    }

    pub fn push_request_errors(&self, api: i16, codes: &[i32]) {
        // SAFETY: live cluster; the codes are copied
        unsafe { sys::rd_kafka_mock_push_request_errors_array(self.ptr, api, codes.len(), codes.as_ptr()) }
    }

    pub fn clear_request_errors(&self, api: i16) {
        // SAFETY: live cluster
        unsafe { rd::rd_kafka_mock_clear_request_errors(self.ptr, api) }
    }

    pub fn topic_error(&self, topic: &str, code: i32) -> Result<(), Fault> {
        let topic = c_string(topic)?;
        // SAFETY: live cluster, NUL-terminated name
        unsafe { sys::rd_kafka_mock_topic_set_error(self.ptr, topic.as_ptr(), code) }
        Ok(())
    }

    pub fn set_broker_up(&self, id: i32, up: bool) -> Result<(), Fault> {
        // SAFETY: live cluster
        Fault::check_code(unsafe {
            if up { sys::rd_kafka_mock_broker_set_up(self.ptr, id) } else { sys::rd_kafka_mock_broker_set_down(self.ptr, id) }
        })
    }

    pub fn broker_round_trip(&self, id: i32, ms: i32) -> Result<(), Fault> {
        // SAFETY: live cluster
        Fault::check_code(unsafe { sys::rd_kafka_mock_broker_set_rtt(self.ptr, id, ms) })
    }

    pub fn partition_leader(&self, topic: &str, partition: i32, broker: i32) -> Result<(), Fault> {
        let topic = c_string(topic)?;
        // SAFETY: live cluster, NUL-terminated name
        Fault::check_code(unsafe { sys::rd_kafka_mock_partition_set_leader(self.ptr, topic.as_ptr(), partition, broker) })
    }

    /// kind: `group` or `transaction`
    pub fn coordinator(&self, kind: &str, key: &str, broker: i32) -> Result<(), Fault> {
        let (kind, key) = (c_string(kind)?, c_string(key)?);
        // SAFETY: live cluster, NUL-terminated texts
        Fault::check_code(unsafe { sys::rd_kafka_mock_coordinator_set(self.ptr, kind.as_ptr(), key.as_ptr(), broker) })
    }
}

impl Drop for MockCluster {
    fn drop(&mut self) {
        // SAFETY: ours, freed once, before its host
        unsafe { rd::rd_kafka_mock_cluster_destroy(self.ptr) }
    }
}
