//! Seeks on their way to librdkafka. It refuses one of a partition that it has not begun to fetch, which it does not while any commit is under way:
//! such a seek is repeated until it is taken up, and until then nothing of the partition comes in.

use phq_kafka_core::{Epoch, Partition};

use super::fetch::Stopped;
use super::poll::PollThread;
use crate::rk::{Fault, PartitionList, code};

/// librdkafka answers at once, unless its own thread is busy.
const ANSWER_MS: i32 = 100;

pub(super) struct Seek {
    pub at: Partition,
    pub offset: i64,
    /// the one that it began
    pub epoch: Epoch,
}

/// The lanes have been restarted already. Of several seeks of a partition the last one wins.
pub(super) fn begin(thread: &mut PollThread, to: Vec<Seek>) {
    let mut state = thread.shared.state();
    for seek in to {
        if let Some(index) = thread.seeks.iter().position(|other| other.at == seek.at) {
            let other = thread.seeks.swap_remove(index);
            if state.lanes.is_since(other.at, other.epoch) {
                state.lanes.sought(other.at);
            }
        }
        thread.seeks.push(seek);
    }
}

pub(super) fn advance(thread: &mut PollThread) {
    if !thread.seeks.is_empty() {
        let sent = send(thread);
        thread.report(sent);
    }
}

fn send(thread: &mut PollThread) -> Result<(), Fault> {
    let state = thread.shared.state();
    // a partition that was lost meanwhile starts where its next owner decides
    thread.seeks.retain(|seek| state.lanes.is_since(seek.at, seek.epoch));
    // librdkafka calls an empty list an invalid argument
    if thread.seeks.is_empty() {
        return Ok(());
    }
    let mut list = PartitionList::new(thread.seeks.len());
    for seek in &thread.seeks {
        list.add(state.topics.name(seek.at.topic).unwrap_or_default(), seek.at.partition, seek.offset, -1)?;
    }
    drop(state);
    let whole = thread.client.seek(&list, ANSWER_MS);
    let shared = thread.shared.clone();
    let mut state = shared.state();
    for (seek, element) in std::mem::take(&mut thread.seeks).into_iter().zip(list.elements()) {
        match element.error {
            code::NO_ERROR => state.lanes.sought(seek.at),
            error if is_to_repeat(error) => thread.seeks.push(seek),
            // read on from wherever librdkafka is, the next commit would pass over what was dropped for the seek
            error => thread.stopped.push(Stopped { at: seek.at, epoch: seek.epoch, offset: seek.offset, error: Fault::of(error) }),
        }
    }
    match whole {
        // they are repeated
        Err(fault) if fault.code == code::TIMED_OUT => Ok(()),
        whole => whole,
    }
}

fn is_to_repeat(error: i32) -> bool {
    matches!(error, code::STATE | code::PREV_IN_PROGRESS | code::IN_PROGRESS | code::OUTDATED)
}
