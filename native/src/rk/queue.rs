//! A librdkafka queue and the wake-up of the thread that polls it.

use std::ffi::c_void;
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

use rdkafka_sys as rd;

use super::Event;

/// Wakes one thread; librdkafka calls it from its own threads when a queue stops being empty.
#[derive(Default)]
pub struct Waker {
    thread: OnceLock<Thread>,
}

impl Waker {
    /// The calling thread is the one to wake.
    pub fn adopt(&self) {
        let _ = self.thread.set(std::thread::current());
    }
    pub fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

pub struct Queue {
    ptr: *mut rd::rd_kafka_queue_t,
    /// what the wake-up callback points at, kept until the callback is off
    waker: Option<Arc<Waker>>,
}

// SAFETY: librdkafka's queues are internally locked; ours moves to one thread and is used there
unsafe impl Send for Queue {}

// SAFETY: called by librdkafka alone, with the opaque of `wake_with`
unsafe extern "C" fn on_nonempty(_rk: *mut rd::rd_kafka_t, opaque: *mut c_void) {
    // SAFETY: `opaque` is the Waker that the Queue keeps alive until it has switched this callback off
    unsafe { &*opaque.cast::<Waker>() }.wake();
}

impl Queue {
    /// Takes over a reference that librdkafka gave; None for null.
    pub(super) fn from_raw(ptr: *mut rd::rd_kafka_queue_t) -> Option<Queue> {
        (!ptr.is_null()).then_some(Queue { ptr, waker: None })
    }

    /// The next event, if one is there.
    pub fn poll(&self) -> Option<Event> {
        self.poll_for(0)
    }

    pub fn poll_for(&self, timeout_ms: i32) -> Option<Event> {
        // SAFETY: live queue; the event is ours to free
        Event::from_raw(unsafe { rd::rd_kafka_queue_poll(self.ptr, timeout_ms) })
    }

    pub fn wake_with(&mut self, waker: Arc<Waker>) {
        // SAFETY: the Waker outlives the callback: Drop switches the callback off before releasing it
        unsafe { rd::rd_kafka_queue_cb_event_enable(self.ptr, Some(on_nonempty), Arc::as_ptr(&waker) as *mut c_void) }
        self.waker = Some(waker);
    }

    /// Stops the forwarding into the consumer queue, so that the partition's records stay here.
    pub fn keep_own(&self) {
        // SAFETY: live queue; null means no forwarding
        unsafe { rd::rd_kafka_queue_forward(self.ptr, std::ptr::null_mut()) }
    }

    pub(super) fn as_ptr(&self) -> *mut rd::rd_kafka_queue_t {
        self.ptr
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: live queue; switching the callback off takes the queue's lock, so none is running afterwards
        unsafe {
            if self.waker.is_some() {
                rd::rd_kafka_queue_cb_event_enable(self.ptr, None, std::ptr::null_mut());
            }
            rd::rd_kafka_queue_destroy(self.ptr);
        }
    }
}
