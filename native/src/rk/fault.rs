//! An error as data: librdkafka's number and name, its text, and what it says about retrying.

use std::ffi::c_int;

use napi_derive::napi;
use rdkafka_sys as rd;
use serde::Serialize;

use super::{owned, sys};

/// The codes that the engine itself acts on (rdkafka.h; negative = librdkafka's own).
pub mod code {
    pub const NO_ERROR: i32 = 0;
    pub const BAD_MSG: i32 = -199;
    pub const BAD_COMPRESSION: i32 = -198;
    pub const FAIL: i32 = -196;
    pub const INVALID_ARG: i32 = -186;
    pub const TIMED_OUT: i32 = -185;
    pub const QUEUE_FULL: i32 = -184;
    pub const ASSIGN_PARTITIONS: i32 = -175;
    pub const REVOKE_PARTITIONS: i32 = -174;
    pub const STATE: i32 = -172;
    pub const NOT_IMPLEMENTED: i32 = -170;
    pub const NO_OFFSET: i32 = -168;
    pub const OUTDATED: i32 = -167;
    pub const IN_PROGRESS: i32 = -178;
    pub const PREV_IN_PROGRESS: i32 = -177;
    pub const PURGE_QUEUE: i32 = -152;
    pub const FATAL: i32 = -150;
    pub const PARTITION_EOF: i32 = -191;
    pub const NOT_CONFIGURED: i32 = -145;
    pub const AUTO_OFFSET_RESET: i32 = -140;
    pub const DESTROY: i32 = -197;
    pub const INVALID_MSG: i32 = 2;
}

#[napi(object)]
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    pub code: i32,
    pub name: String,
    pub message: String,
    pub fatal: bool,
    pub retriable: bool,
    pub abortable: bool,
}

/// librdkafka's name of a code, also of one that it does not know.
pub fn name_of(code: i32) -> String {
    // SAFETY: takes any number and returns a static string
    let name = unsafe { owned(sys::rd_kafka_err2name(code as c_int)) };
    if name.is_empty() || name.starts_with("ERR_") { format!("UNKNOWN({code})") } else { name }
}

impl Fault {
    pub fn new(code: i32, message: impl Into<String>) -> Fault {
        Fault { code, name: name_of(code), message: message.into(), fatal: false, retriable: false, abortable: false }
    }

    /// A bare code with librdkafka's own description.
    pub fn of(code: i32) -> Fault {
        // SAFETY: takes any number and returns a static string
        Fault::new(code, unsafe { owned(sys::rd_kafka_err2str(code as c_int)) })
    }

    pub fn closed() -> Fault {
        Fault::new(code::DESTROY, "the client is closed")
    }

    /// `Ok` for a null error object; frees the object.
    pub(super) fn check(error: *mut rd::rd_kafka_error_t) -> Result<(), Fault> {
        if error.is_null() {
            return Ok(());
        }
        // SAFETY: a live error object that librdkafka gave to us to free
        Err(unsafe {
            let code = sys::rd_kafka_error_code(error);
            let fault = Fault {
                code,
                name: name_of(code),
                message: owned(rd::rd_kafka_error_string(error)),
                fatal: rd::rd_kafka_error_is_fatal(error) != 0,
                retriable: rd::rd_kafka_error_is_retriable(error) != 0,
                abortable: rd::rd_kafka_error_txn_requires_abort(error) != 0,
            };
            rd::rd_kafka_error_destroy(error);
            fault
        })
    }

    pub(super) fn check_code(code: c_int) -> Result<(), Fault> {
        if code == code::NO_ERROR { Ok(()) } else { Err(Fault::of(code)) }
    }

    /// For a synchronous call: an Error whose message carries the fault (`src/engine/native.ts`).
    pub fn to_js(&self) -> napi::Error {
        let json = serde_json::to_string(self).unwrap_or_default();
        napi::Error::new(napi::Status::GenericFailure, format!("phq-kafka-engine:{json}"))
    }
}
