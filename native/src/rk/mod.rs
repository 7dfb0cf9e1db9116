//! A thin safe face over librdkafka: handles that free themselves, queues whose events free themselves, errors as
//! data. Everything `unsafe` about librdkafka is in this folder; no callback runs Rust code but the queues' wake-up.

mod admin;
mod conf;
mod event;
mod fault;
mod handle;
mod metadata;
mod mock;
mod oauth;
mod offsets;
mod partitions;
mod produce;
mod queue;
mod reading;
mod records;
mod sys;
mod topic_ids;
mod transactions;

pub use admin::NewTopic;
pub use event::{Event, Headers, Kind, Message};
pub use fault::{Fault, code};
pub use handle::{Client, Role};
pub use mock::MockCluster;
pub use oauth::OauthToken;
pub use partitions::PartitionList;
pub use produce::{Outgoing, Topic};
pub use queue::{Queue, Waker};
pub use transactions::Step;

use std::ffi::{CStr, CString, c_char};

/// A C string for librdkafka; a NUL inside cannot be said to it.
fn c_string(text: &str) -> Result<CString, Fault> {
    CString::new(text).map_err(|_| Fault::new(code::INVALID_ARG, format!("{text:?} contains a NUL character")))
}

/// Reads a C string that librdkafka keeps alive for the duration of the call.
///
/// # Safety
/// `text` is null or points at a NUL-terminated string.
unsafe fn owned(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null, and NUL-terminated by this function's contract
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// Room for librdkafka's error texts.
fn text_buffer() -> [c_char; 512] {
    [0; 512]
}

/// librdkafka's version number (0xMMmmrrxx), its text and the features that were compiled in.
pub fn version() -> (i32, String, String) {
    // SAFETY: both take nothing and return static data
    let (number, text) = unsafe { (rdkafka_sys::rd_kafka_version(), owned(rdkafka_sys::rd_kafka_version_str())) };
    (number, text, conf::builtin_features())
}
