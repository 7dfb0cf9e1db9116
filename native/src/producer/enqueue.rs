//! The thread that hands records to librdkafka, in call order. A full queue makes it wait, never fail.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use phq_kafka_core::outgoing::{self, STRIDE};

use super::Shared;
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
    let mut room = vec![];
    for (i, row) in outgoing::read(&job.slab, &job.rows).enumerate() {
        let record = Outgoing {
            topic: topics[row.topic()],
            value: row.value(&mut room),
            key: row.key(),
            partition: row.partition(),
            timestamp_ms: row.timestamp_ms(),
            headers: row.headers(),
            opaque: opaque(job.batch, i as u32),
        };
        match produce(shared, client, &record) {
            Ok(()) => {}
            Err(code::PURGE_QUEUE) => return fail_from(shared, job, i as u32, &Fault::of(code::PURGE_QUEUE)),
            Err(code) => fail(shared, job.batch, i as u32, client.fatal_error().unwrap_or_else(|| Fault::of(code))),
        }
    }
}

/// Waits while the queue is full. Once the close's time is over nothing more goes in, as if it had been purged with the rest.
fn produce(shared: &Shared, client: &Client, record: &Outgoing<'_>) -> Result<(), i32> {
    while !shared.purged.load(Ordering::Acquire) {
        match client.produce(record) {
            Err(code::QUEUE_FULL) => shared.reports.wait_for_progress(Duration::from_millis(5)),
            other => return other,
        }
    }
    Err(code::PURGE_QUEUE)
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
