//! Reads a decoded row back as JavaScript does: by the doubles of `Row::write`, each span checked to lie inside its record.

use std::borrow::Cow;
use std::ops::Range;

use phq_kafka_core::Partition;
use phq_kafka_core::row::{Row, STRIDE};

const VALUE_LATIN1: u64 = 1;
const KEY_LATIN1: u64 = 2;
const KEY_INVALID: u64 = 4;

/// Columns of src/engine/native.ts.
const VALUE: usize = 4;
const KEY: usize = 6;
const FLAGS: usize = 8;
const ITEM: usize = 9;
const HIST: usize = 11;
const HEADERS: usize = 13;
const FAULT: usize = 16;
const FAULT_AT: usize = 17;
const HIST_DEPTH: usize = 19;

pub struct Seen<'a> {
    chunk: &'a [u8],
    columns: Vec<f64>,
    record: Range<usize>,
}

impl<'a> Seen<'a> {
    pub fn of(row: &Row, chunk: &'a [u8]) -> Self {
        let mut columns = vec![];
        row.write(&mut columns, Partition { topic: 1, partition: 2 }, 9, 0);
        assert_eq!(columns.len(), STRIDE, "one stride a row");
        Seen { chunk, columns, record: row.start as usize..row.end as usize }
    }

    pub fn value(&self) -> Option<Cow<'a, [u8]>> {
        self.bytes(VALUE, VALUE_LATIN1)
    }
    pub fn key(&self) -> Option<Cow<'a, [u8]>> {
        self.bytes(KEY, KEY_LATIN1)
    }
    /// The item's text as JavaScript would read it; the span lies inside the value.
    pub fn item(&self) -> Option<String> {
        self.part_of_value(ITEM)
    }
    pub fn hist(&self) -> Option<String> {
        self.part_of_value(HIST)
    }
    pub fn is_value_latin1(&self) -> bool {
        self.has_flag(VALUE_LATIN1)
    }
    pub fn has_invalid_key(&self) -> bool {
        self.has_flag(KEY_INVALID)
    }
    pub fn hist_depth(&self) -> usize {
        self.columns[HIST_DEPTH] as usize
    }
    /// The fault's number and its byte; None for a sound row.
    pub fn fault(&self) -> Option<(u8, usize)> {
        let fault = self.columns[FAULT] as u8;
        (fault != 0).then(|| (fault, self.columns[FAULT_AT] as usize))
    }

    pub fn headers(&self) -> Vec<(&'a [u8], Option<&'a [u8]>)> {
        let span = self.span(HEADERS).unwrap_or(0..0);
        let (mut section, mut headers) = (&self.chunk[span], vec![]);
        while !section.is_empty() {
            let (name, rest) = take(section, le(section) as usize);
            let value_len = le(rest) as i32;
            let (value, rest) = take(rest, value_len.max(0) as usize);
            headers.push((name, (value_len >= 0).then_some(value)));
            section = rest;
        }
        headers
    }

    /// Start and end within the chunk; None = null.
    fn span(&self, column: usize) -> Option<Range<usize>> {
        let (start, len) = (self.columns[column], self.columns[column + 1]);
        if len < 0.0 {
            return None;
        }
        let span = start as usize..(start + len) as usize;
        assert!(
            self.record.start <= span.start && span.end <= self.record.end,
            "column {column}: {span:?} leaves its record {:?}",
            self.record
        );
        Some(span)
    }

    fn part_of_value(&self, column: usize) -> Option<String> {
        let (part, value) = (self.span(column)?, self.span(VALUE).expect("a part needs a value"));
        assert!(value.start <= part.start && part.end <= value.end, "column {column}: {part:?} leaves the value {value:?}");
        let bytes = to_utf8(&self.chunk[part], self.is_value_latin1());
        Some(String::from_utf8(bytes.into_owned()).expect("a part is cut at characters"))
    }

    fn bytes(&self, column: usize, latin1: u64) -> Option<Cow<'a, [u8]>> {
        self.span(column).map(|span| to_utf8(&self.chunk[span], self.has_flag(latin1)))
    }

    fn has_flag(&self, flag: u64) -> bool {
        self.columns[FLAGS] as u64 & flag != 0
    }
}

/// The original bytes of what may have become Latin-1.
pub fn to_utf8(bytes: &[u8], is_latin1: bool) -> Cow<'_, [u8]> {
    if !is_latin1 {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(bytes.iter().map(|b| *b as char).collect::<String>().into_bytes())
}

fn le(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// What follows a length of four bytes, and the rest.
fn take(bytes: &[u8], len: usize) -> (&[u8], &[u8]) {
    bytes[4..].split_at(len)
}
