//! The thread that reads pages, one after the other. A page ends when it is full, at its last wanted offset, at the end of the
//! partition, or when its time is over. Offsets have gaps (control records, compaction), so the end is never "the last offset was
//! seen": it is a record at or behind it, or librdkafka's word that the partition has nothing more up to there. That word alone is not
//! enough: a replica that lags, or a leader that has just taken over, says it before the end that another has told.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use phq_kafka_core::Partition;
use phq_kafka_core::lanes::{Collector, Lanes};
use phq_kafka_core::row::Mode;

use super::Shared;
use crate::consumer::batch::Batch;
use crate::consumer::fetch::record;
use crate::mailbox::Event;
use crate::rk::{self, Client, Fault, Kind, Message, Queue, Topic, code};

/// Errors and logs are looked at this often.
const POLL: Duration = Duration::from_millis(50);
/// JavaScript knows the page's topic: it asked for it.
const ONLY: u32 = 0;

pub struct Read {
    pub request: u32,
    pub topic: String,
    pub partition: i32,
    pub from: i64,
    pub until: i64,
    pub max_records: usize,
    pub max_bytes: usize,
    pub by: Instant,
}

/// The partition that is fetched at present.
struct Running {
    name: String,
    topic: Topic,
    partition: i32,
    /// where the next page begins if it goes on
    next: i64,
    queue: Queue,
}

impl Drop for Running {
    fn drop(&mut self) {
        // one that was never known to the cluster is not running, which is all that is wanted
        let _ = self.topic.stop(self.partition);
    }
}

struct Reading {
    shared: Arc<Shared>,
    running: Option<Running>,
    events: Queue,
    /// after what belongs to it: fields drop in this order, and librdkafka stops or frees nothing after the client
    client: Arc<Client>,
    collector: Collector,
}

pub fn start(shared: &Arc<Shared>, client: Arc<Client>, reads: Receiver<Read>) -> Result<(), Fault> {
    let events = client.events().ok_or_else(|| Fault::new(code::FAIL, "librdkafka gave no queue"))?;
    let mut reading = Reading { shared: shared.clone(), running: None, events, client, collector: Collector::default() };
    let run = move || {
        loop {
            match reads.recv_timeout(POLL) {
                Ok(read) => reading.answer(&read),
                Err(RecvTimeoutError::Timeout) => reading.serve_events(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let shared = reading.shared.clone();
        drop(reading);
        shared.mailbox.post(Event::Closed { timed_out: false, error: None });
    };
    shared.threads.spawn("phq-reader", run)
}

/// How a page ended.
enum End {
    /// full or out of time: there may be more
    Open,
    /// nothing more that is wanted
    Reached,
    Failed(Fault),
}

impl Reading {
    fn answer(&mut self, read: &Read) {
        let end = match self.place(read) {
            Ok(()) => self.fill(read),
            Err(fault) => End::Failed(fault),
        };
        let next = self.running.as_ref().map_or(read.from, |r| r.next);
        let (ended, error) = match end {
            End::Open => (false, None),
            End::Reached => (true, None),
            End::Failed(fault) => (false, Some(fault)),
        };
        if error.is_some() || ended {
            self.running = None;
        }
        let batch = self.hand_out(read.partition);
        self.shared.mailbox.post(Event::Page { request: read.request, batch, ended, next, error });
    }

    /// Makes sure that the partition is fetched from where the page begins.
    fn place(&mut self, read: &Read) -> Result<(), Fault> {
        let goes_on = |r: &Running| r.name == read.topic && r.partition == read.partition && r.next == read.from;
        if self.running.as_ref().is_some_and(goes_on) {
            return Ok(());
        }
        self.running = None;
        let queue = self.client.own_queue().ok_or_else(|| Fault::new(code::FAIL, "librdkafka gave no queue"))?;
        let topic = self.client.topic(&read.topic)?;
        topic.start(read.partition, read.from, &queue)?;
        self.running = Some(Running { name: read.topic.clone(), topic, partition: read.partition, next: read.from, queue });
        Ok(())
    }

    fn fill(&mut self, read: &Read) -> End {
        let mut bytes = 0;
        loop {
            let Some(running) = &mut self.running else { return End::Open };
            if running.next >= read.until {
                return End::Reached;
            }
            let now = Instant::now();
            if self.collector.len() >= read.max_records || bytes >= read.max_bytes || now >= read.by {
                return End::Open;
            }
            let wait = (read.by - now).min(POLL);
            let Some(event) = running.queue.poll_for(wait.as_millis().max(1) as i32) else {
                if self.shared.closing.load(Ordering::Acquire) {
                    return End::Open;
                }
                self.serve_events();
                continue;
            };
            match event.kind() {
                Kind::Fetch => match take_in(&mut self.collector, running, &event, read.until) {
                    Some(size) => bytes += size,
                    None => return End::Reached,
                },
                Kind::Error if event.code() != code::PARTITION_EOF => return End::Failed(event.fault()),
                Kind::Error if event.error_offset() >= read.until => return End::Reached,
                // an end before that is told anew when there is more; when nothing comes, JavaScript's patience ends it
                _ => {}
            }
        }
    }

    fn hand_out(&mut self, partition: i32) -> Option<Batch> {
        let (count, now) = (self.collector.len(), Instant::now());
        let chunk = self.collector.finish(now)?;
        let (mut lanes, at) = (Lanes::default(), Partition { topic: ONLY, partition });
        lanes.assign(at, false);
        lanes.push(at, chunk);
        lanes.take(count, now).map(Batch)
    }

    fn serve_events(&self) {
        while let Some(event) = self.events.poll() {
            match event.kind() {
                Kind::Error => self.shared.mailbox.post(Event::Error { error: self.client.fatal_error().unwrap_or_else(|| event.fault()) }),
                Kind::Log => {
                    let (facility, message, level) = event.log();
                    self.shared.mailbox.post(Event::Log { level, facility, message });
                }
                Kind::Stats => self.shared.mailbox.post(Event::Stats { json: event.stats() }),
                _ => {}
            }
        }
    }
}

/// The bytes that were taken in; None at a record that is not wanted any more.
fn take_in(collector: &mut Collector, running: &mut Running, event: &rk::Event, until: i64) -> Option<usize> {
    let mut bytes = 0;
    for message in event.messages() {
        if message.offset() >= until {
            return None;
        }
        bytes += size(&message);
        running.next = message.offset() + 1;
        collector.add(Mode::Raw, record(&message));
    }
    Some(bytes)
}

/// All that a record brings along: its headers may be what is large.
fn size(message: &Message<'_>) -> usize {
    let length = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
    let headers: usize = message.headers().map(|(name, value)| name.len() + length(value)).sum();
    length(message.value()) + length(message.key()) + headers
}
