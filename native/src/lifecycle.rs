//! Clients end with their environment: a forgotten consumer must not keep a process or a worker from exiting.

use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use napi::Env;

use crate::mailbox::lock;
use crate::rk::Fault;

/// How long a client that nobody closed may take to say goodbye when its environment goes.
const FAREWELL: Duration = Duration::from_millis(300);

/// Something with threads that can be told to end soon.
pub trait Stop: Send + Sync + 'static {
    /// Returns at once; the threads end within about `within`.
    fn stop(&self, within: Duration);
    fn threads(&self) -> &Threads;
}

#[derive(Default)]
pub struct Threads(Mutex<Vec<JoinHandle<()>>>);

impl Threads {
    pub fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        let thread = thread.map_err(|e| Fault::new(crate::rk::code::FAIL, format!("thread {name} could not be started: {e}")))?;
        let mut threads = lock(&self.0);
        threads.retain(|t| !t.is_finished());
        threads.push(thread);
        Ok(())
    }

    fn join(&self) {
        let threads = std::mem::take(&mut *lock(&self.0));
        for thread in threads {
            // a thread that panicked has told so on stderr
            let _ = thread.join();
        }
    }
}

/// Stops and joins the client when the environment is torn down, unless it is gone by then.
pub fn end_with<T: Stop>(env: &Env, client: &Arc<T>) -> napi::Result<()> {
    let client: Weak<T> = Arc::downgrade(client);
    env.add_env_cleanup_hook(client, |client| {
        if let Some(client) = client.upgrade() {
            client.stop(FAREWELL);
            client.threads().join();
        }
    })?;
    Ok(())
}
