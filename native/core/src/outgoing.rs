//! One record to be produced, as numbers over a slab that JavaScript packed (`src/engine/outgoing-slab.ts`): checked once, then read.

use crate::{headers, text};

/// `OUT_STRIDE` in src/engine/native.ts.
pub const STRIDE: usize = 14;
const VALUE_LATIN1: u8 = 1;
const TAIL_LATIN1: u8 = 2;

/// A row whose spans lie inside its slab.
pub struct Row<'a> {
    slab: &'a [u8],
    columns: &'a [f64],
}

/// JavaScript built the rows; one that reaches outside its slab must not be followed.
pub fn check(slab: &[u8], rows: &[f64], topics: usize) -> Result<(), &'static str> {
    if !rows.len().is_multiple_of(STRIDE) {
        return Err("rows are not a multiple of the stride");
    }
    let inside = |start: f64, length: f64| length < 0.0 || (start >= 0.0 && start + length <= slab.len() as f64);
    for row in read(slab, rows) {
        let c = row.columns;
        if !(c[0] >= 0.0 && c[0] < topics as f64) {
            return Err("a row names no topic");
        }
        if !inside(c[1], c[2]) || !inside(c[3], c[4]) || ![7, 10, 12].iter().all(|&i| inside(c[i], c[i + 1].max(0.0))) {
            return Err("a row reaches outside the slab");
        }
        if !headers::check(row.headers()) {
            return Err("a row's headers are malformed");
        }
    }
    Ok(())
}

/// The rows one after the other; they must have passed `check`.
pub fn read<'a>(slab: &'a [u8], rows: &'a [f64]) -> impl Iterator<Item = Row<'a>> {
    rows.chunks_exact(STRIDE).map(move |columns| Row { slab, columns })
}

impl<'a> Row<'a> {
    pub fn topic(&self) -> usize {
        self.columns[0] as usize
    }
    /// -1 = the partitioner chooses
    pub fn partition(&self) -> i32 {
        self.columns[5] as i32
    }
    /// 0 = now
    pub fn timestamp_ms(&self) -> i64 {
        self.columns[6].max(0.0) as i64
    }
    pub fn headers(&self) -> &'a [u8] {
        self.part(7)
    }

    pub fn key(&self) -> Option<&'a [u8]> {
        self.span(3)
    }

    /// Head, value and tail as one, made in `room` unless the value alone is already what goes out. Null stays null.
    pub fn value<'r>(&self, room: &'r mut Vec<u8>) -> Option<&'r [u8]>
    where
        'a: 'r,
    {
        let value = self.span(1)?;
        let (head, tail) = (self.part(10), self.part(12));
        let is_plain = !self.is(VALUE_LATIN1) || value.is_ascii();
        if is_plain && head.is_empty() && tail.is_empty() {
            return Some(value);
        }
        room.clear();
        room.extend_from_slice(head);
        append(room, value, !is_plain);
        append(room, tail, self.is(TAIL_LATIN1));
        Some(room)
    }

    fn is(&self, flag: u8) -> bool {
        self.columns[9] as u8 & flag != 0
    }

    fn span(&self, column: usize) -> Option<&'a [u8]> {
        let (start, length) = (self.columns[column], self.columns[column + 1]);
        if length < 0.0 { None } else { self.slab.get(start as usize..(start + length) as usize) }
    }

    fn part(&self, column: usize) -> &'a [u8] {
        self.span(column).unwrap_or_default()
    }
}

fn append(room: &mut Vec<u8>, bytes: &[u8], is_latin1: bool) {
    if is_latin1 { text::append_utf8(room, bytes) } else { room.extend_from_slice(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// topic, value, key, partition, timestamp, headers, flags, head, tail
    const PLAIN: [f64; STRIDE] = [0.0, 0.0, -1.0, 0.0, -1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

    fn row(columns: &[(usize, f64)]) -> Vec<f64> {
        let mut row = PLAIN.to_vec();
        columns.iter().for_each(|(at, value)| row[*at] = *value);
        row
    }
    fn value(slab: &[u8], columns: &[(usize, f64)]) -> Option<Vec<u8>> {
        let rows = row(columns);
        check(slab, &rows, 1).expect("a sound row");
        read(slab, &rows).next().expect("one row").value(&mut vec![]).map(<[u8]>::to_vec)
    }

    #[test]
    fn a_value_is_head_body_and_tail_in_utf8() {
        let slab = b"<\xe9>t\xfcbare";
        let parts = [(10, 0.0), (11, 1.0), (1, 1.0), (2, 1.0), (12, 2.0), (13, 3.0)];
        let with_flags = |flags: f64| [&parts[..], &[(9, flags)]].concat();
        assert_eq!(value(slab, &with_flags(3.0)), Some("<é>tü".as_bytes().to_vec()));
        assert_eq!(value(slab, &with_flags(1.0)), Some(b"<\xc3\xa9>t\xfc".to_vec()));
        assert_eq!(value(slab, &[(1, 5.0), (2, 4.0), (9, 1.0)]), Some(b"bare".to_vec()));
        assert_eq!(value(slab, &[(1, 1.0), (2, 1.0)]), Some(b"\xe9".to_vec()));
    }

    #[test]
    fn null_and_empty_are_told_apart() {
        assert_eq!(value(b"head", &[(10, 0.0), (11, 4.0)]), None);
        assert_eq!(value(b"", &[(2, 0.0)]), Some(vec![]));
        let rows = row(&[(4, 0.0)]);
        let row = read(b"", &rows).next().expect("one row");
        assert_eq!((row.key(), row.value(&mut vec![])), (Some(&[][..]), None));
    }

    #[test]
    fn what_reaches_outside_is_refused() {
        for column in [1, 3, 7, 10, 12] {
            for (start, length) in [(0.0, 5.0), (5.0, 1.0), (-1.0, 1.0), (f64::NAN, 1.0)] {
                let rows = row(&[(column, start), (column + 1, length)]);
                assert!(check(b"four", &rows, 1).is_err(), "{column} {start} {length}");
            }
        }
        assert!(check(b"", &row(&[(0, 1.0)]), 1).is_err());
        assert!(check(b"", &PLAIN[1..], 1).is_err());
        assert!(check(b"\xff\xff\xff\xff", &row(&[(8, 4.0)]), 1).is_err());
    }
}
