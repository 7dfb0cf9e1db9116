//! The poll thread: the only one that talks to librdkafka about the group. It serves events, answers rebalances,
//! sends commits, fills lanes, and says when a batch is due; it never waits for JavaScript.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use phq_kafka_core::Partition;
use phq_kafka_core::lanes::{Collector, Due};

use super::rebalance::{Arriving, Leaving};
use super::seek::Seek;
use super::{Command, Shared, commit, fetch, rebalance, seek};
use crate::mailbox::Event;
use crate::rk::{self, Client, Fault, Kind, Queue, code};

/// The main queue is looked at this often at least, whatever JavaScript does: it keeps the membership alive.
const IDLE: Duration = Duration::from_millis(100);
/// A member without partitions, or with some that it gives away, looks this often whether the group counts it in.
pub(super) const LOOK: Duration = Duration::from_secs(1);
/// Events served before records get their turn again.
const EVENTS_A_TURN: usize = 1000;

pub(super) struct PollThread {
    pub shared: Arc<Shared>,
    pub events: Queue,
    /// one queue a partition, split off before the assignment reaches librdkafka
    pub queues: Vec<(Partition, String, Queue)>,
    /// after the queues: fields drop in this order, and librdkafka frees none of them after the client
    pub client: Arc<Client>,
    /// a revocation that is not answered yet
    pub leaving: Option<Leaving>,
    /// an assignment that JavaScript has not answered yet
    pub arriving: Option<Arriving>,
    /// the number of the last question to JavaScript
    pub questions: u32,
    /// what was last subscribed to
    topics: Vec<String>,
    /// the batch whose handler ran too long; the group is left until it ends
    stuck: Option<u32>,
    /// seeks that librdkafka has not taken up
    pub seeks: Vec<Seek>,
    /// partitions whose next record cannot be read
    pub stopped: Vec<fetch::Stopped>,
    pub collector: Collector,
    pub first_queue: usize,
    pub closing: bool,
    looked: Instant,
}

pub(super) fn start(shared: &Arc<Shared>, client: Arc<Client>) -> Result<(), Fault> {
    let mut events = client.events().ok_or_else(|| Fault::new(code::FAIL, "librdkafka gave no queue: is group.id set?"))?;
    events.wake_with(shared.waker.clone());
    let thread = PollThread {
        shared: shared.clone(),
        events,
        queues: vec![],
        client,
        leaving: None,
        arriving: None,
        questions: 0,
        topics: vec![],
        stuck: None,
        seeks: vec![],
        stopped: vec![],
        collector: Collector::default(),
        first_queue: 0,
        closing: false,
        looked: Instant::now(),
    };
    shared.threads.spawn("phq-poll", move || thread.run())
}

impl PollThread {
    fn run(mut self) {
        self.shared.waker.adopt();
        let timed_out = loop {
            self.obey();
            seek::advance(&mut self);
            let more = self.serve_events();
            rebalance::advance(&mut self);
            self.watch_handlers();
            self.look_at_membership();
            commit::send(&self);
            let busy = !self.closing && fetch::turn(&mut self) || more;
            fetch::tell_stopped(&mut self);
            let next = self.announce();
            if let Some(timed_out) = self.close_step() {
                break timed_out;
            }
            if !busy {
                thread::park_timeout(next);
            }
        };
        self.end(timed_out);
    }

    fn obey(&mut self) {
        loop {
            let command = self.shared.state().commands.pop_front();
            let result = match command {
                None => return,
                // without a subscription nothing would ever come: as final as a fatal error
                Some(Command::Subscribe(topics)) => {
                    self.topics = topics;
                    self.client.subscribe(&self.topics).map_err(|fault| Fault { fatal: true, ..fault })
                }
                Some(Command::Seek(to)) => {
                    seek::begin(self, to);
                    Ok(())
                }
                Some(Command::Assign(question, at)) => {
                    rebalance::answer_assignment(self, question, &at);
                    Ok(())
                }
            };
            self.report(result);
        }
    }

    /// With partition queues split off librdkafka never sees max.poll.interval.ms exceeded, so a handler that hangs would keep its partitions
    /// for ever. Its epochs end here, also while JavaScript is blocked; the group is left until the handler ends.
    fn watch_handlers(&mut self) {
        let Some(limit) = self.shared.stuck_after else { return };
        match self.stuck {
            None => {
                let stuck = self.shared.state().lanes.stuck(limit, Instant::now());
                if let Some((batch, held)) = stuck {
                    self.stuck = Some(batch);
                    // JavaScript may be blocked, and until it is answered librdkafka only takes note that the group shall be left
                    rebalance::skip_question(self);
                    rebalance::give_up_all(self);
                    self.shared.mailbox.post(Event::Stuck { batch, held_ms: held.as_secs_f64() * 1000.0 });
                    self.report(self.client.unsubscribe());
                }
            }
            Some(batch) if !self.shared.state().lanes.is_stuck(batch, limit, Instant::now()) => {
                self.stuck = None;
                if !self.closing {
                    self.report(self.client.subscribe(&self.topics));
                }
                self.shared.mailbox.post(Event::Rejoined { batch });
            }
            Some(_) => {}
        }
    }

    /// For what arrives while a handler hangs: the leave that was asked for during a rebalance is only noted, and the assignment that ends it does
    /// not carry it out.
    pub fn leave_again(&self) {
        if !self.closing {
            self.report(self.client.unsubscribe());
        }
    }

    pub fn is_stuck(&self) -> bool {
        self.stuck.is_some()
    }

    /// A KIP-848 member that gets no partitions hears nothing of it: its epoch is all there is to see.
    fn look_at_membership(&mut self) {
        if self.closing || self.topics.is_empty() || !self.queues.is_empty() || self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let is_member = self.client.is_member();
        self.shared.state().is_member = is_member;
    }

    pub fn report(&self, result: Result<(), Fault>) {
        if let Err(error) = result {
            self.tell(error);
        }
    }

    pub fn tell(&self, error: Fault) {
        if let Some(error) = self.client.news(error) {
            self.shared.error(error);
        }
    }

    /// True when there may be more at once.
    fn serve_events(&mut self) -> bool {
        for _ in 0..EVENTS_A_TURN {
            let Some(event) = self.events.poll() else { return false };
            match event.kind() {
                Kind::Rebalance => rebalance::begin(self, &event),
                Kind::OffsetCommit if event.is_asked_for() => commit::answered(&self.shared, &event),
                Kind::OffsetCommit => commit::not_asked_for(&self.shared, &event),
                Kind::Fetch => fetch::stray(self, &event),
                Kind::Error => self.error(&event),
                Kind::Log => {
                    let (facility, message, level) = event.log();
                    self.shared.mailbox.post(Event::Log { level, facility, message });
                }
                Kind::Stats => self.shared.mailbox.post(Event::Stats { json: event.stats() }),
                _ => {}
            }
        }
        true
    }

    fn error(&self, event: &rk::Event) {
        if event.code() != code::PARTITION_EOF {
            self.tell(event.fault());
        }
    }

    /// Tells JavaScript that its batch is due; returns how long the thread may sleep.
    fn announce(&self) -> Duration {
        let mut state = self.shared.state();
        state.polled = Some(Instant::now());
        let busy = self.leaving.is_some() || state.close_by.is_some() || !self.seeks.is_empty();
        let idle = if busy { Duration::from_millis(10) } else { IDLE };
        let Some(wanted) = state.wanted else { return idle };
        let now = Instant::now();
        match state.lanes.due(wanted.max, wanted.timeout, now) {
            Due::WhenSomethingCame => idle,
            Due::At(at) => idle.min(at.saturating_duration_since(now)),
            Due::Now => {
                state.wanted = None;
                self.shared.mailbox.post(Event::Ready);
                idle
            }
        }
    }

    /// Starts, awaits and bounds the farewell to the group; Some(timed out) when it is over.
    fn close_step(&mut self) -> Option<bool> {
        let by = self.shared.state().close_by?;
        if !self.closing {
            self.closing = true;
            // JavaScript will not answer any more, and librdkafka waits for an answer before anything else
            rebalance::skip_question(self);
            if let Err(error) = self.client.begin_close(&self.events) {
                self.tell(error);
                return Some(false);
            }
        }
        if self.client.is_closed() && self.leaving.is_none() {
            return Some(false);
        }
        (Instant::now() >= by).then_some(true)
    }

    /// Frees everything, then says so.
    fn end(mut self, timed_out: bool) {
        // a rebalance that stays unanswered keeps librdkafka's group from ever ending, destroyed or not
        rebalance::finish(&mut self);
        let PollThread { shared, client, events, queues, .. } = self;
        let mut state = shared.state();
        state.ended = true;
        let owned: Vec<_> = state.lanes.partitions().collect();
        for (at, _) in owned {
            state.lanes.end(at);
        }
        state.commits.end();
        commit::post_answers(&shared, &mut state);
        drop(state);
        drop(queues);
        drop(events);
        free(client, timed_out);
        shared.mailbox.post(Event::Closed { timed_out, error: None });
    }
}

/// A farewell that was broken off may still wait for its coordinator inside librdkafka, for up to a session timeout: nobody waits along with it.
fn free(client: Arc<Client>, broken_off: bool) {
    if !broken_off {
        return drop(client);
    }
    // without a thread to spare the client is freed here after all
    let _ = thread::Builder::new().name("phq-free".to_owned()).spawn(move || drop(client));
}
