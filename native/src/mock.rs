//! The embedded broker as JavaScript sees it.

use napi::Result;
use napi_derive::napi;

use crate::rk::{Fault, MockCluster};

#[napi]
pub struct NativeMock {
    cluster: Option<MockCluster>,
}

#[napi]
impl NativeMock {
    #[napi(constructor)]
    pub fn new(brokers: i32) -> Result<Self> {
        Ok(NativeMock { cluster: Some(MockCluster::new(brokers).map_err(|f| f.to_js())?) })
    }

    fn cluster(&self) -> Result<&MockCluster> {
        self.cluster.as_ref().ok_or_else(|| Fault::closed().to_js())
    }

    #[napi]
    pub fn bootstrap_servers(&self) -> Result<String> {
        Ok(self.cluster()?.bootstrap_servers())
    }
    #[napi]
    pub fn create_topic(&self, name: String, partitions: i32, replication_factor: i32) -> Result<()> {
        self.cluster()?.create_topic(&name, partitions, replication_factor).map_err(|f| f.to_js())
    }
    #[napi]
    pub fn group_initial_rebalance_delay_ms(&self, ms: i32) -> Result<()> {
        self.cluster()?.group_initial_rebalance_delay(ms);
        Ok(())
    }
    #[napi]
    pub fn push_request_errors(&self, api_key: i32, codes: Vec<i32>) -> Result<()> {
        self.cluster()?.push_request_errors(api_key as i16, &codes);
        Ok(())
    }
    #[napi]
    pub fn clear_request_errors(&self, api_key: i32) -> Result<()> {
        self.cluster()?.clear_request_errors(api_key as i16);
        Ok(())
    }
    #[napi]
    pub fn topic_error(&self, topic: String, code: i32) -> Result<()> {
        self.cluster()?.topic_error(&topic, code).map_err(|f| f.to_js())
    }
    #[napi]
    pub fn broker_down(&self, id: i32) -> Result<()> {
        self.cluster()?.set_broker_up(id, false).map_err(|f| f.to_js())
    }
    #[napi]
    pub fn broker_up(&self, id: i32) -> Result<()> {
        self.cluster()?.set_broker_up(id, true).map_err(|f| f.to_js())
    }
    #[napi]
    pub fn broker_round_trip_ms(&self, id: i32, ms: i32) -> Result<()> {
        self.cluster()?.broker_round_trip(id, ms).map_err(|f| f.to_js())
    }
    #[napi]
    pub fn partition_leader(&self, topic: String, partition: i32, broker: i32) -> Result<()> {
        self.cluster()?.partition_leader(&topic, partition, broker).map_err(|f| f.to_js())
    }
    #[napi]
    pub fn coordinator(&self, kind: String, key: String, broker: i32) -> Result<()> {
        self.cluster()?.coordinator(&kind, &key, broker).map_err(|f| f.to_js())
    }
    #[napi]
    pub fn close(&mut self) {
        self.cluster = None;
    }
}
