//! Where a group stands and what a partition holds. Each call waits for brokers: call it off the main thread.

use rdkafka_sys as rd;
use serde::Serialize;

use super::fault::code;
use super::partitions::Element;
use super::{Client, Fault, PartitionList, c_string, sys};

/// One partition's answer; `offset` -1 = none.
#[derive(Serialize)]
pub struct OffsetAnswer {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub error: Option<Fault>,
}

#[derive(Serialize)]
pub struct Watermarks {
    pub topic: String,
    pub partition: i32,
    pub low: i64,
    pub high: i64,
    pub error: Option<Fault>,
}

impl Client {
    /// The group's committed positions.
    pub fn committed(&self, list: &PartitionList, timeout_ms: i32) -> Result<Vec<OffsetAnswer>, Fault> {
        // SAFETY: live client and list, which is filled in
        Fault::check_code(unsafe { sys::rd_kafka_committed(self.as_ptr(), list.as_ptr(), timeout_ms) })?;
        Ok(answers(list))
    }

    /// The first offset at or after each element's time (milliseconds, in place of the offset); the end where there is none.
    pub fn offsets_for_times(&self, list: &PartitionList, timeout_ms: i32) -> Result<Vec<OffsetAnswer>, Fault> {
        // SAFETY: live client and list, which is filled in
        Fault::check_code(unsafe { sys::rd_kafka_offsets_for_times(self.as_ptr(), list.as_ptr(), timeout_ms) })?;
        Ok(answers(list))
    }

    /// The first offset that is there and the next that will be written (for read_committed: that can be read).
    pub fn watermarks(&self, topic: &str, partition: i32, timeout_ms: i32) -> Watermarks {
        let (mut low, mut high) = (-1i64, -1i64);
        let asked = c_string(topic).and_then(|name| {
            // SAFETY: live client, NUL-terminated name, places for the two results
            Fault::check_code(unsafe {
                sys::rd_kafka_query_watermark_offsets(self.as_ptr(), name.as_ptr(), partition, &mut low, &mut high, timeout_ms)
            })
        });
        Watermarks { topic: topic.to_owned(), partition, low, high, error: asked.err() }
    }

    /// The same of many partitions, whose leaders are asked all at once: one that is down costs its timeout once, not for each partition.
    pub fn all_watermarks(&self, of: &[(&str, i32)], timeout_ms: i32) -> Result<Vec<Watermarks>, Fault> {
        // in the protocol both ends are times that no record has
        let ask = |end: i32| {
            let mut list = PartitionList::new(of.len());
            for (topic, partition) in of {
                list.add(topic, *partition, i64::from(end), -1)?;
            }
            self.offsets_for_times(&list, timeout_ms)
        };
        let (lows, highs) = (ask(rd::RD_KAFKA_OFFSET_BEGINNING)?, ask(rd::RD_KAFKA_OFFSET_END)?);
        // a partition that no answer names must not look like an empty one
        let missing = |offset: i64| (offset < 0).then(|| Fault::new(code::FAIL, "the broker gave no offset"));
        let marks = |(low, high): (OffsetAnswer, OffsetAnswer)| Watermarks {
            topic: low.topic,
            partition: low.partition,
            low: low.offset,
            high: high.offset,
            error: low.error.or(high.error).or_else(|| missing(low.offset.min(high.offset))),
        };
        Ok(lows.into_iter().zip(highs).map(marks).collect())
    }
}

pub(super) fn answers(list: &PartitionList) -> Vec<OffsetAnswer> {
    let answer = |Element { topic, partition, offset, error }| OffsetAnswer {
        topic,
        partition,
        offset: offset.max(-1),
        error: (error != code::NO_ERROR).then(|| Fault::of(error)),
    };
    list.elements().into_iter().map(answer).collect()
}
