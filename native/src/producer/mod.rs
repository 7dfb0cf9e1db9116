//! The producer as JavaScript sees it: a batch goes in as one slab, its report comes back as one event.

mod delivery;
mod enqueue;
mod transactions;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::*;
use napi_derive::napi;
use phq_kafka_core::outgoing;

use crate::lifecycle::{Stop, Threads, end_with};
use crate::mailbox::{Event, Mailbox, Wake, lock};
use crate::rk::{Client, Fault, Role};
use delivery::Reports;
use enqueue::Job;

pub struct Shared {
    mailbox: Mailbox,
    reports: Reports,
    /// when set, everything must be over by then
    close_by: Mutex<Option<Instant>>,
    /// the time to close is over: what is not delivered is given up
    purged: AtomicBool,
    /// the delivery thread has nothing more to do
    ended: AtomicBool,
    jobs: Mutex<Option<Sender<Job>>>,
    threads: Threads,
}

impl Shared {
    fn begin_close(&self, within: Duration) {
        let by = Instant::now() + within;
        let mut close_by = lock(&self.close_by);
        if close_by.is_none_or(|b| by < b) {
            *close_by = Some(by);
        }
        // the enqueue thread ends when its channel does
        lock(&self.jobs).take();
    }
    fn close_by(&self) -> Option<Instant> {
        *lock(&self.close_by)
    }
}

impl Stop for Shared {
    fn stop(&self, within: Duration) {
        self.begin_close(within);
    }
    fn threads(&self) -> &Threads {
        &self.threads
    }
}

#[napi]
pub struct NativeProducer {
    shared: Arc<Shared>,
    client: Mutex<Option<Arc<Client>>>,
}

#[napi]
impl NativeProducer {
    #[napi(constructor)]
    pub fn new(env: Env, config: Vec<Vec<String>>, wake: Wake) -> Result<Self> {
        let client = Arc::new(Client::new(Role::Producer, &entries(config)).map_err(|f| f.to_js())?);
        let (jobs, queue) = mpsc::channel();
        let shared = Arc::new(Shared {
            mailbox: Mailbox::new(wake),
            reports: Reports::default(),
            close_by: Mutex::default(),
            purged: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            jobs: Mutex::new(Some(jobs)),
            threads: Threads::default(),
        });
        delivery::start(&shared, client.clone()).map_err(|f| f.to_js())?;
        enqueue::start(&shared, client.clone(), queue).map_err(|f| f.to_js())?;
        end_with(&env, &shared)?;
        Ok(NativeProducer { shared, client: Mutex::new(Some(client)) })
    }

    /// Copies the slab: JavaScript may write into its own again at once.
    #[napi]
    pub fn produce(&self, request: u32, slab: &[u8], used: u32, rows: &[f64], topics: Vec<String>, waiting: bool) -> Result<()> {
        let slab = slab.get(..used as usize).ok_or_else(|| invalid("used is beyond the slab"))?;
        outgoing::check(slab, rows, topics.len()).map_err(invalid)?;
        let batch = self.shared.reports.open(request, rows.len() / outgoing::STRIDE);
        if rows.is_empty() {
            self.shared.mailbox.post(batch.report());
            return Ok(());
        }
        let job = Job { batch: batch.id, slab: slab.to_vec(), rows: rows.to_vec(), topics, waiting };
        let sent = lock(&self.shared.jobs).as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        if !sent {
            self.shared.reports.forget(batch.id);
            return Err(Fault::closed().to_js());
        }
        Ok(())
    }

    #[napi]
    pub fn metadata(&self, request: u32, topic: Option<String>, timeout_ms: i32) -> Result<()> {
        let client = self.client()?;
        let shared = self.shared.clone();
        let ask = move || shared.mailbox.post(Event::Result { request, outcome: client.metadata(topic.as_deref(), timeout_ms) });
        self.shared.threads.spawn("phq-metadata", ask).map_err(|f| f.to_js())
    }

    /// Records that were not sent yet fail with _PURGE_QUEUE.
    #[napi]
    pub fn purge_unsent(&self) -> Result<()> {
        self.client()?.purge_unsent();
        Ok(())
    }

    pub(crate) fn client(&self) -> Result<Arc<Client>> {
        lock(&self.client).clone().ok_or_else(|| Fault::closed().to_js())
    }

    #[napi(ts_return_type = "NativeEvent[]")]
    pub fn drain(&self) -> Vec<Event> {
        self.shared.mailbox.drain()
    }

    #[napi]
    pub fn close(&self, timeout_ms: f64) {
        lock(&self.client).take();
        self.shared.begin_close(millis(timeout_ms));
        if self.shared.ended.load(Ordering::Acquire) {
            self.shared.mailbox.post(Event::Closed { timed_out: false, error: None });
        }
    }
}

pub fn entries(config: Vec<Vec<String>>) -> Vec<(String, String)> {
    config.into_iter().filter_map(|pair| <[String; 2]>::try_from(pair).ok()).map(|[k, v]| (k, v)).collect()
}

pub fn millis(ms: f64) -> Duration {
    Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 1e9))
}

fn invalid(text: &str) -> napi::Error {
    Fault::new(crate::rk::code::INVALID_ARG, text).to_js()
}
