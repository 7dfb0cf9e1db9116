//! Everything that the engine's threads have to tell JavaScript, in order. One weak threadsafe function says "there
//! is something"; the main thread then drains all of it in one crossing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use crate::consumer::batch::Batch;
use crate::rk::Fault;

/// Weak: an open client alone does not keep the process alive.
pub type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

#[napi(object)]
#[derive(Clone, Debug)]
pub struct OwnedPartition {
    pub topic: String,
    pub topic_id: u32,
    pub partition: i32,
    pub epoch: f64,
}

#[napi(object)]
pub struct PositionResult {
    pub topic: String,
    pub partition: i32,
    pub offset: f64,
    pub epoch: f64,
    pub error: Option<Fault>,
}

#[napi(object)]
pub struct DeliveryFailure {
    pub index: u32,
    pub error: Fault,
    pub persisted: String,
}

pub enum Event {
    Ready,
    Assigning { question: u32, partitions: Vec<OwnedPartition>, generation: i32 },
    Stuck { batch: u32, held_ms: f64 },
    Rejoined { batch: u32 },
    Assigned { partitions: Vec<OwnedPartition>, protocol: String, answered: bool },
    Revoking { partitions: Vec<OwnedPartition>, lost: bool, drain_ms: f64 },
    Revoked { partitions: Vec<OwnedPartition>, lost: bool, drained: bool, waited_ms: f64 },
    Committed { request: u32, results: Vec<PositionResult> },
    PartitionStopped { topic: String, partition: i32, offset: f64, error: Fault },
    Error { error: Fault },
    Log { level: i32, facility: String, message: String },
    Stats { json: String },
    Delivered { request: u32, failures: Vec<DeliveryFailure>, partitions: Vec<i32>, offsets: Vec<f64> },
    Result { request: u32, outcome: std::result::Result<String, Fault> },
    Page { request: u32, batch: Option<Batch>, ended: bool, next: i64, error: Option<Fault> },
    Closed { timed_out: bool, error: Option<Fault> },
}

impl TypeName for Event {
    fn type_name() -> &'static str {
        "NativeEvent"
    }
    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl ToNapiValue for Event {
    // SAFETY: called by napi-rs alone, with the environment of the call under way
    unsafe fn to_napi_value(raw: napi::sys::napi_env, event: Event) -> Result<napi::sys::napi_value> {
        let env = Env::from_raw(raw);
        let mut o = Object::new(&env)?;
        event.write(&env, &mut o)?;
        // SAFETY: `raw` is the environment that this call was made in
        unsafe { Object::to_napi_value(raw, o) }
    }
}

impl Event {
    fn write(self, env: &Env, o: &mut Object) -> Result<()> {
        match self {
            Event::Ready => o.set("kind", "ready"),
            Event::Assigning { question, partitions, generation } => {
                o.set("kind", "assigning")?;
                o.set("question", question)?;
                o.set("partitions", partitions)?;
                o.set("generation", generation)
            }
            Event::Stuck { batch, held_ms } => {
                o.set("kind", "stuck")?;
                o.set("batch", batch)?;
                o.set("heldMs", held_ms)
            }
            Event::Rejoined { batch } => {
                o.set("kind", "rejoined")?;
                o.set("batch", batch)
            }
            Event::Assigned { partitions, protocol, answered } => {
                o.set("kind", "assigned")?;
                o.set("partitions", partitions)?;
                o.set("protocol", protocol)?;
                o.set("answered", answered)
            }
            Event::Revoking { partitions, lost, drain_ms } => {
                o.set("kind", "revoking")?;
                o.set("partitions", partitions)?;
                o.set("lost", lost)?;
                o.set("drainMs", drain_ms)
            }
            Event::Revoked { partitions, lost, drained, waited_ms } => {
                o.set("kind", "revoked")?;
                o.set("partitions", partitions)?;
                o.set("lost", lost)?;
                o.set("drained", drained)?;
                o.set("waitedMs", waited_ms)
            }
            Event::Committed { request, results } => {
                o.set("kind", "committed")?;
                o.set("request", request)?;
                o.set("results", results.into_iter().map(NullableError).collect::<Vec<_>>())
            }
            Event::PartitionStopped { topic, partition, offset, error } => {
                o.set("kind", "partitionStopped")?;
                o.set("topic", topic)?;
                o.set("partition", partition)?;
                o.set("offset", offset)?;
                o.set("error", error)
            }
            Event::Error { error } => {
                o.set("kind", "error")?;
                o.set("error", error)
            }
            Event::Log { level, facility, message } => {
                o.set("kind", "log")?;
                o.set("level", level)?;
                o.set("facility", facility)?;
                o.set("message", message)
            }
            Event::Stats { json } => {
                o.set("kind", "stats")?;
                o.set("json", json)
            }
            Event::Delivered { request, failures, partitions, offsets } => {
                o.set("kind", "delivered")?;
                o.set("request", request)?;
                o.set("failures", failures)?;
                o.set("partitions", Int32ArraySlice::copy_from(env, partitions)?)?;
                o.set("offsets", Float64ArraySlice::copy_from(env, offsets)?)
            }
            Event::Result { request, outcome } => {
                let (json, error) = match outcome {
                    Ok(json) => (json, None),
                    Err(fault) => (String::new(), Some(fault)),
                };
                o.set("kind", "result")?;
                o.set("request", request)?;
                set_fault(o, error)?;
                o.set("json", json)
            }
            Event::Page { request, batch, ended, next, error } => {
                o.set("kind", "page")?;
                o.set("request", request)?;
                match batch {
                    Some(batch) => o.set("batch", batch)?,
                    None => o.set("batch", Null)?,
                }
                o.set("ended", ended)?;
                o.set("next", next as f64)?;
                set_fault(o, error)
            }
            Event::Closed { timed_out, error } => {
                o.set("kind", "closed")?;
                o.set("timedOut", timed_out)?;
                set_fault(o, error)
            }
        }
    }
}

/// `error` is null when there is none (an absent Option field would be left out).
fn set_fault(o: &mut Object, error: Option<Fault>) -> Result<()> {
    match error {
        Some(fault) => o.set("error", fault),
        None => o.set("error", Null),
    }
}

struct NullableError(PositionResult);

impl ToNapiValue for NullableError {
    // SAFETY: called by napi-rs alone, with the environment of the call under way
    unsafe fn to_napi_value(raw: napi::sys::napi_env, NullableError(r): Self) -> Result<napi::sys::napi_value> {
        let env = Env::from_raw(raw);
        let mut o = Object::new(&env)?;
        o.set("topic", r.topic)?;
        o.set("partition", r.partition)?;
        o.set("offset", r.offset)?;
        o.set("epoch", r.epoch)?;
        set_fault(&mut o, r.error)?;
        // SAFETY: `raw` is the environment that this call was made in
        unsafe { Object::to_napi_value(raw, o) }
    }
}

pub struct Mailbox {
    events: Mutex<VecDeque<Event>>,
    /// the main thread was told and has not drained yet
    told: AtomicBool,
    /// None once JavaScript has heard that the client is closed: it holds the client's owner, which holds the handle, which holds this
    wake: Mutex<Option<Wake>>,
}

impl Mailbox {
    pub fn new(wake: Wake) -> Mailbox {
        Mailbox { events: Mutex::default(), told: AtomicBool::new(false), wake: Mutex::new(Some(wake)) }
    }

    pub fn post(&self, event: Event) {
        lock(&self.events).push_back(event);
        if !self.told.swap(true, Ordering::AcqRel)
            && let Some(wake) = &*lock(&self.wake)
        {
            // a closing environment refuses the call, and nobody is left to tell
            wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    pub fn drain(&self) -> Vec<Event> {
        self.told.store(false, Ordering::Release);
        let events: Vec<Event> = lock(&self.events).drain(..).collect();
        if events.iter().any(|event| matches!(event, Event::Closed { .. })) {
            // JavaScript's garbage collector does not see through this reference: kept, a closed client would stay in memory for good
            drop(lock(&self.wake).take());
        }
        events
    }
}

/// A panic elsewhere does not make the data worse than it was: go on with it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
