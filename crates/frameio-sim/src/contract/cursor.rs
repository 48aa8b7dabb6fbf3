//! Cursors of pages.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Returns the cursor of an offset: like those of the service it holds the offset, and a checksum. A
/// client that does not encode it loses its `+`, `/` and `=`.
pub(crate) fn at(offset: usize) -> String {
    format!("at+{offset}/{:016x}=", check(offset))
}

/// Returns the offset of a cursor.
pub(crate) fn offset_of(cursor: &str) -> Option<usize> {
    let rest = cursor.strip_prefix("at+")?.strip_suffix('=')?;
    let (offset, given) = rest.split_once('/')?;
    let offset = offset.parse().ok()?;
    (given == format!("{:016x}", check(offset))).then_some(offset)
}

/// Without a secret, so that a saved cursor is good for the next run too.
fn check(offset: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    ("frameio-sim cursor", offset).hash(&mut hasher);
    hasher.finish()
}
