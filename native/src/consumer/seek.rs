//! Seeks on their way to librdkafka. It refuses one of a partition that it has not begun to fetch, which it does not while any commit is under way:
//! such a seek is repeated until it is taken up, and until then nothing of the partition comes in.

use phq_kafka_core::{Epoch, Partition};

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
    if thread.seeks.is_empty() {
        return;
    }
    if let Err(fault) = send(thread) {
        thread.tell(fault);
    }
}

fn send(thread: &mut PollThread) -> Result<(), Fault> {
    let state = thread.shared.state();
    // a partition that was lost meanwhile starts where its next owner decides
    thread.seeks.retain(|seek| state.lanes.is_since(seek.at, seek.epoch));
    let mut list = PartitionList::new(thread.seeks.len());
    for seek in &thread.seeks {
        list.add(state.topics.name(seek.at.topic).unwrap_or_default(), seek.at.partition, seek.offset, -1)?;
    }
    drop(state);
    // librdkafka calls an empty list an invalid argument
    if thread.seeks.is_empty() {
        return Ok(());
    }
    let whole = thread.client.seek(&list, ANSWER_MS);
    let mut state = thread.shared.state();
    let mut refused = None;
    let answers = list.elements();
    let mut answers = answers.iter();
    thread.seeks.retain(|seek| {
        let error = answers.next().map_or(code::NO_ERROR, |element| element.error);
        if is_to_repeat(error) {
            return true;
        }
        state.lanes.sought(seek.at);
        if error != code::NO_ERROR {
            refused = Some(Fault::of(error));
        }
        false
    });
    match (whole, refused) {
        (Err(fault), _) if fault.code != code::TIMED_OUT => Err(fault),
        (_, Some(fault)) => Err(fault),
        _ => Ok(()),
    }
}

fn is_to_repeat(error: i32) -> bool {
    matches!(error, code::STATE | code::PREV_IN_PROGRESS | code::IN_PROGRESS)
}
