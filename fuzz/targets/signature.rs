#![no_main]

#[path = "../wire.rs"]
#[allow(dead_code, reason = "each fuzzer takes one function of it")]
mod wire;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire::signature(data));
