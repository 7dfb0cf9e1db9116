//! Topics made, removed, described; each call waits on a thread of its own and is answered by one event.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::consumer::{PartitionSpec, list_of};
use crate::lifecycle::{Stop, Threads, end_with};
use crate::mailbox::{Event, Mailbox, Wake, lock};
use crate::producer::entries;
use crate::rk::{Client, Fault, NewTopic, Role, code};

struct Shared {
    mailbox: Mailbox,
    client: Mutex<Option<Arc<Client>>>,
    threads: Threads,
}

impl Stop for Shared {
    fn stop(&self, _within: Duration) {
        lock(&self.client).take();
    }
    fn threads(&self) -> &Threads {
        &self.threads
    }
}

#[napi(object)]
pub struct TopicSpec {
    pub name: String,
    pub partitions: i32,
    pub replication_factor: i32,
    pub config: Vec<Vec<String>>,
}

#[napi]
pub struct NativeAdmin {
    shared: Arc<Shared>,
}

#[napi]
impl NativeAdmin {
    #[napi(constructor)]
    pub fn new(env: Env, config: Vec<Vec<String>>, wake: Wake) -> Result<Self> {
        let client = Arc::new(Client::new(Role::Producer, &entries(config)).map_err(|f| f.to_js())?);
        let shared =
            Arc::new(Shared { mailbox: Mailbox::new(wake), client: Mutex::new(Some(client.clone())), threads: Threads::default() });
        let (weak, weak_client) = (Arc::downgrade(&shared), Arc::downgrade(&client));
        drop(client);
        let serve = move || {
            while let (Some(shared), Some(client)) = (weak.upgrade(), weak_client.upgrade()) {
                serve(&shared, &client);
            }
        };
        shared.threads.spawn("phq-admin", serve).map_err(|f| f.to_js())?;
        end_with(&env, &shared)?;
        Ok(NativeAdmin { shared })
    }

    pub(crate) fn client(&self) -> Result<Arc<Client>> {
        lock(&self.shared.client).clone().ok_or_else(|| Fault::closed().to_js())
    }

    fn ask(&self, request: u32, run: impl FnOnce(&Client) -> std::result::Result<String, Fault> + Send + 'static) -> Result<()> {
        let client = self.client()?;
        let shared = self.shared.clone();
        let ask = move || shared.mailbox.post(Event::Result { request, outcome: run(&client) });
        self.shared.threads.spawn("phq-admin-call", ask).map_err(|f| f.to_js())
    }

    #[napi]
    pub fn create_topics(&self, request: u32, topics: Vec<TopicSpec>, timeout_ms: i32) -> Result<()> {
        let topics: Vec<NewTopic> = topics
            .into_iter()
            .map(|t| NewTopic {
                name: t.name,
                partitions: t.partitions,
                replication_factor: t.replication_factor,
                config: entries(t.config),
            })
            .collect();
        self.ask(request, move |client| json(&client.create_topics(&topics, timeout_ms)?))
    }

    #[napi]
    pub fn delete_topics(&self, request: u32, names: Vec<String>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&client.delete_topics(&names, timeout_ms)?))
    }

    #[napi]
    pub fn describe_topics(&self, request: u32, names: Vec<String>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&client.describe_topics(&names, timeout_ms)?))
    }

    /// Deletes everything before each offset; answered by the first offset that is left of each partition.
    #[napi]
    pub fn delete_records(&self, request: u32, before: Vec<PartitionSpec>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&client.delete_records(&list_of(&before)?, timeout_ms)?))
    }

    #[napi]
    pub fn topic_ids(&self, request: u32, names: Vec<String>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| json(&client.topic_ids(&names, timeout_ms)?))
    }

    #[napi]
    pub fn metadata(&self, request: u32, topic: Option<String>, timeout_ms: i32) -> Result<()> {
        self.ask(request, move |client| client.metadata(topic.as_deref(), timeout_ms))
    }

    #[napi(ts_return_type = "NativeEvent[]")]
    pub fn drain(&self) -> Vec<Event> {
        self.shared.mailbox.drain()
    }

    /// Calls under way still get their answers; the client goes with the last of them.
    #[napi]
    pub fn close(&self, _timeout_ms: f64) {
        lock(&self.shared.client).take();
        self.shared.mailbox.post(Event::Closed { timed_out: false, error: None });
    }
}

/// Errors and logs, looked at ten times a second: an admin client is idle most of its life.
fn serve(shared: &Shared, client: &Client) {
    let Some(events) = client.events() else { return };
    while let Some(event) = events.poll() {
        match event.kind() {
            crate::rk::Kind::Error => shared.mailbox.post(Event::Error { error: event.fault() }),
            crate::rk::Kind::Log => {
                let (facility, message, level) = event.log();
                shared.mailbox.post(Event::Log { level, facility, message });
            }
            _ => {}
        }
    }
    std::thread::sleep(Duration::from_millis(100));
}

pub fn json<T: serde::Serialize>(value: &T) -> std::result::Result<String, Fault> {
    serde_json::to_string(value).map_err(|e| Fault::new(code::FAIL, e.to_string()))
}
