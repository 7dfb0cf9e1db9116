//! Assignments and revocations. A revocation is answered later: what is out may end and commit first, bounded by the
//! drain time, while the thread goes on polling for the partitions that stay and for the group's heartbeat.

use std::time::{Duration, Instant};

use phq_kafka_core::{Epoch, Partition};

use super::poll::{LOOK, PollThread};
use super::{Shared, commit};
use crate::mailbox::{Event, OwnedPartition};
use crate::rk::{self, PartitionList, code};

/// A revocation under way.
pub(super) struct Leaving {
    list: PartitionList,
    partitions: Vec<(Partition, Epoch)>,
    since: Instant,
    until: Instant,
    looked: Instant,
    lost: bool,
}

/// An assignment that waits for JavaScript to say where its partitions start.
pub(super) struct Arriving {
    list: PartitionList,
    question: u32,
}

pub(super) fn begin(thread: &mut PollThread, event: &rk::Event) {
    match event.code() {
        code::ASSIGN_PARTITIONS => arrive(thread, event.partitions()),
        code::REVOKE_PARTITIONS => revoke(thread, event.partitions()),
        // anything else is an error that only asks for a clean slate (rdkafka.h, rebalance_cb)
        _ => {
            thread.tell(event.fault());
            thread.report(thread.client.assign(None));
        }
    }
}

fn is_cooperative(thread: &PollThread) -> bool {
    thread.client.rebalance_protocol() == "COOPERATIVE"
}

/// Asks JavaScript where the partitions start, or takes them as librdkafka gives them.
fn arrive(thread: &mut PollThread, list: PartitionList) {
    if thread.leaving.is_some() {
        finish(thread);
    }
    if thread.is_stuck() {
        assign(thread, &list, false);
        give_no_rows(thread, &list);
        return thread.leave_again();
    }
    let elements = list.elements();
    if !thread.shared.decides_starts || elements.is_empty() || thread.shared.state().close_by.is_some() {
        return assign(thread, &list, false);
    }
    let mut state = thread.shared.state();
    let mut partitions = Vec::with_capacity(elements.len());
    for element in elements {
        let at = Partition { topic: state.topics.id(&element.topic), partition: element.partition };
        partitions.push(state.owned_partition(at, 0));
    }
    drop(state);
    thread.questions += 1;
    let question = thread.questions;
    thread.arriving = Some(Arriving { list, question });
    thread.shared.mailbox.post(Event::Assigning { question, partitions, generation: thread.client.generation() });
}

/// JavaScript's answer; one to an earlier question finds nothing to answer any more.
pub(super) fn answer_assignment(thread: &mut PollThread, question: u32, starts: &[(Partition, i64)]) {
    let Some(Arriving { mut list, .. }) = thread.arriving.take_if(|a| a.question == question) else { return };
    for (at, offset) in starts {
        let topic = thread.shared.state().topics.name(at.topic).unwrap_or_default().to_owned();
        thread.report(list.set_offset(&topic, at.partition, *offset));
    }
    assign(thread, &list, true);
}

/// What comes next cannot wait for JavaScript: librdkafka wants every assignment answered before it is taken away again. The partitions are held,
/// so nothing of them goes out.
pub(super) fn skip_question(thread: &mut PollThread) {
    if let Some(Arriving { list, .. }) = thread.arriving.take() {
        assign(thread, &list, false);
    }
}

/// What arrives while a handler hangs is taken back in a moment; JavaScript, which may go on beside that handler, must not begin it.
fn give_no_rows(thread: &PollThread, list: &PartitionList) {
    let mut state = thread.shared.state();
    for element in list.elements() {
        let at = Partition { topic: state.topics.id(&element.topic), partition: element.partition };
        state.lanes.leave(at);
    }
}

/// Ends every epoch at once, for a handler that hangs: nothing of it may be committed any more.
pub(super) fn give_up_all(thread: &mut PollThread) {
    thread.queues.clear();
    // told as lost with all the others: the second half only answers librdkafka, and has nothing more to tell
    if let Some(leaving) = &mut thread.leaving {
        leaving.lost = true;
        leaving.partitions.clear();
    }
    let mut state = thread.shared.state();
    let owned: Vec<_> = state.lanes.partitions().collect();
    for (at, epoch) in owned {
        state.lanes.end(at);
        state.commits.end_epoch(at, epoch);
    }
    commit::post_answers(&thread.shared, &mut state);
}

/// Splits every partition off before librdkafka starts fetching it, so that no record slips into the main queue.
fn assign(thread: &mut PollThread, list: &PartitionList, answered: bool) {
    let cooperative = is_cooperative(thread);
    let mut state = thread.shared.state();
    let mut taken = Vec::new();
    for element in list.elements() {
        let at = Partition { topic: state.topics.id(&element.topic), partition: element.partition };
        let Some(mut queue) = thread.client.partition_queue(&element.topic, element.partition) else { continue };
        queue.keep_own();
        queue.wake_with(thread.shared.waker.clone());
        // a start that JavaScript decided is committed before anything of the partition is handed out
        let epoch = state.lanes.assign(at, thread.shared.decides_starts);
        taken.push(state.owned_partition(at, epoch));
        thread.queues.retain(|(p, ..)| *p != at);
        thread.queues.push((at, element.topic, queue));
    }
    drop(state);
    let result = if cooperative { thread.client.incremental_assign(list) } else { thread.client.assign(Some(list)) };
    thread.report(result);
    let protocol = thread.client.rebalance_protocol();
    thread.shared.mailbox.post(Event::Assigned { partitions: taken, protocol, answered });
}

/// First half: nothing more of the partitions goes out.
fn revoke(thread: &mut PollThread, list: PartitionList) {
    skip_question(thread);
    if thread.leaving.is_some() {
        finish(thread);
    }
    let lost = thread.client.assignment_lost();
    let mut state = thread.shared.state();
    let mut partitions = Vec::new();
    for element in list.elements() {
        let at = Partition { topic: state.topics.id(&element.topic), partition: element.partition };
        if let Some(epoch) = state.lanes.epoch(at) {
            state.lanes.leave(at);
            partitions.push((at, epoch));
        }
    }
    let drain = match state.close_by {
        _ if lost => Duration::ZERO,
        Some(by) => thread.shared.drain.min(by.saturating_duration_since(Instant::now())),
        None => thread.shared.drain,
    };
    let names = names(&state, &partitions);
    drop(state);
    thread.queues.retain(|(at, ..)| !partitions.iter().any(|(p, _)| p == at));
    thread.shared.mailbox.post(Event::Revoking { partitions: names, lost, drain_ms: drain.as_secs_f64() * 1000.0 });
    let since = Instant::now();
    thread.leaving = Some(Leaving { list, partitions, since, until: since + drain, looked: since, lost });
    advance(thread);
}

fn names(state: &super::State, partitions: &[(Partition, Epoch)]) -> Vec<OwnedPartition> {
    partitions.iter().map(|(at, epoch)| state.owned_partition(*at, *epoch)).collect()
}

/// Second half, when everything that was out is done and committed, when the time is over, or when there is nothing
/// left to save.
pub(super) fn advance(thread: &mut PollThread) {
    let Some(leaving) = &mut thread.leaving else { return };
    leaving.lost |= thread.client.assignment_lost();
    // a group that expels this member meanwhile takes no commit any more, and librdkafka does not call that lost: it waits for the answer.
    // Under KIP-848 it does not even tell. Once it says goodbye it is no member before this is answered.
    if !thread.closing && leaving.looked.elapsed() >= LOOK {
        leaving.looked = Instant::now();
        leaving.lost |= !thread.client.is_member();
    }
    if leaving.lost || Instant::now() >= leaving.until || !is_awaited(&thread.shared, &leaving.partitions) {
        finish(thread);
    }
}

fn is_awaited(shared: &Shared, partitions: &[(Partition, Epoch)]) -> bool {
    let state = shared.state();
    partitions.iter().any(|(at, _)| state.lanes.is_awaited(*at))
}

pub(super) fn finish(thread: &mut PollThread) {
    let Some(Leaving { list, partitions, since, lost, .. }) = thread.leaving.take() else { return };
    let cooperative = is_cooperative(thread);
    let mut state = thread.shared.state();
    let drained = partitions.iter().all(|(at, _)| state.lanes.drained(*at));
    let names = names(&state, &partitions);
    for (at, epoch) in &partitions {
        state.lanes.end(*at);
        state.commits.end_epoch(*at, *epoch);
    }
    commit::post_answers(&thread.shared, &mut state);
    // under the epoch lock: no commit can be cut between the end of the epochs and this answer
    let result = if cooperative { thread.client.incremental_unassign(&list) } else { thread.client.assign(None) };
    drop(state);
    thread.report(result);
    let waited_ms = since.elapsed().as_secs_f64() * 1000.0;
    thread.shared.mailbox.post(Event::Revoked { partitions: names, lost, drained, waited_ms });
}
