//! Any bytes as a record, decoded in every mode and held to what the decode path promises (src/lib.rs).
#![no_main]

use libfuzzer_sys::fuzz_target;
use phq_kafka_fuzz::Input;

fuzz_target!(|bytes: &[u8]| Input::of(bytes).check());
