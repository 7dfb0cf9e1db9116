//! Delivery reports, gathered until a batch's last one is in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use phq_kafka_core::told_offsets::ToldOffsets;

use super::Shared;
use crate::mailbox::{DeliveryFailure, Event, lock};
use crate::rk::{self, Client, Fault, Kind, Message, code};

/// How often the delivery thread looks whether it should end.
const POLL_MS: i32 = 100;
const PURGED_WITHIN: Duration = Duration::from_secs(2);

pub struct Batch {
    pub id: u32,
    request: u32,
    left: usize,
    failures: Vec<DeliveryFailure>,
    partitions: Vec<i32>,
    offsets: Vec<f64>,
}

impl Batch {
    /// Failures in order of their rows.
    pub fn report(mut self) -> Event {
        self.failures.sort_by_key(|f| f.index);
        Event::Delivered { request: self.request, failures: self.failures, partitions: self.partitions, offsets: self.offsets }
    }
}

#[derive(Default)]
pub struct Reports {
    open: Mutex<HashMap<u32, Batch>>,
    last: AtomicU32,
    progress: Condvar,
}

impl Reports {
    /// An empty batch is returned complete; another one stays open until its last row is reported.
    pub fn open(&self, request: u32, rows: usize) -> Batch {
        let id = self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let batch = |left| Batch { id, request, left, failures: vec![], partitions: vec![-1; left], offsets: vec![-1.0; left] };
        if rows > 0 {
            lock(&self.open).insert(id, batch(rows));
        }
        batch(0)
    }

    pub fn forget(&self, id: u32) {
        lock(&self.open).remove(&id);
    }

    /// Returns the batch when this was its last row.
    pub fn failed(&self, id: u32, index: u32, error: Fault, maybe_persisted: bool) -> Option<Batch> {
        let mut open = lock(&self.open);
        let batch = open.get_mut(&id)?;
        let persisted = if maybe_persisted { "possibly" } else { "no" };
        batch.failures.push(DeliveryFailure { index, error, persisted: persisted.to_owned() });
        settle(&mut open, id)
    }

    /// Sleeps until a report came in or the time is over.
    pub fn wait_for_progress(&self, at_most: Duration) {
        let guard = lock(&self.open);
        drop(self.progress.wait_timeout(guard, at_most).unwrap_or_else(PoisonError::into_inner));
    }

    fn take_in(&self, client: &Client, event: &rk::Event) -> Vec<Batch> {
        let mut open = lock(&self.open);
        let mut told = ToldOffsets::default();
        let done = event.messages().filter_map(|m| one(&mut open, client, &m, &mut told)).collect();
        self.progress.notify_all();
        done
    }

    fn is_empty(&self) -> bool {
        lock(&self.open).is_empty()
    }
}

fn one(open: &mut HashMap<u32, Batch>, client: &Client, m: &Message<'_>, told: &mut ToldOffsets) -> Option<Batch> {
    let place = told.place(m.partition(), m.offset());
    let (id, index) = ((m.opaque() >> 32) as u32, m.opaque() as u32);
    let batch = open.get_mut(&id)?;
    if m.error() == code::NO_ERROR {
        batch.partitions[index as usize] = m.partition();
        batch.offsets[index as usize] = place.map_or(-1.0, |offset| offset as f64);
    } else {
        let error = client.fatal_error().unwrap_or_else(|| Fault::of(m.error()));
        let persisted = if m.maybe_persisted() { "possibly" } else { "no" };
        batch.failures.push(DeliveryFailure { index, error, persisted: persisted.to_owned() });
    }
    settle(open, id)
}

fn settle(open: &mut HashMap<u32, Batch>, id: u32) -> Option<Batch> {
    let batch = open.get_mut(&id)?;
    batch.left -= 1;
    if batch.left == 0 { open.remove(&id) } else { None }
}

pub fn start(shared: &Arc<Shared>, client: Arc<Client>) -> Result<(), Fault> {
    let events = client.events().ok_or_else(|| Fault::new(code::FAIL, "librdkafka gave no queue"))?;
    let s = shared.clone();
    shared.threads.spawn("phq-delivery", move || {
        let timed_out = serve(&s, &client, &events);
        drop(events);
        drop(client);
        s.ended.store(true, Ordering::Release);
        s.mailbox.post(Event::Closed { timed_out, error: None });
    })
}

/// Until closed and everything reported; what is not delivered by the deadline is purged, so that its report comes.
fn serve(shared: &Shared, client: &Client, events: &rk::Queue) -> bool {
    let mut purged = None;
    loop {
        let event = events.poll_for(if shared.close_by().is_some() { 5 } else { POLL_MS });
        if let Some(event) = &event {
            take_in(shared, client, event);
        }
        let Some(by) = shared.close_by() else { continue };
        if shared.reports.is_empty() && client.outstanding() == 0 {
            return purged.is_some();
        }
        let now = Instant::now();
        match purged {
            None if now < by => drop(event.is_none() && client.flush(0)),
            None => {
                shared.purged.store(true, Ordering::Release);
                client.purge();
                purged = Some(now);
            }
            // the purge answers at once; the rest is for a machine under load, or with very many partitions
            Some(at) if now >= at + PURGED_WITHIN => return true,
            // once more: a record may have been on its way in when the first one passed
            Some(_) if event.is_none() => client.purge(),
            Some(_) => {}
        }
    }
}

fn take_in(shared: &Shared, client: &Client, event: &rk::Event) {
    match event.kind() {
        Kind::Delivery => shared.reports.take_in(client, event).into_iter().for_each(|batch| shared.mailbox.post(batch.report())),
        Kind::Error => {
            if let Some(error) = client.news(event.fault()) {
                shared.mailbox.post(Event::Error { error });
            }
        }
        Kind::Log => {
            let (facility, message, level) = event.log();
            shared.mailbox.post(Event::Log { level, facility, message });
        }
        Kind::Stats => shared.mailbox.post(Event::Stats { json: event.stats() }),
        _ => {}
    }
}
