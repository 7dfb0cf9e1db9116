//! A group's member in the engine: the state that JavaScript (`handle.rs`) and the poll thread (`poll.rs`) share.

pub mod batch;
mod commit;
pub mod fetch;
mod handle;
mod poll;
mod rebalance;
mod seek;

pub use handle::{PartitionSpec, list_of};

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use phq_kafka_core::Partition;
use phq_kafka_core::commits::CommitBook;
use phq_kafka_core::lanes::{Lanes, Topics};
use phq_kafka_core::row::Mode;

pub use handle::NativeConsumer;

use crate::lifecycle::{Stop, Threads};
use crate::mailbox::{Event, Mailbox, OwnedPartition, lock};
use crate::rk::{Fault, Waker};
use seek::Seek;

/// What JavaScript waits for when `take` had nothing due.
#[derive(Clone, Copy)]
struct Wanted {
    max: usize,
    timeout: Duration,
}

enum Command {
    Subscribe(Vec<String>),
    Seek(Vec<Seek>),
    /// the answer to `assigning`, by its number: where each partition starts
    Assign(u32, Vec<(Partition, i64)>),
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
    /// when the poll thread last took its turn
    polled: Option<Instant>,
    /// the group counts us in, as last seen while we had no partitions
    is_member: bool,
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
