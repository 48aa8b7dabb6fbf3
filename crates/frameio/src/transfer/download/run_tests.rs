//! The disk is full.
use std::cell::Cell;
std::thread_local! { pub(crate) static FULL_AT: Cell<u64> = const { Cell::new(u64::MAX) }; }
