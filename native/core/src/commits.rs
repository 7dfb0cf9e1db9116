//! Which positions a commit request may carry. Asked-for positions wait here, the newest of a partition wins, one
//! request is under way at a time, and a position goes out only while the epoch it was handled in still stands.

use std::collections::HashMap;

use crate::{Epoch, Partition};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub at: Partition,
    /// the next offset to read
    pub offset: i64,
    pub epoch: Epoch,
    pub leader_epoch: i32,
}

/// What became of one position of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    /// its epoch ended before it could be sent: the partition has a new owner, who will read it again
    NotOwned,
    /// the broker's or librdkafka's code
    Failed(i32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub request: u32,
    pub results: Vec<(Position, Outcome)>,
}

struct Asked {
    request: u32,
    position: Position,
}

struct Open {
    left: usize,
    results: Vec<(Position, Outcome)>,
}

#[derive(Default)]
pub struct CommitBook {
    waiting: HashMap<Partition, Vec<Asked>>,
    under_way: HashMap<Partition, Vec<Asked>>,
    open: HashMap<u32, Open>,
    answers: Vec<Answer>,
}

impl CommitBook {
    /// Takes a request in; `owned` tells the current epoch of a partition. Epoch 0 stands for the current one.
    pub fn ask(&mut self, request: u32, positions: &[Position], owned: impl Fn(Partition) -> Option<Epoch>) {
        self.open.insert(request, Open { left: positions.len(), results: Vec::with_capacity(positions.len()) });
        if positions.is_empty() {
            self.finish(request);
        }
        for position in positions {
            let mut position = *position;
            match owned(position.at) {
                Some(current) if position.epoch == 0 || position.epoch == current => {
                    position.epoch = current;
                    self.waiting.entry(position.at).or_default().push(Asked { request, position });
                }
                _ => self.settle(request, position, Outcome::NotOwned),
            }
        }
    }

    /// What the next request carries, or nothing while one is under way. Call under the lock that guards ownership.
    pub fn cut(&mut self) -> Option<Vec<Position>> {
        if !self.under_way.is_empty() || self.waiting.is_empty() {
            return None;
        }
        self.under_way = std::mem::take(&mut self.waiting);
        Some(self.under_way.values().filter_map(|asked| asked.last()).map(|a| a.position).collect())
    }

    /// The broker's answer to the request under way; a partition it does not name gets the whole request's outcome.
    pub fn answered(&mut self, whole: Outcome, each: &HashMap<Partition, Outcome>) {
        for (at, asked) in std::mem::take(&mut self.under_way) {
            let outcome = each.get(&at).unwrap_or(&whole);
            for a in asked {
                self.settle(a.request, a.position, outcome.clone());
            }
        }
        // partitions come in no order: without this a newer request of one could be told before an older one of several
        self.answers.sort_by_key(|a| a.request);
    }

    /// The epoch is over: what waits for it is never sent.
    pub fn end_epoch(&mut self, at: Partition, epoch: Epoch) {
        let Some(asked) = self.waiting.remove(&at) else { return };
        let (over, kept): (Vec<_>, Vec<_>) = asked.into_iter().partition(|a| a.position.epoch == epoch);
        if !kept.is_empty() {
            self.waiting.insert(at, kept);
        }
        for a in over {
            self.settle(a.request, a.position, Outcome::NotOwned);
        }
    }

    /// Fails everything that is still open, for a client that ends.
    pub fn end(&mut self) {
        let asked: Vec<_> = self.waiting.drain().chain(self.under_way.drain()).flat_map(|(_, a)| a).collect();
        for a in asked {
            self.settle(a.request, a.position, Outcome::NotOwned);
        }
    }

    /// Whether positions wait or a request is under way.
    pub fn busy(&self) -> bool {
        !self.waiting.is_empty() || !self.under_way.is_empty()
    }

    pub fn take_answers(&mut self) -> Vec<Answer> {
        std::mem::take(&mut self.answers)
    }

    fn settle(&mut self, request: u32, position: Position, outcome: Outcome) {
        if let Some(open) = self.open.get_mut(&request) {
            open.results.push((position, outcome));
            open.left -= 1;
            if open.left == 0 {
                self.finish(request);
            }
        }
    }

    fn finish(&mut self, request: u32) {
        if let Some(open) = self.open.remove(&request) {
            self.answers.push(Answer { request, results: open.results });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(n: i32) -> Partition {
        Partition { topic: 0, partition: n }
    }
    fn pos(n: i32, offset: i64, epoch: Epoch) -> Position {
        Position { at: p(n), offset, epoch, leader_epoch: -1 }
    }
    fn owned(epoch: Epoch) -> impl Fn(Partition) -> Option<Epoch> {
        move |_| Some(epoch)
    }

    #[test]
    fn requests_asked_while_one_is_under_way_become_one_and_the_newest_position_wins() {
        let mut book = CommitBook::default();
        book.ask(1, &[pos(0, 10, 5)], owned(5));
        assert_eq!(book.cut(), Some(vec![pos(0, 10, 5)]));
        book.ask(2, &[pos(0, 20, 5)], owned(5));
        book.ask(3, &[pos(0, 30, 5), pos(1, 3, 5)], owned(5));
        assert_eq!(book.cut(), None);
        book.answered(Outcome::Stored, &HashMap::new());
        assert_eq!(book.take_answers().iter().map(|a| a.request).collect::<Vec<_>>(), [1]);
        let mut cut = book.cut().expect("a second request");
        cut.sort_by_key(|c| c.at);
        assert_eq!(cut, [pos(0, 30, 5), pos(1, 3, 5)]);
        book.answered(Outcome::Stored, &HashMap::from([(p(1), Outcome::Failed(22))]));
        let mut answers = book.take_answers();
        answers.sort_by_key(|a| a.request);
        assert_eq!(answers[0].results, [(pos(0, 20, 5), Outcome::Stored)]);
        assert!(answers[1].results.contains(&(pos(1, 3, 5), Outcome::Failed(22))));
        assert!(answers[1].results.contains(&(pos(0, 30, 5), Outcome::Stored)));
        assert!(!book.busy());
    }

    #[test]
    fn requests_are_answered_in_the_order_in_which_they_were_asked() {
        let mut book = CommitBook::default();
        let many: Vec<_> = (0..16).map(|n| pos(n, 10, 5)).collect();
        book.ask(1, &many, owned(5));
        for n in 0..16 {
            book.ask(2 + n as u32, &[pos(n, 20, 5)], owned(5));
        }
        assert!(book.cut().is_some());
        book.answered(Outcome::Stored, &HashMap::new());
        assert_eq!(book.take_answers().iter().map(|a| a.request).collect::<Vec<_>>(), (1..18).collect::<Vec<_>>());
    }

    #[test]
    fn a_position_of_an_ended_epoch_is_never_sent() {
        let mut book = CommitBook::default();
        book.ask(1, &[pos(0, 10, 5)], owned(6));
        assert_eq!(book.take_answers()[0].results, [(pos(0, 10, 5), Outcome::NotOwned)]);
        book.ask(2, &[pos(0, 10, 6), pos(1, 4, 6)], owned(6));
        book.end_epoch(p(0), 6);
        assert_eq!(book.cut(), Some(vec![pos(1, 4, 6)]));
        book.answered(Outcome::Stored, &HashMap::new());
        assert_eq!(book.take_answers()[0].results, [(pos(0, 10, 6), Outcome::NotOwned), (pos(1, 4, 6), Outcome::Stored)]);
    }

    #[test]
    fn epoch_zero_stands_for_the_current_one_and_an_empty_request_is_answered_at_once() {
        let mut book = CommitBook::default();
        book.ask(1, &[pos(0, 10, 0)], owned(9));
        assert_eq!(book.cut(), Some(vec![pos(0, 10, 9)]));
        book.ask(2, &[], owned(9));
        assert_eq!(book.take_answers(), [Answer { request: 2, results: vec![] }]);
        book.end();
        assert_eq!(book.take_answers()[0].results, [(pos(0, 10, 9), Outcome::NotOwned)]);
    }
}
