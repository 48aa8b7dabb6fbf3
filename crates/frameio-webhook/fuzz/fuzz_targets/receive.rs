//! Receives any request: never panics, refuses unsigned bodies, and keeps all decoded fields.

#![no_main]

#[path = "../property.rs"]
mod property;

libfuzzer_sys::fuzz_target!(|data: &[u8]| property::check(data));
