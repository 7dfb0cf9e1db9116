//! The consumer as JavaScript sees it: batches are taken synchronously, everything else is asked for and answered by an
//! event. Nothing here talks to the group: it touches the shared state and wakes the poll thread.

use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use phq_kafka_core::Partition;
use phq_kafka_core::commits::Position;
use phq_kafka_core::lanes::Due;
use phq_kafka_core::row::Mode;

use super::batch::Batch;
use super::seek::Seek;
use super::{Command, Shared, State, Wanted, commit, poll};
use crate::admin::json;
use crate::lifecycle::{Threads, end_with};
use crate::mailbox::{Event, Mailbox, Wake};
use crate::producer::{entries, millis};
use crate::rk::{Client, Fault, PartitionList, Role, code};

#[napi(object)]
pub struct ConsumerOptions {
    pub mode: String,
    pub prefetch_batches: u32,
    pub drain_timeout_ms: f64,
    /// a handler that runs longer loses its partitions; 0 = never
    pub stuck_after_ms: f64,
    /// JavaScript decides where new partitions start (`assign`); otherwise librdkafka does
    pub decides_starts: bool,
}

/// A partition, and an offset or a time where one is meant.
#[napi(object)]
pub struct PartitionSpec {
    pub topic: String,
    pub partition: i32,
    pub offset: f64,
}

#[napi]
pub struct NativeConsumer {
    shared: Arc<Shared>,
    client: Weak<Client>,
}

#[napi]
impl NativeConsumer {
    #[napi(constructor)]
    pub fn new(env: Env, config: Vec<Vec<String>>, options: ConsumerOptions, wake: Wake) -> Result<Self> {
        let mode = match options.mode.as_str() {
            "envelope" => Mode::Envelope,
            "json" => Mode::Json,
            "raw" => Mode::Raw,
            other => return Err(Fault::new(code::INVALID_ARG, format!("mode {other:?} is not envelope, json or raw")).to_js()),
        };
        let client = Arc::new(Client::new(Role::Consumer, &entries(config)).map_err(|f| f.to_js())?);
        let weak = Arc::downgrade(&client);
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            waker: Arc::default(),
            mailbox: Mailbox::new(wake),
            mode,
            prefetch_batches: options.prefetch_batches.max(1) as usize,
            drain: millis(options.drain_timeout_ms),
            stuck_after: (options.stuck_after_ms > 0.0).then(|| millis(options.stuck_after_ms)),
            decides_starts: options.decides_starts,
            threads: Threads::default(),
        });
        poll::start(&shared, client).map_err(|f| f.to_js())?;
        end_with(&env, &shared)?;
        Ok(NativeConsumer { shared, client: weak })
    }

    fn command(&self, command: Command) {
        self.shared.state().commands.push_back(command);
        self.shared.waker.wake();
    }

    #[napi]
    pub fn subscribe(&self, topics: Vec<String>) {
        self.command(Command::Subscribe(topics));
    }

    /// A batch that is due, or null and one `ready` event when the next is.
    #[napi(ts_return_type = "NativeBatch | null")]
    pub fn take(&self, max: u32, timeout_ms: f64) -> Option<Batch> {
        let (max, timeout) = (max as usize, millis(timeout_ms));
        let mut state = self.shared.state();
        state.max = max;
        let now = Instant::now();
        let batch = match state.lanes.due(max, timeout, now) {
            Due::Now => state.lanes.take(max, now),
            _ => None,
        };
        state.wanted = if batch.is_none() { Some(Wanted { max, timeout }) } else { None };
        drop(state);
        self.shared.waker.wake();
        batch.map(Batch)
    }

    /// The handler of the batch has ended; `done` follows when its commit is answered.
    #[napi]
    pub fn handled(&self, batch: u32) {
        self.shared.state().lanes.handled(batch);
    }

    #[napi]
    pub fn done(&self, batch: u32) {
        self.shared.state().lanes.done(batch);
        self.shared.waker.wake();
    }

    /// Triples [batch, topicId, partition]: these parts of batches are done; a batch is with its last part.
    #[napi]
    pub fn done_parts(&self, parts: &[f64]) {
        let mut state = self.shared.state();
        for p in parts.chunks_exact(3) {
            state.lanes.done_part(p[0] as u32, Partition { topic: p[1] as u32, partition: p[2] as i32 });
        }
        drop(state);
        self.shared.waker.wake();
    }

    /// The oldest call that runs began this long ago; negative: none runs.
    #[napi]
    pub fn calling(&self, ago_ms: f64) {
        let since = if ago_ms < 0.0 { None } else { Instant::now().checked_sub(millis(ago_ms)) };
        self.shared.state().lanes.calling(since);
    }

    /// Its handler has not ended, but nobody waits for it any more.
    #[napi]
    pub fn abandon(&self, batch: u32) {
        self.shared.state().lanes.abandon(batch);
        self.shared.waker.wake();
    }

    /// Milliseconds since the poll thread last took its turn: it does ten times a second at least.
    #[napi]
    pub fn polled_ago_ms(&self) -> f64 {
        self.shared.state().polled.map_or(0.0, |at| at.elapsed().as_secs_f64() * 1000.0)
    }

    /// Whether the group counts this member in; looked at while it has no partitions.
    #[napi]
    pub fn is_member(&self) -> bool {
        self.shared.state().is_member
    }

    #[napi]
    pub fn lost(&self, batch: u32) -> Option<Vec<f64>> {
        let lost = self.shared.state().lanes.lost(batch);
        (!lost.is_empty())
            .then(|| lost.iter().flat_map(|(at, epoch)| [f64::from(at.topic), f64::from(at.partition), *epoch as f64]).collect())
    }

    /// Quintuples as `commit` takes them: librdkafka commits them by its own timer; those of ended epochs are left out.
    #[napi]
    pub fn store(&self, positions: &[f64]) -> Result<()> {
        let client = self.client()?;
        // under the epoch lock, as every commit is cut
        let state = self.shared.state();
        let owned: Vec<Position> = read_positions(positions).into_iter().filter(|p| state.lanes.epoch(p.at) == Some(p.epoch)).collect();
        if owned.is_empty() {
            return Ok(());
        }
        commit::list(&state, &owned).and_then(|list| client.store_offsets(&list)).map_err(|f| f.to_js())
    }

    #[napi]
    pub fn commit(&self, request: u32, positions: &[f64]) {
        let positions = read_positions(positions);
        let mut state = self.shared.state();
        let State { commits, lanes, ended, .. } = &mut *state;
        commits.ask(request, &positions, |at| if *ended { None } else { lanes.epoch(at) });
        commit::post_answers(&self.shared, &mut state);
        drop(state);
        self.shared.waker.wake();
    }

    #[napi]
    pub fn hold(&self, partitions: &[f64]) {
        self.set_held(partitions, true);
    }

    #[napi]
    pub fn release(&self, partitions: &[f64]) {
        self.set_held(partitions, false);
        self.shared.waker.wake();
    }

    fn set_held(&self, partitions: &[f64], held: bool) {
        let mut state = self.shared.state();
        for p in partitions.chunks_exact(2) {
            state.lanes.hold(Partition { topic: p[0] as u32, partition: p[1] as i32 }, held);
        }
    }

    /// Triples [topicId, partition, offset]: drops what was prefetched and starts a new epoch. Returns which of them are being given away, or
    /// gone, by index: nothing is done with those.
    #[napi]
    pub fn seek(&self, positions: &[f64]) -> Vec<u32> {
        let (mut to, mut left) = (Vec::new(), Vec::new());
        let mut state = self.shared.state();
        for (index, p) in positions.chunks_exact(3).enumerate() {
            let at = Partition { topic: p[0] as u32, partition: p[1] as i32 };
            // at once: nothing of the old place may go out after this call
            match state.lanes.restart(at) {
                Some((old, epoch)) => {
                    state.commits.end_epoch(at, old);
                    to.push(Seek { at, offset: p[2] as i64, epoch });
                }
                None => left.push(index as u32),
            }
        }
        commit::post_answers(&self.shared, &mut state);
        drop(state);
        self.command(Command::Seek(to));
        left
    }

    /// Triples [topicId, partition, offset]: the answer to the question of `assigning`; a partition that is left out starts where librdkafka
    /// says. An answer that comes too late is ignored.
    #[napi]
    pub fn assign(&self, question: u32, positions: &[f64]) {
        let at = positions.chunks_exact(3).map(|p| (Partition { topic: p[0] as u32, partition: p[1] as i32 }, p[2] as i64)).collect();
        self.command(Command::Assign(question, at));
    }

    #[napi]
    pub fn committed(&self, request: u32, of: Vec<PartitionSpec>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&client.committed(&list_of(&of)?, timeout_ms)?))
    }

    /// `offset` of each spec is a time in milliseconds.
    #[napi]
    pub fn offsets_for_times(&self, request: u32, of: Vec<PartitionSpec>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&client.offsets_for_times(&list_of(&of)?, timeout_ms)?))
    }

    #[napi]
    pub fn watermarks(&self, request: u32, of: Vec<PartitionSpec>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&of.iter().map(|p| client.watermarks(&p.topic, p.partition, timeout_ms)).collect::<Vec<_>>()))
    }

    #[napi]
    pub fn topics(&self) -> Vec<String> {
        self.shared.state().topics.names().to_vec()
    }

    /// The number of a topic name, also of one that was never assigned.
    #[napi]
    pub fn topic_id(&self, name: String) -> u32 {
        self.shared.state().topics.id(&name)
    }

    pub(crate) fn client(&self) -> Result<Arc<Client>> {
        self.client.upgrade().ok_or_else(|| Fault::closed().to_js())
    }

    #[napi(ts_return_type = "NativeEvent[]")]
    pub fn drain(&self) -> Vec<Event> {
        self.shared.mailbox.drain()
    }

    #[napi]
    pub fn metadata(&self, request: u32, topic: Option<String>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| client.metadata(topic.as_deref(), timeout_ms))
    }

    /// Runs a call that waits for brokers on a thread of its own.
    fn ask(&self, request: u32, run: impl FnOnce(&Client) -> std::result::Result<String, Fault> + Send + 'static) -> Result<()> {
        let client = self.client()?;
        let shared = self.shared.clone();
        let ask = move || shared.mailbox.post(Event::Result { request, outcome: run(&client) });
        self.shared.threads.spawn("phq-ask", ask).map_err(|f| f.to_js())
    }

    #[napi]
    pub fn close(&self, timeout_ms: f64) {
        self.shared.close_within(millis(timeout_ms));
    }
}

fn read_positions(rows: &[f64]) -> Vec<Position> {
    let position = |p: &[f64]| Position {
        at: Partition { topic: p[0] as u32, partition: p[1] as i32 },
        offset: p[2] as i64,
        epoch: p[3] as u64,
        leader_epoch: p[4] as i32,
    };
    rows.chunks_exact(5).map(position).collect()
}

pub fn list_of(specs: &[PartitionSpec]) -> std::result::Result<PartitionList, Fault> {
    let mut list = PartitionList::new(specs.len());
    for p in specs {
        list.add(&p.topic, p.partition, p.offset as i64, -1)?;
    }
    Ok(list)
}
