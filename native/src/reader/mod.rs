//! Topics read by position, without a group, page by page: what scans and look-ups stand on. Only what JavaScript asked for is in
//! memory, beside librdkafka's own bounded queue.

mod page;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::admin::json;
use crate::consumer::{PartitionSpec, list_of};
use crate::lifecycle::{Stop, Threads, end_with};
use crate::mailbox::{Event, Mailbox, Wake, lock};
use crate::producer::{entries, millis};
use crate::rk::{Client, Fault, Role};
use page::Read;

struct Shared {
    mailbox: Mailbox,
    reads: Mutex<Option<Sender<Read>>>,
    closing: AtomicBool,
    threads: Threads,
}

impl Shared {
    fn begin_close(&self) {
        self.closing.store(true, Ordering::Release);
        // the thread ends when its channel does
        lock(&self.reads).take();
    }
}

impl Stop for Shared {
    fn stop(&self, _within: Duration) {
        self.begin_close();
    }
    fn threads(&self) -> &Threads {
        &self.threads
    }
}

/// From where to where, and how much at most.
#[napi(object)]
pub struct PageSpec {
    pub topic: String,
    pub partition: i32,
    pub from: f64,
    /// the first offset that is not wanted
    pub until: f64,
    pub max_records: u32,
    pub max_bytes: u32,
    pub timeout_ms: f64,
}

#[napi]
pub struct NativeReader {
    shared: Arc<Shared>,
    client: Weak<Client>,
}

#[napi]
impl NativeReader {
    #[napi(constructor)]
    pub fn new(env: Env, config: Vec<Vec<String>>, wake: Wake) -> Result<Self> {
        let client = Arc::new(Client::new(Role::Reader, &entries(config)).map_err(|f| f.to_js())?);
        let weak = Arc::downgrade(&client);
        let (reads, queue) = mpsc::channel();
        let shared = Arc::new(Shared {
            mailbox: Mailbox::new(wake),
            reads: Mutex::new(Some(reads)),
            closing: AtomicBool::new(false),
            threads: Threads::default(),
        });
        page::start(&shared, client, queue).map_err(|f| f.to_js())?;
        end_with(&env, &shared)?;
        Ok(NativeReader { shared, client: weak })
    }

    /// Answered by `page`. A page that begins where the last one ended goes on; any other begins a new fetch.
    #[napi]
    pub fn read(&self, request: u32, page: PageSpec) -> Result<()> {
        let read = Read {
            request,
            topic: page.topic,
            partition: page.partition,
            from: page.from as i64,
            until: page.until as i64,
            max_records: page.max_records.max(1) as usize,
            max_bytes: page.max_bytes as usize,
            by: Instant::now() + millis(page.timeout_ms),
        };
        let sent = lock(&self.shared.reads).as_ref().is_some_and(|reads| reads.send(read).is_ok());
        if sent { Ok(()) } else { Err(Fault::closed().to_js()) }
    }

    /// `offset` of each spec is a time in milliseconds.
    #[napi]
    pub fn offsets_for_times(&self, request: u32, of: Vec<PartitionSpec>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&client.offsets_for_times(&list_of(&of)?, timeout_ms)?))
    }

    #[napi]
    pub fn watermarks(&self, request: u32, of: Vec<PartitionSpec>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| {
            let at: Vec<_> = of.iter().map(|p| (p.topic.as_str(), p.partition)).collect();
            json(&client.all_watermarks(&at, timeout_ms)?)
        })
    }

    #[napi]
    pub fn metadata(&self, request: u32, topic: Option<String>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| client.metadata(topic.as_deref(), timeout_ms))
    }

    fn ask(&self, request: u32, run: impl FnOnce(&Client) -> std::result::Result<String, Fault> + Send + 'static) -> Result<()> {
        let client = self.client.upgrade().ok_or_else(|| Fault::closed().to_js())?;
        let shared = self.shared.clone();
        let ask = move || shared.mailbox.post(Event::Result { request, outcome: run(&client) });
        self.shared.threads.spawn("phq-ask", ask).map_err(|f| f.to_js())
    }

    #[napi(ts_return_type = "NativeEvent[]")]
    pub fn drain(&self) -> Vec<Event> {
        self.shared.mailbox.drain()
    }

    /// Answered by `closed`, from the reading thread, or at once when that has ended.
    #[napi]
    pub fn close(&self, _timeout_ms: f64) {
        self.shared.begin_close();
        if self.client.strong_count() == 0 {
            self.shared.mailbox.post(Event::Closed { timed_out: false, error: None });
        }
    }
}
