//! Page cursors.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Returns the cursor of an offset.
///
/// Like the cursors of the service, it contains the offset and characters that have to be encoded in a
/// query (`+`, `/` and `=`). A checksum detects clients that do not encode them.
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

/// Computes the checksum without a secret, so that a saved cursor stays valid in the next run.
fn check(offset: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    ("frameio-sim cursor", offset).hash(&mut hasher);
    hasher.finish()
}
