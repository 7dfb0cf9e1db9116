//! Configuration entries into librdkafka's own object.

use std::ffi::CString;

use rdkafka_sys as rd;

use super::fault::code;
use super::{Fault, c_string, owned, text_buffer};

pub struct Conf {
    ptr: *mut rd::rd_kafka_conf_t,
}

impl Conf {
    pub fn from_entries(entries: &[(String, String)]) -> Result<Conf, Fault> {
        // SAFETY: takes nothing; the object is freed by Drop or handed over by `into_raw`
        let conf = Conf { ptr: unsafe { rd::rd_kafka_conf_new() } };
        for (key, value) in entries {
            conf.set(key, value)?;
        }
        // logs come as events on the main queue, so no C callback runs on librdkafka's threads
        conf.set("log.queue", "true")?;
        Ok(conf)
    }

    pub fn set(&self, key: &str, value: &str) -> Result<(), Fault> {
        // the fault of c_string would quote the value, which may be a password
        let value = CString::new(value).map_err(|_| Fault::new(code::INVALID_ARG, format!("{key}: the value contains a NUL character")))?;
        let (k, mut text) = (c_string(key)?, text_buffer());
        // SAFETY: live object, NUL-terminated strings, and the buffer's true size
        let result = unsafe { rd::rd_kafka_conf_set(self.ptr, k.as_ptr(), value.as_ptr(), text.as_mut_ptr(), text.len()) };
        if result == rd::rd_kafka_conf_res_t::RD_KAFKA_CONF_OK {
            return Ok(());
        }
        // SAFETY: librdkafka wrote a NUL-terminated text
        Err(Fault::new(code::INVALID_ARG, format!("{key}: {}", unsafe { owned(text.as_ptr()) })))
    }

    pub fn enable_events(&self, events: i32) {
        // SAFETY: live object
        unsafe { rd::rd_kafka_conf_set_events(self.ptr, events) }
    }

    /// Requests for tokens come on a queue of their own.
    pub fn enable_sasl_queue(&self) {
        // SAFETY: live object
        unsafe { rd::rd_kafka_conf_enable_sasl_queue(self.ptr, 1) }
    }

    pub fn as_ptr(&self) -> *mut rd::rd_kafka_conf_t {
        self.ptr
    }

    /// librdkafka took the object over.
    pub fn release(mut self) {
        self.ptr = std::ptr::null_mut();
    }
}

impl Drop for Conf {
    fn drop(&mut self) {
        if !self.ptr.is_null() {
            // SAFETY: ours, and freed only once
            unsafe { rd::rd_kafka_conf_destroy(self.ptr) }
        }
    }
}

pub fn builtin_features() -> String {
    let Ok(conf) = Conf::from_entries(&[]) else { return String::new() };
    let mut text = text_buffer();
    let mut size = text.len();
    // SAFETY: a literal C string, and the buffer with its true size
    unsafe {
        rd::rd_kafka_conf_get(conf.ptr, c"builtin.features".as_ptr(), text.as_mut_ptr(), &mut size);
        owned(text.as_ptr())
    }
}
