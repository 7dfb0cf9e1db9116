//! One record as numbers: spans into its chunk of bytes, and how JavaScript sees it (20 doubles, `src/engine/native.ts`).

use crate::envelope::{self, FaultAt};
use crate::{Epoch, Partition, headers, text};

pub const STRIDE: usize = 20;
const VALUE_LATIN1: u8 = 1;
const KEY_LATIN1: u8 = 2;
const KEY_INVALID: u8 = 4;

/// How a value is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `{"item", "hist"}`: validated and split
    Envelope,
    /// any JSON: validated
    Json,
    /// bytes, not looked at
    Raw,
}

/// start and length within the chunk; length -1 = null
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    len: i32,
}
const NULL: Span = Span { start: 0, len: -1 };

/// A record as librdkafka hands it over.
pub struct Record<'a, H: Iterator<Item = (&'a [u8], Option<&'a [u8]>)>> {
    pub offset: i64,
    pub timestamp_ms: i64,
    pub leader_epoch: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: H,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub offset: i64,
    timestamp_ms: i64,
    leader_epoch: i32,
    /// the record's bytes within its chunk
    pub start: u32,
    pub end: u32,
    value: Span,
    key: Span,
    item: Span,
    hist: Span,
    headers: Span,
    flags: u8,
    fault: u8,
    fault_at: u32,
    hist_depth: u32,
}

impl Row {
    /// Copies the record into the chunk and decodes it there.
    pub fn append<'a, H: Iterator<Item = (&'a [u8], Option<&'a [u8]>)>>(out: &mut Vec<u8>, mode: Mode, record: Record<'a, H>) -> Row {
        let start = out.len() as u32;
        let mut row = Row {
            offset: record.offset,
            timestamp_ms: record.timestamp_ms,
            leader_epoch: record.leader_epoch,
            start,
            end: start,
            value: NULL,
            key: NULL,
            item: NULL,
            hist: NULL,
            headers: Span { start: 0, len: 0 },
            flags: 0,
            fault: 0,
            fault_at: 0,
            hist_depth: 0,
        };
        if let Some(value) = record.value {
            row.put_value(out, mode, value);
        }
        if let Some(key) = record.key {
            row.put_key(out, mode, key);
        }
        let headers_at = out.len();
        for (name, value) in record.headers {
            headers::append(out, name, value);
        }
        row.headers = span(headers_at, out.len());
        row.end = out.len() as u32;
        row
    }

    fn put_value(&mut self, out: &mut Vec<u8>, mode: Mode, value: &[u8]) {
        let at = out.len();
        match decode(mode, value) {
            Ok(None) => out.extend_from_slice(value),
            Ok(Some((text, split))) => {
                let mut cuts = Cuts::of(&split);
                if text::append(out, text, cuts.ascending()) {
                    self.flags |= VALUE_LATIN1;
                }
                let (item, hist) = cuts.spans(at);
                self.item = item;
                self.hist = hist;
                self.hist_depth = split.hist_depth;
            }
            Err(FaultAt { fault, at }) => {
                out.extend_from_slice(value);
                self.fault = fault as u8;
                self.fault_at = at as u32;
            }
        }
        self.value = span(at, out.len());
    }

    fn put_key(&mut self, out: &mut Vec<u8>, mode: Mode, key: &[u8]) {
        let at = out.len();
        match std::str::from_utf8(key) {
            Ok(text) if mode != Mode::Raw => {
                if text::append(out, text, &mut []) {
                    self.flags |= KEY_LATIN1;
                }
            }
            other => {
                out.extend_from_slice(key);
                if other.is_err() {
                    self.flags |= KEY_INVALID;
                }
            }
        }
        self.key = span(at, out.len());
    }

    /// Writes the row's doubles; `shift` moves its chunk positions to where the bytes were copied.
    pub fn write(&self, to: &mut Vec<f64>, at: Partition, epoch: Epoch, shift: i64) {
        let pos = |s: Span| (i64::from(s.start) + shift) as f64;
        to.extend_from_slice(&[
            f64::from(at.topic),
            f64::from(at.partition),
            self.offset as f64,
            self.timestamp_ms as f64,
            pos(self.value),
            f64::from(self.value.len),
            pos(self.key),
            f64::from(self.key.len),
            f64::from(self.flags),
            pos(self.item),
            f64::from(self.item.len),
            pos(self.hist),
            f64::from(self.hist.len),
            pos(self.headers),
            f64::from(self.headers.len),
            epoch as f64,
            f64::from(self.fault),
            f64::from(self.fault_at),
            f64::from(self.leader_epoch),
            f64::from(self.hist_depth),
        ]);
    }
}

fn span(from: usize, to: usize) -> Span {
    Span { start: from as u32, len: (to - from) as i32 }
}

fn decode(mode: Mode, value: &[u8]) -> Result<Option<(&str, envelope::Split)>, FaultAt> {
    if mode == Mode::Raw {
        return Ok(None);
    }
    let text = envelope::check_utf8(value)?;
    if mode == Mode::Envelope {
        return Ok(Some((text, envelope::split(text)?)));
    }
    envelope::check_json(text)?;
    Ok(Some((text, envelope::Split { item: 0..text.len(), hist: None, hist_depth: 0 })))
}

/// Item and history as ascending cut positions, whichever of them comes first in the value.
struct Cuts {
    at: [usize; 4],
    used: usize,
    item_first: bool,
}

impl Cuts {
    fn of(split: &envelope::Split) -> Cuts {
        let item = [split.item.start, split.item.end];
        match &split.hist {
            None => Cuts { at: [item[0], item[1], 0, 0], used: 2, item_first: true },
            Some(h) if split.item.start < h.start => Cuts { at: [item[0], item[1], h.start, h.end], used: 4, item_first: true },
            Some(h) => Cuts { at: [h.start, h.end, item[0], item[1]], used: 4, item_first: false },
        }
    }
    fn ascending(&mut self) -> &mut [usize] {
        &mut self.at[..self.used]
    }
    fn spans(&self, base: usize) -> (Span, Span) {
        let first = span(base + self.at[0], base + self.at[1]);
        if self.used == 2 {
            return (first, NULL);
        }
        let second = span(base + self.at[2], base + self.at[3]);
        if self.item_first { (first, second) } else { (second, first) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type NoHeaders<'a> = std::iter::Empty<(&'a [u8], Option<&'a [u8]>)>;
    fn record<'a>(key: Option<&'a [u8]>, value: Option<&'a [u8]>) -> Record<'a, NoHeaders<'a>> {
        Record { offset: 7, timestamp_ms: 11, leader_epoch: 3, key, value, headers: std::iter::empty() }
    }
    fn doubles(row: &Row, shift: i64) -> Vec<f64> {
        let mut d = vec![];
        row.write(&mut d, Partition { topic: 2, partition: 5 }, 9, shift);
        assert_eq!(d.len(), STRIDE);
        d
    }
    fn at(bytes: &[u8], d: &[f64], column: usize) -> String {
        bytes[d[column] as usize..(d[column] + d[column + 1]) as usize].iter().map(|b| *b as char).collect()
    }

    #[test]
    fn a_row_points_at_item_history_and_key_after_transcoding() {
        for text in [r#"{"x":"é","item":{"n":"ü"},"hist":{"svc":"ñ"}}"#, r#"{"x":"é","hist":{"svc":"ñ"},"item":{"n":"ü"}}"#] {
            let mut bytes = b"before".to_vec();
            let row = Row::append(&mut bytes, Mode::Envelope, record(Some("clé".as_bytes()), Some(text.as_bytes())));
            let d = doubles(&row, 0);
            assert_eq!(
                (at(&bytes, &d, 9), at(&bytes, &d, 11), at(&bytes, &d, 6)),
                (r#"{"n":"ü"}"#.into(), r#"{"svc":"ñ"}"#.into(), "clé".into())
            );
            assert_eq!(at(&bytes, &d, 4), text);
            assert_eq!((d[0], d[1], d[2], d[3], d[15], d[18], d[8]), (2.0, 5.0, 7.0, 11.0, 9.0, 3.0, 3.0));
            assert_eq!(doubles(&row, 100)[9], d[9] + 100.0);
        }
    }

    #[test]
    fn nulls_are_minus_one_and_a_bad_key_keeps_its_bytes() {
        let mut bytes = vec![];
        let row = Row::append(&mut bytes, Mode::Envelope, record(Some(b"\xff\xfe"), None));
        let d = doubles(&row, 0);
        assert_eq!((d[5], d[7], d[8]), (-1.0, 2.0, 4.0));
        assert_eq!(&bytes, b"\xff\xfe");
    }

    #[test]
    fn a_fault_keeps_the_value_and_names_its_byte() {
        let mut bytes = vec![];
        let row = Row::append(&mut bytes, Mode::Envelope, record(None, Some("{\"item\": é}".as_bytes())));
        let d = doubles(&row, 0);
        assert_eq!((d[16], d[17], d[8]), (2.0, 9.0, 0.0));
        assert_eq!(bytes, "{\"item\": é}".as_bytes());
    }
}
