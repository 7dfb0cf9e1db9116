//! The consumer as JavaScript sees it: batches are taken synchronously, everything else is asked for and answered by
//! an event. The poll thread (`poll.rs`) does the work; this file only touches the shared state.

mod commit;
mod fetch;
mod poll;
mod rebalance;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::*;
use napi_derive::napi;
use phq_kafka_core::Partition;
use phq_kafka_core::commits::{CommitBook, Position};
use phq_kafka_core::lanes::{Due, Handout, Lanes, Topics};
use phq_kafka_core::row::{self, Mode};

use crate::admin::json;
use crate::lifecycle::{Stop, Threads, end_with};
use crate::mailbox::{Event, Mailbox, OwnedPartition, Wake, lock};
use crate::producer::{entries, millis};
use crate::rk::{Client, Fault, PartitionList, Role, Waker, code};

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

/// What JavaScript waits for when `take` had nothing due.
#[derive(Clone, Copy)]
struct Wanted {
    max: usize,
    timeout: Duration,
}

enum Command {
    Subscribe(Vec<String>),
    Seek(Vec<(Partition, i64)>),
    /// the answer to `assigning`: where each partition starts
    Assign(Vec<(Partition, i64)>),
}

/// Guarded by one lock, the epoch lock: who owns what, what is prefetched, what may be committed.
#[derive(Default)]
struct State {
    lanes: Lanes,
    topics: Topics,
    commits: CommitBook,
    wanted: Option<Wanted>,
    /// the size of the last batch asked for; nothing is prefetched before the first
    max: usize,
    commands: VecDeque<Command>,
    close_by: Option<Instant>,
    ended: bool,
}

impl State {
    fn owned_partition(&self, at: Partition, epoch: u64) -> OwnedPartition {
        let topic = self.topics.name(at.topic).unwrap_or_default().to_owned();
        OwnedPartition { topic, topic_id: at.topic, partition: at.partition, epoch: epoch as f64 }
    }
}

struct Shared {
    state: Mutex<State>,
    waker: Arc<Waker>,
    mailbox: Mailbox,
    mode: Mode,
    prefetch_batches: usize,
    drain: Duration,
    stuck_after: Option<Duration>,
    decides_starts: bool,
    threads: Threads,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
    fn error(&self, error: Fault) {
        self.mailbox.post(Event::Error { error });
    }
    fn close_within(&self, within: Duration) {
        let by = Instant::now() + within;
        let mut state = self.state();
        if state.ended {
            self.mailbox.post(Event::Closed { timed_out: false, error: None });
        } else if state.close_by.is_none_or(|b| by < b) {
            state.close_by = Some(by);
        }
        drop(state);
        self.waker.wake();
    }
}

impl Stop for Shared {
    fn stop(&self, within: Duration) {
        self.close_within(within);
    }
    fn threads(&self) -> &Threads {
        &self.threads
    }
}

/// A batch on its way into V8's memory: the bytes are copied once, straight into the Buffer that JavaScript gets.
pub struct Batch(Handout);

impl TypeName for Batch {
    fn type_name() -> &'static str {
        "NativeBatch"
    }
    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl ToNapiValue for Batch {
    unsafe fn to_napi_value(raw: napi::sys::napi_env, Batch(handout): Batch) -> Result<napi::sys::napi_value> {
        let env = Env::from_raw(raw);
        let (size, count) = (handout.bytes(), handout.count());
        let (mut data, mut slab) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: `raw` is the environment that this call was made in
        napi::check_status!(unsafe { napi::sys::napi_create_buffer(raw, size, &mut data, &mut slab) })?;
        let mut rows = Vec::with_capacity(count * row::STRIDE);
        if size == 0 {
            handout.fill(&mut [], &mut rows);
        } else {
            // SAFETY: the Buffer has `size` bytes and nobody else sees it yet
            handout.fill(unsafe { std::slice::from_raw_parts_mut(data.cast(), size) }, &mut rows);
        }
        let mut o = Object::new(&env)?;
        o.set("id", handout.id)?;
        o.set("count", count as u32)?;
        // SAFETY: the Buffer that was just made in this environment
        o.set("slab", unsafe { Unknown::from_napi_value(raw, slab) }?)?;
        o.set("rows", Float64ArraySlice::copy_from(&env, rows)?)?;
        // SAFETY: as above
        unsafe { Object::to_napi_value(raw, o) }
    }
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

    #[napi]
    pub fn lost(&self, batch: u32) -> Option<Vec<f64>> {
        let lost = self.shared.state().lanes.lost(batch);
        (!lost.is_empty())
            .then(|| lost.iter().flat_map(|(at, epoch)| [f64::from(at.topic), f64::from(at.partition), *epoch as f64]).collect())
    }

    /// Quintuples as `commit` takes them: librdkafka commits them by its own timer; those of ended epochs are left out.
    #[napi]
    pub fn store(&self, positions: &[f64]) -> Result<()> {
        let client = self.client.upgrade().ok_or_else(|| Fault::closed().to_js())?;
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

    /// Triples [topicId, partition, offset]: drops what was prefetched and starts a new epoch.
    #[napi]
    pub fn seek(&self, positions: &[f64]) {
        let mut to = Vec::new();
        let mut state = self.shared.state();
        for p in positions.chunks_exact(3) {
            let at = Partition { topic: p[0] as u32, partition: p[1] as i32 };
            // at once: nothing of the old place may go out after this call
            if let Some((old, _new)) = state.lanes.restart(at) {
                state.commits.end_epoch(at, old);
                to.push((at, p[2] as i64));
            }
        }
        commit::post_answers(&self.shared, &mut state);
        drop(state);
        self.command(Command::Seek(to));
    }

    /// Triples [topicId, partition, offset]: the answer to `assigning`; a partition that is left out starts where librdkafka says.
    #[napi]
    pub fn assign(&self, positions: &[f64]) {
        let at = positions.chunks_exact(3).map(|p| (Partition { topic: p[0] as u32, partition: p[1] as i32 }, p[2] as i64)).collect();
        self.command(Command::Assign(at));
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
        let client = self.client.upgrade().ok_or_else(|| Fault::closed().to_js())?;
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

fn list_of(specs: &[PartitionSpec]) -> std::result::Result<PartitionList, Fault> {
    let mut list = PartitionList::new(specs.len());
    for p in specs {
        list.add(&p.topic, p.partition, p.offset as i64, -1)?;
    }
    Ok(list)
}
