//! Transactions as JavaScript sees them: one step at a time, each answered by one event. What an error means is decided there.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use super::{NativeProducer, invalid};
use crate::mailbox::{Event, lock};
use crate::rk::{Fault, Step};

#[napi]
impl NativeProducer {
    /// `step`: init, begin, commit or abort.
    #[napi]
    pub fn transaction(&self, request: u32, step: String, timeout_ms: i32) -> Result<()> {
        let step = Step::named(&step).ok_or_else(|| invalid("a step is init, begin, commit or abort"))?;
        let client = lock(&self.client).clone().ok_or_else(|| Fault::closed().to_js())?;
        let shared = self.shared.clone();
        let ask = move || {
            let outcome = client.transaction(step, timeout_ms).map(|()| "null".to_owned());
            // the last reference must not be dropped after JavaScript has heard: it may close at once
            drop(client);
            shared.mailbox.post(Event::Result { request, outcome });
        };
        self.shared.threads.spawn("phq-transaction", ask).map_err(|f| f.to_js())
    }
}
