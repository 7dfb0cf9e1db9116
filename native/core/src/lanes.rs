//! Prefetched records, one lane a partition, and who owns them. A batch is composed when it is handed out, from the
//! lanes that are not held, so that holding, seeking or losing one partition never tears another's records apart.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::row::{Mode, Record, Row};
use crate::{Epoch, Partition};

/// One fetch turn's share of a partition: small enough that no partition waits long, large enough to copy in runs.
pub const CHUNK_ROWS: usize = 128;
/// Beyond this many bytes in all lanes, only what completes the next batch is fetched from librdkafka.
const PREFETCH_BYTES: usize = 64 * 1024 * 1024;

/// Topic names by number; the table only grows.
#[derive(Default)]
pub struct Topics {
    names: Vec<String>,
    ids: HashMap<String, u32>,
}

impl Topics {
    pub fn id(&mut self, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.ids.insert(name.to_owned(), id);
        id
    }
    pub fn name(&self, id: u32) -> Option<&str> {
        self.names.get(id as usize).map(String::as_str)
    }
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// Records of one partition that came together, decoded outside the lock and never changed afterwards.
pub struct Chunk {
    bytes: Arc<[u8]>,
    rows: VecDeque<Row>,
    arrived: Instant,
}

/// Collects a chunk in bytes that are used again for the next one.
#[derive(Default)]
pub struct Collector {
    bytes: Vec<u8>,
    rows: VecDeque<Row>,
}

impl Collector {
    pub fn add<'a, H: Iterator<Item = (&'a [u8], Option<&'a [u8]>)>>(&mut self, mode: Mode, record: Record<'a, H>) {
        self.rows.push_back(Row::append(&mut self.bytes, mode, record));
    }
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// None when nothing was collected.
    pub fn finish(&mut self, now: Instant) -> Option<Chunk> {
        if self.rows.is_empty() {
            return None;
        }
        let bytes = Arc::from(self.bytes.as_slice());
        self.bytes.clear();
        Some(Chunk { bytes, rows: std::mem::take(&mut self.rows), arrived: now })
    }
}

struct Lane {
    epoch: Epoch,
    /// the first epoch of this ownership
    first_epoch: Epoch,
    chunks: VecDeque<Chunk>,
    rows: usize,
    bytes: usize,
    held: bool,
    /// a fetch failed: what is here may go out, nothing more is fetched
    stopped: bool,
    /// seeks that librdkafka has not taken up yet: what it still has of the partition is not wanted
    seeking: u32,
    /// being given away: nothing goes out, commits may
    leaving: bool,
    next_offset: i64,
}

/// A run of consecutive records of one partition.
struct Piece {
    at: Partition,
    epoch: Epoch,
    bytes: Arc<[u8]>,
    rows: Vec<Row>,
}

/// A composed batch; `fill` copies it out.
pub struct Handout {
    pub id: u32,
    pieces: Vec<Piece>,
}

impl Handout {
    pub fn count(&self) -> usize {
        self.pieces.iter().map(|p| p.rows.len()).sum()
    }
    pub fn bytes(&self) -> usize {
        self.pieces.iter().map(|p| p.range().len()).sum()
    }
    /// Copies the bytes into `slab` (exactly `bytes()` long) and appends the rows' doubles.
    pub fn fill(&self, slab: &mut [u8], rows: &mut Vec<f64>) {
        let mut to = 0;
        for piece in &self.pieces {
            let range = piece.range();
            let shift = to as i64 - range.start as i64;
            let end = to + range.len();
            slab[to..end].copy_from_slice(&piece.bytes[range]);
            to = end;
            for row in &piece.rows {
                row.write(rows, piece.at, piece.epoch, shift);
            }
        }
    }
}

impl Piece {
    fn range(&self) -> std::ops::Range<usize> {
        match (self.rows.first(), self.rows.last()) {
            (Some(a), Some(z)) => a.start as usize..z.end as usize,
            _ => 0..0,
        }
    }
}

/// A batch that JavaScript has and is not done with.
struct Outstanding {
    owners: Vec<(Partition, Epoch)>,
    since: Instant,
    /// its handler has ended; only its commit is still under way
    handled: bool,
    /// its handler may still run, but nobody waits for it: the drain time is over
    abandoned: bool,
}

impl Outstanding {
    fn is_handling(&self) -> bool {
        !self.handled && !self.abandoned
    }
}

/// What `stuck` names where calls are watched by themselves: no batch has this number.
pub const CALLS: u32 = 0;

/// When the next batch is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Now,
    At(Instant),
    WhenSomethingCame,
}

#[derive(Default)]
pub struct Lanes {
    lanes: BTreeMap<Partition, Lane>,
    outstanding: HashMap<u32, Outstanding>,
    /// when the oldest running call began, where one batch is handled in several calls
    calling: Option<Instant>,
    last_epoch: Epoch,
    last_batch: u32,
    /// the lane that goes first in the next batch, so that none starves
    first: usize,
}

impl Lanes {
    fn next_epoch(&mut self) -> Epoch {
        self.last_epoch += 1;
        self.last_epoch
    }

    /// A partition becomes ours; `held`: nothing of it goes out before it is released.
    pub fn assign(&mut self, at: Partition, held: bool) -> Epoch {
        let epoch = self.next_epoch();
        let lane = Lane {
            epoch,
            first_epoch: epoch,
            chunks: VecDeque::new(),
            rows: 0,
            bytes: 0,
            held,
            stopped: false,
            seeking: 0,
            leaving: false,
            next_offset: -1,
        };
        self.lanes.insert(at, lane);
        epoch
    }

    /// First half of giving a partition away: its records are dropped, its commits may still go out.
    pub fn leave(&mut self, at: Partition) {
        if let Some(lane) = self.lanes.get_mut(&at) {
            lane.leaving = true;
            lane.clear();
        }
    }

    /// Second half: the epoch is over. Returns it.
    pub fn end(&mut self, at: Partition) -> Option<Epoch> {
        self.lanes.remove(&at).map(|l| l.epoch)
    }

    /// Drops what was prefetched and starts a new epoch, for a seek; nothing comes in before `sought`. Returns the old and the new one.
    pub fn restart(&mut self, at: Partition) -> Option<(Epoch, Epoch)> {
        let epoch = self.next_epoch();
        let lane = self.lanes.get_mut(&at).filter(|l| !l.leaving)?;
        lane.clear();
        lane.stopped = false;
        lane.seeking += 1;
        Some((std::mem::replace(&mut lane.epoch, epoch), epoch))
    }

    /// Is the partition still in the ownership in which a seek began that epoch?
    pub fn is_since(&self, at: Partition, epoch: Epoch) -> bool {
        self.lanes.get(&at).is_some_and(|l| l.first_epoch < epoch)
    }

    /// librdkafka reads on from where the seek went.
    pub fn sought(&mut self, at: Partition) {
        if let Some(lane) = self.lanes.get_mut(&at) {
            lane.seeking = lane.seeking.saturating_sub(1);
        }
    }

    /// False where a failed fetch says nothing of what comes next: as `push`, it is not for a lane that is sought elsewhere or given away.
    pub fn stop(&mut self, at: Partition) -> bool {
        let Some(lane) = self.lanes.get_mut(&at).filter(|l| !l.leaving && l.seeking == 0) else { return false };
        lane.stopped = true;
        true
    }

    pub fn hold(&mut self, at: Partition, held: bool) {
        if let Some(lane) = self.lanes.get_mut(&at) {
            lane.held = held;
        }
    }

    /// The epoch in which the partition is ours, also while it is being given away.
    pub fn epoch(&self, at: Partition) -> Option<Epoch> {
        self.lanes.get(&at).map(|l| l.epoch)
    }

    pub fn partitions(&self) -> impl Iterator<Item = (Partition, Epoch)> {
        self.lanes.iter().map(|(at, l)| (*at, l.epoch))
    }

    /// Whether the partition is ours in this epoch and is not being given away.
    pub fn stays(&self, at: Partition, epoch: Epoch) -> bool {
        self.lanes.get(&at).is_some_and(|l| l.epoch == epoch && !l.leaving)
    }

    /// Whether everything that came in has gone out and is done, or the partition is not ours.
    pub fn is_used_up(&self, at: Partition) -> bool {
        self.lanes.get(&at).is_none_or(|l| l.rows == 0) && self.drained(at)
    }

    /// The offset after the last record that came in, -1 before the first.
    pub fn next_offset(&self, at: Partition) -> i64 {
        self.lanes.get(&at).map_or(-1, |l| l.next_offset)
    }

    /// How many more records of this partition to fetch: at most one batch a lane, `batches` in all that are not held. What is held completes no
    /// batch, so it stops at `PREFETCH_BYTES`: many paused partitions would fill the memory.
    pub fn room(&self, at: Partition, max: usize, batches: usize) -> usize {
        let Some(lane) = self.lanes.get(&at) else { return 0 };
        if lane.leaving || lane.stopped || lane.seeking > 0 {
            return 0;
        }
        let rows = self.available();
        let bytes: usize = self.lanes.values().map(|l| l.bytes).sum();
        if lane.held && bytes >= PREFETCH_BYTES {
            return 0;
        }
        let limit = if bytes < PREFETCH_BYTES { max * batches } else { max };
        max.saturating_sub(lane.rows).min(limit.saturating_sub(rows))
    }

    pub fn push(&mut self, at: Partition, chunk: Chunk) {
        let Some(lane) = self.lanes.get_mut(&at).filter(|l| !l.leaving && l.seeking == 0) else { return };
        lane.next_offset = chunk.rows.back().map_or(lane.next_offset, |r| r.offset + 1);
        lane.rows += chunk.rows.len();
        lane.bytes += chunk.bytes.len();
        lane.chunks.push_back(chunk);
    }

    fn available(&self) -> usize {
        self.lanes.values().filter(|l| !l.held).map(|l| l.rows).sum()
    }

    /// A batch is due when it is full, or when its deadline, counted from the arrival of its first record, has passed.
    pub fn due(&self, max: usize, timeout: Duration, now: Instant) -> Due {
        if self.available() >= max {
            return Due::Now;
        }
        let first = self.lanes.values().filter(|l| !l.held).filter_map(|l| l.chunks.front()).map(|c| c.arrived).min();
        match first.map(|f| f + timeout) {
            None => Due::WhenSomethingCame,
            Some(deadline) if deadline <= now => Due::Now,
            Some(deadline) => Due::At(deadline),
        }
    }

    /// Composes a batch of at most `max` records, in order within each partition.
    pub fn take(&mut self, max: usize, now: Instant) -> Option<Handout> {
        let ready: Vec<Partition> = self.lanes.iter().filter(|(_, l)| !l.held && l.rows > 0).map(|(at, _)| *at).collect();
        if ready.is_empty() || max == 0 {
            return None;
        }
        self.first = (self.first + 1) % ready.len();
        let mut pieces = Vec::new();
        let mut left = max;
        for at in ready[self.first..].iter().chain(&ready[..self.first]) {
            let Some(lane) = self.lanes.get_mut(at) else { continue };
            while left > 0 && lane.rows > 0 {
                let piece = lane.take_piece(*at, left);
                left -= piece.rows.len();
                pieces.push(piece);
            }
        }
        self.last_batch += 1;
        let mut owners: Vec<(Partition, Epoch)> = pieces.iter().map(|p| (p.at, p.epoch)).collect();
        owners.dedup();
        self.outstanding.insert(self.last_batch, Outstanding { owners, since: now, handled: false, abandoned: false });
        Some(Handout { id: self.last_batch, pieces })
    }

    pub fn done(&mut self, batch: u32) {
        self.outstanding.remove(&batch);
    }

    /// One partition's part of a batch is done; the batch is with its last part.
    pub fn done_part(&mut self, batch: u32, at: Partition) {
        let Some(out) = self.outstanding.get_mut(&batch) else { return };
        out.owners.retain(|(owned, _)| *owned != at);
        if out.owners.is_empty() {
            self.outstanding.remove(&batch);
        }
    }

    /// A batch may be handled in several calls with waits between them: such batches are `handled` when they go out, and the calls are watched
    /// instead. `since`: when the oldest that runs began.
    pub fn calling(&mut self, since: Option<Instant>) {
        self.calling = since;
    }

    /// The batch's handler has ended; `done` follows when its positions are committed.
    pub fn handled(&mut self, batch: u32) {
        if let Some(out) = self.outstanding.get_mut(&batch) {
            out.handled = true;
        }
    }

    /// Nothing of the batch will be committed, and its handler has not ended: a revocation need not wait for it, but says that it was not drained.
    pub fn abandon(&mut self, batch: u32) {
        if let Some(out) = self.outstanding.get_mut(&batch) {
            out.abandoned = true;
        }
    }

    /// A batch whose handler has run for longer than `limit`, or `CALLS` for a call that has, and for how long.
    pub fn stuck(&self, limit: Duration, now: Instant) -> Option<(u32, Duration)> {
        let batches = self.outstanding.iter().filter(|(_, out)| out.is_handling()).map(|(id, out)| (*id, out.since));
        let running = batches.chain(self.calling.map(|since| (CALLS, since)));
        running.map(|(id, since)| (id, now.saturating_duration_since(since))).find(|(_, held)| *held > limit)
    }

    /// Whether what `stuck` named still runs.
    pub fn is_stuck(&self, batch: u32, limit: Duration, now: Instant) -> bool {
        match batch {
            CALLS => self.calling.is_some_and(|since| now.saturating_duration_since(since) > limit),
            _ => self.outstanding.get(&batch).is_some_and(Outstanding::is_handling),
        }
    }

    /// Whether no batch that is still out holds records of the partition's current epoch.
    pub fn drained(&self, at: Partition) -> bool {
        !self.holders(at).any(|_| true)
    }

    /// Whether the batches that hold such records are worth waiting for.
    pub fn is_awaited(&self, at: Partition) -> bool {
        self.holders(at).any(|out| !out.abandoned)
    }

    fn holders(&self, at: Partition) -> impl Iterator<Item = &Outstanding> {
        let owner = (at, self.epoch(at).unwrap_or(0));
        self.outstanding.values().filter(move |out| out.owners.contains(&owner))
    }

    /// What of a batch is no longer owned in the epoch in which it was handed out.
    pub fn lost(&self, batch: u32) -> Vec<(Partition, Epoch)> {
        let owners = self.outstanding.get(&batch).map(|out| out.owners.as_slice()).unwrap_or_default();
        owners.iter().filter(|(at, epoch)| self.lanes.get(at).is_none_or(|l| l.epoch != *epoch)).copied().collect()
    }
}

impl Lane {
    fn clear(&mut self) {
        self.chunks.clear();
        self.rows = 0;
        self.bytes = 0;
    }

    fn take_piece(&mut self, at: Partition, max: usize) -> Piece {
        let mut piece = Piece { at, epoch: self.epoch, bytes: Arc::from([]), rows: vec![] };
        if let Some(chunk) = self.chunks.front_mut() {
            let n = max.min(chunk.rows.len());
            piece.rows = chunk.rows.drain(..n).collect();
            piece.bytes = chunk.bytes.clone();
            if chunk.rows.is_empty() {
                self.chunks.pop_front();
            }
        }
        self.rows -= piece.rows.len();
        self.bytes -= piece.range().len();
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::STRIDE;

    const MS: Duration = Duration::from_millis(1);
    fn p(n: i32) -> Partition {
        Partition { topic: 0, partition: n }
    }
    fn push(lanes: &mut Lanes, n: i32, offset: i64, now: Instant) {
        let value = format!(r#"{{"item":{offset}}}"#);
        let record =
            Record { offset, timestamp_ms: 0, leader_epoch: 0, key: None, value: Some(value.as_bytes()), headers: std::iter::empty() };
        let mut collector = Collector::default();
        collector.add(Mode::Envelope, record);
        lanes.push(p(n), collector.finish(now).expect("one record"));
    }
    /// (partition, offset, item) of every row
    fn read(handout: &Handout) -> Vec<(i32, i64, String)> {
        let mut slab = vec![0; handout.bytes()];
        let mut rows = vec![];
        handout.fill(&mut slab, &mut rows);
        rows.chunks_exact(STRIDE)
            .map(|r| (r[1] as i32, r[2] as i64, String::from_utf8_lossy(&slab[r[9] as usize..(r[9] + r[10]) as usize]).into_owned()))
            .collect()
    }
    fn two_lanes(each: i64) -> (Lanes, Instant) {
        let (mut lanes, now) = (Lanes::default(), Instant::now());
        for n in 0..2 {
            lanes.assign(p(n), false);
            for offset in 0..each {
                push(&mut lanes, n, offset, now);
            }
        }
        (lanes, now)
    }

    #[test]
    fn a_batch_takes_every_lane_in_order_and_points_into_its_own_slab() {
        let (mut lanes, _) = two_lanes(300);
        let mut seen = [0i64; 2];
        while let Some(h) = lanes.take(77, Instant::now()) {
            for (n, offset, item) in read(&h) {
                assert_eq!((offset, item), (seen[n as usize], offset.to_string()));
                seen[n as usize] += 1;
            }
            lanes.done(h.id);
        }
        assert_eq!(seen, [300, 300]);
    }

    #[test]
    fn a_chunk_is_split_between_batches() {
        let (mut lanes, now) = (Lanes::default(), Instant::now());
        lanes.assign(p(0), false);
        let mut collector = Collector::default();
        for offset in 0..3 {
            let value = format!(r#"{{"item":{offset}}}"#);
            let record =
                Record { offset, timestamp_ms: 0, leader_epoch: 0, key: None, value: Some(value.as_bytes()), headers: std::iter::empty() };
            collector.add(Mode::Envelope, record);
        }
        lanes.push(p(0), collector.finish(now).expect("three records"));
        assert!(collector.finish(now).is_none());
        for offset in 0..3i64 {
            assert_eq!(read(&lanes.take(1, Instant::now()).expect("a batch")), [(0, offset, offset.to_string())]);
        }
        assert_eq!(lanes.take(1, Instant::now()).map(|h| h.id), None);
    }

    #[test]
    fn the_deadline_counts_from_the_first_record() {
        let (mut lanes, now) = (Lanes::default(), Instant::now());
        lanes.assign(p(0), false);
        assert_eq!(lanes.due(10, MS, now), Due::WhenSomethingCame);
        push(&mut lanes, 0, 0, now);
        push(&mut lanes, 0, 1, now + 50 * MS);
        assert_eq!(lanes.due(10, 100 * MS, now + 60 * MS), Due::At(now + 100 * MS));
        assert_eq!(lanes.due(10, 100 * MS, now + 100 * MS), Due::Now);
        assert_eq!(lanes.due(2, 100 * MS, now), Due::Now);
        assert_eq!(lanes.due(10, Duration::ZERO, now), Due::Now);
    }

    #[test]
    fn a_held_lane_keeps_its_records_and_order_and_does_not_starve_the_others() {
        let (mut lanes, now) = two_lanes(5);
        lanes.hold(p(0), true);
        let h = lanes.take(100, Instant::now()).expect("lane 1");
        assert!(read(&h).iter().all(|(n, ..)| *n == 1));
        assert_eq!(lanes.take(100, Instant::now()).map(|h| h.id), None);
        assert_eq!(lanes.room(p(1), 5, 3), 5);
        assert_eq!(lanes.due(5, MS, now + MS), Due::WhenSomethingCame);
        lanes.hold(p(0), false);
        assert_eq!(read(&lanes.take(100, Instant::now()).expect("lane 0")).iter().map(|r| r.1).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn giving_away_waits_for_the_batches_that_are_out_and_ends_the_epoch() {
        let (mut lanes, _) = two_lanes(2);
        let h = lanes.take(100, Instant::now()).expect("a batch");
        lanes.leave(p(0));
        assert!(!lanes.drained(p(0)));
        assert!(lanes.epoch(p(0)).is_some());
        assert_eq!(lanes.lost(h.id), []);
        let epoch = lanes.end(p(0)).expect("an epoch");
        assert_eq!(lanes.lost(h.id), [(p(0), epoch)]);
        lanes.done(h.id);
        assert!(lanes.drained(p(1)));
    }

    #[test]
    fn a_seek_drops_the_lane_and_fences_what_is_out() {
        let (mut lanes, _) = two_lanes(2);
        let h = lanes.take(1, Instant::now()).expect("a batch");
        let at = p(read(&h)[0].0);
        let (old, new) = lanes.restart(at).expect("owned");
        assert_ne!(old, new);
        assert_eq!(lanes.lost(h.id), [(at, old)]);
        assert!(lanes.drained(at));
        push(&mut lanes, at.partition, 2, Instant::now());
        assert_eq!(lanes.room(at, 10, 3), 0);
        assert!(read(&lanes.take(10, Instant::now()).expect("the other lane")).iter().all(|(n, ..)| *n != at.partition));
        lanes.sought(at);
        push(&mut lanes, at.partition, 0, Instant::now());
        assert_eq!(read(&lanes.take(10, Instant::now()).expect("this lane")).len(), 1);
    }

    #[test]
    fn prefetch_is_bounded_by_lane_and_in_all() {
        let (mut lanes, now) = (Lanes::default(), Instant::now());
        for n in 0..5 {
            lanes.assign(p(n), false);
            let mut offset = 0;
            while lanes.room(p(n), 10, 3) > 0 {
                push(&mut lanes, n, offset, now);
                offset += 1;
            }
        }
        assert_eq!(lanes.available(), 30);
        assert_eq!(lanes.room(p(4), 100, 100), 100);
        assert!(lanes.stop(p(4)));
        assert_eq!(lanes.room(p(4), 100, 100), 0);
    }

    #[test]
    fn a_held_lane_takes_nothing_beyond_the_prefetched_bytes_and_any_other_what_completes_a_batch() {
        let (mut lanes, _) = two_lanes(1);
        lanes.hold(p(0), true);
        lanes.lanes.get_mut(&p(0)).expect("lane 0").bytes = PREFETCH_BYTES - 100;
        assert_eq!(lanes.room(p(0), 10, 3), 9);
        lanes.lanes.get_mut(&p(0)).expect("lane 0").bytes = PREFETCH_BYTES;
        assert_eq!(lanes.room(p(0), 10, 3), 0);
        assert_eq!(lanes.room(p(1), 10, 3), 9);
    }

    #[test]
    fn a_failure_is_not_for_a_lane_that_is_sought_elsewhere_or_given_away() {
        let (mut lanes, _) = two_lanes(0);
        lanes.restart(p(0));
        assert!(!lanes.stop(p(0)));
        lanes.sought(p(0));
        assert_eq!(lanes.room(p(0), 10, 3), 10);
        assert!(lanes.stop(p(0)));
        assert_eq!(lanes.room(p(0), 10, 3), 0);
        lanes.leave(p(1));
        assert!(!lanes.stop(p(1)));
        assert!(!lanes.stop(p(2)));
    }

    #[test]
    fn a_lane_is_used_up_when_what_went_out_is_done() {
        let (mut lanes, now) = two_lanes(1);
        assert!(!lanes.is_used_up(p(0)));
        let h = lanes.take(10, now).expect("a batch of both");
        assert!(!lanes.is_used_up(p(0)));
        lanes.done_part(h.id, p(1));
        assert!(!lanes.is_used_up(p(0)) && lanes.is_used_up(p(1)));
        lanes.done(h.id);
        assert!(lanes.is_used_up(p(0)));
    }

    #[test]
    fn a_lane_stays_neither_after_a_seek_nor_while_it_is_given_away() {
        let (mut lanes, _) = two_lanes(1);
        let epoch = lanes.epoch(p(1)).expect("owned");
        assert!(lanes.stays(p(1), epoch));
        lanes.leave(p(1));
        assert!(lanes.epoch(p(1)) == Some(epoch) && !lanes.stays(p(1), epoch));
        let (old, new) = lanes.restart(p(0)).expect("owned");
        assert!(!lanes.stays(p(0), old) && lanes.stays(p(0), new));
    }

    #[test]
    fn a_batch_is_stuck_only_while_its_handler_runs() {
        let (mut lanes, _) = two_lanes(1);
        let now = Instant::now();
        let h = lanes.take(10, now).expect("a batch");
        assert_eq!(lanes.stuck(5 * MS, now + 5 * MS), None);
        assert_eq!(lanes.stuck(5 * MS, now + 6 * MS), Some((h.id, 6 * MS)));
        assert!(lanes.is_stuck(h.id, 5 * MS, now + 6 * MS));
        lanes.handled(h.id);
        assert_eq!(lanes.stuck(5 * MS, now + 6 * MS), None);
        assert!(!lanes.is_stuck(h.id, 5 * MS, now + 6 * MS));
        assert!(!lanes.drained(p(0)));
    }

    #[test]
    fn calls_are_watched_by_the_oldest_one_and_waits_between_them_do_not_count() {
        let (mut lanes, _) = two_lanes(1);
        let now = Instant::now();
        let h = lanes.take(10, now).expect("a batch");
        lanes.handled(h.id);
        lanes.calling(Some(now));
        assert_eq!(lanes.stuck(5 * MS, now + 5 * MS), None);
        assert_eq!(lanes.stuck(5 * MS, now + 6 * MS), Some((CALLS, 6 * MS)));
        assert!(lanes.is_stuck(CALLS, 5 * MS, now + 6 * MS));
        lanes.calling(Some(now + 4 * MS));
        assert!(!lanes.is_stuck(CALLS, 5 * MS, now + 6 * MS));
        lanes.calling(None);
        assert_eq!(lanes.stuck(5 * MS, now + 60 * MS), None);
    }

    #[test]
    fn a_partition_drains_with_its_own_part_of_a_batch() {
        let (mut lanes, now) = two_lanes(1);
        let h = lanes.take(10, now).expect("a batch of both");
        lanes.done_part(h.id, p(0));
        assert!(lanes.drained(p(0)));
        assert!(!lanes.drained(p(1)));
        lanes.done_part(h.id, p(1));
        assert!(lanes.drained(p(1)));
        assert!(lanes.outstanding.is_empty());
    }

    #[test]
    fn a_seek_belongs_to_the_ownership_in_which_it_was_made() {
        let mut lanes = Lanes::default();
        let first = lanes.assign(p(0), false);
        let (_, sought) = lanes.restart(p(0)).expect("owned");
        let (_, again) = lanes.restart(p(0)).expect("owned");
        assert_eq!([first, sought, again].map(|epoch| lanes.is_since(p(0), epoch)), [false, true, true]);
        lanes.end(p(0));
        assert!(!lanes.is_since(p(0), again));
        lanes.assign(p(0), false);
        assert!(!lanes.is_since(p(0), again));
    }

    #[test]
    fn an_abandoned_batch_is_not_awaited_but_its_partition_is_not_drained_before_it_is_done() {
        let (mut lanes, now) = two_lanes(2);
        let batch = lanes.take(4, now).expect("a batch").id;
        assert!(lanes.is_awaited(p(0)) && !lanes.drained(p(0)));
        lanes.abandon(batch);
        assert!(!lanes.is_awaited(p(0)) && !lanes.drained(p(0)));
        assert_eq!(lanes.stuck(MS, now + 10 * MS), None);
        lanes.done(batch);
        assert!(lanes.drained(p(0)));
    }
}
