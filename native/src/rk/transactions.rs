//! The steps of a transaction. Each but `begin` waits for brokers, and may be called again when it did not end in time: call them off
//! the main thread, while another thread serves the delivery reports.

use rdkafka_sys as rd;

use super::{Client, Fault};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// fences an earlier producer of the same transactional.id and ends what it left open
    Init,
    Begin,
    /// flushes first
    Commit,
    /// drops what is not sent yet first
    Abort,
}

impl Step {
    pub fn named(name: &str) -> Option<Step> {
        Some(match name {
            "init" => Step::Init,
            "begin" => Step::Begin,
            "commit" => Step::Commit,
            "abort" => Step::Abort,
            _ => return None,
        })
    }
}

impl Client {
    /// The fault says whether the same step may be called again (`retriable`), whether the transaction must be aborted (`abortable`), or
    /// whether this client is finished (`fatal`).
    pub fn transaction(&self, step: Step, timeout_ms: i32) -> Result<(), Fault> {
        let rk = self.as_ptr();
        // SAFETY: live client; the error object, if any, is ours
        Fault::check(unsafe {
            match step {
                Step::Init => rd::rd_kafka_init_transactions(rk, timeout_ms),
                Step::Begin => rd::rd_kafka_begin_transaction(rk),
                Step::Commit => rd::rd_kafka_commit_transaction(rk, timeout_ms),
                Step::Abort => rd::rd_kafka_abort_transaction(rk, timeout_ms),
            }
        })
    }
}
