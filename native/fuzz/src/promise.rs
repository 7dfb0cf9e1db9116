//! The contract of a decoded value: sound values are split exactly, others are faults with a byte, or are split so that whoever parses the item
//! and the history meets the fault. Change it here when the contract changes.

use phq_kafka_core::envelope::{Fault, MAX_DEPTH};
use phq_kafka_core::row::Mode;
use serde_json::Value;

use crate::json::{self, FaultSpan, Verdict};
use crate::slab::Seen;

/// Up to here a history's brackets may simply be counted.
const COUNT_IS_ENOUGH: usize = 200;

pub fn check(mode: Mode, value: Option<&[u8]>, seen: &Seen) {
    let Some(value) = value else {
        return assert_eq!(seen.fault(), None, "a tombstone has no fault");
    };
    if mode == Mode::Raw {
        assert!(seen.fault().is_none() && !seen.is_value_latin1(), "raw values are not looked at");
        return;
    }
    match std::str::from_utf8(value) {
        Err(e) => assert_eq!(seen.fault(), Some((Fault::NotUtf8 as u8, e.valid_up_to())), "the first byte that is not UTF-8"),
        Ok(text) => check_text(mode, text, seen),
    }
}

fn check_text(mode: Mode, text: &str, seen: &Seen) {
    let verdict = json::judge(text);
    assert_eq!(verdict.fault.is_none(), is_json(text), "the judge and serde_json disagree");
    if let Some(fault) = &verdict.fault {
        return check_not_json(fault, seen);
    }
    if let (_, Some(beyond)) = json::depth(text, MAX_DEPTH) {
        return assert_eq!(seen.fault(), Some((Fault::TooDeep as u8, beyond)), "the bracket one level too deep");
    }
    match mode {
        Mode::Envelope => check_envelope(text, &verdict, seen),
        _ => {
            assert_eq!(seen.fault(), None, "sound JSON");
            assert_eq!((seen.item().as_deref(), seen.hist()), (Some(text), None), "all of it is the payload");
        }
    }
}

/// Either a fault at that byte or beside it (JavaScript finds the exact one), or what was cut out of it is itself no JSON.
fn check_not_json(fault: &FaultSpan, seen: &Seen) {
    match seen.fault() {
        Some((code, at)) => {
            assert_eq!(code, Fault::NotJson as u8, "what is wrong");
            let near = fault.start().saturating_sub(1)..=fault.end() + 1;
            assert!(near.contains(&at), "the fault is told at {at}, it is at {fault:?}");
        }
        None => {
            let parts = [seen.item(), seen.hist()];
            assert!(parts.iter().flatten().any(|part| !is_json(part)), "a value that is no JSON was split into sound parts: {parts:?}");
        }
    }
}

fn check_envelope(text: &str, verdict: &Verdict, seen: &Seen) {
    let missing = if verdict.is_object { Fault::NoItem } else { Fault::NotAnObject };
    let Some(item) = verdict.item.clone() else {
        return assert_eq!(seen.fault(), Some((missing as u8, verdict.start)), "no envelope");
    };
    assert_eq!(seen.fault(), None, "an envelope");
    let hist = verdict.hist.clone().map(|span| &text[span]).filter(|hist| *hist != "null");
    assert_eq!(seen.item().as_deref(), Some(&text[item.clone()]), "the last item");
    assert_eq!(seen.hist().as_deref(), hist, "the last hist");
    check_depth(hist.unwrap_or_default(), seen.hist_depth());
    check_against_serde(text, &text[item]);
}

fn check_depth(hist: &str, told: usize) {
    let brackets = hist.bytes().filter(|b| matches!(b, b'{' | b'[')).count();
    let (exact, _) = json::depth(hist, usize::MAX);
    assert!(told >= exact, "{told} told, {exact} deep");
    assert!(told == exact || (told <= brackets && brackets <= COUNT_IS_ENOUGH), "{told} told, {exact} deep, {brackets} brackets");
}

/// Where serde_json can hold the whole value (it refuses lone surrogates, huge exponents and 128 levels), its item is the one that was cut out.
fn check_against_serde(text: &str, item: &str) {
    if let Ok(whole) = serde_json::from_str::<Value>(text) {
        assert_eq!(serde_json::from_str::<Value>(item).ok().as_ref(), whole.get("item"), "serde_json's item");
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
