//! OAUTHBEARER tokens that JavaScript fetched: handed over, never asked for, so that no thread here waits for JavaScript.

use std::ffi::{CString, c_char};

use napi_derive::napi;
use rdkafka_sys as rd;

use super::fault::code;
use super::{Client, Fault, c_string, owned, sys, text_buffer};

#[napi(object)]
pub struct OauthToken {
    pub value: String,
    /// milliseconds since 1970
    pub expires_at_ms: f64,
    pub principal: String,
    /// name, value, name, value, …
    pub extensions: Vec<String>,
}

/// With this key librdkafka makes unsecured tokens itself.
pub(super) const OWN_TOKENS: &str = "enable.sasl.oauthbearer.unsecure.jwt";

impl Client {
    /// Where errors are events so are librdkafka's requests to itself for a new token, and nobody answers them: its own background thread has to.
    pub(super) fn renew_own_tokens(&self) -> Result<(), Fault> {
        // SAFETY: live client
        match Fault::check(unsafe { rd::rd_kafka_sasl_background_callbacks_enable(self.as_ptr()) }) {
            // the key stands there, but says no, or is of no use to the mechanism
            Err(fault) if fault.code == code::NOT_CONFIGURED => Ok(()),
            result => result,
        }
    }

    /// New connections use it from now on, and running ones at their next re-authentication; does not wait.
    pub fn set_oauth_token(&self, token: &OauthToken) -> Result<(), Fault> {
        // a fault of c_string would quote the token
        let value = CString::new(token.value.as_str()).map_err(|_| Fault::new(code::INVALID_ARG, "the token contains a NUL character"))?;
        let principal = c_string(&token.principal)?;
        let extensions: Vec<CString> = token.extensions.iter().map(|text| c_string(text)).collect::<Result<_, _>>()?;
        let mut pointers: Vec<*const c_char> = extensions.iter().map(|text| text.as_ptr()).collect();
        let mut text = text_buffer();
        // SAFETY: live client; NUL-terminated texts and the list of them, which are copied; the buffer with its true size
        let code = unsafe {
            sys::rd_kafka_oauthbearer_set_token(
                self.as_ptr(),
                value.as_ptr(),
                token.expires_at_ms as i64,
                principal.as_ptr(),
                pointers.as_mut_ptr(),
                pointers.len(),
                text.as_mut_ptr(),
                text.len(),
            )
        };
        if code == code::NO_ERROR {
            return Ok(());
        }
        // SAFETY: librdkafka wrote a NUL-terminated text
        Err(Fault::new(code, unsafe { owned(text.as_ptr()) }))
    }

    /// No token could be fetched; librdkafka tells it as an error event unless the last one said the same.
    pub fn oauth_token_failed(&self, reason: &str) -> Result<(), Fault> {
        let reason = c_string(reason)?;
        // SAFETY: live client and NUL-terminated text, which is copied
        Fault::check_code(unsafe { sys::rd_kafka_oauthbearer_set_token_failure(self.as_ptr(), reason.as_ptr()) })
    }
}
