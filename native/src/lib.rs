//! The engine of @predicthq/kafka: librdkafka behind N-API. It moves batches, never single messages, and holds no
//! policy. `src/engine/native.ts` is the same boundary seen from TypeScript.

mod admin;
mod consumer;
mod info;
mod lifecycle;
mod mailbox;
mod mock;
mod oauth;
mod producer;
mod reader;
mod rk;
