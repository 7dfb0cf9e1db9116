//! What the decode path promises of any record, as assertions. `json.rs` is the judge of what JSON is, written apart from the code under test;
//! `promise.rs` is the contract of one mode and the place to change when the contract changes; `slab.rs` reads a decoded row back.

mod json;
mod promise;
mod slab;

use phq_kafka_core::row::{Mode, Record, Row};
use phq_kafka_core::{headers, text};

/// Never part of UTF-8, so a seed is a readable file: value, key, then names and values of headers in turn.
const SEPARATOR: u8 = 0xFE;
/// Stands before the record in its chunk: a position that is counted from the wrong place shows.
const BEFORE: &[u8] = b"the record before";

/// A record made of the fuzzer's bytes; what is missing at the end is null.
pub struct Input<'a> {
    value: Option<&'a [u8]>,
    key: Option<&'a [u8]>,
    headers: Vec<(&'a [u8], Option<&'a [u8]>)>,
}

impl<'a> Input<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        let mut parts = bytes.split(|b| *b == SEPARATOR);
        let (value, key) = (parts.next(), parts.next());
        let mut headers = vec![];
        while let Some(name) = parts.next() {
            headers.push((name, parts.next()));
        }
        // No bytes at all is the one way to say tombstone.
        Input { value: value.filter(|_| !bytes.is_empty()), key, headers }
    }

    /// Panics when a promise is broken.
    pub fn check(&self) {
        for mode in [Mode::Envelope, Mode::Json, Mode::Raw] {
            let mut chunk = BEFORE.to_vec();
            let row = Row::append(&mut chunk, mode, self.record());
            assert!(chunk.starts_with(BEFORE), "the record before was changed");
            assert_eq!((row.start as usize, row.end as usize), (BEFORE.len(), chunk.len()), "the row's own span");
            let seen = slab::Seen::of(&row, &chunk);
            assert_eq!(seen.value().as_deref(), self.value, "the value's bytes come back");
            assert_eq!(seen.key().as_deref(), self.key, "the key's bytes come back");
            assert_eq!(seen.headers(), self.headers, "the headers come back");
            let invalid_key = self.key.is_some_and(|key| std::str::from_utf8(key).is_err());
            assert_eq!(seen.has_invalid_key(), invalid_key, "a key that is no text is flagged");
            promise::check(mode, self.value, &seen);
        }
        if let Some(value) = self.value {
            check_header_section(value);
            std::str::from_utf8(value).map(check_transcoding).unwrap_or_default();
        }
    }

    fn record(&self) -> Record<'a, impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>> {
        let headers = self.headers.clone().into_iter();
        Record { offset: 7, timestamp_ms: 11, leader_epoch: 3, key: self.key, value: self.value, headers }
    }
}

/// Any bytes as a section of headers, as a producer's could be: sound exactly when reading it through comes out at its end.
fn check_header_section(section: &[u8]) {
    let read: usize = headers::iter(section).map(|(name, value)| 8 + name.len() + value.map_or(0, <[u8]>::len)).sum();
    assert!(read <= section.len(), "headers beyond their section");
    assert_eq!(headers::check(section), read == section.len(), "a section that is not read to its end is not sound");
}

/// Every second character boundary as a cut: what lies before a cut must be what lay before it.
fn check_transcoding(text: &str) {
    let boundaries = || text.char_indices().map(|(at, _)| at).enumerate().step_by(2);
    let mut cuts: Vec<usize> = boundaries().map(|(_, at)| at).collect();
    let mut out = BEFORE.to_vec();
    let is_latin1 = text::append(&mut out, text, &mut cuts);
    assert_eq!(is_latin1, text.chars().all(|c| c <= '\u{ff}'), "Latin-1 exactly where it fits");
    let expected = boundaries().map(|(characters, at)| if is_latin1 { characters } else { at });
    assert!(cuts.iter().copied().eq(expected), "the cuts of {text:?}: {cuts:?}");
    assert_eq!(slab::to_utf8(&out[BEFORE.len()..], is_latin1), text.as_bytes(), "the text comes back");
}
