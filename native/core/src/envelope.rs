//! Splits `{"item": …, "hist": …}` without building it: the whole value is checked as JSON, item and history are
//! only located, so that JavaScript parses the item alone and a history nobody reads is never parsed.

use std::fmt;
use std::ops::Range;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// Deepest nesting that is let through. Python's own json stops near 1000, and V8's JSON.stringify recurses.
pub const MAX_DEPTH: usize = 1000;
/// Below this many brackets their count is a good enough bound of the depth.
const COUNT_IS_ENOUGH: usize = 200;

/// Why a value is not an envelope; the numbers cross to JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    NotUtf8 = 1,
    NotJson = 2,
    NotAnObject = 3,
    NoItem = 4,
    TooDeep = 5,
}

/// A fault and the byte of the original value where it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultAt {
    pub fault: Fault,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    pub item: Range<usize>,
    /// None when absent or null.
    pub hist: Option<Range<usize>>,
    /// An upper bound of the history's bracket nesting, exact from 200 brackets on.
    pub hist_depth: u32,
}

/// Checks UTF-8; the fault names the first bad byte.
pub fn check_utf8(value: &[u8]) -> Result<&str, FaultAt> {
    std::str::from_utf8(value).map_err(|e| FaultAt { fault: Fault::NotUtf8, at: e.valid_up_to() })
}

/// Checks one JSON document of any type.
pub fn check_json(text: &str) -> Result<(), FaultAt> {
    let mut de = Deserializer::from_str(text);
    de.deserialize_ignored_any(IgnoredAny).and_then(|_| de.end()).map_err(|e| not_json(text, &e))?;
    match depth(text.as_bytes()) {
        Depth::Fine(_) => Ok(()),
        Depth::TooDeep(at) => Err(FaultAt { fault: Fault::TooDeep, at }),
    }
}

/// Locates item and history. Of duplicate keys the last wins, as in JSON.parse and in Python.
pub fn split(text: &str) -> Result<Split, FaultAt> {
    let start = text.bytes().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(text.len());
    if text.as_bytes().get(start) != Some(&b'{') {
        check_json(text)?;
        return Err(FaultAt { fault: Fault::NotAnObject, at: start });
    }
    let mut de = Deserializer::from_str(text);
    let found = de.deserialize_map(Envelope).and_then(|f| de.end().map(|()| f)).map_err(|e| not_json(text, &e))?;
    if let Depth::TooDeep(at) = depth(text.as_bytes()) {
        return Err(FaultAt { fault: Fault::TooDeep, at });
    }
    let item = found.item.ok_or(FaultAt { fault: Fault::NoItem, at: start })?;
    let hist = found.hist.filter(|h| *h != "null");
    let hist_depth = hist.map_or(0, |h| match depth(h.as_bytes()) {
        Depth::Fine(d) => d as u32,
        Depth::TooDeep(_) => MAX_DEPTH as u32,
    });
    Ok(Split { item: span(text, item), hist: hist.map(|h| span(text, h)), hist_depth })
}

fn span(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

/// serde_json tells line and column; the byte is the start of that line plus the column. One byte off for a control character, for a number that
/// ends with the text and at a line's end: JavaScript finds the exact byte of the few that are faulty (src/consumer/read-row.ts).
fn not_json(text: &str, e: &serde_json::Error) -> FaultAt {
    let at = if e.is_eof() {
        text.len()
    } else {
        let line_start = match e.line() {
            0 | 1 => 0,
            n => memchr::memchr_iter(b'\n', text.as_bytes()).nth(n - 2).map_or(0, |i| i + 1),
        };
        (line_start + e.column().saturating_sub(1)).min(text.len())
    };
    FaultAt { fault: Fault::NotJson, at }
}

enum Depth {
    Fine(usize),
    TooDeep(usize),
}

fn depth(json: &[u8]) -> Depth {
    let brackets = memchr::memchr2_iter(b'{', b'[', json).count();
    if brackets <= COUNT_IS_ENOUGH { Depth::Fine(brackets) } else { exact_depth(json) }
}

fn exact_depth(json: &[u8]) -> Depth {
    let (mut depth, mut deepest, mut i) = (0usize, 0usize, 0usize);
    while i < json.len() {
        match json[i] {
            b'"' => i = end_of_string(json, i),
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
                if depth > MAX_DEPTH {
                    return Depth::TooDeep(i);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        i += 1;
    }
    Depth::Fine(deepest)
}

/// The index of the closing quote of the string that opens at `from` (the JSON is known to be valid).
fn end_of_string(json: &[u8], from: usize) -> usize {
    let mut i = from + 1;
    while let Some(step) = memchr::memchr2(b'"', b'\\', &json[i..]) {
        i += step;
        if json[i] == b'"' {
            return i;
        }
        i += 2;
        if i >= json.len() {
            break;
        }
    }
    json.len()
}

#[derive(Default)]
struct Found<'de> {
    item: Option<&'de str>,
    hist: Option<&'de str>,
}

struct Envelope;
impl<'de> Visitor<'de> for Envelope {
    type Value = Found<'de>;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an envelope")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Found::default();
        // As raw JSON, which is checked like any value: read as bytes a name may hold the control characters that JSON forbids.
        while let Some(name) = map.next_key::<&RawValue>()? {
            match Key::of(name.get()) {
                Key::Item => found.item = Some(map.next_value::<&RawValue>()?.get()),
                Key::Hist => found.hist = Some(map.next_value::<&RawValue>()?.get()),
                Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

enum Key {
    Item,
    Hist,
    Other,
}

impl Key {
    /// Of a name as it stands in the text, quotes and escapes included.
    fn of(name: &str) -> Key {
        match name {
            r#""item""# => Key::Item,
            r#""hist""# => Key::Hist,
            _ if name.contains('\\') => Deserializer::from_str(name).deserialize_bytes(Unescaped).unwrap_or(Key::Other),
            _ => Key::Other,
        }
    }
}

/// As bytes: JSON.parse allows a lone surrogate in a name, a Rust str does not.
struct Unescaped;
impl Visitor<'_> for Unescaped {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_bytes<E>(self, name: &[u8]) -> Result<Key, E> {
        Ok(match name {
            b"item" => Key::Item,
            b"hist" => Key::Hist,
            _ => Key::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (&str, Option<&str>) {
        let s = split(text).expect("an envelope");
        (&text[s.item], s.hist.map(|h| &text[h]))
    }
    fn fault(text: &str) -> (Fault, usize) {
        let f = split(text).expect_err("a fault");
        (f.fault, f.at)
    }

    #[test]
    fn finds_item_and_history_wherever_they_stand() {
        assert_eq!(parts(r#"{"item": {"a":1}, "hist": {"svc":"x"}}"#), (r#"{"a":1}"#, Some(r#"{"svc":"x"}"#)));
        assert_eq!(parts(" {\"hist\":null , \"x\":[1], \"item\" : \"é\" } "), ("\"é\"", None));
        assert_eq!(parts(r#"{"\u0069tem": 7}"#), ("7", None));
    }

    #[test]
    fn the_last_of_duplicate_keys_wins() {
        assert_eq!(parts(r#"{"item":1,"item":2,"hist":{"a":1},"hist":null}"#), ("2", None));
    }

    #[test]
    fn names_the_byte_of_the_fault() {
        assert_eq!(fault(r#"{"item": "#), (Fault::NotJson, 9));
        assert_eq!(fault("<html>"), (Fault::NotJson, 0));
        assert_eq!(fault(""), (Fault::NotJson, 0));
        assert_eq!(fault(r#"{"item": NaN}"#), (Fault::NotJson, 9));
        assert_eq!(fault("{\n \"item\": 1,\n}"), (Fault::NotJson, 14));
        assert_eq!(fault(r#"{"item": 1} x"#), (Fault::NotJson, 12));
        assert_eq!(fault(" [1,2,3]"), (Fault::NotAnObject, 1));
        assert_eq!(fault(r#"{"hist": null}"#), (Fault::NoItem, 0));
        assert_eq!(check_utf8(b"ab\xff").map_err(|f| (f.fault, f.at)), Err((Fault::NotUtf8, 2)));
    }

    #[test]
    fn a_control_character_is_a_fault_in_a_name_too() {
        for text in ["{\"item\": 1, \"a\u{1b}b\": 2}", "{\"item\": \"a\nb\"}", "{\"item\": 1, \"a\": {\"\t\": 2}}"] {
            assert_eq!(fault(text).0, Fault::NotJson, "{text:?}");
        }
    }

    #[test]
    fn lone_surrogate_escapes_pass_as_in_json_parse() {
        assert_eq!(parts(r#"{"\ud800": 1, "item": "\udfff"}"#), (r#""\udfff""#, None));
    }

    #[test]
    fn ten_thousand_levels_are_a_fault_and_no_crash() {
        let deep = format!(r#"{{"item": {}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(fault(&deep), (Fault::TooDeep, 9 + MAX_DEPTH - 1));
        let fine = format!(r#"{{"item": {}1{}}}"#, "[".repeat(900), "]".repeat(900));
        assert!(split(&fine).is_ok());
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        let text = format!(r#"{{"item": "{}\"{}"}}"#, "[".repeat(5_000), "{".repeat(5_000));
        assert!(split(&text).is_ok());
    }

    #[test]
    fn history_depth_is_bounded_by_its_brackets() {
        let s = split(r#"{"item":1,"hist":{"svc":"a","dt":"x","refs":[{"hist":null}]}}"#).expect("an envelope");
        assert_eq!(s.hist_depth, 3);
    }
}
