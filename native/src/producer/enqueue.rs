//! The thread that hands records to librdkafka, in call order. A full queue makes it wait, never fail.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use super::{STRIDE, Shared};
use crate::rk::{Client, Fault, Outgoing, Topic, code};

pub struct Job {
    pub batch: u32,
    pub slab: Vec<u8>,
    pub rows: Vec<f64>,
    pub topics: Vec<String>,
    /// the caller awaits this very batch
    pub waiting: bool,
}

/// How long linger.ms may stay suspended for one awaited batch.
const HURRY: Duration = Duration::from_millis(20);
/// A flush waits for acknowledgements. Records that come one by one must not wait for those of the last one, so few records are flushed in short
/// turns; batches gain by it: what is packed meanwhile travels together (four in flight: 70 k/s, 59 k/s with short turns, medians of five
/// runs on a busy machine).
const FEW_RECORDS: usize = 100;
const SHORT_TURN_MS: i32 = 1;
const LONG_TURN_MS: i32 = 20;

pub fn start(shared: &Arc<Shared>, client: Arc<Client>, jobs: Receiver<Job>) -> Result<(), Fault> {
    let s = shared.clone();
    shared.threads.spawn("phq-enqueue", move || {
        let mut topics = HashMap::new();
        while let Ok(job) = jobs.recv() {
            enqueue(&s, &client, &mut topics, &job);
            let turn_ms = if job.rows.len() / STRIDE < FEW_RECORDS { SHORT_TURN_MS } else { LONG_TURN_MS };
            let mut hurry_until = job.waiting.then(|| Instant::now() + HURRY);
            while let Some(until) = hurry_until {
                match jobs.try_recv() {
                    Ok(next) => {
                        enqueue(&s, &client, &mut topics, &next);
                        hurry_until = if next.waiting { Some(Instant::now() + HURRY) } else { hurry_until };
                    }
                    Err(TryRecvError::Disconnected) => return,
                    // a flush under way suspends linger.ms: an awaited batch would otherwise wait it out every time
                    Err(TryRecvError::Empty) if Instant::now() < until && !client.flush(turn_ms) => {}
                    Err(TryRecvError::Empty) => hurry_until = None,
                }
            }
        }
    })
}

/// JavaScript built the rows; a row outside its slab must not be followed.
pub fn check_rows(slab: &[u8], rows: &[f64], topics: usize) -> Result<(), &'static str> {
    if !rows.len().is_multiple_of(STRIDE) {
        return Err("rows are not a multiple of the stride");
    }
    let inside = |start: f64, length: f64| length < 0.0 || (start >= 0.0 && start + length <= slab.len() as f64);
    for r in rows.chunks_exact(STRIDE) {
        if !(r[0] >= 0.0 && r[0] < topics as f64) {
            return Err("a row names no topic");
        }
        if !inside(r[1], r[2]) || !inside(r[3], r[4]) || !inside(r[7], r[8].max(0.0)) {
            return Err("a row reaches outside the slab");
        }
        if !phq_kafka_core::headers::check(span(slab, r[7], r[8]).unwrap_or_default()) {
            return Err("a row's headers are malformed");
        }
    }
    Ok(())
}

fn span(slab: &[u8], start: f64, length: f64) -> Option<&[u8]> {
    if length < 0.0 { None } else { slab.get(start as usize..(start + length) as usize) }
}

fn enqueue(shared: &Shared, client: &Client, known: &mut HashMap<String, Topic>, job: &Job) {
    for name in &job.topics {
        if !known.contains_key(name) {
            match client.topic(name) {
                Ok(topic) => drop(known.insert(name.clone(), topic)),
                Err(fault) => return fail_from(shared, job, 0, &fault),
            }
        }
    }
    let topics: Vec<&Topic> = job.topics.iter().filter_map(|name| known.get(name)).collect();
    for (i, r) in job.rows.chunks_exact(STRIDE).enumerate() {
        let record = Outgoing {
            topic: topics[r[0] as usize],
            value: span(&job.slab, r[1], r[2]),
            key: span(&job.slab, r[3], r[4]),
            partition: r[5] as i32,
            timestamp_ms: r[6].max(0.0) as i64,
            headers: span(&job.slab, r[7], r[8]).unwrap_or_default(),
            opaque: opaque(job.batch, i as u32),
        };
        match produce(shared, client, &record) {
            Ok(()) => {}
            Err(code::QUEUE_FULL) => return fail_from(shared, job, i as u32, &Fault::of(code::QUEUE_FULL)),
            Err(code) => fail(shared, job.batch, i as u32, client.fatal_error().unwrap_or_else(|| Fault::of(code))),
        }
    }
}

/// Waits while the queue is full, until the producer's close is due.
fn produce(shared: &Shared, client: &Client, record: &Outgoing<'_>) -> Result<(), i32> {
    loop {
        match client.produce(record) {
            Err(code::QUEUE_FULL) if shared.close_by().is_none_or(|by| Instant::now() < by) => {
                shared.reports.wait_for_progress(Duration::from_millis(5));
            }
            other => return other,
        }
    }
}

fn fail_from(shared: &Shared, job: &Job, from: u32, fault: &Fault) {
    for i in from..(job.rows.len() / STRIDE) as u32 {
        fail(shared, job.batch, i, fault.clone());
    }
}

fn fail(shared: &Shared, batch: u32, index: u32, fault: Fault) {
    if let Some(done) = shared.reports.failed(batch, index, fault, false) {
        shared.mailbox.post(done.report());
    }
}

fn opaque(batch: u32, index: u32) -> u64 {
    u64::from(batch) << 32 | u64::from(index)
}
