//! The engine's pure parts: what a record looks like, how an envelope is split, who owns a partition, which
//! positions a commit may carry. No librdkafka and no N-API in here, so all of it runs under plain `cargo test`
//! and can be fuzzed.

pub mod commits;
pub mod envelope;
pub mod headers;
pub mod lanes;
pub mod outgoing;
pub mod row;
pub mod text;
pub mod told_offsets;

/// A partition by the engine's topic number; names are kept once, in `lanes::Topics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition {
    pub topic: u32,
    pub partition: i32,
}

/// Unique per assignment and per seek; 0 is never given out, so it can mean "whatever is current".
pub type Epoch = u64;
