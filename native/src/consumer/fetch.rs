//! From librdkafka's partition queues into the lanes, in turns, as far as there is room.

use std::time::Instant;

use phq_kafka_core::lanes::CHUNK_ROWS;
use phq_kafka_core::row::Record;
use phq_kafka_core::{Epoch, Partition};

use super::poll::PollThread;
use crate::mailbox::Event;
use crate::rk::{self, Fault, Kind, Message, Queue, code};

/// A turn of one partition ends at this many bytes.
const TURN_BYTES: usize = 512 * 1024;

/// One turn for every partition; true when there may be more at once.
pub(super) fn turn(thread: &mut PollThread) -> bool {
    let count = thread.queues.len();
    let mut more = false;
    for i in 0..count {
        let which = (thread.first_queue + i) % count;
        let at = thread.queues[which].0;
        let room = {
            let state = thread.shared.state();
            state.lanes.room(at, state.max, thread.shared.prefetch_batches)
        };
        if room > 0 {
            more |= fill(thread, which, room.min(CHUNK_ROWS));
        }
    }
    thread.first_queue = (thread.first_queue + 1) % count.max(1);
    more
}

/// True when the turn ended because it was full.
fn fill(thread: &mut PollThread, which: usize, max: usize) -> bool {
    let (at, _, queue) = &thread.queues[which];
    let (at, mode) = (*at, thread.shared.mode);
    let mut failed = None;
    let mut bytes = 0;
    while thread.collector.len() < max && bytes < TURN_BYTES {
        match next(queue) {
            None => break,
            Some(Next::Other) => continue,
            Some(Next::Failed(fault, offset)) => {
                failed = Some((fault, offset));
                break;
            }
            Some(Next::Records(event)) => {
                for message in event.messages() {
                    bytes += message.value().map_or(0, <[u8]>::len);
                    thread.collector.add(mode, record(&message));
                }
            }
        }
    }
    let full = thread.collector.len() >= max || bytes >= TURN_BYTES;
    store(thread, at);
    if let Some((fault, offset)) = failed {
        on_failure(thread, at, fault, offset);
    }
    full
}

enum Next {
    Records(rk::Event),
    Failed(Fault, i64),
    Other,
}

fn next(queue: &Queue) -> Option<Next> {
    let event = queue.poll()?;
    Some(match event.kind() {
        Kind::Fetch => Next::Records(event),
        Kind::Error if event.code() != code::PARTITION_EOF => Next::Failed(event.fault(), event.error_offset()),
        _ => Next::Other,
    })
}

pub fn record<'e>(m: &Message<'e>) -> Record<'e, rk::Headers<'e>> {
    Record {
        offset: m.offset(),
        timestamp_ms: m.timestamp_ms(),
        leader_epoch: m.leader_epoch(),
        key: m.key(),
        value: m.value(),
        headers: m.headers(),
    }
}

fn store(thread: &mut PollThread, at: Partition) {
    if let Some(chunk) = thread.collector.finish(Instant::now()) {
        thread.shared.state().lanes.push(at, chunk);
    }
}

/// A record that came by the main queue goes where it belongs: dropped, the next commit would pass over it.
pub(super) fn stray(thread: &mut PollThread, event: &rk::Event) {
    for message in event.messages() {
        let at = {
            let mut state = thread.shared.state();
            Partition { topic: state.topics.id(&message.topic()), partition: message.partition() }
        };
        thread.collector.add(thread.shared.mode, record(&message));
        store(thread, at);
    }
}

/// A partition that cannot be read on; told when everything before that position has gone out and is done.
pub(super) struct Stopped {
    pub at: Partition,
    pub epoch: Epoch,
    pub offset: i64,
    pub error: Fault,
}

/// librdkafka skips a fetch that it cannot read: the lane ends here, or the next commit would pass over the gap.
fn on_failure(thread: &mut PollThread, at: Partition, error: Fault, offset: i64) {
    if !is_end(error.code) {
        // librdkafka's text names the broker, but not what was to be read from it
        let topic = thread.shared.state().topics.name(at.topic).unwrap_or_default().to_owned();
        return thread.shared.error(Fault { message: format!("{topic}:{}: {}", at.partition, error.message), ..error });
    }
    let mut state = thread.shared.state();
    // sought elsewhere since, or being given away: the fault is not of what is read next
    if !state.lanes.stop(at) {
        return;
    }
    let (next, epoch) = (state.lanes.next_offset(at), state.lanes.epoch(at).unwrap_or(0));
    let offset = if offset < 0 { next } else { offset };
    drop(state);
    thread.stopped.push(Stopped { at, epoch, offset, error });
}

/// NOT_IMPLEMENTED: a record batch of a form that librdkafka does not know, or one whose form was damaged, which no checksum covers.
fn is_end(error: i32) -> bool {
    matches!(error, code::BAD_MSG | code::BAD_COMPRESSION | code::INVALID_MSG | code::NOT_IMPLEMENTED | code::AUTO_OFFSET_RESET)
}

/// Told at once, the end of the run would keep the records before the fault from ever being handled: those that wait here, and those that
/// JavaScript has.
pub(super) fn tell_stopped(thread: &mut PollThread) {
    if thread.stopped.is_empty() {
        return;
    }
    let state = thread.shared.state();
    // given away or sought elsewhere meanwhile: its next owner meets the fault
    thread.stopped.retain(|s| state.lanes.stays(s.at, s.epoch));
    let (ripe, waiting) = std::mem::take(&mut thread.stopped).into_iter().partition::<Vec<_>, _>(|s| state.lanes.is_used_up(s.at));
    thread.stopped = waiting;
    for Stopped { at, offset, error, .. } in ripe {
        let topic = state.topics.name(at.topic).unwrap_or_default().to_owned();
        thread.shared.mailbox.post(Event::PartitionStopped { topic, partition: at.partition, offset: offset as f64, error });
    }
}
