//! Sends what may be committed, one request at a time, and tells every asker what became of its positions.

use std::collections::HashMap;

use phq_kafka_core::Partition;
use phq_kafka_core::commits::{Answer, Outcome, Position};

use super::poll::PollThread;
use super::{Shared, State};
use crate::mailbox::{Event, PositionResult};
use crate::rk::{self, Fault, PartitionList, code};

/// syslog's, as librdkafka's levels are
const WARNING: i32 = 4;

/// Cuts the next request and queues it, all under the epoch lock.
pub(super) fn send(thread: &PollThread) {
    let mut state = thread.shared.state();
    let Some(positions) = state.commits.cut() else { return };
    let sent = list(&state, &positions).and_then(|list| thread.client.commit(&list, &thread.events));
    if let Err(fault) = sent {
        state.commits.answered(Outcome::Failed(fault.code), &HashMap::new());
        post_answers(&thread.shared, &mut state);
    }
}

pub(super) fn list(state: &State, positions: &[Position]) -> Result<PartitionList, Fault> {
    let mut list = PartitionList::new(positions.len());
    for p in positions {
        list.add(state.topics.name(p.at.topic).unwrap_or_default(), p.at.partition, p.offset, p.leader_epoch)?;
    }
    Ok(list)
}

/// The broker's answer, partition by partition.
pub(super) fn answered(shared: &Shared, event: &rk::Event) {
    let whole = outcome(event.code());
    let mut state = shared.state();
    let mut each = HashMap::new();
    for element in event.partitions().elements() {
        let at = Partition { topic: state.topics.id(&element.topic), partition: element.partition };
        each.insert(at, if element.error == code::NO_ERROR { whole.clone() } else { outcome(element.error) });
    }
    state.commits.answered(whole, &each);
    post_answers(shared, &mut state);
}

/// The answer to a commit of librdkafka's own timer. Since these events have a taker, librdkafka no longer logs that one failed.
pub(super) fn not_asked_for(shared: &Shared, event: &rk::Event) {
    let failed = |code: i32| !matches!(code, code::NO_ERROR | code::NO_OFFSET);
    let elements = event.partitions().elements();
    let whole = failed(event.code()).then(|| Fault::of(event.code()).message);
    let each = elements.iter().filter(|e| failed(e.error));
    let each: Vec<_> = each.map(|e| format!("{}[{}]@{}({})", e.topic, e.partition, e.offset, Fault::of(e.error).message)).collect();
    if whole.is_none() && each.is_empty() {
        return;
    }
    let count = if each.is_empty() { elements.len() } else { each.len() };
    let each = (!each.is_empty()).then(|| each.join(", "));
    let why = [whole, each].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let message = format!("Offset commit (auto) failed for {count}/{} partition(s): {why}", elements.len());
    shared.mailbox.post(Event::Log { level: WARNING, facility: "COMMITFAIL".to_owned(), message });
}

fn outcome(code: i32) -> Outcome {
    if code == code::NO_ERROR { Outcome::Stored } else { Outcome::Failed(code) }
}

pub(super) fn post_answers(shared: &Shared, state: &mut State) {
    for Answer { request, results } in state.commits.take_answers() {
        let results = results.into_iter().map(|(position, outcome)| result(state, position, &outcome)).collect();
        shared.mailbox.post(Event::Committed { request, results });
    }
}

fn result(state: &State, position: Position, outcome: &Outcome) -> PositionResult {
    let error = match outcome {
        Outcome::Stored => None,
        Outcome::NotOwned => Some(Fault::new(code::STATE, "not owned")),
        Outcome::Failed(code) => Some(Fault::of(*code)),
    };
    PositionResult {
        topic: state.topics.name(position.at.topic).unwrap_or_default().to_owned(),
        partition: position.at.partition,
        offset: position.offset as f64,
        epoch: position.epoch as f64,
        error,
    }
}
